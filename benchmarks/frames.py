"""Training on frames with their context, put together as they come, against the same windows stored in an array.

    python benchmarks/frames.py [--frames 40000] [--turns 3]

A perceptron trains on windows of 25 frames of 40 bins, of recordings and of an array that holds each window, in turns;
the ratio is the median of examples a second (goal 0.9 or more). Beside it the bytes that the examples take.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.networks import Layers, document, row
from studio.data import dataset_from
from studio.running.launch import new_run
from studio.worker.session import train

GOAL = 0.9
CONTEXT, BINS, CLASSES, LENGTH = 12, 40, 10, 400
MLP: Layers = [
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 128}),
    ("relu1", "ReLU", {}),
    ("fc2", "Linear", {"out_features": CLASSES}),
]


def recorded(folder: Path, frames: int) -> dict[str, Any]:
    """Spectrograms of a few classes, named by them."""
    generator = np.random.default_rng(0)
    folder.mkdir()
    middles = generator.normal(0, 1, (CLASSES, BINS))
    for number in range(frames // LENGTH):
        content = middles[number % CLASSES] + generator.normal(0, 1, (LENGTH, BINS))
        np.save(folder / f"{number % CLASSES}_{number}.npy", content.astype(np.float32))
    return {"source": "frames", "path": str(folder), "context": CONTEXT}


def stored(data: dict[str, Any], file: Path) -> dict[str, Any]:
    """The windows of these recordings, each by itself, in the parts that they are in."""
    found = dataset_from(data)[0].load()
    parts = zip(("train", "test"), found.splits, strict=True)
    arrays = {f"{side}_{name}": np.asarray(getattr(part, side)) for name, part in parts for side in ("x", "y")}
    np.savez(file, **arrays)
    return {"source": "numpy", "path": str(file), "layout": "as stored"}


def speed(data: dict[str, Any], runs: Path) -> float:
    """Examples a second of the epochs behind the first one."""
    training = {"epochs": 4, "batch_size": 128, "device": "cpu", "threads": 1}
    made = document(row(MLP, [2 * CONTEXT + 1, BINS]), data=data, training=training)
    times: list[float] = []
    run = new_run(made, None, runs)
    train(run, listener=lambda event, _: times.append(time.perf_counter()) if event == "epoch" else None)
    examples = len(dataset_from(data)[0].load().train)
    return examples * (len(times) - 1) / (times[-1] - times[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=40_000)
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frames = recorded(folder / "recordings", arguments.frames)
        array = stored(frames, folder / "stored.npz")
        speeds: dict[str, list[float]] = {"frames": [], "array": []}
        for turn in range(arguments.turns):
            for which, data in (("frames", frames), ("array", array)):
                speeds[which].append(speed(data, folder / f"{which}{turn}"))
        sizes = [dataset_from(data)[0].load().size for data in (frames, array)]
    ratio = median(speeds["frames"]) / median(speeds["array"])
    print(f"frames {median(speeds['frames']):,.0f}/s, array {median(speeds['array']):,.0f}/s, ratio {ratio:.2f}")
    print(f"goal {GOAL} or more: {'met' if ratio >= GOAL else 'MISSED'}")
    print(f"bytes: {sizes[0]:,} against {sizes[1]:,}, {sizes[1] / sizes[0]:.1f} times as many")
    return 0 if ratio >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
