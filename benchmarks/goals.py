"""Accuracy on real data: the exam CNN and an MLP on the bundled digits within a minute, a LeNet on MNIST's test part.

    python benchmarks/goals.py [mnist.npz]

Trains the documents as `netloom train` does, one after another, and prints the best validation accuracy of each run
beside its goal, with the time that it took. LeNet needs the file: x_train, y_train, x_test and y_test.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch

from benchmarks.networks import Builder
from models.storage.files import from_json
from studio.running.launch import new_run
from studio.worker.session import train

Layers = list[tuple[str, str, dict[str, Any]]]
EXAM: Layers = [
    ("conv1", "Conv2d", {"out_channels": 16, "kernel_size": 3, "padding": 1}),
    ("relu1", "ReLU", {}),
    ("pool1", "MaxPool2d", {"kernel_size": 2}),
    ("bn1", "BatchNorm2d", {}),
    ("conv2", "Conv2d", {"out_channels": 16, "kernel_size": 3, "padding": 1}),
    ("relu2", "ReLU", {}),
    ("pool2", "MaxPool2d", {"kernel_size": 2}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 10}),
]
MLP: Layers = [
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 64}),
    ("relu1", "ReLU", {}),
    ("fc2", "Linear", {"out_features": 10}),
]
LENET: Layers = [
    ("conv1", "Conv2d", {"out_channels": 6, "kernel_size": 5, "padding": 2}),
    ("relu1", "ReLU", {}),
    ("pool1", "MaxPool2d", {"kernel_size": 2}),
    ("conv2", "Conv2d", {"out_channels": 16, "kernel_size": 5}),
    ("relu2", "ReLU", {}),
    ("pool2", "MaxPool2d", {"kernel_size": 2}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 120}),
    ("relu3", "ReLU", {}),
    ("fc2", "Linear", {"out_features": 84}),
    ("relu4", "ReLU", {}),
    ("fc3", "Linear", {"out_features": 10}),
]


def best_accuracy(layers: Layers, shape: list[int], data: dict[str, Any], **training: Any) -> tuple[float, float]:
    """The best validation accuracy of a run, and its seconds from start to end with all that belongs to it."""
    build = Builder()
    for id, kind, params in (("input1", "Input", {"shape": shape}), *layers, ("output1", "Output", {})):
        build.add(id, kind, **params)
    document, _ = from_json(build.value() | {"data": data, "training": {"device": "cpu", **training}})
    accuracies: list[float] = []

    def listen(event: str, facts: dict[str, Any]) -> None:
        if event == "epoch":
            accuracies.append(facts["values"]["validation/accuracy"])

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        outcome = train(new_run(document, None, Path(folder)), listener=listen)
        seconds = time.perf_counter() - start
    assert outcome.state == "finished", outcome
    return max(accuracies), seconds


def report(name: str, goal: float, limit: float, result: tuple[float, float]) -> bool:
    """Print one line; returns whether the goal is met."""
    accuracy, seconds = result
    met = accuracy >= goal and seconds <= limit
    within = f" within {limit:.0f} s" if limit < 1e9 else ""
    print(f"{name:22} {accuracy:7.2%} in {seconds:5.1f} s (goal ≥ {goal:.1%}{within}) {'met' if met else 'MISSED'}")
    return met


def main() -> int:
    """Train all; the exit status is 1 if a goal is missed."""
    torch.set_num_threads(min(2, torch.get_num_threads()))
    digits = {"source": "digits"}
    adam = {"kind": "Adam", "params": {"lr": 0.003}}
    met = [
        report(
            "exam CNN, digits",
            0.97,
            60,
            best_accuracy(EXAM, [1, 8, 8], digits, epochs=20, batch_size=32, optimizer=adam),
        ),
        report(
            "MLP, digits", 0.95, 60, best_accuracy(MLP, [1, 8, 8], digits, epochs=30, batch_size=32, optimizer=adam)
        ),
    ]
    if len(sys.argv) > 1:
        mnist = {"source": "numpy", "path": str(Path(sys.argv[1]).absolute())}
        settings = {"epochs": 3, "batch_size": 64, "optimizer": {"kind": "Adam", "params": {"lr": 0.001}}}
        result = best_accuracy(LENET, [1, 28, 28], mnist, **settings, schedule="CosineAnnealingLR")
        met.append(report("LeNet, MNIST test part", 0.985, 1e9, result))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
