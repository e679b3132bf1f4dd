"""Which batch size is fast: examples per second and memory for one after the other, each twice the one before."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import torch

from studio.worker.errors import TRAINING_FAILURES, is_out_of_memory
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.trying.attempt import DOUBTFUL, EXAMPLE, GOOD, Attempt, Verdict

SMALLEST, LARGEST = 8, 8192
WARM, FEWEST, SECONDS = 2, 3, 0.2
"""Steps before any timing, and how many steps or how much time are timed."""
FAST = 0.95
"""A batch size is fast that reaches this share of the best."""
MB = 2**20


@probe(of_run=False, is_timed=True, document=EXAMPLE, most=32, path="")
def speed(asked: Asked) -> Steps:
    """``sizes``, ``rates`` in examples per second, ``memory`` in MB at most: of the graphics card, or of this process.

    It ends where there are no more examples, the memory comes to its end, or twice in a row nothing is won.
    """
    attempt = Attempt(asked)
    most = min(asked.whole("most", LARGEST), LARGEST, len(attempt.plan.train))
    sizes = [size for size in (SMALLEST << step for step in range(11)) if size <= most] or [most]
    found: list[tuple[int, float, float]] = []
    end = ""
    for number, size in enumerate(sizes):
        if end := _too_large(attempt, found):
            break
        try:
            times: list[float] = []
            memory = _Memory(attempt.device)
            picked = attempt.rows(size)
            while len(times) < WARM + FEWEST or sum(times[WARM:]) < SECONDS:
                start = time.perf_counter()
                attempt.step(picked)
                times.append(time.perf_counter() - start)
                yield number, len(sizes)
        except FloatingPointError:
            end = "The loss became NaN."
            break
        except TRAINING_FAILURES as error:
            if not is_out_of_memory(error):
                raise
            end = f"The memory ran out at {size:,}."
            break
        # The shortest time, since other programs may take the processor for some of the steps.
        found.append((size, size / min(times[WARM:]), memory.most()))
        if len(found) > 2 and max(rate for _, rate, _ in found[-2:]) < max(rate for _, rate, _ in found):
            break
    names = ("sizes", "rates", "memory")
    columns = zip(*found, strict=True) if found else ((), (), ())
    arrays = {name: np.array(column) for name, column in zip(names, columns, strict=True)}
    present = attempt.plan.batch_size
    return attempt.answer(_verdict(found, present), arrays, end=end, present=present)


def _too_large(attempt: Attempt, found: list[tuple[int, float, float]]) -> str:
    """Why the next size is not tried: on the CPU nothing tells of an end but that the process is killed."""
    if attempt.device.type == "cuda" or len(found) < 2:
        return ""
    grows = 2 * max(0.0, found[-1][2] - found[-2][2]) * MB
    return "The memory would come to its end." if grows > psutil.virtual_memory().available / 2 else ""


class _Memory:
    """How much memory is taken at most from now on."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)
        else:
            with suppress(OSError):  # Linux alone forgets what was highest
                Path("/proc/self/clear_refs").write_text("5")

    def most(self) -> float:
        """In MB."""
        if self._device.type == "cuda":
            return torch.cuda.max_memory_allocated(self._device) / MB
        with suppress(OSError, ValueError, StopIteration):
            lines = Path("/proc/self/status").read_text().splitlines()
            return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 1024
        return float(psutil.Process().memory_info().rss / MB)


def _verdict(found: list[tuple[int, float, float]], present: int) -> Verdict:
    if not found:
        return Verdict(DOUBTFUL, "Not even the smallest batch went through.")
    best = max(rate for _, rate, _ in found)
    size, rate, _ = next(item for item in found if item[1] >= FAST * best)
    near = min(found, key=lambda item: abs(np.log2(item[0] / present)))
    if near[1] >= FAST * best or size == near[0]:
        how = f"{near[1]:,.0f} examples a second"
        return Verdict(GOOD, f"Your batch size, {present:,}, is about as fast as any: {how}.")
    whose = f"your {present:,}" if near[0] == present else f"near your {present:,}"
    times = f"{rate / near[1]:.1f} times as many as {whose}"
    return Verdict(DOUBTFUL, f"{size:,} gives {rate:,.0f} examples a second, {times}.", "batch_size", size)
