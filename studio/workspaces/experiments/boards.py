"""From the progress of an experiment to what its views show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from models.training.metrics import Measure, measure_of
from studio.experiments import results
from studio.experiments.axis import Axis
from studio.experiments.dotted import short_names, value_text
from studio.experiments.progress import Progress, best_of
from studio.experiments.searches import SEARCHES
from widgets.experiments.board import Board, Column, Mark, Tick
from widgets.experiments.verdicts import Judgment

FEW = 12
"""Steps of a range that are shown as values, each with a cell of its own."""
NOTHING = "·"
"""Stands for a setting that a trial leaves as it is."""


class Outcome(NamedTuple):
    """All that is shown of an experiment; ``best`` is the number of the best trial, -1 for none."""

    board: Board
    best: int
    sentence: str
    importance: Mapping[str, float]
    judgments: Sequence[Judgment]
    curve: Sequence[results.CurvePoint]
    curve_verdict: str
    is_curve: bool


def outcome_of(progress: Progress) -> Outcome:
    """What came of an experiment so far; for a thread, as there may be thousands of runs."""
    best = best_of(list(progress.trials.values()), progress)
    return Outcome(
        board_of(progress),
        -1 if best is None else best.number,
        results.sentence(progress),
        results.importance(progress),
        judgments_of(progress),
        results.learning_curve(progress),
        results.curve_verdict(progress),
        progress.experiment.names == [results.SHARE],
    )


def board_of(progress: Progress) -> Board:
    """The trials from the best to the worst, laid out on their axes."""
    names = progress.experiment.names
    short, measure = short_names(names), measure_of(progress.metric)
    axes = [_axis(progress, name) for name in names]
    rows = results.rows(progress)
    low, high = _span([row.estimate.mean for row in rows if row.estimate])
    marks = [
        Mark(
            row.trial.number,
            [_place(axis, row.trial.settings.get(name)) for name, axis in zip(names, axes, strict=True)],
            None if row.estimate is None else (row.estimate.mean - low) / (high - low),
            [value_text(row.trial.settings[name]) if name in row.trial.settings else NOTHING for name in names],
            results.value_text(row.estimate, measure) if row.estimate else "–",
            row.state,
            row.words,
        )
        for row in rows
    ]
    columns = [Column(short[name], _ticks(axis), bool(axis.values)) for name, axis in zip(names, axes, strict=True)]
    return Board(columns, _metric(measure, low, high), marks, progress.lower_is_better)


def judgments_of(progress: Progress) -> list[Judgment]:
    """The verdicts of an ablation."""
    return [
        Judgment(
            verdict.words,
            verdict.difference.mean if verdict.difference else None,
            verdict.difference.half if verdict.difference else None,
            verdict.kind,
            verdict.text,
        )
        for verdict in results.verdicts(progress)
    ]


def _axis(progress: Progress, name: str) -> Axis:
    """The axis of a setting; of one that changes alone the values that it took, of a range in a grid its few steps."""
    found = next((axis for axis in progress.experiment.axes if axis.name == name), None)
    if found and not SEARCHES[progress.experiment.search].is_drawn and len(steps := found.points()) <= FEW:
        return Axis(name, steps)
    values = [change[name] for change in progress.experiment.changes if name in change]
    return found or Axis(name, tuple(value for place, value in enumerate(values) if value not in values[:place]))


def _place(axis: Axis, value: Any) -> float | None:
    if value is None:
        return None
    if axis.values:
        if value not in axis.values:
            return None
        return axis.values.index(value) / (len(axis.values) - 1) if len(axis.values) > 1 else 0.5
    if axis.log:
        return math.log(value / axis.low) / math.log(axis.high / axis.low) if value > 0 else None
    return (float(value) - axis.low) / (axis.high - axis.low)


def _ticks(axis: Axis) -> list[Tick]:
    values: Sequence[Any] = axis.values or [axis.at(share) for share in (0.0, 0.5, 1.0)]
    return [Tick(place, value_text(value)) for value in values if (place := _place(axis, value)) is not None]


def _metric(measure: Measure, low: float, high: float) -> Column:
    title = f"{measure.part} {measure.words}".strip()
    return Column(title, [Tick(share, measure.text(low + share * (high - low), 3)) for share in (0.0, 0.5, 1.0)])


def _span(values: Sequence[float]) -> tuple[float, float]:
    """The ends of the metric's axis, apart from each other."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.5, low + 0.5)
