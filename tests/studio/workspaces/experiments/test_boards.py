"""From runs to what the views show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studio.experiments.axis import Axis
from studio.experiments.experiment import Experiment
from studio.experiments.progress import Progress
from studio.runs.summary import RunSummary
from studio.workspaces.experiments.boards import board_of, judgments_of, outcome_of

ACCURACY = "validation/accuracy"


def run(trial: int, settings: Mapping[str, Any], best: float | None, seed: int = 0) -> RunSummary:
    values = {} if best is None else {ACCURACY: best}
    facts = {"id": "x", "trial": trial, "seed": seed, "settings": dict(settings)}
    state = "failed" if best is None else "finished"
    row = f"{trial}-{seed}", "", "", state, "", "", "", 1, 1, 1, "", {}, values, values
    return RunSummary(*row, experiment=facts)


def test_lists_and_ranges_have_places_from_0_to_1() -> None:
    rate = Axis("training.optimizer.lr", (), 0.001, 0.1, 3, log=True)
    drawn = Experiment("x", "random", (rate,), trials=3)
    width, kind = Axis("fc1.out_features", (8, 16, 32)), Axis("fc1.bias", (True,))
    runs = [
        run(0, {rate.name: 0.01, width.name: 16, kind.name: True}, 0.9),
        run(1, {rate.name: 0.1, width.name: 8, kind.name: True}, 0.5),
        run(2, {rate.name: 0.001, width.name: 64, kind.name: True}, None),
    ]
    board = board_of(Progress.of(Experiment("x", axes=(rate, width, kind)), runs))
    assert [column.title for column in board.columns] == ["lr", "out_features", "bias"]
    assert [column.is_list for column in board.columns] == [True, True, True], "a grid takes few values of a range"
    assert not board_of(Progress.of(drawn, runs)).columns[0].is_list
    many = replace(drawn, search="grid", axes=(replace(rate, steps=40),))
    assert not board_of(Progress.of(many, runs)).columns[0].is_list
    assert [tick.text for tick in board.columns[0].ticks] == ["0.001", "0.01", "0.1"]
    first, second, third = board.marks
    assert (first.places, first.value, first.text) == ([0.5, 0.5, 0.5], 1.0, "90.0 %")
    assert (second.places, second.value) == ([1.0, 0.0, 0.5], 0.0)
    assert third.places[1] is None and third.value is None and third.text == "–"
    assert [tick.text for tick in board.metric.ticks] == ["50.0 %", "70.0 %", "90.0 %"]
    assert board_of(Progress(Experiment("x", axes=(rate,)))).marks == []
    outcome = outcome_of(Progress.of(Experiment("x", axes=(rate, width, kind)), runs))
    assert outcome.best == 0 and outcome.board == board and not outcome.is_curve
    assert outcome.sentence == "Best validation accuracy: 90.0 % with lr 0.01, out_features 16, bias yes."


def test_changes_have_verdicts_and_leave_the_rest_as_it_is() -> None:
    plan = Experiment("x", "ablation", changes=({"relu1.bypass": True}, {"fc1.bias": False}), seeds=2)
    runs = [run(0, {}, 0.9, seed) for seed in (0, 1)] + [run(1, {"relu1.bypass": True}, 0.8, seed) for seed in (0, 1)]
    progress = Progress.of(plan, runs)
    worse, unknown = judgments_of(progress)
    assert (worse.words, worse.kind, unknown.kind) == ("without relu1", "worse", "none")
    assert worse.mean is not None and round(worse.mean, 6) == -0.1
    board = board_of(progress)
    assert board.marks[0].texts == ["·", "·"] and board.marks[1].texts == ["yes", "·"]
