"""What a network answers on average with a column of a table set to each value (partial dependence, Friedman 2001)."""

from __future__ import annotations

import numpy as np
import torch

from studio.runs.probes.answer import Answer
from studio.worker.predicting.chances import probabilities
from studio.worker.probes.looking.importance import table_of
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.probing.rows import MOST_AT_ONCE, ready
from studio.worker.training.loop import outputs_of

TAILS = (0.01, 0.99)
"""Quantiles between which values are tried: beyond them lie few examples, and the network has not seen much."""


@probe(suits="tables", column=1, points=7)
def dependence(asked: Asked) -> Steps:
    """``values`` of the ``column`` as they are stored, and for each ``mean`` (outputs × values): the probability of
    each class, or the number that is predicted, over at most 512 examples with the column set to it.

    ``deciles`` are nine values of the column below which a tenth, two tenths … of these examples lie. Of columns with
    at most ``points`` different values each is tried; of others as many between their 1st and 99th percentile.
    """
    rows, goal, column = asked.rows, asked.goal, asked.whole("column")
    chosen = rows.some(MOST_AT_ONCE)
    inputs = table_of(rows.pick(chosen)[0])
    stored = rows.values(chosen)
    if not 0 <= column < stored.shape[1]:
        raise ProbeError(f"The table has {stored.shape[1]:,} columns, counted from 0. Choose one of them.")
    points = max(2, min(asked.whole("points", 40), 200))
    values = np.unique(stored[:, column])
    if len(values) > points:
        low, high = np.quantile(stored[:, column], TAILS).tolist()
        values = np.linspace(low, high, points).astype(stored.dtype)
    means = []
    for number, value in enumerate(values):
        changed = stored.copy()
        changed[:, column] = value
        with torch.inference_mode():
            output = outputs_of(asked.bench.model, (ready(rows, changed), *inputs[1:]))[goal.place]
            means.append(probabilities(output, goal).mean((0, 2)))
        yield number + 1, len(values)
    names = list(rows.data.input(rows.inputs[0]).features)
    arrays = {
        "values": values.astype(np.float64),
        "mean": torch.stack(means, 1).double().cpu().numpy(),
        "deciles": np.quantile(stored[:, column], np.arange(1, 10) / 10),
    }
    return Answer(arrays, {"column": column, "features": names, "examples": len(chosen)})
