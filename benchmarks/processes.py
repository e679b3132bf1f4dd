"""A convolutional network trained by two processes with a thread each, against one process with one thread.

    python benchmarks/processes.py [--turns 3] [--batch 256]

Whole runs, as `netloom train F --devices N` makes them, in turns; the ratio is that of images a second while steps are
taken, the median over the turns. Twice as fast is the most that there is, on a computer whose cores are idle.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported, here and in what is started
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.networks import Layers, row
from models.storage.files import from_json
from studio.running.launch import new_run
from studio.worker.session import train

CNN: Layers = [
    ("conv1", "Conv2d", {"out_channels": 32, "kernel_size": 3, "padding": 1}),
    ("relu1", "ReLU", {}),
    ("conv2", "Conv2d", {"out_channels": 64, "kernel_size": 3, "padding": 1}),
    ("relu2", "ReLU", {}),
    ("pool1", "AdaptiveAvgPool2d", {"output_size": 1}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 10}),
]


def speed(runs: Path, devices: int, batch: int) -> float:
    """Images a second of a run."""
    value = row(CNN, [1, 8, 8]).value()
    value["data"] = {"source": "digits"}
    value["training"] = {"epochs": 12, "batch_size": batch, "devices": devices, "device": "cpu"}
    document, _ = from_json(value)
    speeds: list[float] = []

    def listen(event: str, facts: dict[str, Any]) -> None:
        if event == "progress" and "samples_per_second" in facts:
            speeds.append(float(facts["samples_per_second"]))

    outcome = train(new_run(document, None, runs), listener=listen)
    assert outcome.state == "finished", outcome
    return median(speeds)


def main() -> int:
    """Measure both in turns."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--batch", type=int, default=256)
    arguments = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory() as name:
        for _ in range(arguments.turns):
            alone, together = (speed(Path(name), devices, arguments.batch) for devices in (1, 2))
            ratios.append(together / alone)
            print(f"one process {alone:,.0f} images a second, two {together:,.0f}: {ratios[-1]:.2f}")
    print(f"two processes / one: {median(ratios):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
