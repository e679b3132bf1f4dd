"""A run as one row of a table: every setting, every metric and what else is known of it, by the names of columns.

Settings are called by their fields (``epochs``, ``optimizer``, ``optimizer.lr``), metrics by the measure: ``accuracy``
is the best value on the validation part, ``train/accuracy`` on the training part, ``last/…`` the last one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from models.specs.spec import SpecOf
from models.training import TrainingSettings
from models.training.metrics import measure_of
from studio.runs.summary import RunSummary, flatten

NAME = "name"
ABOUT = (
    "state", "starred", "tags", "note", "data", "title", "device", "parameters", "epoch", "duration", "began", "reason",
    "measured",
)  # fmt: skip
"""Columns of what is neither a setting nor measured."""
LAST = "last/"
VALIDATION, TRAIN, TEST = "validation/", "train/", "test/"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One row: values by the names of columns, and all words of it in small letters."""

    id: str
    values: Mapping[str, Any]
    words: str


def facts_of(run: RunSummary) -> RunFacts:
    """The row of a run."""
    settings = dict(_settings(run.settings)) | _varied(run.experiment)
    values = {NAME: run.name, **settings, **dict(_measured(run)), **_about(run)}
    texts = (run.id, run.name, run.title, run.dataset, run.device, run.state, run.note, *run.tags)
    named = (str(value) for value in settings.values() if isinstance(value, str))
    return RunFacts(run.id, values, "\n".join((*texts, *named)).casefold())


def is_measured(key: str) -> bool:
    """Whether a column holds what was measured."""
    return key not in ABOUT and key != NAME and ("/" in key or measure_of(key).metric is not None or key == "loss")


def _settings(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every setting; those of a chosen kind stand under its name, defaults included. What an older program did not know
    is as it was then: the default."""
    for name, value in {**(_defaults() if settings else {}), **settings}.items():
        field = TrainingSettings.fields.get(name)
        if isinstance(field, SpecOf):
            yield from _chosen(name, field, value)
        elif isinstance(value, Mapping):
            yield from ((key, _plain(item)) for key, item in flatten({name: value}).items())
        elif (plain := _plain(value)) != "":
            yield name, plain


def _varied(experiment: Mapping[str, Any]) -> dict[str, Any]:
    """What an experiment has set of the network; the rest stands among the settings of the run."""
    settings = experiment.get("settings")
    named = settings.items() if isinstance(settings, Mapping) else ()
    return {name: _plain(value) for name, value in named if not name.startswith(("training.", "data."))}


@cache
def _defaults() -> dict[str, Any]:
    return TrainingSettings().settings(all_fields=True)


def _chosen(name: str, field: SpecOf, value: object) -> Iterator[tuple[str, Any]]:
    kind_name = value.get("kind") if isinstance(value, Mapping) else value
    kind = field.registry.called(kind_name)
    params = value.get("params") if isinstance(value, Mapping) else None
    yield name, kind.kind if kind else _plain(kind_name)
    given = params if isinstance(params, Mapping) else {}
    defaults = {key: inner.default for key, inner in kind.fields.items()} if kind else {}
    for key, item in {**defaults, **given}.items():
        yield f"{name}.{key}", _plain(item)


def _plain(value: object) -> Any:
    """A number, a text or a boolean; lists of kinds as their names."""
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    if isinstance(value, Mapping):
        return str(value["kind"]) if "kind" in value else ""
    return ", ".join(str(_plain(item)) for item in value) if isinstance(value, list | tuple) else str(value)


def _measured(run: RunSummary) -> Iterator[tuple[str, float]]:
    for series, value in run.best.items():
        if series.startswith((VALIDATION, TRAIN)):  # of what is set or counted none is the best
            yield series.removeprefix(VALIDATION), value
    for series, value in run.last.items():
        yield series if series.startswith(TEST) else LAST + series.removeprefix(VALIDATION), value


def _about(run: RunSummary) -> dict[str, Any]:
    known = {
        "state": run.state, "starred": run.starred, "tags": ", ".join(run.tags), "note": run.note,
        "data": run.dataset, "title": run.title, "device": run.device, "parameters": run.parameters,
        "epoch": run.epochs, "duration": run.seconds, "began": run.created[:16].replace("T", " "), "reason": run.reason,
        "measured": "dropout on" if run.dropout else "",
    }  # fmt: skip
    return {name: value for name, value in known.items() if value not in ("", None)}
