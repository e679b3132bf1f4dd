"""The pace of a device: small trainings of each sort of work, timed."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from models.analysis.pace import Pace
from studio.worker.devices import probe

TRIES = 3
SMALL = 20
"""Layers that are called one after another to tell what a call takes."""
FEATURES, ROWS = 512, 128
CHANNELS, SIDE, IMAGES = 32, 28, 4


def paces() -> dict[str, Pace]:
    """The paces of all devices of this computer, the best first."""
    return {device.id: _fastest(torch.device(device.id)) for device in probe()}


def _fastest(device: torch.device) -> Pace:
    """On a processor by one thread and by all: which is faster hangs on the work, and on what else is going on."""
    threads = torch.get_num_threads()
    if device.type != "cpu" or threads == 1:
        return measured(device)
    try:
        torch.set_num_threads(1)
        alone = measured(device)
    finally:
        torch.set_num_threads(threads)
    return Pace(*map(max, alone, measured(device)))


def measured(device: torch.device) -> Pace:
    """What the device does in a second, by the best of some tries: some tenths of a second in all."""
    plane = torch.randn(IMAGES, CHANNELS, SIDE, SIDE, device=device)
    places, narrow = IMAGES * CHANNELS * SIDE * SIDE, 9
    wide = narrow * CHANNELS
    products = _seconds(nn.Linear(FEATURES, FEATURES, device=device), torch.randn(ROWS, FEATURES, device=device))
    of_wide = _seconds(nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, device=device), plane)
    of_narrow = _seconds(nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, groups=CHANNELS, device=device), plane)
    # A place of a window takes a time of its own, beside its products.
    product = max(of_wide - of_narrow, 0.1 * of_wide) / ((wide - narrow) * places)
    place = max(of_narrow / places - narrow * product, 0.1 * product)
    norm = nn.BatchNorm2d(CHANNELS, device=device)
    values = _seconds(nn.Sequential(norm, nn.ReLU()), plane) / (2 * places)
    small = nn.Sequential(*(nn.Linear(8, 8, device=device) if at % 2 else nn.ReLU() for at in range(SMALL)))
    calls = _seconds(small, torch.randn(4, 8, device=device)) / SMALL
    speeds = FEATURES * FEATURES * ROWS / products, 1 / product, 1 / place, 1 / values, 1 / calls
    return Pace(*speeds, 1 / _update(small))


def _seconds(module: Callable[[Tensor], Tensor], given: Tensor) -> float:
    """The shortest time of a pass forward and backward."""
    given = given.clone().requires_grad_()
    return _shortest(given.device, lambda: module(given).sum().backward())  # type: ignore[no-untyped-call]


def _update(module: nn.Module) -> float:
    """The shortest time of an update, with all that goes with it."""
    optimizer = torch.optim.Adam(module.parameters())
    return _shortest(next(module.parameters()).device, optimizer.step)


def _shortest(device: torch.device, work: Callable[[], object]) -> float:
    times = []
    for _ in range(TRIES + 1):
        _wait(device)
        start = time.perf_counter()
        work()
        _wait(device)
        times.append(time.perf_counter() - start)
    return min(times[1:])


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
