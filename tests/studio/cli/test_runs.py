"""``netloom runs``: past trainings as a table and for other programs."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pytest

from studio import cli
from studio.runs.exchange.pack import unpack
from studio.runs.exchange.tensorboard import open_events
from studio.runs.folder import RunFolder


def test_the_list_is_json_whatever_the_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {"name": "Diverged", "settings": {"rate": math.inf, "all": [math.nan]}})
    with run.metric_writer() as writer:
        for name, value in (("train/loss", math.inf), ("validation/loss", math.nan), ("validation/r2", -math.inf)):
            writer.record(name, 1, 1.0, value)
    assert cli.main(["runs", "--runs", str(tmp_path), "--format", "json"]) == 0

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    (row,) = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert row["last"] == {"train/loss": "Infinity", "validation/loss": "NaN", "validation/r2": "-Infinity"}
    assert row["settings"] == {"rate": "Infinity", "all": ["NaN"]} and row["path"] == str(tmp_path / row["id"])


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Runs of which two have something in common."""
    for name, kind, rate, accuracy in (
        ("one", "SGD", 0.1, 0.9),
        ("two", "SGD", 0.02, 0.97),
        ("three", "Adam", 0.001, 0.99),
    ):
        settings = {"optimizer": {"kind": kind, "params": {"lr": rate}}, "epochs": 3}
        run = RunFolder.create(tmp_path, b"{}", "", {"name": name, "settings": settings})
        with run.metric_writer() as writer:
            writer.record("validation/accuracy", 1, 1.0, accuracy)
    return tmp_path


def listed(three: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    assert cli.main(["runs", "--runs", str(three), *more]) == 0
    return capsys.readouterr().out


def test_runs_are_chosen_by_a_condition_with_the_columns_that_are_wanted(
    three: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--where", "lr > 0.01 and accuracy > 95%", "--columns", "name,lr,accuracy")
    out = listed(three, capsys, *asked, "--format", "csv").splitlines()
    assert out[0] == "id,name,optimizer.lr,accuracy" and len(out) == 2 and out[1].endswith(",two,0.02,0.97")
    assert json.loads(listed(three, capsys, *asked, "--format", "json"))[0]["optimizer.lr"] == 0.02
    assert listed(three, capsys, *asked, "--format", "markdown").splitlines()[2] == "| two | 0.02 | 97.0 % |"
    assert "two" in listed(three, capsys, *asked) and "one" not in listed(three, capsys, *asked)


def test_what_is_known_of_some_runs_can_be_asked_of_all(three: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = listed(three, capsys, "--columns", "name,measured,note", "--sort", "tags", "--format", "csv").splitlines()
    assert out[0] == "id,name,measured,note" and all(line.endswith(",,") for line in out[1:])
    assert "No run" in listed(three, capsys, "--where", "measured: dropout")


def test_without_names_a_table_holds_what_differs(three: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = listed(three, capsys, "--format", "csv").splitlines()[0].split(",")
    assert head[:4] == ["id", "name", "optimizer", "optimizer.lr"] and "epochs" not in head
    assert "epochs" in listed(three, capsys, "--format", "csv", "--columns", "all").splitlines()[0].split(",")


def test_runs_come_in_the_order_of_a_column(three: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = listed(three, capsys, "--columns", "name", "--sort", "lr", "--descending", "--limit", "2", "--format", "csv")
    assert [line.split(",")[1] for line in out.splitlines()] == ["name", "one", "two"]


@pytest.mark.parametrize(
    "asked", [("--where", "lr >"), ("--columns", "speed"), ("--sort", "speed"), ("--where", "speed > 3")]
)
def test_what_cannot_be_meant_ends_with_a_sentence(
    three: Path, capsys: pytest.CaptureFixture[str], asked: tuple[str, str]
) -> None:
    assert cli.main(["runs", "--runs", str(three), *asked, "--format", "csv"]) == 2
    assert capsys.readouterr().err.startswith("netloom: ")


def test_a_condition_that_nothing_meets_says_so(three: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No run" in listed(three, capsys, "--where", "accuracy > 2")


def test_runs_are_sent_as_files_and_to_tensorboard(
    three: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "sent"
    out = listed(three, capsys, "--where", "optimizer = sgd", "--export", "file", "--to", str(place))
    files = [Path(line) for line in out.splitlines()]
    assert len(files) == 2 and all(file.parent == place and file.suffix == ".netloomrun" for file in files)
    assert {unpack(file, tmp_path / "others").name for file in files} == {"one", "two"}
    out = listed(three, capsys, "three", "--export", "tensorboard", "--to", str(place))
    assert [run.name[:5] for run in open_events(Path(out.strip()), tmp_path / "board")] == ["three"]


@pytest.mark.parametrize("tracker", ["wandb", "mlflow"])
def test_a_tracker_that_is_not_installed_is_named_with_what_installs_it(
    three: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tracker: str
) -> None:
    monkeypatch.setitem(sys.modules, tracker, None)
    assert cli.main(["runs", "--runs", str(three), "--export", tracker]) == 2
    assert f"pip install netloom[{tracker}]" in capsys.readouterr().err
