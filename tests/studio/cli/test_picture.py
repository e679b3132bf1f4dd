"""`netloom picture`: a file by its ending, from a terminal without a display."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.document import Document
from models.network import Network, Node
from models.storage import files, templates
from studio import cli


@pytest.fixture
def document(tmp_path: Path, qapp: object) -> Path:
    path = tmp_path / "net.netloom"
    files.write(templates.load("exam-cnn"), path)
    return path


@pytest.mark.parametrize(("ending", "magic"), [("svg", b"<?xml"), ("pdf", b"%PDF-"), ("PNG", b"\x89PNG")])
def test_the_ending_says_what_is_written(document: Path, ending: str, magic: bytes) -> None:
    out = document.with_name(f"out.{ending}")
    assert cli.main(["picture", str(document), "-o", str(out)]) == 0
    assert out.read_bytes().startswith(magic)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["-o", "x.jpg"], "expected a file that ends in .svg, .pdf or .png, found ‘x.jpg’"),
        (["-o", "x"], "expected a file that ends in"),
        (["-o", "x.svg", "--layers", "conv1", "nowhere"], "no layer nowhere"),
        (["-o", "missing/x.svg"], "that folder does not exist"),
    ],
)
def test_what_cannot_be_written_is_said(
    document: Path, options: list[str], says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(document.parent)
    assert cli.main(["picture", str(document), *options]) == 2
    assert says in capsys.readouterr().err
    assert not [*document.parent.glob("**/x*")]


@pytest.mark.parametrize("scale", ["0", "nan", "1000", "two"])
def test_a_scale_is_a_number_within_reason(document: Path, scale: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["picture", str(document), "-o", "x.png", "--scale", scale])
    assert "expected a number from 0.1 to 20" in capsys.readouterr().err


def test_errors_are_drawn_and_named(tmp_path: Path, qapp: object, capsys: pytest.CaptureFixture[str]) -> None:
    files.write(Document(Network([Node("alone", "Conv2d")])), tmp_path / "f.netloom")
    assert cli.main(["picture", str(tmp_path / "f.netloom"), "-o", str(tmp_path / "f.svg")]) == 1
    assert "alone" in capsys.readouterr().err and "Conv2d" in (tmp_path / "f.svg").read_text()


def test_an_empty_network_is_no_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files.write(Document(Network()), tmp_path / "f.netloom")
    assert cli.main(["picture", str(tmp_path / "f.netloom"), "-o", str(tmp_path / "f.svg")]) == 2
    assert "no layers" in capsys.readouterr().err


def test_all_options_together(document: Path) -> None:
    out = document.with_name("part.svg")
    options = ["--style", "blocks", "--theme", "dark", "--no-numbers", "--transparent", "--layers", "conv1", "relu1"]
    assert cli.main(["picture", str(document), "-o", str(out), *options]) == 0
    text = out.read_text()
    assert "Conv2d" in text and "Linear" not in text
