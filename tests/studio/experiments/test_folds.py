"""Each trial once with every fold as its validation part: which runs that makes, and what they come to together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from documents import mlp

from models.storage import files
from studio.data import dataset_from
from studio.experiments import results
from studio.experiments.axis import Axis
from studio.experiments.experiment import Experiment
from studio.experiments.folder import ExperimentFolder
from studio.experiments.progress import Cell, Progress
from studio.experiments.runner import make_run, turn_of, words_of
from studio.runs.summary import RunSummary

FIVE = Experiment("x", folds=5)
ACCURACY = "validation/accuracy"


def test_its_runs_hold_each_row_out_once_and_differ_in_nothing_else(tmp_path: Path) -> None:
    document = mlp(data={"source": "iris", "test": 0.2})
    folder = ExperimentFolder.create(tmp_path, FIVE, document, None)
    runs = [make_run(folder, {}, cell) for cell in Progress(FIVE).cells()]
    data = [dataset_from(files.read_whole(run.document_path).data)[0] for run in runs]
    assert {run.header["settings"]["seed"] for run in runs} == {7} and [item.fold for item in data] == [0, 1, 2, 3, 4]
    loaded = [item.load() for item in data]
    held_out = np.concatenate([item.rows[1] for item in loaded if item.rows])
    (test,) = {tuple(item.test_rows.tolist()) for item in loaded if item.test_rows is not None}
    assert sorted([*held_out.tolist(), *test]) == list(range(150))


def test_seeds_repeat_all_folds() -> None:
    experiment = Experiment("x", axes=(Axis("training.epochs", (1, 2)),), seeds=2, folds=3)
    turns = {turn_of(experiment, cell) for cell in Progress(experiment).cells()}
    assert turns == {(seed, fold) for seed in range(2) for fold in range(3)} and Progress(experiment).total == 12


def test_what_was_before_folds_has_its_name_and_others_theirs(tmp_path: Path) -> None:
    assert "folds" not in Experiment("x").to_json()
    assert Experiment.from_json(FIVE.to_json()) == FIVE
    folder = ExperimentFolder.create(tmp_path, FIVE, mlp(), None)
    assert words_of(folder, {}, Cell(0, 2)) == "the network as it is · fold 3"


def test_mean_and_spread_over_the_folds_are_told() -> None:
    shares = [0.9, 0.95, 1.0, 0.85, 0.9]

    def run(fold: int, value: float) -> RunSummary:
        row = str(fold), "", "", "finished", "", "", "", 1, 1, 1, "", {}, {ACCURACY: value}, {ACCURACY: value}
        return RunSummary(*row, experiment={"id": "x", "trial": 0, "seed": fold, "settings": {}})

    progress = Progress.of(FIVE, [run(fold, value) for fold, value in enumerate(shares)])
    assert np.std(shares, ddof=1) == pytest.approx(0.057, abs=1e-3)
    assert results.spread(progress) == [
        "the network as it is: mean 92.0 % over 5 folds, standard deviation 5.7 points, from 85.0 % to 100.0 %."
    ]
    assert results.state_of(progress.trials[0], FIVE) == "finished"
    assert results.spread(Progress.of(FIVE, [])) == []
