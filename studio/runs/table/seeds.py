"""Runs that are repetitions of each other: the same network, data and settings, only the seed is another."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial

from studio.runs.summary import RunSummary

SEED = " · seed "
"""What stands between the words of an experiment and the number of the run in its name."""
_written = partial(json.dumps, sort_keys=True, default=str)


def groups_of(runs: Iterable[RunSummary]) -> dict[str, tuple[str, ...]]:
    """Groups of at least two seeds: the ids of each by the id of its oldest run, which names the group."""
    found: dict[str, list[RunSummary]] = {}
    for run in runs:
        if run.network and isinstance(run.settings.get("seed"), int):
            found.setdefault(_without_seed(run), []).append(run)
    groups = (sorted(group, key=lambda run: run.id) for group in found.values() if len(_seeds(group)) > 1)
    return {group[0].id: tuple(run.id for run in group) for group in groups}


def seeds_text(seeds: Iterable[object]) -> str:
    """How a group is called where nothing else tells it from others: “5 seeds”."""
    return f"{len(set(seeds)):,} seeds"


def group_text(names: Iterable[object], seeds: Iterable[object]) -> str:
    """How a group is called in a list: by what an experiment gave all its runs, “lr 0.1 · 5 seeds”, or “5 seeds”."""
    shared = {str(name).rpartition(SEED)[0] for name in names}
    words = shared.pop() if len(shared) == 1 else ""
    return f"{words} · {seeds_text(seeds)}" if words else seeds_text(seeds)


def _without_seed(run: RunSummary) -> str:
    settings = {name: value for name, value in run.settings.items() if name != "seed"}
    return "\n".join((run.network, run.dataset, _written(settings)))


def _seeds(runs: list[RunSummary]) -> set[object]:
    return {run.settings["seed"] for run in runs}
