"""The health of layers as series of points, beside those of the run as a whole."""

from __future__ import annotations

from studio.runs.health.record import Health
from studio.runs.metrics.reader import Points

MOST_LAYERS = 60
"""Layers that have series of their own; of more nobody would choose one from a list."""
MEASURES = {"gradient_norm": "gradient", "update_ratio": "update ratio"}
"""By the name of the series, as the whole network's is called in the log of metrics."""


def series_of(health: Health) -> dict[str, Points]:
    """The norm of the gradient of each layer that has weights (``gradient_norm/conv1``), and how far a step moves its
    weights, as a share of their norm; none of a network of very many layers."""
    import numpy as np

    found: dict[str, Points] = {}
    for name, measure in MEASURES.items():
        table = health.measure(measure)
        there = np.flatnonzero(~np.isnan(table).all(axis=0)).tolist()
        for place in there if len(there) <= MOST_LAYERS else ():
            values = table[:, place].astype(np.float64)
            found[f"{name}/{health.layers[place]}"] = Points(health.steps, health.epochs, health.times, values)
    return found
