"""``netloom work``: the steps of a small network in the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from worked import EXAM, EXAM_LAYERS, exam, worked

from models.storage import files
from studio.cli import main


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "exam.netloom"
    files.write(exam(), path)
    return str(path)


def test_the_exam_comes_out_as_data_with_every_digit(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["work", file, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    first, second = found["passes"]
    assert first["losses"][0] == pytest.approx(0.377517, abs=1e-6)
    assert second["losses"][0] == pytest.approx(0.287261, abs=1e-6)
    assert first["tables"]["next/fc1.weight"][0] == pytest.approx([0.251823, 0.674434], abs=1e-6)
    assert found["learning_rate"] == 0.1


def test_markdown_has_formulas_with_the_numbers_put_in(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["work", file, "--check"]) == 0
    text, said = capsys.readouterr()
    assert r"W_{12} \cdot \mathrm{input1}_{2} + b_{1} = 0.24 \cdot 0.8 + 0.67 \cdot 0.3 + 1 = 1.393$" in text
    assert "## After 1 update" in text and "### Update (SGD, η = 0.1)" in text
    assert "14 gradients agree" in said


def test_latex_stands_by_itself(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["work", file, "--format", "latex", "--steps", "2"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(r"\documentclass") and text.endswith("\\end{document}\n")
    assert text.count(r"\begin{") == text.count(r"\end{") and text.count("{") == text.count("}")
    assert "After 2 updates" in text and text.isascii()


def test_a_batch_and_its_targets_are_given_in_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plain.netloom"
    files.write(worked(EXAM_LAYERS, {"weights": EXAM["weights"]}), path)
    for target in ("0 1", "1"):
        assert (
            main(["work", str(path), "--input", "0.8 0.3", "--target", target, "--format", "json", "--steps", "0"]) == 0
        )
        (only,) = json.loads(capsys.readouterr().out)["passes"]
        assert only["losses"][0] == pytest.approx(0.377517, abs=1e-6)
    assert main(["work", str(path), "--input", "input1=1 2; 3 4", "--target", "0 1", "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["passes"][0]["tables"]["value/fc1"]) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--input", "1 2 3"], "takes 2 numbers a row, but 3"),
        (["--input", "a b"], "Expected a number, found “a”"),
        (["--input", "image=1 2"], "there is no “image”"),
        (["--target", "5"], "classes from 0 to 1"),
        (["--steps", "1000"], "up to 100 updates"),
    ],
)
def test_what_cannot_be_worked_ends_with_a_sentence(
    file: str, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["work", file, *options]) == 2
    assert said in capsys.readouterr().err


def test_a_network_with_errors_is_not_worked(tmp_path: Path) -> None:
    path = tmp_path / "broken.netloom"
    layers = [("input1", "Input", {"shape": [2]}), ("conv1", "Conv2d", {}), ("output1", "Output", {})]
    files.write(worked(layers, {}), path)
    assert main(["work", str(path)]) == 1


def test_a_network_is_worked_as_it_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "dropped.netloom"
    layers = [("input1", "Input", {"shape": [2]}), ("drop1", "Dropout", {"p": 0.9}), ("output1", "Output", {})]
    files.write(worked(layers, {"inputs": {"input1": [[1, 2]]}}), path)
    assert main(["work", str(path), "--mode", "evaluation", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["mode"] == "evaluation" and found["passes"][0]["tables"]["value/drop1"] == [[1, 2]]
    assert main(["work", str(path), "--mode", "evaluation"]) == 0
    text = capsys.readouterr().out
    assert "In evaluation mode: nothing is dropped" in text and r"\mathrm{drop1}_{2} = \mathrm{input1}_{2} = 2" in text
    assert main(["work", str(path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["mode"] == "training"


def test_a_step_that_several_tables_need_is_written_once_a_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "by-hand-lstm", "-o", str(tmp_path / "cell.netloom")]) == 0
    capsys.readouterr()
    assert main(["work", str(tmp_path / "cell.netloom"), "--steps", "1"]) == 0
    first, last = capsys.readouterr().out.split("## After 1 update")
    steps = [line for line in first.splitlines() if line.startswith(r"- $\partial L/\partial \mathrm{a\_")]
    assert len(steps) == len(set(steps)) > 8
    # A pass of its own is told whole.
    gates = [[line for line in text.splitlines() if r"\mathrm{a\_i}_{11} = " in line] for text in (first, last)]
    assert gates[0] and gates[1]
