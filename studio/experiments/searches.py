"""How the trials of an experiment are found: one entry of `SEARCHES` a way."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import islice, product
from math import prod
from typing import Any, NamedTuple
from zlib import crc32

from studio.experiments.axis import Axis
from studio.experiments.experiment import Experiment, Settings

TRIALS = 20
"""Trials of a search without an end of its own, where nobody says how many."""
AT_RANDOM = 5
"""Trials of a Bayesian search before it begins to learn."""
FINISHED, PRUNED, FAILED, RUNNING = "finished", "pruned", "failed", "running"


class Told(NamedTuple):
    """What is known of a trial: its settings, how it stands, its value and, by epoch, what it was on the way."""

    settings: Settings
    state: str
    value: float | None
    course: Sequence[float] = ()


class Search(NamedTuple):
    """A way to find trials.

    ``count`` tells how many there are; ``propose`` the settings of one by its number, given what is known of all so
    far (and whether less is better). One that ``learns`` proposes better the more it knows, so that its trials are
    finished one after another, seeds and all.
    """

    title: str
    help: str
    count: Callable[[Experiment], int]
    propose: Callable[[Experiment, int, Sequence[Told], bool], Settings]
    learns: bool = False
    varies: bool = True
    """Whether it tries values of axes; one that does not tries changes."""
    is_drawn: bool = False
    """Whether it draws as many combinations as are asked for, which nobody knows ahead."""
    package: str = ""
    """What has to be installed for it."""


def _grid_count(experiment: Experiment) -> int:
    return prod(len(axis.points()) for axis in experiment.axes)


def _grid(experiment: Experiment, number: int, told: Sequence[Told], lower: bool) -> Settings:
    values = next(islice(product(*(axis.points() for axis in experiment.axes)), number, None))
    return {axis.name: value for axis, value in zip(experiment.axes, values, strict=True)}


def _random(experiment: Experiment, number: int, told: Sequence[Told], lower: bool) -> Settings:
    """The draw of a number is always the same, whoever asks."""
    draw = random.Random(f"{experiment.title}/{number}")
    return {axis.name: axis.at(draw.random()) for axis in experiment.axes}


def _changed(experiment: Experiment, number: int, told: Sequence[Told], lower: bool) -> Settings:
    """The document as it is, then each change."""
    return dict(experiment.changes[number - 1]) if number else {}


def _tpe(experiment: Experiment, number: int, told: Sequence[Told], lower: bool) -> Settings:
    """Optuna's tree of Parzen estimators: a study in memory, made anew of what is known, proposes once."""
    optuna = import_module("optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    seed = crc32(f"{experiment.title}/{number}".encode())
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=AT_RANDOM, constant_liar=True)
    study = optuna.create_study(sampler=sampler, direction="minimize" if lower else "maximize")
    space = {axis.name: _distribution(optuna.distributions, axis) for axis in experiment.axes}
    for past in told:
        if (trial := _past(optuna, experiment, space, past)) is not None:
            study.add_trial(trial)
    asked = study.ask(space)
    return {axis.name: _value(axis, asked.params[axis.name]) for axis in experiment.axes}


def _distribution(kinds: Any, axis: Axis) -> Any:
    if axis.values:
        return kinds.CategoricalDistribution(tuple(range(len(axis.values))))
    if axis.whole:
        return kinds.IntDistribution(int(axis.low), int(axis.high), log=axis.log)
    return kinds.FloatDistribution(axis.low, axis.high, log=axis.log)


def _value(axis: Axis, found: Any) -> Any:
    if axis.values:
        return axis.values[found]
    return axis.rounded(found)


def _past(optuna: Any, experiment: Experiment, space: dict[str, Any], past: Told) -> Any:
    """A trial as the study holds it; None for one of other settings."""
    try:
        params = {axis.name: _place(axis, past.settings[axis.name]) for axis in experiment.axes}
    except (KeyError, ValueError):
        return None
    states = optuna.trial.TrialState
    state = {FINISHED: states.COMPLETE, PRUNED: states.PRUNED, FAILED: states.FAIL, RUNNING: states.RUNNING}[past.state]
    return optuna.trial.create_trial(
        state=state,
        value=past.value if past.state == FINISHED else None,
        params=params,
        distributions=space,
        intermediate_values=dict(enumerate(past.course)),
    )


def _place(axis: Axis, value: Any) -> Any:
    return axis.values.index(value) if axis.values else value


def _asked(experiment: Experiment) -> int:
    return experiment.trials or TRIALS


SEARCHES: dict[str, Search] = {
    "grid": Search("Grid", "Every combination of the values.", _grid_count, _grid),
    "random": Search(
        "Random", "Combinations drawn at random: covers many settings with few runs.", _asked, _random, is_drawn=True
    ),
    "tpe": Search(
        "Bayesian", "Each combination is chosen by what the runs before it came to.", _asked, _tpe,
        learns=True, is_drawn=True, package="optuna",
    ),
    "ablation": Search(
        "One at a time", "The network as it is, and each change alone against it.",
        lambda experiment: len(experiment.changes) + 1, _changed, varies=False,
    ),
}  # fmt: skip
