"""What a walk by hand leaves out of the settings of a training, as a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.layers.terminals import Output
from models.training.settings import FILE, NONE, RUN

if TYPE_CHECKING:
    from models.network import Network
    from models.training.settings import TrainingSettings

MOST_NAMED = 3
"""Settings that are told of by name."""


def left_out(network: Network, settings: TrainingSettings) -> str:
    """The settings that a training heeds and a walk does not: it has one batch, one learning rate and no data; "" where
    there are none."""
    losses = [node.layer.loss for node in network if isinstance(node.layer, Output)]
    schedule = settings.warmup or not settings.schedule.stays()  # type: ignore[attr-defined]
    found = {
        "class weights": any(getattr(loss, "class_weights", "") for loss in losses),
        "the schedule": bool(schedule),
        "the weights to start from": settings.start_from in (RUN, FILE),
        "pruning": settings.sparsity > 0,
        "accumulation": settings.accumulate > 1,
        "averaged weights": settings.average != NONE,
        "augmentation": bool(settings.augmentation),
        "scaled targets": settings.scale_targets and any(getattr(loss, "scales", False) for loss in losses),
    }
    names = [name for name, is_set in found.items() if is_set]
    if len(names) > MOST_NAMED:
        names = [*names[: MOST_NAMED - 1], f"{len(names) - MOST_NAMED + 1} more settings"]
    *first, last = names or [""]
    listed = f"{', '.join(first)} and {last}" if first else last
    return f"A training also heeds {listed}; this walk does not." if names else ""
