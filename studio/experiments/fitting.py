"""Whether the values of an experiment fit, before anything is started: each that doesn't is named."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from models.checks import findings
from models.codegen.objectives import objectives_of
from models.data import Facts, Unreadable
from models.document import Document
from models.document.frozen import FrozenContent
from models.training.objectives import loss_names, measured
from studio.data.known import known_data
from studio.experiments.axis import Axis
from studio.experiments.dotted import SettingError, assign
from studio.experiments.experiment import FOLD, FOLDS, MOST_RUNS, SEED, Experiment, Settings
from studio.experiments.searches import SEARCHES

MOST_PROBLEMS = 12
"""Values that are named, of those that don't fit."""


def problems_of(experiment: Experiment, document: Document, base: Path | None) -> list[str]:
    """Sentences on what of an experiment cannot be trained, empty where all can; ``base`` is where relative paths of
    the data start. Of a grid every combination is looked at, of ranges both ends."""
    if sentence := _size(experiment):
        return [sentence]
    if alone := [*_alone(experiment, document)]:
        return alone
    if sentence := _metric(experiment, document):
        return [sentence]
    known: dict[str, Facts | Unreadable] = {}
    found: dict[str, str] = {}
    for varied in _combinations(experiment):
        settings = varied | ({FOLDS: experiment.folds} if experiment.folds else {})
        if len(found) > MOST_PROBLEMS:
            return [*list(found.values())[:MOST_PROBLEMS], "There may be more that do not fit."]
        problem = _problem(document, settings, base, known)
        if problem and problem not in found:
            found[problem] = f"{experiment.words(varied)}: {problem}"
    return list(found.values())


def _size(experiment: Experiment) -> str:
    search = SEARCHES[experiment.search]
    if search.varies and not experiment.axes and not experiment.folds:
        return "Nothing varies: name a setting and the values that it should take."
    if not search.varies and not experiment.changes:
        return "Nothing changes: name what is tried against the network as it is."
    if SEED in experiment.names and experiment.seeds > 1:
        return "The seed varies already, so nothing is repeated with other seeds."
    if experiment.folds and {FOLDS, FOLD} & {*experiment.names}:
        return "The folds vary already, so nothing is repeated with other folds."
    if (runs := search.count(experiment) * experiment.repeats) > MOST_RUNS:
        return f"That would be {runs:,} runs; an experiment has up to {MOST_RUNS:,}. Try a random search."
    return ""


def _metric(experiment: Experiment, document: Document) -> str:
    """What is wrong with the series that is to count, "" if nothing is."""
    try:
        objectives = objectives_of(document)
        shades = objectives_of(document, lambda id: True)
    except ValueError:
        return ""  # said with the first combination
    # Whether targets are images the data tells, which is read later.
    every = [*measured(objectives), *measured(shades)]
    names = dict.fromkeys([*loss_names(objectives), *(name for _, name, _ in every)])
    there = [f"{part}/{name}" for part in ("validation", "train") for name in names]
    if experiment.metric in ("", *there):
        return ""
    return f"No run measures ‘{experiment.metric:.40}’. There are: {', '.join(there)}."


def _alone(experiment: Experiment, document: Document) -> Iterator[str]:
    """What is wrong with values by themselves, whatever else varies: unknown settings, values out of bounds."""
    first = _copy(document)
    for axis in sorted(experiment.axes, key=lambda axis: axis.name.count(".")):
        for value in axis.ends():
            twin = _copy(first)
            try:
                assign(twin, {axis.name: value})
            except SettingError as error:
                if not _depends(experiment, axis):
                    yield str(error)
                break


def _depends(experiment: Experiment, axis: Axis) -> bool:
    """Whether another axis chooses the kind whose setting this is, so that combinations must be looked at."""
    parents = {"data.source"} if axis.name.startswith("data.") else {axis.name.rpartition(".")[0]}
    return any(other.name in parents for other in experiment.axes if other is not axis)


def _combinations(experiment: Experiment) -> Iterator[Settings]:
    search = SEARCHES[experiment.search]
    if search.is_drawn:
        for axis in experiment.axes:
            for value in axis.ends():
                yield {axis.name: value}
        ends: chain[Settings] = chain(
            [{axis.name: axis.ends()[0] for axis in experiment.axes}],
            [{axis.name: axis.ends()[-1] for axis in experiment.axes}],
        )
        yield from ends
        return
    for number in range(search.count(experiment)):
        yield search.propose(experiment, number, (), False)


def _problem(document: Document, settings: Settings, base: Path | None, known: dict[str, Any]) -> str:
    """What stops the document from being trained with these settings, "" if nothing does."""
    twin = _copy(document)
    try:
        assign(twin, settings)
    except SettingError as error:
        return str(error)
    key = repr(twin.data)
    if key not in known:
        known[key] = known_data(twin.data, base)
    stops = (finding for finding in findings(twin, known[key]) if finding.stops_training)
    finding = next(stops, None)
    return f"{finding.node}: {finding.message}" if finding and finding.node else finding.message if finding else ""


def _copy(document: Document) -> Document:
    return Document(content=FrozenContent(document.content).content())
