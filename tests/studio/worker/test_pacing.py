"""The pace of the processor: numbers that can be."""

from __future__ import annotations

import math

from studio.worker.pacing import paces


def test_the_processor_is_measured_behind_all_cards() -> None:
    *_, (device, pace) = paces().items()
    assert device == "cpu"
    assert all(math.isfinite(each) and each > 0 for each in pace)
    # A processor multiplies far more often in a second than it begins something.
    assert pace.products > 100 * pace.calls and pace.windows > pace.places and pace.calls > pace.updates
