"""What tests share: how much of a battery to run, and how to reach the checkout from a subprocess."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("models", "widgets", "studio")
REAL_DATA = Path(os.environ.get("NETLOOM_DATA", ROOT.parent / "shared" / "data"))
"""Where large real data sets lie, if this computer has them; tests that use one skip where it is absent."""

SHARE = float(os.environ.get("NETLOOM_SOAK") or 0)
"""How much of the long batteries runs under ``make soak``: 1 is all of them."""
SOAK = SHARE > 0
"""True under ``make soak``: limits count as they stand."""


def scaled(soak_count: int, fraction: float = 0.02) -> int:
    """How often to repeat a battery: so often under ``make soak``, otherwise a fraction of it, at least once."""
    return max(1, math.ceil(soak_count * (SHARE if SOAK else fraction)))


def slowness() -> float:
    """How many times longer than on a calm computer a piece of work takes now: this one may be slow, or busy.

    Always 1 under ``make soak``: there the limits count as they stand.
    """
    if SOAK:
        return 1.0
    start = time.perf_counter()
    for _ in range(9_000_000):
        pass
    return max(1.0, (time.perf_counter() - start) / 0.1)


def undisturbed() -> float:
    """Seconds by the clock without those in which this thread was ready to go on and other programs had the processor.

    Its own work counts, and so does whatever it waits for: a lock, a disk, another thread of its process.
    Linux alone tells (``run_delay``, docs.kernel.org/scheduler/sched-stats.html); elsewhere it is the clock.
    """
    while True:
        waited = _run_delay()
        now = time.monotonic()
        if _run_delay() == waited:  # else others had the processor between the two clocks, and one of them misses it
            return now - waited / 1e9


def _run_delay() -> int:
    """Nanoseconds for which this thread was ready to go on and did not; 0 where the system does not tell."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_bytes().split()[1])
    except OSError:
        return 0


def in_time(taken: float, limit: float) -> bool:
    """Whether work took less than so many seconds, with allowance for a computer that is slow or busy."""
    return taken < limit or taken < limit * slowness()


def within(limit: float, measure: Callable[[], float]) -> None:
    """Fail unless work is in time: the first time under ``make soak``, else once of three times, as others may have
    held up one of them. For what work costs, never for what may be lost: of that, each loss counts.

    ``measure`` does the work once more and returns the seconds that it took.
    """
    taken: list[float] = []
    while not taken or not in_time(taken[-1], limit):
        assert len(taken) < (1 if SOAK else 3), f"expected less than {limit} s, took {taken}"
        taken.append(measure())


def clocked(work: Callable[[], object]) -> float:
    """The seconds that a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextmanager
def held_up(path: Path) -> Iterator[None]:
    """A plain file that whoever opens it waits for, as for one on a disk that does not answer (Linux: a lease)."""
    import fcntl

    path.touch()
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)  # which tells the holder that somebody wants it
    handle = os.open(path, os.O_RDWR)
    fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    try:
        yield
    finally:
        os.close(handle)
        signal.signal(signal.SIGIO, before)


def sources(*packages: str) -> list[Path]:
    """Every Python file of the given packages (of all of them, if none is named), in a stable order."""
    return sorted(file for package in packages or PACKAGES for file in (ROOT / package).rglob("*.py"))


def module_name(file: Path) -> str:
    """``studio/cli/__init__.py`` -> ``studio.cli``."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def run_python(
    code: str, *arguments: str, environment: dict[str, str] | None = None, timeout: float = 240
) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a fresh interpreter at the checkout's root; ``environment`` adds to the present one."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
