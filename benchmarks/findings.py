"""Findings of long networks: the cost per node, and how long looking for them keeps the window at a time.

Both by the processor's clock, in one run: all checks at once, as the command line asks them, against the slices in
which the window does (`studio.controllers.examination`).
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.analysis import best_of
from benchmarks.networks import chain, document
from models.checks import findings, search
from models.document import Document
from studio.controllers.examination import SLICE
from studio.data.known import known_data

FRAME, FLAT_GOAL = 16.0, 2.0
"""Milliseconds, and the largest to the smallest cost per node."""


def longest_slice(opened: Document, known: object) -> float:
    """The most milliseconds that looking keeps the window: a slice, and the check that overruns it."""
    longest, start = 0.0, time.process_time()
    for _ in search(opened, known):
        now = time.process_time()
        if now - start > SLICE:
            longest, start = max(longest, now - start), now
    return max(longest, time.process_time() - start) * 1e3


def main() -> int:
    """Measure and print; exit code 1 if a goal is missed."""
    costs, missed = {}, False
    for count in (100, 1_000, 5_000, 10_000):
        opened = document(chain(count))
        known = known_data(opened.data, None)
        whole = best_of(lambda: findings(opened, known), 8, time.process_time)  # noqa: B023
        part = best_of_slices(opened, known)
        costs[count] = whole / count * 1e3
        missed |= count <= 5_000 and part > FRAME
        print(
            f"chain of {count:,}: {whole:.1f} ms at once, {costs[count]:.1f} µs a node; "
            f"{part:.1f} ms at a time = {part / whole:.2f} of it"
        )
    flat = max(costs.values()) / min(costs.values())
    print(f"largest to smallest cost per node: {flat:.2f} (goal {FLAT_GOAL}); a frame is {FRAME:.0f} ms")
    return int(missed or flat > FLAT_GOAL)


def best_of_slices(opened: Document, known: object) -> float:
    """The shortest of some runs' longest slices: what a calm computer keeps the window for."""
    return min(longest_slice(opened, known) for _ in range(8))


if __name__ == "__main__":
    sys.exit(main())
