"""A run's summary as the run list shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

from models.basics.quantities import epochs_text
from models.training import OPTIMIZERS, SCHEDULES
from models.training.metrics import main_measure, measure_of
from studio.runs.events import Event
from studio.runs.summary import RunSummary
from widgets.runs.run_list import RunRow

STATES = {"started": "running", "resumed": "running", "epoch": "running", "paused": "paused"}
"""The state of a run after an event; ends are read from the folder, since they need a reason."""


def row_of(summary: RunSummary) -> RunRow:
    """The row of a run: its best validation metric (the loss where there is no metric) and how far it came."""
    epochs = summary.settings.get("epochs")
    total = f" of {epochs:,}" if isinstance(epochs, int) else ""
    note = " · ".join(part for part in (*_notes(summary.settings), summary.title) if part)
    done = f"{epochs_text(summary.epochs)}{total}"
    return RunRow(summary.id, summary.name, note, summary.state, best_text(summary.best), done, summary.reason)


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
    if named and not (known and known.stays()):
        yield str(named)
