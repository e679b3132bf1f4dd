"""The pace of a device: small trainings of each sort of work, timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from models.analysis.pace import Pace
from studio.worker.devices import probe

TRIES = 4
SMALL = 20
"""Layers that are called one after another to tell what a call takes."""
FEATURES, ROWS = 512, 128
CHANNELS, SIDE, IMAGES, KERNEL = 32, 28, 4, 9
PLACES = IMAGES * CHANNELS * SIDE * SIDE


def paces() -> dict[str, Pace]:
    """The paces of all devices of this computer, the best first."""
    return {device.id: measured(torch.device(device.id)) for device in probe()}


def measured(device: torch.device) -> Pace:
    """What the device does in a second, by the best of some tries: some tenths of a second in all.

    On a processor each sort is tried by one thread and by all: which is faster hangs on the work, and on what else the
    computer does.
    """
    works = _works(device)
    times = [_tried(works)]
    threads = torch.get_num_threads()
    if device.type == "cpu" and threads > 1:
        try:
            torch.set_num_threads(1)
            times.append(_tried(works))
        finally:
            torch.set_num_threads(threads)
    products, wide, narrow, values, calls, update = map(min, zip(*times, strict=True))
    # A place of a window takes a time of its own, beside its products.
    product = max(wide - narrow, wide / 2) / ((CHANNELS - 1) * KERNEL * PLACES)
    place = max(narrow / PLACES - KERNEL * product, product)
    speeds = FEATURES * FEATURES * ROWS / products, 1 / product, 1 / place, 2 * PLACES / values, SMALL / calls
    return Pace(*speeds, 1 / update)


def _works(device: torch.device) -> list[Callable[[], object]]:
    """A pass forward and backward of each sort: products, windows over all channels and over one, values, calls; and an
    update."""
    plane = torch.randn(IMAGES, CHANNELS, SIDE, SIDE, device=device)
    small = nn.Sequential(*(nn.Linear(8, 8, device=device) if at % 2 else nn.ReLU() for at in range(SMALL)))
    return [
        _both_ways(nn.Linear(FEATURES, FEATURES, device=device), torch.randn(ROWS, FEATURES, device=device)),
        _both_ways(nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, device=device), plane),
        _both_ways(nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, groups=CHANNELS, device=device), plane),
        _both_ways(nn.Sequential(nn.BatchNorm2d(CHANNELS, device=device), nn.ReLU()), plane),
        _both_ways(small, torch.randn(4, 8, device=device)),
        torch.optim.Adam(small.parameters()).step,
    ]


def _both_ways(module: nn.Module, given: Tensor) -> Callable[[], object]:
    given = given.clone().requires_grad_()
    return lambda: module(given).sum().backward()


def _tried(works: Sequence[Callable[[], object]]) -> list[float]:
    """The shortest time of each."""
    return [_shortest(work) for work in works]


def _shortest(work: Callable[[], object]) -> float:
    times = []
    for _ in range(TRIES + 1):
        _wait()
        start = time.perf_counter()
        work()
        _wait()
        times.append(time.perf_counter() - start)
    return min(times[1:])


def _wait() -> None:
    """Let the devices finish what was begun."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    elif torch.backends.mps.is_available():
        torch.mps.synchronize()
