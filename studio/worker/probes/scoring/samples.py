"""Chosen examples as they are stored, small enough to be looked at many at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.runs.probes.answer import Answer
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe

MOST_NUMBERS = 4_096
"""Numbers of an example that is no image: nobody reads more."""


@probe(rows=[0, 3], side=64)
def samples(asked: Asked) -> Steps:
    """``values`` of the ``rows``: images with at most ``side`` (and never twice as many) pixels a side, other examples
    as far as they are read. ``input`` is the id of an Input. Windows of recordings have ``padding`` and ``waves``."""
    rows = asked.wholes("rows")
    yield 0, len(rows)
    asked.rows.pick(rows[:1])  # refuses what is not there
    values = asked.rows.values(rows, asked.text("input"))
    sounds = asked.rows.sounds(rows, asked.text("input"))
    return Answer({"values": thinned(values, max(asked.whole("side", 96), 8)), **sounds}, {"rows": rows})


def thinned(values: NDArray[Any], side: int) -> NDArray[Any]:
    """Images (N × C × H × W) with every nth pixel alone; long rows cut."""
    if values.ndim == 4:
        step = max(1, max(values.shape[2:]) // side)
        return values[:, :, ::step, ::step]
    if values.ndim == 2 and values.shape[1] > MOST_NUMBERS:
        return np.ascontiguousarray(values[:, :MOST_NUMBERS])
    return values
