"""Run folders made from documents."""

from __future__ import annotations

from pathlib import Path

from documents import cnn, mlp

from models import files
from studio.launch import new_run, training_script
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
    assert run.header["versions"]["torch"]
    assert run.status().state == "created"


def test_a_chosen_device_is_that_of_the_run(tmp_path: Path) -> None:
    document = mlp(device="auto")
    run = new_run(document, None, tmp_path, device="cpu")
    assert files.read(run.document_path)[0].training["device"] == "cpu"
    assert document.training["device"] == "auto"


def test_the_script_of_a_document_compiles(tmp_path: Path) -> None:
    compile(training_script(mlp(), tmp_path / "iris net.netloom"), "script", "exec")
