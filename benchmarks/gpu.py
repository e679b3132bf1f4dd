"""Training on a graphics card: whole runs of Netloom against loops by hand, and what a card can break.

    python benchmarks/gpu.py [--device cuda] [--seconds 1.5] [--rounds 3]

Needs torch, numpy, networkx, safetensors, psutil and platformdirs; no display. An MLP, a small CNN and a ResNet-18 for
32×32 images learn from synthetic bytes. Netloom trains as `netloom train` does: run folder, curves, events, validation,
checkpoints. The usual script takes single examples through a `DataLoader`; the loop by hand has resident data and the
fused optimizer; "graph" is that loop captured in a CUDA graph, as PyTorch's notes show it. All validate once an epoch
and take turns; ratios are medians over the turns, and one is that of Netloom's captured step alone. Behind them come
checks: the losses of the CPU, NaN, a stop, memory as it was told and where it runs out, the share of telemetry.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.gpu_checks import check_all, synchronize
from benchmarks.networks import Builder, Layers, document, resnet, row
from models.document import Document
from studio.running.launch import new_run
from studio.worker import session
from studio.worker.training.plan import load_model

EXAMPLES, BATCH = 60_000, 128
MLP: Layers = [
    ("flatten1", "Flatten", {}),
    *(("fc1", "Linear", {"out_features": 512}), ("relu1", "ReLU", {})),
    *(("fc2", "Linear", {"out_features": 256}), ("relu2", "ReLU", {})),
    ("fc3", "Linear", {"out_features": 10}),
]
CNN: Layers = [
    *(("conv1", "Conv2d", {"out_channels": 16, "kernel_size": 3, "padding": 1}), ("relu1", "ReLU", {})),
    *(("pool1", "MaxPool2d", {"kernel_size": 2}), ("bn1", "BatchNorm2d", {})),
    *(("conv2", "Conv2d", {"out_channels": 32, "kernel_size": 3, "padding": 1}), ("relu2", "ReLU", {})),
    *(("pool2", "MaxPool2d", {"kernel_size": 2}), ("flatten1", "Flatten", {}), ("fc1", "Linear", {"out_features": 10})),
]

HELD_OUT = 1_000
EPOCH = EXAMPLES // BATCH
"""Steps between two validations."""

Step = Callable[[], int]
"""Takes one training step; returns how many examples it had."""
Way = tuple[Step, nn.Module]


class Case(NamedTuple):
    """A network to measure, and the ratios that Netloom should reach: to the usual script, to the best loop by hand."""

    name: str
    network: Builder
    shape: tuple[int, ...]
    precision: str
    usual: float
    best: float


class Data:
    """Synthetic images of one shape as a file, and batches of them by index without end."""

    def __init__(self, shape: tuple[int, ...], folder: Path, device: torch.device) -> None:
        generator = np.random.default_rng(0)
        self.x = generator.integers(0, 256, (EXAMPLES, *shape), dtype=np.uint8)
        self.y = generator.integers(0, 10, EXAMPLES)
        self.path = folder / f"{'x'.join(map(str, shape))}.npz"
        held_out = {"x_test": self.x[:HELD_OUT], "y_test": self.y[:HELD_OUT]}
        np.savez(self.path, x_train=self.x, y_train=self.y, **held_out)
        self.device = device
        self.mean, self.std = float(self.x.mean()), float(self.x.std())
        self.on_device = torch.from_numpy(self.x).to(device), torch.from_numpy(self.y).to(device)

    def indices(self) -> Iterator[Tensor]:
        """Whole batches of a new order each epoch, beside the data."""
        while True:
            order = torch.randperm(EXAMPLES).to(self.device)
            yield from order.split(BATCH)[: EXAMPLES // BATCH]

    def take(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """A batch, normalized."""
        x, y = self.on_device
        return x.index_select(0, indices).float().sub_(self.mean).div_(self.std), y.index_select(0, indices)


class Images(torch.utils.data.Dataset[tuple[Tensor, int]]):
    """The usual data set: one example at a time."""

    def __init__(self, data: Data) -> None:
        self.data = data

    def __len__(self) -> int:
        return EXAMPLES

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        x = torch.from_numpy(self.data.x[index]).float()
        return x.sub_(self.data.mean).div_(self.data.std), int(self.data.y[index])


class Bench:
    """One network on one device, trained in several ways."""

    def __init__(self, case: Case, data: Data, folder: Path) -> None:
        self.case, self.data, self.folder, self.device = case, data, folder, data.device
        self.half = case.precision == "bfloat16"

    def document(self, epochs: int, **training: Any) -> Document:
        """The network with its data and settings."""
        settings = {"epochs": epochs, "batch_size": BATCH, "precision": self.case.precision, **training}
        data = {"source": "numpy", "path": str(self.data.path)}
        return document(self.case.network, data=data, training=settings)

    def model(self) -> nn.Module:
        """The generated network, as a script would have it."""
        torch.manual_seed(0)
        path = new_run(self.document(1), None, self.folder).source_path
        model = load_model(path.read_text(), path).to(self.device).train()
        return model.to(memory_format=torch.channels_last) if self.half else model  # type: ignore[call-overload]

    def loss(self, model: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
        """What a step minimizes; in mixed precision where the case asks for it."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            return nn.functional.cross_entropy(model(inputs), targets)

    @torch.inference_mode()
    def validate(self, model: nn.Module) -> float:
        """The loss over the examples that are held out."""
        model.eval()
        losses = []
        for rows in torch.arange(HELD_OUT, device=self.device).split(256):  # type: ignore[no-untyped-call]
            losses.append(self.loss(model, *self.data.take(rows)) * len(rows))
        model.train()
        return torch.stack(losses).sum().item() / HELD_OUT

    def netloom(self, epochs: int, **training: Any) -> tuple[float, dict[str, Any]]:
        """Examples per second of a run's later epochs, validation and saving counted, and how it took its steps."""
        times: list[float] = []
        found: dict[str, Any] = {"way": "plain", "captured": 0.0}

        def listen(event: str, facts: dict[str, Any]) -> None:
            if event == "epoch":
                times.append(time.perf_counter())
            elif event == "stepping":
                found.update(facts)

        run = new_run(self.document(epochs, **training), None, self.folder, device=str(self.device))
        outcome = session.train(run, listener=listen)
        assert outcome.state == "finished", outcome
        return EXAMPLES * (epochs - 1) / (times[-1] - times[0]), found

    def usual(self) -> Way:
        """As tutorials write it: a loader of single examples, the plain optimizer, the loss read at every step."""
        model = self.model()
        optimizer = torch.optim.Adam(model.parameters())
        pinned = self.device.type == "cuda"
        loader = torch.utils.data.DataLoader(Images(self.data), BATCH, shuffle=True, pin_memory=pinned)

        def endless() -> Iterator[tuple[Tensor, Tensor]]:
            while True:
                yield from loader

        batches = endless()

        def step() -> int:
            inputs, targets = (part.to(self.device) for part in next(batches))
            optimizer.zero_grad()
            loss = self.loss(model, inputs, targets)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            loss.item()
            return len(targets)

        return step, model

    def by_hand(self) -> Way:
        """Resident bytes and the fused optimizer, nothing watched."""
        model, batches = self.model(), self.data.indices()
        optimizer = torch.optim.Adam(model.parameters(), fused=True)

        def step() -> int:
            inputs, targets = self.data.take(next(batches))
            optimizer.zero_grad()
            self.loss(model, inputs, targets).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            return BATCH

        return step, model

    def graph(self) -> Way:
        """The whole step captured once and replayed, as PyTorch's notes on CUDA graphs show it."""
        model, batches = self.model(), self.data.indices()
        optimizer = torch.optim.Adam(model.parameters(), fused=True, capturable=True)
        indices = next(batches).clone()

        def work() -> None:
            inputs, targets = self.data.take(indices)
            optimizer.zero_grad(set_to_none=True)
            self.loss(model, inputs, targets).backward()  # type: ignore[no-untyped-call]
            optimizer.step()

        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                work()
        torch.cuda.current_stream().wait_stream(stream)
        captured = torch.cuda.CUDAGraph()
        with torch.cuda.graph(captured):
            work()

        alive = model, optimizer  # their memory is the graph's

        def step() -> int:
            indices.copy_(next(batches))
            captured.replay()
            return BATCH * bool(alive)

        return step, model


def speed(bench: Bench, way: Way, seconds: float, *, validates: bool = True) -> float:
    """Examples per second over a stretch of steps, of which the device is never more than 64 behind."""
    step, model = way
    synchronize(bench.device)
    start, count, steps = time.perf_counter(), 0, 0
    while time.perf_counter() - start < seconds:
        count += step()
        steps += 1
        if steps % 64 == 0:
            synchronize(bench.device)
        if validates and steps % EPOCH == 0:
            bench.validate(model)
    synchronize(bench.device)
    return count / (time.perf_counter() - start)


def measure(bench: Bench, seconds: float, rounds: int) -> list[str]:
    """The speeds of one network as lines of a table."""
    ways = {"DataLoader": bench.usual(), "by hand": bench.by_hand()}
    if bench.device.type == "cuda":
        ways["graph"] = bench.graph()
    found: dict[str, list[float]] = {"Netloom": [], "uncaptured": [], "deterministic": [], **{way: [] for way in ways}}
    best = "graph" if "graph" in ways else "by hand"
    speed(bench, ways[best], 0.2)
    alone = speed(bench, ways[best], 0.3, validates=False)
    epochs = max(4, 1 + math.ceil(2 * seconds * alone / EXAMPLES))
    for _ in range(rounds):
        for way, made in ways.items():
            speed(bench, made, 0.1)
            found[way].append(speed(bench, made, seconds))
        rate, stepping = bench.netloom(epochs)
        found["Netloom"].append(rate)
        found["uncaptured"].append(bench.netloom(max(2, epochs // 8), cuda_graph=False)[0])
        found["deterministic"].append(bench.netloom(max(2, epochs // 8), deterministic=True)[0])
    return told(bench.case, found, best, BATCH / stepping["captured"] / alone if stepping["captured"] else 0.0)


def told(case: Case, found: dict[str, list[float]], best: str, step: float) -> list[str]:
    """Speeds and ratios in lines; ``step`` is the ratio of single steps."""
    own, goals = found["Netloom"], {"DataLoader": case.usual, best: case.best}
    lines = [f"| {case.name} ({case.precision}) | " + " | ".join(f"{median(found[way]):,.0f}" for way in found) + " |"]
    for way in [way for way in found if way != "Netloom"]:
        ratio = median(a / b for a, b in zip(own, found[way], strict=True))
        lines.append(f"  Netloom / {way}: {ratio:.2f}" + (f" (goal {goals[way]})" if way in goals else ""))
    return [*lines, f"  captured step / step of the graph: {step:.2f}"] if step else lines


def main() -> int:
    """Measure the networks, then check what a card can break."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--seconds", type=float, default=1.5, help="for each way of each network in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--checks", action="store_true", help="only the checks")
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    print(f"torch {torch.__version__} on {name}, {torch.get_num_threads()} threads", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        if not arguments.checks:
            print("samples/s: Netloom, uncaptured, deterministic, DataLoader, by hand, graph")
            for case in (
                Case("MLP", row(MLP, [1, 28, 28]), (1, 28, 28), "float32", 3.0, 0.95),
                Case("small CNN", row(CNN, [1, 28, 28]), (1, 28, 28), "float32", 3.0, 0.95),
                Case("ResNet-18", resnet(18, 10, small=True), (3, 32, 32), "bfloat16", 1.0, 1.0),
            ):
                data = Data(case.shape, Path(folder), device)
                print(
                    "\n".join(measure(Bench(case, data, Path(folder)), arguments.seconds, arguments.rounds)), flush=True
                )
        return check_all(device, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
