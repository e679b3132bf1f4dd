"""The health of layers as series of points, like those that are measured of the run as a whole."""

from __future__ import annotations

from studio.runs.health.record import Health
from studio.runs.metrics.reader import Points

MOST_LAYERS = 60
"""Layers that have series of their own; of more there are the series of the whole network alone."""
GRADIENT, UPDATE = "gradient_norm", "update_to_weight_ratio"


def series_of(health: Health) -> dict[str, Points]:
    """The norm of the gradient and how far a step moves the weights, as a share of their norm: of the network (for the
    ratio the median of its layers), and of each layer that has weights (``gradient_norm/conv1``)."""
    import numpy as np

    tables = {GRADIENT: health.measure("gradient"), UPDATE: health.measure("update ratio")}
    found: dict[str, Points] = {}
    for name, table in tables.items():
        there = np.flatnonzero(~np.isnan(table).all(axis=0))
        if not len(there):
            continue
        known = table[:, there].astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            whole = np.sqrt(np.nansum(np.square(known), axis=1)) if name == GRADIENT else np.nanmedian(known, axis=1)
        found[name] = Points(health.steps, health.epochs, health.times, whole)
        layers = [health.layers[place] for place in there.tolist()]
        for place, layer in enumerate(layers if len(layers) <= MOST_LAYERS else ()):
            found[f"{name}/{layer}"] = Points(health.steps, health.epochs, health.times, known[:, place])
    return found
