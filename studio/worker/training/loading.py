"""Reading a run's data beside the training's own thread, so that a stop is heard meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from models.training.objectives import Objective, Unit
from studio.data import Data, DataError, dataset_from
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.samples.scale import Scale, read_scale
from studio.worker.errors import TRAINING_FAILURES
from studio.worker.process.aside import Aside
from studio.worker.process.control import Control, Ended

LISTENS_EVERY = 0.05
LAST_WORD = 0.5
"""Seconds that reading data may go on after it was told to end, before it is left behind."""


def load_data(
    settings: dict[str, Any],
    document_path: str | None,
    control: Control,
    loaded: Callable[[int, int], None],
    *,
    whole: bool = False,
) -> Data:
    """The data that a document's ``settings`` name, relative to where the document lay.

    ``loaded`` is told how much is done of how much, from another thread; ``whole`` does without a split. Raises
    `DataError`, `Ended` when asked to end, and what reading data may raise.
    """
    dataset, _ = dataset_from(settings)
    base = Path(document_path).parent if document_path else None

    def tell(done: int, total: int) -> None:
        control.end_if_asked()
        loaded(done, total)

    load = dataset.load_whole if whole else dataset.load
    reading = Aside(lambda: load(base, tell), (DataError, Ended, *TRAINING_FAILURES))
    while reading.is_going_on and not control.ends:
        reading.wait(LISTENS_EVERY)
    if control.ends:
        reading.wait(LAST_WORD)
        raise Ended(left_behind=reading.is_going_on)
    return reading.result()


def scale_of(data: Data, inputs: list[str], objectives: Sequence[Objective]) -> Scale:
    """How data is scaled for the Inputs of these ids, the classes and units at the Outputs, and what else it
    takes to read other data alike; raises `DataError`."""
    columns = {id: data.input(id) for id in inputs}
    ends = {
        id: None if column.mean is None or column.std is None else (column.mean, column.std)
        for id, column in columns.items()
    }
    features = {id: column.features for id, column in columns.items() if column.features}
    middles = {id: column.middle for id, column in columns.items() if column.middle is not None}
    limits = {id: column.limits for id, column in columns.items() if column.limits is not None}
    classes = {item.output: data.target(item.output).classes for item in objectives}
    units = {item.output: item.unit for item in objectives if item.unit is not None}
    arrays = {output: (mean.cpu().numpy(), std.cpu().numpy()) for output, (mean, std) in units.items()}
    vocabularies = {id: column.vocabulary for id, column in columns.items() if column.vocabulary}
    spans = {id: column.span for id, column in columns.items() if len(column.shape) == 3 and column.dtype.kind != "i"}
    return Scale(ends, classes, features, middles, arrays, vocabularies, spans, data.found, limits)  # type: ignore[arg-type]  # of numbers


def units_in(scale: Scale | None) -> dict[str, Unit]:
    """The units of targets that a run has kept; none where it did not scale them."""
    units = scale.units if scale else {}
    return {output: (torch.from_numpy(mean), torch.from_numpy(std)) for output, (mean, std) in units.items()}


def kept_units(folder: RunFolder, *, resuming: bool) -> dict[str, Unit] | None:
    """The units that a run has had from its beginning; None where it is for the data to tell them."""
    try:
        scale = read_scale(folder.scale_path)
    except RunError:
        return None
    # Without a checkpoint it begins anew: it may have ended just before its scale was written.
    goes_on = resuming and bool(folder.checkpoints.steps())
    return units_in(scale) if scale or goes_on else None
