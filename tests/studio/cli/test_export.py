"""``netloom export`` of runs: what is chosen by the file's name, what is asked for, and what cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from documents import chain
from trained_runs import run

from models.storage.files import write
from studio import cli
from studio.exports import EXPORTS
from studio.runs.folder import RunFolder

__all__ = ["run"]

Run = Callable[[str], RunFolder]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_name_of_the_file_chooses(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    folder = run("classes").path
    assert cli.main(["export", str(folder), "-o", "a.pt2", "--set", "scaled=no"]) == 0
    assert capsys.readouterr().out.endswith("Wrote " + str(Path("a.pt2").absolute()) + ".\n")
    assert torch.export.load("a.pt2").module()(torch.zeros(5, 4)).shape == (5, 3)
    assert cli.main(["export", folder.name, "--runs", str(folder.parent), "-o", "net.py"]) == 0
    assert "class " in Path("net.py").read_text() or "Sequential" in Path("net.py").read_text()
    assert cli.main(["export", str(folder), "--as", "torchscript", "-o", "a.pt"]) == 0
    assert torch.jit.load("a.pt")(torch.zeros(2, 4)).shape == (2, 3)


def test_all_kinds_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", ".", "--as", "?"]) == 0
    said = capsys.readouterr().out
    assert all(f"{kind}: of a " in said for kind in EXPORTS)
    # What each is stands there in full.
    together = " ".join(said.split())
    assert all(kind.help in together for kind in EXPORTS.values()) and max(map(len, said.splitlines())) <= 100


@pytest.mark.parametrize(("data", "code"), [({"source": "digits"}, 1), ({}, 0)])
@pytest.mark.parametrize("file", ["net.py", "net.ipynb"])
def test_a_script_that_its_data_does_not_fit_says_so(
    data: dict[str, str], code: int, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    document = chain([("image1", "Input", {"shape": [3, 8, 8]}), ("flat", "Flatten", {}), ("out", "Output", {})])
    document.content.set_section("data", data)
    write(document, "net.netloom")
    more = ["--script"] if file.endswith(".py") else []
    assert cli.main(["export", "net.netloom", "-o", file, *more]) == code
    said = capsys.readouterr()
    chosen = "image1: Input expects 3×8×8; Handwritten digits has 1×8×8."
    assert (chosen if data else "No data is chosen for image1, which takes 3×8×8.") in said.err
    assert "will stop there: give the document data that fits" in said.err
    assert Path(file).exists() and said.out == f"Wrote {file}.\n"
    assert cli.main(["export", "net.netloom", "-o", "module.py"]) == 0
    assert not capsys.readouterr().err  # a module trains on nothing


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--as", "statue"], "There is no export ‘statue’"),
        (["-o", "a.pt2", "--set", "hue=3"], "has no setting ‘hue’. There are: scaled."),
        (["-o", "a.pt2", "--set", "scaled=perhaps"], "--set: "),
        (["--as", "pt2"], "Say where to write it"),
        (["-o", "a.pt2", "--checkpoint", "worst"], "has kept no weights"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    run: Run, capsys: pytest.CaptureFixture[str], more: list[str], sentence: str
) -> None:
    assert cli.main(["export", str(run("classes").path), *more]) == 2
    assert sentence in capsys.readouterr().err and not Path("a.pt2").exists()


def test_what_takes_a_run_says_so_to_a_document(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", str(run("classes").document_path), "-o", "a.pt2"]) == 2
    assert "expected a run for “pt2”" in capsys.readouterr().err


def test_onnx_is_written_by_a_process_of_its_own(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    folder = run("classes").path
    assert cli.main(["export", str(folder), "--onnx", "net.onnx", "--opset", "18"]) == 0
    said = capsys.readouterr().out
    assert "opset 18" in said and "onnxruntime answers as the network does" in said
    session = onnxruntime.InferenceSession("net.onnx", providers=["CPUExecutionProvider"])
    (entry,) = session.get_inputs()
    for size in (1, 7):
        (found,) = session.run(None, {entry.name: torch.zeros(size, 4).numpy()})
        assert found.shape == (size, 3)


def test_onnx_is_refused_with_a_sentence(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    folder = run("classes").path
    for more, sentence in [
        (["--onnx", "net.onnx", "--opset", "7"], "--set: opset: expected"),
        (["--as", "onnx"], "Say where to write it, such as -o classes"),
    ]:
        assert cli.main(["export", str(folder), *more]) == 2
        assert sentence in capsys.readouterr().err
    document = folder / "broken.netloom"
    document.write_text('{"netloom": 1, "network": {"nodes": [{"id": "fc1", "kind": "Linear"}]}}')
    assert cli.main(["export", str(document), "--onnx", "net.onnx"]) == 1
    assert "expected a network without errors" in capsys.readouterr().err and not Path("net.onnx").exists()
