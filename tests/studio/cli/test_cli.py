"""The command line without a window: new, templates, check, export, bad input and the terminal."""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from commands import Run, broken

from models.document import Document
from models.document.edits import SetSection
from models.network import Network, Node
from models.storage import files, templates
from studio import cli
from studio.cli import console
from support import ROOT


def netloom(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    environment = os.environ | options.pop("environment", {})
    command = [sys.executable, str(ROOT / "main.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False, **options)


# new, templates
def test_new_writes_a_template(run: Run) -> None:
    code, out, _ = run("new", "exam-cnn", "-o", "mine.netloom")
    assert code == 0 and "13,050 parameters" in out
    document, problems = files.read("mine.netloom")
    assert problems == [] and document.analysis.totals().parameters == 13_050
    assert run("new", "mlp")[0] == 0 and Path("mlp.netloom").exists()


def test_new_never_replaces_a_file_unasked(run: Run, exam: str) -> None:
    before = Path(exam).read_bytes()
    code, _, err = run("new", "mlp", "-o", exam)
    assert code == 2 and "exists already" in err and Path(exam).read_bytes() == before
    assert run("new", "mlp", "-o", exam, "--force")[0] == 0


def test_templates_are_listed(run: Run) -> None:
    code, out, _ = run("templates")
    assert code == 0
    assert all(template.name in out and f"{template.parameters:,}" in out for template in templates.available())


# check
def test_check_of_a_sound_network(run: Run) -> None:
    files.write(templates.load("iris-mlp"), "iris.netloom")
    code, out, err = run("check", "iris.netloom")
    assert (code, err) == (0, "") and out.startswith("No problems. ") and out.endswith(" parameters.\n")


def test_check_says_what_does_not_fit_the_data(run: Run, exam: str) -> None:
    code, out, _ = run("check", exam)
    assert code == 0 and "hint: No data is chosen for input1, which takes 3×32×32." in out
    assert "Choose it in Data. Handwritten digits, used until then, has 1×8×8." in out and out.endswith("1 hint.\n")
    document, _ = files.read(exam)
    document.apply(SetSection("data", {"source": "digits"}))
    files.write(document, exam)
    code, out, _ = run("check", exam)
    assert code == 1 and out.startswith("error: input1: Input expects 3×32×32;") and out.endswith("1 error.\n")
    document.apply(SetSection("data", {"source": "csv", "path": "nowhere.csv"}))
    files.write(document, exam)
    code, out, _ = run("check", exam)
    assert code == 1 and "error: The data cannot be read. Expected" in out and "nowhere.csv" in out


def test_check_names_every_finding(run: Run) -> None:
    code, out, _ = run("check", broken())
    assert code == 1
    assert "error: conv1: Conv2d needs channels×height×width, but it receives 5." in out
    assert out.splitlines()[-1].startswith("1 error, ")


def test_hints_alone_are_no_failure(run: Run) -> None:
    document = templates.load("small-resnet")
    document.network.set_params("conv1", {"out_channels": 16, "padding": 1})
    files.write(document, "hint.netloom")
    code, out, _ = run("check", "hint.netloom")
    assert code == 0 and "hint: conv1: The bias of conv1" in out and out.endswith(" hints.\n")


def test_what_was_left_out_while_opening_is_said(run: Run, exam: str) -> None:
    text = Path(exam).read_text()
    Path("cut.netloom").write_text(text[: len(text) * 2 // 3])
    code, out, err = run("check", "cut.netloom")
    assert code == 2 and err == "" and "needs a wire" in out
    assert "error: The file ends too early" in out and "ready" not in out
    assert "ends too early" in run("summary", "cut.netloom")[2]
    assert run("check", "cut.netloom", "--salvage")[0] == 1


def test_a_document_without_layers_is_no_sound_network(run: Run) -> None:
    Path("none.netloom").write_text('{"netloom": 1, "network": {}}')
    code, out, _ = run("check", "none.netloom")
    assert code == 1 and out.startswith("hint: There is no layer yet.")


# export
def test_the_exported_module_runs_by_itself(run: Run, exam: str) -> None:
    code, out, _ = run("export", exam, "-o", "model.py")
    assert code == 0 and out == "Wrote model.py.\n"
    check = """
import model, torch
exam = model.Exam()
print(sum(weight.numel() for weight in exam.parameters()), *exam(torch.zeros(2, 3, 32, 32)).shape)
"""
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["13050", "2", "10"]


def test_without_a_place_it_goes_to_standard_output(run: Run, exam: str) -> None:
    code, out, _ = run("export", exam)
    assert code == 0
    ast.parse(out)


def test_a_broken_network_is_exported_as_far_as_it_goes(run: Run) -> None:
    code, _, err = run("export", broken(), "-o", "model.py")
    assert code == 1 and "Left out because of errors: conv1" in err
    ast.parse(Path("model.py").read_text())
    code, _, err = run("export", "broken.netloom", "-o", "script.py", "--script")
    assert code == 1 and "Nothing was written" in err and not Path("script.py").exists()


def test_a_script_is_exported(run: Run) -> None:
    run("new", "digits-cnn", "-o", "d.netloom")
    assert run("export", "d.netloom", "-o", "train.py", "--script")[0] == 0
    text = Path("train.py").read_text()
    ast.parse(text)
    assert "netloom" not in text.replace("Netloom", "") and "__main__" in text


def test_a_place_that_cannot_be_written(run: Run, exam: str) -> None:
    code, _, err = run("export", exam, "-o", "no/such/folder/model.py")
    assert code == 2 and "was not saved" in err


# Bad input
BAD = {
    "empty": b"", "text": b"hello", "binary": bytes(range(256)), "newer": b'{"netloom": 9, "network": {}}',
    "list": b"[]", "deep": b"[" * 300_000, "other": b'{"a": 1}',
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("command", ["summary", "check", "export", "train"])
def test_what_is_no_document_gives_one_sentence_and_exit_code_2(run: Run, command: str, name: str) -> None:
    Path("bad.netloom").write_bytes(BAD[name])
    code, out, err = run(command, "bad.netloom")
    assert (code, out) == (2, "") and err.startswith("netloom: bad.netloom ") and err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("summary",), ("summary", "nowhere.netloom"), ("summary", "."), ("summary", "x", "--format", "xml"), ("wash",),
        ("--wash",), ("new",), ("new", "nothing"), ("export",), ("train",), ("train", "nowhere.netloom"), ("resume",),
        ("resume", "nowhere"), ("check", "a\0b"), ("new", "mlp", "-o", "no/such/folder/x.netloom"),
    ],
)  # fmt: skip
def test_bad_arguments_give_a_sentence_and_exit_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    code, _, err = run(*arguments)
    assert code == 2 and err.strip()


def test_absurd_sizes_are_a_finding_and_no_hang(run: Run) -> None:
    files.write(Document(Network([Node("in1", "Input", {"shape": [10**9, 10**9, 10**9]})])), "big.netloom")
    assert run("summary", "big.netloom")[0] == 1
    assert run("check", "big.netloom")[0] == 1


# The terminal


def test_help_and_version(run: Run) -> None:
    assert run("--version")[1].startswith("netloom ")
    code, out, _ = run("--help")
    assert code == 0 and all(command in out for command in cli.COMMANDS)
    for command in cli.COMMANDS:
        assert run(command, "--help")[0] == 0


def test_colors_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    assert console.colored("x", "error", Terminal()) == "\x1b[31mx\x1b[0m"
    assert console.colored("x", "error", io.StringIO()) == "x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert console.colored("x", "error", Terminal()) == "x"


def test_a_reader_that_closes_early_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "long.netloom"
    files.write(templates.load("resnet18"), path)
    command = f"{sys.executable} {ROOT / 'main.py'} summary {path} --format json | head -n 1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert result.stdout == '{"nodes": [\n' and result.stderr == ""


def test_a_terminal_that_knows_ascii_alone_gets_escapes(tmp_path: Path) -> None:
    path = tmp_path / "x.netloom"
    files.write(templates.load("mlp"), path)
    result = netloom("summary", str(path), environment={"PYTHONIOENCODING": "ascii"})
    assert result.returncode == 0 and "H\\xd7W" in result.stdout


def test_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "x.netloom"
    files.write(templates.load("exam-cnn"), path)
    code = """
import sys
from studio.cli import main
for arguments in (["summary", sys.argv[1]], ["check", sys.argv[1]], ["export", sys.argv[1]], ["templates"]):
    assert main(arguments) == 0
heavy = {"PySide6", "torch", "numpy", "networkx", "sklearn", "PIL", "pyqtgraph"} & set(sys.modules)
assert not heavy, heavy
"""
    result = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


# The window


def test_without_a_display_there_is_a_sentence() -> None:
    bare = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    result = netloom(environment=bare)
    assert result.returncode == 2 and "no display" in result.stderr


def test_a_file_that_is_not_there_is_not_opened() -> None:
    result = netloom("nowhere.netloom")
    assert result.returncode == 2 and "There is no file ‘nowhere.netloom’" in result.stderr
