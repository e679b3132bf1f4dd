"""Every way to find trials proposes what fits, and the same again; a search that learns does better than chance."""

from __future__ import annotations

import math
from statistics import fmean

import pytest

from studio.experiments.axis import Axis
from studio.experiments.experiment import Experiment
from studio.experiments.searches import FAILED, FINISHED, PRUNED, RUNNING, SEARCHES, Told

AXES = (Axis("training.optimizer.lr", (), 1e-5, 1.0, 4, log=True), Axis("fc1.out_features", (8, 16, 32)))
PLAN = Experiment("test", axes=AXES, changes=({"a.b": 1}, {"a.b": 2, "a.c": 3}), trials=7)


@pytest.mark.parametrize("name", SEARCHES)
def test_every_search_proposes_each_of_its_trials_and_the_same_again(name: str) -> None:
    search = SEARCHES[name]
    if search.package:
        pytest.importorskip(search.package)
    made = [search.propose(PLAN, number, (), False) for number in range(search.count(PLAN))]
    assert made == [search.propose(PLAN, number, (), False) for number in range(search.count(PLAN))]
    assert len({repr(settings) for settings in made}) == len(made)
    for settings in made if search.varies else ():
        assert settings.keys() == {axis.name for axis in AXES}
        assert 1e-5 <= settings["training.optimizer.lr"] <= 1.0 and settings["fc1.out_features"] in (8, 16, 32)


def test_a_grid_has_all_combinations_and_an_ablation_begins_with_the_network_as_it_is() -> None:
    grid, ablation = SEARCHES["grid"], SEARCHES["ablation"]
    assert grid.count(PLAN) == 12
    assert grid.propose(PLAN, 5, (), False) == {
        "training.optimizer.lr": 0.000464,
        "fc1.out_features": 32,
    }
    assert [ablation.propose(PLAN, number, (), False) for number in range(3)] == [{}, *PLAN.changes]


def value(settings: dict[str, float]) -> float:
    """Best at a rate of 0.01 with 32 features."""
    return -abs(math.log10(settings["training.optimizer.lr"]) + 2) - 0.5 * (settings["fc1.out_features"] != 32)


@pytest.mark.parametrize("lower", [False, True])
def test_what_is_known_leads_a_bayesian_search_to_better_values_than_chance(lower: bool) -> None:
    pytest.importorskip("optuna")
    sign = -1 if lower else 1

    def last(name: str, title: str) -> float:
        plan, told = Experiment(title, axes=AXES), list[Told]()
        for number in range(30):
            settings = SEARCHES[name].propose(plan, number, told, lower)
            told.append(Told(settings, FINISHED, sign * value(settings)))
        return fmean(value(past.settings) for past in told[-10:])

    learned, drawn = (fmean(last(name, title) for title in "abcdef") for name in ("tpe", "random"))
    assert learned > drawn + 0.3


def test_a_study_takes_trials_in_every_state_and_passes_over_others() -> None:
    pytest.importorskip("optuna")
    settings = {"training.optimizer.lr": 0.01, "fc1.out_features": 8}
    told = [Told(settings, FAILED, None), Told(settings, RUNNING, None), Told(settings, PRUNED, None, [0.3]),
            Told(settings, FINISHED, 0.5), Told({"fc1.out_features": 64}, FINISHED, 0.1)]  # fmt: skip
    assert SEARCHES["tpe"].propose(PLAN, 5, told, False).keys() == settings.keys()
