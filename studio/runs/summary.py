"""The few facts of a run that a list shows, and what differs between runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from studio.runs.errors import RunError
from studio.runs.events import read_events
from studio.runs.folder import RunFolder
from studio.runs.metric_reader import Points, read_metrics
from studio.runs.status import status_of

_LOWER_IS_BETTER = re.compile(r"loss|error|mae|mse|perplexity", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One row of the list of runs; `best` and `last` map the names of series to values, `created` is ISO 8601."""

    id: str
    name: str
    created: str
    state: str
    reason: str
    dataset: str
    device: str
    epochs: float
    seconds: float
    parameters: int | None
    document_path: str
    settings: dict[str, Any]
    best: dict[str, float]
    last: dict[str, float]
    title: str = ""
    """What the document was called."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs side by side: settings that differ and best metrics, one value a run (None where a run has none)."""

    ids: tuple[str, ...]
    settings: dict[str, tuple[Any, ...]]
    best: dict[str, tuple[float | None, ...]]


def lower_is_better(series: str) -> bool:
    """Whether the best value of a series of that name is its lowest (losses and errors)."""
    return bool(_LOWER_IS_BETTER.search(series))


def summarize(run: RunFolder) -> RunSummary:
    """The facts of `run`; a metrics file that can't be read gives no metrics and says so in the reason."""
    events = read_events(run.events_path)
    status = status_of(events, run.owner(), run.touched())
    reason = status.reason
    series: dict[str, Points] = {}
    try:
        series = read_metrics(run.metrics_path)
    except RunError as error:
        reason = reason or str(error)
    parameters = run.header["parameters"]
    return RunSummary(
        id=run.id,
        name=run.name,
        created=run.header["created"],
        state=status.state,
        reason=reason,
        dataset=str(run.header["dataset"] or ""),
        device=str(run.header["device"] or ""),
        epochs=max((float(points.epochs[-1]) for points in series.values()), default=0.0),
        seconds=max((event["time"] for event in events), default=0.0) - min((e["time"] for e in events), default=0.0),
        parameters=parameters if isinstance(parameters, int) and abs(parameters) < 2**63 else None,
        document_path=str(run.header["document_path"] or ""),
        settings=run.header["settings"],
        best={name: _best(name, points) for name, points in series.items()},
        last={name: float(points.values[-1]) for name, points in series.items()},
        title=str(run.header["title"] or ""),
    )


def unreadable(identity: str, reason: str) -> RunSummary:
    """The row of a folder whose header can't be read: listed, with the reason, rather than hidden."""
    return RunSummary(identity, identity, _created_from(identity), "failed", reason, "", "", 0, 0, None, "", {}, {}, {})


def compare(runs: Sequence[RunSummary]) -> Comparison:
    """What differs between `runs`: settings by dotted name, such as "optimizer.params.lr", and best metrics."""
    flat = [flatten(run.settings) for run in runs]
    keys = dict.fromkeys(key for settings in flat for key in settings)
    rows = {key: tuple(settings.get(key) for settings in flat) for key in keys}
    differing = {key: values for key, values in rows.items() if any(value != values[0] for value in values)}
    names = dict.fromkeys(name for run in runs for name in run.best)
    best = {name: tuple(run.best.get(name) for run in runs) for name in names}
    return Comparison(tuple(run.id for run in runs), differing, best)


def flatten(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings as one level with dotted names."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping) and value:
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _best(name: str, points: Points) -> float:
    import numpy as np

    sound = points.values[np.isfinite(points.values)]
    if not len(sound):
        return float(points.values[-1])
    return float(sound.min() if lower_is_better(name) else sound.max())


def _created_from(identity: str) -> str:
    """The time in the name of a run's folder, empty if there is none."""
    try:
        return datetime.strptime(identity[:15], "%Y%m%d-%H%M%S").astimezone().isoformat()
    except ValueError:
        return ""
