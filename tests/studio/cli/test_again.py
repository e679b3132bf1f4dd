"""A training that failed names the command that is worth a try, and that command leads to a run."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from documents import mlp

from models.storage import files
from studio.cli import main
from studio.cli.training.again import _changes


def test_a_rate_that_is_too_large_is_followed_by_one_that_trains(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my net.netloom"
    files.write(mlp(epochs=2, optimizer={"kind": "SGD", "params": {"momentum": 0.5}}), path)
    given = ["train", str(path), "--set=training.optimizer.lr=1e30", "--runs", str(tmp_path / "runs")]
    assert main(given) == 1
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "netloom train" in line]
    label, _, command = line.partition(": netloom train ")
    assert "rate" in label, line
    words = ["train", *shlex.split(command)]
    assert words[1] == str(path) and words[-1].startswith("training.optimizer.lr=")
    assert main(words) == 0
    assert len([run for run in (tmp_path / "runs").iterdir() if run.is_dir()]) == 2


def test_a_training_that_ends_well_offers_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.netloom"
    files.write(mlp(epochs=1), path)
    assert main(["train", str(path), "--runs", str(tmp_path / "runs")]) == 0
    assert "netloom train" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"batch_size": 512}, {"batch_size": 128}, {"training.batch_size": 128}),
        (
            {"batch_size": 512},
            {"batch_size": 128, "accumulate": 4},
            {"training.batch_size": 128, "training.accumulate": 4},
        ),
        ({"optimizer": "SGD"}, {"optimizer": "SGD"}, {}),
        (
            {"optimizer": "Adam"},
            {"optimizer": {"kind": "SGD", "params": {"lr": 0.1}}},
            {"training.optimizer": "SGD", "training.optimizer.lr": 0.1},
        ),
        (
            {"optimizer": {"kind": "SGD", "params": {"lr": 1.0, "momentum": 0.9}}},
            {"optimizer": {"kind": "SGD", "params": {"lr": 0.1, "momentum": 0.9}}},
            {"training.optimizer.lr": 0.1},
        ),
    ],
)
def test_what_differs_is_named_as_it_is_set(
    before: dict[str, Any], after: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert dict(_changes(before, after, "training")) == expected
