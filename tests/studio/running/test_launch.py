"""Run folders made from documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import cnn, mlp

from models.storage import files
from studio.data import DataError
from studio.running.launch import new_run, training_script
from studio.runs.folder import RunFolder


def test_a_run_holds_the_document_its_source_and_its_settings(tmp_path: Path) -> None:
    document = cnn(seed=3)
    run = RunFolder.open(new_run(document, tmp_path / "my digits.netloom", tmp_path / "runs").path)
    saved, problems = files.read(run.document_path)
    assert not problems
    assert files.to_json(saved)["network"] == files.to_json(document)["network"]
    assert "class MyDigits(nn.Sequential)" in run.source_path.read_text()
    assert run.header["name"] == "my digits"
    assert (run.header["seed"], run.header["dataset"], run.header["device"]) == (3, "digits", "cpu")
    assert run.header["parameters"] == document.analysis.totals().parameters
    assert run.header["settings"]["optimizer"]["kind"] == "Adam"
    assert run.header["settings"]["losses"] == ["CrossEntropyLoss"]
    assert run.header["versions"]["torch"]
    assert run.status().state == "created"


def test_a_chosen_device_is_that_of_the_run(tmp_path: Path) -> None:
    document = mlp(device="auto")
    run = new_run(document, None, tmp_path, device="cpu")
    assert files.read(run.document_path)[0].training["device"] == "cpu"
    assert document.training["device"] == "auto"


def test_the_script_of_a_document_compiles(tmp_path: Path) -> None:
    compile(training_script(mlp(), tmp_path / "iris net.netloom"), "script", "exec")


def test_titles_names_and_places_are_those_that_were_given(tmp_path: Path) -> None:
    document = mlp()
    plain = new_run(document, None, tmp_path)
    assert (plain.header["title"], plain.name, plain.header["document_path"]) == ("untitled", "untitled", None)
    named = new_run(document, tmp_path / "iris.netloom", tmp_path, title="Iris", name="run 3")
    assert (named.header["title"], named.name) == ("Iris", "run 3")
    assert named.header["document_path"] == str(tmp_path / "iris.netloom")
    assert named.header["settings"]["data"] == {"source": "iris"} and named.header["dataset"] == "iris"


def test_relative_data_of_a_script_starts_at_the_document(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("".join(f"{i},{i % 3},{i % 5},{i % 7},{i % 2}\n" for i in range(40)))
    document = mlp(data={"source": "csv", "path": "points.csv"})
    text = training_script(document, tmp_path / "net.netloom", "My net")
    assert f'"{tmp_path / "points.csv"}"' in text and "class MyNet(" in text
    with pytest.raises(DataError, match="nothing is there"):
        training_script(document, tmp_path / "elsewhere" / "net.netloom")


def test_a_run_keeps_what_the_document_says_beside_the_network(tmp_path: Path) -> None:
    document = mlp(epochs=7, schedule="StepLR")
    saved, _ = files.read(new_run(document, None, tmp_path).document_path)
    assert saved.training == document.training and saved.data == document.data
