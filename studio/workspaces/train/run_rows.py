"""A run's summary as the run list shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from statistics import fmean, stdev
from typing import Any

from models.basics.quantities import epochs_text
from models.training import OPTIMIZERS, SCHEDULES
from models.training.metrics import main_measure, measure_of
from studio.runs.events import Event
from studio.runs.summary import RunSummary
from studio.runs.table.seeds import group_text
from widgets.runs.run_list import LIVE
from widgets.runs.run_model import RunRow

GROUP = "group:"
"""What the id of a row begins with that stands for several runs."""
STATES = {"started": "running", "resumed": "running", "epoch": "running", "paused": "paused"}
"""The state of a run after an event; ends are read from the folder, since they need a reason."""


def row_of(summary: RunSummary) -> RunRow:
    """The row of a run: its best validation metric (the loss where there is no metric) and how far it came."""
    epochs = planned_epochs(summary.settings)
    total = f" of {epochs:,}" if epochs else ""
    note = " · ".join(part for part in (*summary.tags, summary.note, *_notes(summary.settings), summary.title) if part)
    done = f"{epochs_text(summary.epochs)}{total}"
    return RunRow(
        summary.id, summary.name, note, summary.state, best_text(summary.best), done, summary.reason,
        summary.starred,
    )  # fmt: skip


def planned_epochs(settings: Mapping[str, Any]) -> int | None:
    """How many epochs the settings of a run ask for; None where they count updates, or say nothing of it."""
    epochs = settings.get("epochs")
    return epochs if isinstance(epochs, int) and not settings.get("updates") else None


def listed(runs: Sequence[RunSummary], groups: Mapping[str, Sequence[str]], unfolded: Collection[str]) -> list[RunRow]:
    """The rows of runs in order; those that only the seed tells apart stand under one, if it is unfolded."""
    group_of = {id: group for group, members in groups.items() for id in members}
    members: dict[str, list[RunSummary]] = {}
    for run in runs:
        members.setdefault(group_of.get(run.id, run.id), []).append(run)
    rows: list[RunRow] = []
    for group, those in members.items():
        if len(those) == 1:
            rows.append(row_of(those[0]))
            continue
        rows.append(_row_of_group(group, those, group in unfolded))
        rows += [row_of(run)._replace(inside=True) for run in those if group in unfolded]
    return rows


def _row_of_group(group: str, runs: Sequence[RunSummary], unfolded: bool) -> RunRow:
    first = row_of(runs[0])
    state = next((run.state for run in runs if run.state in LIVE), "")
    done = f"{len(runs)} runs"
    name = group_text([run.name for run in runs], [run.settings.get("seed") for run in runs])
    return RunRow(
        GROUP + group, name, first.note, state, mean_text(runs), done,
        members=tuple(run.id for run in runs), unfolded=unfolded,
    )  # fmt: skip


def mean_text(runs: Sequence[RunSummary]) -> str:
    """The mean of the best validation values of some runs, with their standard deviation."""
    name = main_measure(runs[0].best)
    values = [run.best[name] for run in runs if name in run.best and isfinite(run.best[name])]
    if len(values) < 2:
        return best_text(runs[0].best)
    measure = measure_of(name)
    return f"{measure.text(fmean(values))} ± {measure.text(stdev(values)).removesuffix(' %')}"


def after(summary: RunSummary, events: Sequence[Event]) -> RunSummary:
    """A live run's summary after more events, without reading the whole run again."""
    best, epochs, state = dict(summary.best), summary.epochs, summary.state
    for event in events:
        what = event["event"]
        state = STATES.get(what, state)
        if what == "epoch":
            epochs = float(event.get("epoch", epochs))
            for name, value in event.get("values", {}).items():
                if isinstance(value, int | float) and isfinite(value):
                    better = min if measure_of(name).lower_is_better else max
                    best[name] = better(best.get(name, value), value)
    return replace(summary, best=best, epochs=epochs, state=state)


def best_text(best: dict[str, float]) -> str:
    """The best validation value: of the run's first metric, else of the loss."""
    name = main_measure(best)
    return measure_of(name).text(best[name]) if name else "–"


def _notes(settings: dict[str, Any]) -> Iterator[str]:
    """What tells runs apart at a glance: optimizer, learning rate and what else was set, and a schedule that falls."""
    optimizer, schedule = settings.get("optimizer"), settings.get("schedule")
    if isinstance(optimizer, dict):
        given = optimizer.get("params")
        params = given if isinstance(given, dict) else {}
        kind = str(optimizer.get("kind", ""))
        rate = params.get("lr", OPTIMIZERS[kind]().lr if kind in OPTIMIZERS else None)
        yield f"{kind}{f' {rate:g}' if isinstance(rate, int | float) else ''}"
        for name, value in params.items():
            words = str(name).replace("_", " ")
            if name != "lr" and isinstance(value, int | float):
                yield words if value is True else f"{words} {value:g}"
    named = schedule.get("kind") if isinstance(schedule, dict) else None
    known = SCHEDULES.called(named)
    if named and not (known and known.is_constant()):
        yield str(named)
