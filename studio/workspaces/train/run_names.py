"""What runs are called beside each other: by what differs among them, never by what they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from models.specs.lists import SpecList
from models.specs.spec import Spec
from models.training import TrainingSettings
from studio.controllers.preparation import RUN_NAME
from studio.runs.summary import RunSummary
from studio.runs.table.seeds import seeds_text

UNNAMED = "run 0"
"""The name of what nobody has named; of runs the first is number 1."""
AS_IT_IS = "the network as it is"
"""The runs that an ablation compares its changes with."""
MOST_STARTS = 100
"""Runs whose weights are offered to start from, the newest."""
NETWORK, DATA, LOSSES, BYPASS = "network", "data", "losses", "bypass"


def names_of(runs: Sequence[RunSummary]) -> dict[str, str]:
    """The name of each run among these, by its id: the one that the user gave it, else what differs, else its own."""
    differing = what_differs(runs)
    names = {run.id: differing[run.id] if _is_unnamed(run) else run.name for run in runs}
    names = {run.id: names[run.id] or run.name for run in runs}
    counts = Counter(names.values())
    return {
        run.id: name if counts[name := names[run.id]] == 1 else _told_apart(name, run, differing[run.id])
        for run in runs
    }


def starts_of(runs: Sequence[RunSummary], present: str = "") -> list[tuple[str, str]]:
    """The weights that a training can start from, as its setting names them, with words for each: the best and the last
    of every run that has kept some; and those that are named at ``present``, where their run is known."""
    shown = [run for run in runs if run.has_weights][:MOST_STARTS]
    counts = Counter(run.name for run in shown)
    dates = {run.id: f" of {run.created[:16].replace('T', ' ')}" for run in shown if counts[run.name] > 1}
    names = {run.id: f"{run.name}{dates.get(run.id, '')}" for run in shown}
    found = {f"{run.id}/{which}": f"{names[run.id]}, {which}" for run in shown for which in ("best", "last")}
    id, _, which = present.partition("/")
    if id in names:
        found.setdefault(present, f"{names[id]}, {which or 'best'}")
    return list(found.items())


def _is_unnamed(run: RunSummary) -> bool:
    """Whether nobody gave it its name: it has a number, or is called as its document is."""
    return bool(RUN_NAME.fullmatch(run.name)) or run.name == network_of(run)


def what_differs(runs: Sequence[RunSummary]) -> dict[str, str]:
    """For each run, by its id, the facts that tell it from others, those with the most values first."""
    facts = {run.id: facts_of(run) for run in runs}
    keys = _telling(facts, {name for run in runs for name in _varied(run)})
    lasts = Counter(map(_last, keys))
    names = {key: _last(key) if lasts[_last(key)] == 1 else key for key in keys}
    return {
        id: " · ".join(word for key in keys if key in of_run and (word := _word(names[key], of_run[key])))
        for id, of_run in facts.items()
    }


def _telling(facts: Mapping[str, Mapping[str, Any]], varied: Collection[str]) -> list[str]:
    """The keys of facts that differ, those with the most values first; of several that part the runs alike (each
    network with a batch size of its own) the first. What an experiment has ``varied`` also differs from where it was
    left alone."""
    parts: dict[tuple[int | None, ...], str] = {}
    for key in dict.fromkeys(key for of_run in facts.values() for key in of_run):
        numbers: dict[str, int] = {}
        part = tuple(
            numbers.setdefault(repr(of_run[key]), len(numbers)) if key in of_run else None for of_run in facts.values()
        )
        if len(numbers) > 1 or (key in varied and None in part):
            parts.setdefault(part, key)
    return sorted(parts.values(), key=lambda key: -len({repr(of_run.get(key)) for of_run in facts.values()}))


def different_data(runs: Sequence[RunSummary]) -> str:
    """A sentence where runs were trained on different data, so that their values do not compare; else ""."""
    data = list(dict.fromkeys(run.dataset for run in runs if run.dataset))
    return f"Different data: {', '.join(data)}" if len(data) > 1 else ""


def different_losses(runs: Sequence[RunSummary]) -> str:
    """A sentence where runs minimized different losses, whose values do not compare; else ""."""
    losses = list(dict.fromkeys(words for run in runs if (words := losses_of(run))))
    return f"Different losses: {'; '.join(losses)}" if len(losses) > 1 else ""


def losses_of(run: RunSummary) -> str:
    """The kinds of the losses of a run; "" where it does not say."""
    losses = run.settings.get("losses")
    return ", ".join(map(str, losses)) if isinstance(losses, list) else ""


def facts_of(run: RunSummary) -> dict[str, Any]:
    """The network, the data, the loss and every setting of a run, by dotted names; and what its experiment has varied
    of layers, data and parameters."""
    settings, _ = TrainingSettings.read(run.settings)
    known = {NETWORK: network_of(run), DATA: run.dataset, LOSSES: losses_of(run)}
    return {**{name: value for name, value in known.items() if value}, **_flat(settings, ""), **_varied(run)}


def _varied(run: RunSummary) -> dict[str, Any]:
    varied = run.experiment.get("settings")
    items = varied.items() if isinstance(varied, dict) else ()
    return {name: value for name, value in items if name.partition(".")[0] != "training"}


def network_of(run: RunSummary) -> str:
    """What the document of a run is called."""
    return run.title or PurePath(run.document_path).stem


def _flat(spec: Spec, prefix: str) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, field in spec.fields.items():
        value = getattr(spec, name)
        if isinstance(field, SpecList):
            value = field.text(value) or None
        if isinstance(value, Spec):
            flat[prefix + name] = type(value).__name__
            flat |= _flat(value, f"{prefix}{name}.")
        elif value is None or isinstance(value, str | int | float):
            flat[prefix + name] = value
    return flat


def _last(key: str) -> str:
    """What of a dotted name tells enough: its last part, but which layer is bypassed is all that there is to tell."""
    return key if key.endswith(f".{BYPASS}") else key.rpartition(".")[2]


def _word(key: str, value: Any) -> str:
    words = key.replace("_", " ")
    if key.endswith(f".{BYPASS}"):
        return f"{'without' if value else 'with'} {key.removesuffix(f'.{BYPASS}')}"
    if value is None:
        return f"no {words}"
    if isinstance(value, bool):
        return words if value else f"no {words}"
    return f"{words} {value:g}" if isinstance(value, int | float) else str(value)


def _told_apart(name: str, run: RunSummary, differing: str) -> str:
    """A name that several have, with what else there is to tell of one."""
    more = differing if name == run.name else run.name
    return f"{name} · {more}" if more else name


def names_of_shown(runs: Sequence[RunSummary], groups: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The names of runs beside each other, and those of the groups of runs that only the seed tells apart.

    A group is called by what tells it from the other runs and groups, its members by their seeds alone.
    """
    if not groups:
        return names_of(runs)
    by_id = {run.id: run for run in runs}
    inside = {id for members in groups.values() for id in members}
    unchanged = [group for group, members in groups.items() if by_id[members[0]].experiment.get("settings") == {}]
    # Neither the seed of its first run nor the name that somebody gave that run is the group's.
    firsts = [
        replace(by_id[members[0]], id=group, name=UNNAMED, settings={**by_id[members[0]].settings, "seed": 0})
        for group, members in groups.items()
    ]
    names = names_of([*(run for run in runs if run.id not in inside), *firsts])
    for group, members in groups.items():
        if names[group].endswith(UNNAMED) and group in unchanged:
            names[group] = AS_IT_IS
        elif names[group].endswith(UNNAMED):
            names[group] = seeds_text(by_id[id].settings.get("seed") for id in members)
        names |= names_of([by_id[id] for id in members])
    counts = Counter(names[group] for group in groups)
    alike = [group for group in groups if counts[names[group]] > 1]
    # Nothing that a run notes tells them apart: perhaps a layer that was edited by hand.
    return names | {group: f"{names[group]} from {by_id[groups[group][0]].name}" for group in alike}
