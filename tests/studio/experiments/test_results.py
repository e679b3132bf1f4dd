"""What came of an experiment, told from summaries of runs: progress, order, importance, verdicts with their doubt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.metrics import measure_of
from studio.experiments import results
from studio.experiments.axis import Axis
from studio.experiments.experiment import Experiment
from studio.experiments.progress import Cell, Progress, best_of
from studio.experiments.searches import FAILED, FINISHED, PRUNED, RUNNING
from studio.runs.summary import RunSummary

ACCURACY = "validation/accuracy"
PERCENT = measure_of(ACCURACY)


def summary(
    trial: int, seed: int, settings: Mapping[str, Any], best: float | None, state: str = "finished", reason: str = ""
) -> RunSummary:
    values = {} if best is None else {ACCURACY: best}
    facts = {"id": "x", "trial": trial, "seed": seed, "settings": dict(settings)}
    row = f"{trial}-{seed}", "", "", state, reason, "", "", 1, 1, 1, "", {}, values, values
    return RunSummary(*row, experiment=facts)


GRID = Experiment("x", axes=(Axis("a.lr", (0.1, 0.01)), Axis("a.width", (8, 16))), seeds=2)
ABLATION = Experiment("x", "ablation", changes=({"relu1.bypass": True}, {"a.lr": 0.1, "a.width": 8}), seeds=3)


def test_progress_is_told_from_runs_alone() -> None:
    runs = [
        summary(0, 0, {"a.lr": 0.1, "a.width": 8}, 0.9),
        summary(0, 1, {"a.lr": 0.1, "a.width": 8}, None, "interrupted"),
        summary(1, 0, {"a.lr": 0.1, "a.width": 16}, None, "failed", "It broke."),
        summary(2, 0, {"a.lr": 0.01, "a.width": 8}, 0.5, "running"),
    ]
    damaged = summary(9, 9, {}, 1.0)
    damaged.experiment["trial"] = "nine"
    progress = Progress.of(GRID, [*runs, damaged])
    assert (progress.total, progress.ended, progress.metric) == (8, 2, ACCURACY)
    assert progress.open_cells() == [Cell(3, 0), Cell(0, 1), Cell(1, 1), Cell(2, 1), Cell(3, 1)]
    assert progress.settings(3) == {"a.lr": 0.01, "a.width": 16}
    assert [told.state for told in progress.told()] == [RUNNING, RUNNING, RUNNING]
    stopped = Progress.of(GRID, [summary(0, 0, {}, 0.3, "stopped", "Given up.")])
    assert stopped.told()[0] == ({}, PRUNED, None, [0.3])
    ended = Progress.of(GRID, [summary(0, seed, {}, None, "failed") for seed in (0, 1)])
    assert ended.told()[0].state == FAILED
    assert Progress.of(GRID, [summary(0, seed, {}, 0.4, "finished") for seed in (0, 1)]).told()[0][1:3] == (
        FINISHED,
        0.4,
    )


def test_a_search_that_learns_finishes_a_trial_before_the_next() -> None:
    order = [*Progress(Experiment("x", "tpe", GRID.axes, seeds=2, trials=2)).cells()]
    assert order == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [*Progress(Experiment("x", "random", GRID.axes, seeds=2, trials=2)).cells()] == [
        (0, 0),
        (1, 0),
        (0, 1),
        (1, 1),
    ]


def test_rows_go_from_the_best_to_what_has_no_value() -> None:
    values = {0: 0.9, 1: 0.95, 2: 0.2}
    runs = [summary(trial, seed, {"a.lr": trial}, value) for trial, value in values.items() for seed in (0, 1)]
    progress = Progress.of(GRID, [*runs, summary(3, 0, {}, None, "failed", "No.")])
    rows = results.rows(progress)
    assert [row.trial.number for row in rows] == [1, 0, 2, 3]
    assert [row.state for row in rows] == ["finished", "finished", "finished", "failed"]
    best = best_of([*progress.trials.values()], progress)
    assert best is not None and best.number == 1
    assert results.sentence(progress) == "Best validation accuracy: 95.0 % ± 0.0 with lr 1."
    assert results.sentence(Progress.of(GRID, runs[:0])) == "No run has finished yet."
    failed = Progress.of(GRID, [summary(0, seed, {}, None, "failed", "It broke.") for seed in (0, 1)])
    assert results.sentence(failed) == "All 2 runs failed. The first: It broke."


def test_the_interval_is_that_of_students_t() -> None:
    found = results.estimate([0.90, 0.92, 0.94])
    assert found is not None and found.mean == pytest.approx(0.92)
    assert found.half == pytest.approx(4.303 * 0.02 / 3**0.5, rel=1e-3)
    assert results.value_text(found, PERCENT) == "92.0 % ± 5.0"
    assert results.estimate([]) is None and results.estimate([0.5]) == (0.5, None, 1)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    draws = np.random.default_rng(0).normal(0.0, 1.0, size=(2_000, 5))
    found = [results.estimate([*map(float, row)]) for row in draws]
    covered = np.mean([abs(one.mean) <= one.half for one in found if one and one.half])
    assert covered == pytest.approx(0.95, abs=0.015)


def test_importance_finds_what_the_metric_goes_with() -> None:
    noise = np.random.default_rng(1).normal(0, 0.01, 64)
    runs = [
        summary(place, 0, {"a.lr": place % 4, "a.width": float(place)}, 0.5 + 0.1 * (place % 4) + noise[place])
        for place in range(64)
    ]
    shares = results.importance(Progress.of(GRID, runs))
    assert shares["a.lr"] > 0.95 and shares["a.width"] < 0.1
    assert [name for name, _ in results.ranked(shares)] == ["a.lr", "a.width"]
    assert results.importance(Progress.of(GRID, runs[:3])) == {}


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 1)), min_size=4, max_size=30))
def test_importance_is_a_share(pairs: list[tuple[int, float]]) -> None:
    runs = [summary(place, 0, {"a.lr": lr, "a.width": place}, value) for place, (lr, value) in enumerate(pairs)]
    assert all(0 <= share <= 1 for share in results.importance(Progress.of(GRID, runs)).values())


def test_verdicts_compare_seed_by_seed_and_point_out_two_changes_at_once() -> None:
    seeds = (0.90, 0.80, 0.70)
    runs = [summary(0, seed, {}, value) for seed, value in enumerate(seeds)]
    runs += [summary(1, seed, ABLATION.changes[0], value + 0.012 + 0.001 * seed) for seed, value in enumerate(seeds)]
    runs += [summary(2, seed, ABLATION.changes[1], value - 0.1) for seed, value in enumerate(seeds[:1])]
    first, second = results.verdicts(Progress.of(ABLATION, runs))
    assert first.kind == "better" and first.text == "+1.3 points ± 0.2 over 3 seeds: better."
    assert first.words == "without relu1"
    assert second.kind == "unclear"
    assert second.text.startswith("−10.0 points with one seed") and "2 changes at once" in second.text
    nothing = results.verdicts(Progress.of(ABLATION, runs[:3]))[0]
    assert (nothing.kind, nothing.difference) == ("none", None)


@pytest.mark.parametrize(
    ("mean", "half", "series", "kind"),
    [(0.1, 0.05, ACCURACY, "better"), (-0.1, 0.05, ACCURACY, "worse"), (0.1, 0.2, ACCURACY, "unclear"),
     (-0.1, 0.05, "validation/loss", "better"), (0.1, 0.05, "validation/loss", "worse")],
)  # fmt: skip
def test_a_verdict_knows_which_way_is_better(mean: float, half: float, series: str, kind: str) -> None:
    assert results.judged(results.Estimate(mean, half, 5), measure_of(series))[0] == kind


CURVE = Experiment("x", axes=(Axis(results.SHARE, (0.25, 0.5, 1.0)),), seeds=2)


def curve(*points: tuple[float, float, float], seeds: int = 2) -> Progress:
    """A learning curve through (share, training accuracy, validation accuracy)."""
    runs = []
    for trial, (share, training, validation) in enumerate(points):
        for seed in range(seeds):
            run = summary(trial, seed, {results.SHARE: share}, validation + 0.001 * seed)
            run.best["train/accuracy"] = training
            runs.append(run)
    return Progress.of(CURVE, runs)


@pytest.mark.parametrize(
    ("points", "clue"),
    [
        ([(0.5, 1.0, 0.70), (1.0, 1.0, 0.80)], "More data would help: the validation error still falls by 10.0 points"),
        ([(0.5, 0.71, 0.70), (1.0, 0.70, 0.70)], "A larger network or longer training would help"),
        ([(0.5, 1.0, 0.80), (1.0, 1.0, 0.80)], "More data of this kind hardly helps"),
    ],
)
def test_a_learning_curve_says_what_would_help(points: list[tuple[float, float, float]], clue: str) -> None:
    progress = curve(*points)
    assert results.curve_verdict(progress).startswith(clue)
    assert [point.share for point in results.learning_curve(progress)] == [0.5, 1.0]
    assert results.curve_verdict(curve(*points, seeds=1)).endswith("With one seed it may be chance.")
    assert results.curve_verdict(curve(points[0])) == ""


def test_a_gain_within_the_doubt_is_not_called_none() -> None:
    """Two seeds that lie apart: the error fell by a lot, and may have done so by chance."""
    runs = []
    for trial, (share, values) in enumerate(((0.5, (0.80, 0.90)), (1.0, (0.88, 0.94)))):
        for seed, value in enumerate(values):
            runs.append(summary(trial, seed, {results.SHARE: share}, value))
            runs[-1].best["train/accuracy"] = 1.0
    verdict = results.curve_verdict(Progress.of(CURVE, runs))
    assert verdict.startswith("Too few seeds to tell: the validation error fell by 6.0 points ± ")


def test_errors_of_a_learning_curve_are_what_accuracy_lacks() -> None:
    (point,) = results.learning_curve(curve((0.25, 0.9, 0.75)))
    assert point.training.mean == pytest.approx(0.1) and point.validation.mean == pytest.approx(0.2495)
    assert results.learning_curve(Progress.of(GRID, [])) == []
