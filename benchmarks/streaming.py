"""Examples that come from files against the same in memory, and how a folder of very many images starts.

    python benchmarks/streaming.py [--images 200000] [--turns 3]

First a small convolutional network trains on 1,500 images of 3×64×64 (JPEG), in memory and streamed in turns; the
ratio is the median of images a second, of which decoding should not be the limit (goal ≥ 0.9); then on the same images
as rows of a .npy file, and the same network on the same files in the usual loop of PyTorch, of which a `DataLoader`
decodes ahead in a process a core (goal ≥ 0.9 of that). Then it trains for some
steps on a folder of so many images (hard links to the same files), in a process of its own: seconds until the first
step, and the most memory that it took (goal ≤ 2 GB).
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

from benchmarks.networks import Layers, row
from models.storage.files import from_json
from studio.running.launch import new_run
from studio.worker.process.control import Control
from studio.worker.session import train

GOAL, MOST_MEMORY = 0.9, 2e9
IMAGES, SIZE, CLASSES, BATCH = 1_500, 64, 10, 50
CNN: Layers = [
    ("conv1", "Conv2d", {"out_channels": 32, "kernel_size": 3, "padding": 1}),
    ("relu1", "ReLU", {}),
    ("conv2", "Conv2d", {"out_channels": 64, "kernel_size": 3, "padding": 1, "stride": 2}),
    ("relu2", "ReLU", {}),
    ("conv3", "Conv2d", {"out_channels": 64, "kernel_size": 3, "padding": 1, "stride": 2}),
    ("relu3", "ReLU", {}),
    ("pool1", "AdaptiveAvgPool2d", {"output_size": 1}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": CLASSES}),
]


class Stepping:
    """Notes when the first progress comes, and stops there if it is to."""

    def __init__(self, control: Control, *, stops: bool) -> None:
        self.speeds: list[float] = []
        self.first = 0.0
        self._control, self._stops = control, stops

    def __call__(self, event: str, facts: dict[str, Any]) -> None:
        if event == "progress" and facts["step"]:
            self.first = self.first or time.perf_counter()
            self.speeds.append(float(facts.get("samples_per_second", 0.0)))
            if self._stops:
                self._control.stop()


def drawn(folder: Path, count: int) -> None:
    """A folder of images with a shape a class, and noise."""
    generator = np.random.default_rng(0)
    coarse = generator.integers(0, 255, (CLASSES, 8, 8, 3), dtype=np.uint8)
    for number in range(count):
        label = number % CLASSES
        image = Image.fromarray(coarse[label]).resize((SIZE, SIZE))
        noise = generator.integers(-20, 20, (SIZE, SIZE, 3))
        pixels = (np.asarray(image).astype(np.int64) + noise).clip(0, 255).astype(np.uint8)
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / str(label) / f"{number}.jpg")


def linked(source: Path, folder: Path, count: int) -> None:
    """A folder of that many images, which are links to those of another."""
    files = [sorted(part.iterdir()) for part in sorted(source.iterdir())]
    for label, group in enumerate(files):
        (folder / str(label)).mkdir(parents=True)
        for number in range(count // CLASSES):
            os.link(group[number % len(group)], folder / str(label) / f"{number}.jpg")


def stored(images: Path, folder: Path) -> dict[str, Any]:
    """The same images as arrays in files; gives the document's data."""
    files = [path for part in sorted(images.iterdir()) for path in sorted(part.iterdir())]
    np.save(folder / "x.npy", np.stack([np.asarray(Image.open(path)) for path in files]))
    np.save(folder / "y.npy", np.array([int(path.parent.name) for path in files]))
    return {"source": "numpy", "path": str(folder / "x.npy"), "y_path": str(folder / "y.npy")}


def speed(data: dict[str, Any], runs: Path, *, stops: bool = False) -> Stepping:
    """Train on images; gives what was seen of its steps."""
    value = row(CNN, [3, SIZE, SIZE]).value()
    value["data"] = data
    value["training"] = {"epochs": 2, "batch_size": BATCH, "samples_over_time": False, "health": False}
    document, _ = from_json(value)
    control = Control()
    seen = Stepping(control, stops=stops)
    outcome = train(new_run(document, None, runs), control=control, listener=seen)
    assert outcome.state in ("finished", "stopped"), outcome
    return seen


def in_folder(images: Path) -> dict[str, Any]:
    """The data of a document that has images in a folder."""
    return {"source": "image_folder", "path": str(images)}


def compared(what: str, data: dict[str, Any], runs: Path, turns: int) -> tuple[float, float]:
    """The median of how fast a training on files is, beside one in memory, and its images a second."""
    ratios, speeds = [], []
    for turn in range(turns):
        kinds = ("resident", "streamed")[:: -1 if turn % 2 else 1]  # the first of two may find the computer busier
        found = {kind: median(speed({**data, "loading": kind}, runs).speeds) for kind in kinds}
        resident, streamed = found["resident"], found["streamed"]
        ratios.append(streamed / resident)
        speeds.append(streamed)
        print(f"{what}: in memory {resident:,.0f} images a second, streamed {streamed:,.0f}: {ratios[-1]:.2f}")
    return median(ratios), median(speeds)


class Pictures(Dataset[tuple[torch.Tensor, int]]):
    """Images of files with the numbers of their folders."""

    def __init__(self, images: Path) -> None:
        self.files = [path for part in sorted(images.iterdir()) for path in sorted(part.iterdir())]

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, int]:
        pixels = torch.from_numpy(np.array(Image.open(self.files[row])))
        return pixels.permute(2, 0, 1), int(self.files[row].parent.name)


def usual(images: Path) -> float:
    """Images a second of the usual loop, behind the first epoch."""
    lazy = {"Conv2d": "LazyConv2d", "Linear": "LazyLinear"}
    network = nn.Sequential(*(getattr(nn, lazy.get(kind, kind))(**params) for _, kind, params in CNN))
    network(torch.zeros(1, 3, SIZE, SIZE))
    optimizer, loss = torch.optim.SGD(network.parameters(), lr=0.01), nn.CrossEntropyLoss()
    loader = DataLoader(Pictures(images), BATCH, shuffle=True, num_workers=os.cpu_count() or 1, persistent_workers=True)
    began = 0.0
    for epoch in range(3):
        began = began if epoch > 1 else time.perf_counter()
        for x, y in loader:
            optimizer.zero_grad()
            loss(network((x.float() - 127.0) / 64.0), y).backward()
            optimizer.step()
    return 2 * IMAGES / (time.perf_counter() - began)


def start(images: Path, runs: Path) -> int:
    """Train on very many images until the first steps are told of; prints seconds and bytes."""
    began = time.perf_counter()
    seen = speed(in_folder(images), runs, stops=True)
    print(seen.first - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    return 0


def main() -> int:
    """Measure both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=200_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--start", nargs=2)
    arguments = parser.parse_args()
    if arguments.start:
        return start(*map(Path, arguments.start))
    with tempfile.TemporaryDirectory() as name:
        folder, few, many = Path(name), Path(name, "few"), Path(name, "many")
        drawn(few, IMAGES)
        runs = folder / "runs"
        (of_folder, streamed), (of_array, _) = (
            compared("folder", in_folder(few), runs, arguments.turns),
            compared("array", stored(few, folder), runs, arguments.turns),
        )
        beside = streamed / median(usual(few) for _ in range(arguments.turns))
        linked(few, many, arguments.images)
        command = [sys.executable, __file__, "--start", str(many), str(folder / "runs")]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    seconds, memory = map(float, told[-2:])
    print(f"streamed / in memory: {of_folder:.2f} of a folder, {of_array:.2f} of an array (goal ≥ {GOAL})")
    print(f"streamed / the usual loop with a prefetching loader: {beside:.2f} of a folder (goal ≥ {GOAL})")
    print(f"{arguments.images:,} images: first steps after {seconds:.1f} s, {memory / 1e9:.2f} GB (goal ≤ 2 GB)")
    return 0 if min(of_folder, of_array, beside) >= GOAL and memory <= MOST_MEMORY else 1


if __name__ == "__main__":
    sys.exit(main())
