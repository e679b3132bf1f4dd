"""Training throughput on a graphics card: a DataLoader script, the best loop by hand, and Netloom's way of stepping.

    python benchmarks/gpu.py [--device cuda] [--seconds 4]

Needs torch and numpy alone, no display and no other part of Netloom. An MLP, a small CNN and a ResNet-18 for 32×32
images learn from synthetic bytes. "resident" is what Netloom's worker does: bytes on the device, batches by indexing,
fused optimizer, losses left on the device and the finite check there too. The hand-written loop is the same without any
of the watching; "graph" captures its whole step in a CUDA graph, to show what that would bring. Ratios of medians over
rounds in which all take turns.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median

import numpy as np
import torch
from torch import Tensor, nn

Step = Callable[[], int]
"""Takes one training step; returns how many examples it had."""


def mlp() -> nn.Module:
    """784-512-256-10."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10)
    )


def cnn() -> nn.Module:
    """Two convolutions with pooling and batch normalization, one linear layer."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.BatchNorm2d(16)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32 * 49, 10)),
    )


class Block(nn.Module):
    """A basic residual block (He et al. 2016)."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *(nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()),
            *(nn.Conv2d(after, after, 3, 1, 1, bias=False), nn.BatchNorm2d(after)),
        )
        same = before == after and stride == 1
        self.skip = nn.Identity() if same else nn.Conv2d(before, after, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.body(x) + self.skip(x))


def resnet18() -> nn.Module:
    """ResNet-18 with the small stem that 32×32 images take."""
    layers: list[nn.Module] = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    before = 64
    for after, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [Block(before, after, stride), Block(after, after, 1)]
        before = after
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


class Images(torch.utils.data.Dataset[tuple[Tensor, int]]):
    """The usual data set: one example at a time."""

    def __init__(self, x: np.ndarray, y: np.ndarray) -> None:
        self.x, self.y = x, y

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return torch.from_numpy(self.x[index]).float().sub_(127.5).div_(74.0), int(self.y[index])


class Data:
    """Synthetic images of one shape, and batches of them by index without end."""

    def __init__(self, shape: tuple[int, ...], examples: int, batch: int, device: torch.device) -> None:
        generator = np.random.default_rng(0)
        self.x = generator.integers(0, 256, (examples, *shape), dtype=np.uint8)
        self.y = generator.integers(0, 10, examples)
        self.batch, self.device = batch, device
        self.on_device = torch.from_numpy(self.x).to(device), torch.from_numpy(self.y).to(device)

    def indices(self) -> Iterator[Tensor]:
        """Whole batches of a new order each epoch, beside the data."""
        while True:
            order = torch.randperm(len(self.x)).to(self.device)
            yield from order.split(self.batch)[: len(self.x) // self.batch]

    def take(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """A batch, normalized."""
        x, y = self.on_device
        return x.index_select(0, indices).float().sub_(127.5).div_(74.0), y.index_select(0, indices)


def usual(make: Callable[[], nn.Module], data: Data) -> Step:
    """As tutorials write it: a loader of single examples, the plain optimizer, the loss read at every step."""
    model = make().to(data.device).train()
    optimizer, loss_function = torch.optim.Adam(model.parameters()), nn.CrossEntropyLoss()
    pinned = data.device.type == "cuda"
    loader = torch.utils.data.DataLoader(Images(data.x, data.y), data.batch, shuffle=True, pin_memory=pinned)

    def endless() -> Iterator[tuple[Tensor, Tensor]]:
        while True:
            yield from loader

    batches = endless()

    def step() -> int:
        inputs, targets = (part.to(data.device) for part in next(batches))
        optimizer.zero_grad()
        loss = loss_function(model(inputs), targets)
        loss.backward()
        optimizer.step()
        loss.item()
        return len(targets)

    return step


def by_hand(make: Callable[[], nn.Module], data: Data, *, watched: bool = False) -> Step:
    """Resident bytes, fused optimizer, channels-last on the CPU; with ``watched`` all that Netloom adds to a step."""
    model = make()
    if data.device.type == "cpu":
        model = model.to(memory_format=torch.channels_last)
    model = model.to(data.device).train()
    optimizer, loss_function = torch.optim.Adam(model.parameters(), fused=True), nn.CrossEntropyLoss()
    batches = data.indices()
    bad = torch.zeros((), device=data.device)
    pending: list[tuple[Tensor, Tensor, Tensor]] = []

    def watch(loss: Tensor, outputs: Tensor, targets: Tensor) -> None:
        nonlocal bad
        bad = torch.maximum(bad, (~torch.isfinite(loss)).to(bad.dtype))
        optimizer.found_inf = bad
        pending.append((loss, outputs, targets))
        if len(pending) == 256:
            losses, scores, classes = zip(*pending, strict=True)
            torch.stack(losses).tolist()
            (torch.cat(scores).argmax(1) == torch.cat(classes)).sum().item()
            pending.clear()

    def step() -> int:
        inputs, targets = data.take(next(batches))
        outputs = model(inputs)
        loss = loss_function(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        if watched:
            watch(loss.detach(), outputs.detach(), targets)
        optimizer.step()
        return len(targets)

    return step


def graph(make: Callable[[], nn.Module], data: Data) -> Step:
    """The whole step captured once and replayed, as PyTorch's notes on CUDA graphs show it."""
    model = make().to(data.device).train()
    optimizer = torch.optim.Adam(model.parameters(), fused=True, capturable=True)
    loss_function, batches = nn.CrossEntropyLoss(), data.indices()
    indices = next(batches).clone()

    def work() -> None:
        inputs, targets = data.take(indices)
        optimizer.zero_grad(set_to_none=True)
        loss_function(model(inputs), targets).backward()
        optimizer.step()

    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            work()
    torch.cuda.current_stream().wait_stream(stream)
    captured = torch.cuda.CUDAGraph()
    optimizer.zero_grad(set_to_none=True)
    with torch.cuda.graph(captured):
        work()

    def step() -> int:
        indices.copy_(next(batches))
        captured.replay()
        return data.batch

    return step


def speed(step: Step, device: torch.device, seconds: float) -> float:
    """Examples per second over a stretch of steps."""
    synchronize(device)
    start = time.perf_counter()
    count = 0
    while time.perf_counter() - start < seconds:
        count += sum(step() for _ in range(4))
        if device.type == "cuda" and count % 64 == 0:
            torch.cuda.current_stream().synchronize()  # the queue must not grow beyond what is measured
    synchronize(device)
    return count / (time.perf_counter() - start)


def synchronize(device: torch.device) -> None:
    """Wait for all work on the device."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def measure(name: str, make: Callable[[], nn.Module], data: Data, seconds: float, rounds: int) -> None:
    """Print the speeds and ratios of one network."""
    steps = {
        "DataLoader": usual(make, data),
        "by hand": by_hand(make, data),
        "resident": by_hand(make, data, watched=True),
    }
    if data.device.type == "cuda":
        steps["graph"] = graph(make, data)
    for step in steps.values():
        step()
    found: dict[str, list[float]] = {way: [] for way in steps}
    for _ in range(rounds):
        for way, step in steps.items():
            found[way].append(speed(step, data.device, seconds / rounds))
    print(f"{name}: " + ", ".join(f"{way} {median(speeds):,.0f} samples/s" for way, speeds in found.items()))
    pairs = [("resident", "by hand"), ("resident", "DataLoader"), ("graph", "by hand")]
    for first, second in pairs:
        if first in found:
            ratio = median(a / b for a, b in zip(found[first], found[second], strict=True))
            print(f"  {first} / {second}: {ratio:.3f}")


def main() -> int:
    """Measure the three networks."""
    best = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default=best)
    parser.add_argument("--seconds", type=float, default=4.0, help="for each way of each network")
    parser.add_argument("--rounds", type=int, default=4)
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    large = device.type != "cpu"
    torch.backends.cudnn.benchmark = True
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    print(f"torch {torch.__version__} on {name}, {torch.get_num_threads()} threads")
    for title, make, shape, batch in (
        ("MLP", mlp, (1, 28, 28), 128),
        ("small CNN", cnn, (1, 28, 28), 128),
        ("ResNet-18", resnet18, (3, 32, 32), 128 if large else 16),
    ):
        data = Data(shape, 60_000 if large else 4_096, batch, device)
        measure(title, make, data, arguments.seconds, arguments.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
