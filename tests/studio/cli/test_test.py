"""``netloom test``: what a document comes to when it is tried, in the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import mlp

from models.storage import files
from studio.cli import main


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "iris.netloom"
    files.write(mlp(optimizer={"kind": "Adam", "params": {"lr": 0.03}}), path)
    return str(path)


def test_one_test_prints_its_numbers_and_a_verdict(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", file, "--overfit"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Overfit one batch: good") and "It can learn: all of 32 examples" in text
    assert "Learning-rate" not in text
    assert len(text.splitlines()) < 30, "twenty rows at most"


def test_all_are_made_where_none_is_chosen(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", file]) == 0
    text = capsys.readouterr().out
    for title in ("Learning-rate range test", "Overfit one batch", "Check the gradients", "Speed test"):
        assert f"{title}: " in text
    assert "fc1" in text and "fc2" in text


def test_a_bad_outcome_ends_with_one(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", file, "--overfit", "--set", "training.optimizer.lr=1e-9"]) == 1
    assert "It does not learn" in capsys.readouterr().out


def test_what_a_test_suggests_is_printed_as_an_option(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", file, "--range", "--set", "training.optimizer.lr=1e-5"]) == 0
    text = capsys.readouterr().out
    option = next(line for line in text.splitlines() if "--set" in line).split()
    assert main(["test", file, "--range", *option]) == 0
    assert "yours" in capsys.readouterr().out


def test_what_cannot_be_tried_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "no.netloom"
    files.write(mlp(), path)
    assert main(["test", str(path), "--speed", "--set", "data.source=numpy"]) == 2
    said = capsys.readouterr().err
    assert said.strip() and "Traceback" not in said


def test_weights_that_a_training_starts_from_are_those_of_a_test(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(file).parent
    assert main(["train", file, "--set", "training.epochs=1", "--runs", str(folder / "runs")]) == 0
    weights = next((folder / "runs").rglob("weights.safetensors"))
    (folder / "w.safetensors").write_bytes(weights.read_bytes())
    capsys.readouterr()
    given = ["--set", "training.start_from=file", "--set", "training.start_file=w.safetensors"]
    assert main(["test", file, "--overfit", *given]) == 0
    assert "4 of 4 weights start from those of a file." in capsys.readouterr().out
    assert main(["test", file, "--overfit", *given[:3], "training.start_file=gone.safetensors"]) == 2
    assert "nothing is there" in capsys.readouterr().err
