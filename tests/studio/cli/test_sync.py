"""``netloom sync``: a document and a file of its code take over what the other changed, and nothing runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from models.document import Document
from models.document.edits import Edit, SetParam
from models.storage import files, templates
from studio import cli

Sync = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sync:
    """Bring net.netloom and net.py in step, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    files.write(templates.load("small-resnet"), "net.netloom")

    def call(*options: str) -> tuple[int, str, str]:
        code = cli.main(["sync", "net.netloom", "net.py", *options])
        output = capsys.readouterr()
        return code, output.out, output.err

    return call


def document() -> Document:
    return files.read_whole("net.netloom")


def draw(edit: Edit) -> None:
    """Edit the document, as the window does."""
    changed = document()
    changed.apply(edit)
    files.write(changed, "net.netloom")


def write(before: str, after: str) -> None:
    """Edit the code, as any editor does."""
    text = Path("net.py").read_text()
    assert before in text
    Path("net.py").write_text(text.replace(before, after))


def test_what_either_side_changes_comes_to_the_other(sync: Sync) -> None:
    assert sync() == (0, "Wrote net.py.\nWrote net.netloom.\n", "")
    assert sync() == (0, "", "")
    write("nn.Linear(64, 10)  # 10", "nn.Linear(64, 12)  # a dozen")
    assert sync()[:2] == (0, "net.netloom: Set out_features of fc1.\nWrote net.py.\nWrote net.netloom.\n")
    assert document().network["fc1"].params["out_features"] == 12
    draw(SetParam("conv1", "kernel_size", 5))
    assert sync()[0] == 0
    text = Path("net.py").read_text()
    assert "# a dozen" in text and "nn.Conv2d(3, 16, kernel_size=5, padding=1, bias=False)" in text
    assert sync() == (0, "", "")


def test_an_exported_module_is_the_code_as_it_was_edited(sync: Sync, capsys: pytest.CaptureFixture[str]) -> None:
    sync()
    write("nn.Linear(64, 10)  # 10", "nn.Linear( 64, 10 )  # ten")
    sync()
    assert cli.main(["export", "net.netloom"]) == 0
    assert "nn.Linear( 64, 10 )  # ten" in capsys.readouterr().out


def test_both_sides_may_change_at_once_but_not_the_same_line(sync: Sync) -> None:
    sync()
    write("nn.Linear(64, 10)", "nn.Linear(64, 12)")
    draw(SetParam("conv1", "bias", True))
    assert sync()[0] == 0
    assert document().network["conv1"].params["bias"] is True and "nn.Linear(64, 12)" in Path("net.py").read_text()
    write("nn.Linear(64, 12)", "nn.Linear(64, 14)")
    draw(SetParam("fc1", "out_features", 16))
    code, _, said = sync()
    assert code == 1 and "--prefer code or canvas" in said
    assert sync("--prefer", "canvas")[0] == 0
    assert document().network["fc1"].params["out_features"] == 16
    assert "nn.Linear(64, 16)" in Path("net.py").read_text()


def test_what_cannot_be_drawn_changes_nothing(sync: Sync) -> None:
    sync()
    write("x = self.fc1(x)", "x = self.fc1(x).tolist()")
    before = Path("net.netloom").read_bytes(), Path("net.py").read_bytes()
    code, out, said = sync()
    assert (code, out) == (1, "") and "net.py:" in said and "Nothing was changed." in said
    assert (Path("net.netloom").read_bytes(), Path("net.py").read_bytes()) == before


def test_a_document_is_made_of_code_alone(sync: Sync) -> None:
    sync()
    original = document()
    write("# 10\n", "# the answer\n")
    Path("net.netloom").unlink()
    assert sync()[0] == 0
    made = document()
    assert {node.id: node.layer for node in made.network} == {node.id: node.layer for node in original.network}
    assert sorted(made.network.edges) == sorted(original.network.edges)
    assert "# the answer" in Path("net.py").read_text()


def test_code_is_never_run_and_its_lines_keep_their_ends(sync: Sync) -> None:
    sync()
    text = Path("net.py").read_text().replace("import torch\n", "import torch\nopen('ran', 'w')\n", 1)
    Path("net.py").write_bytes(text.replace("(64, 10)", "(64, 11)").replace("\n", "\r\n").encode())
    assert sync()[0] == 0
    assert not Path("ran").exists() and document().network["fc1"].params["out_features"] == 11
    draw(SetParam("fc1", "out_features", 9))
    sync()
    content = Path("net.py").read_bytes()
    assert b"(64, 9)" in content and content.count(b"\r\n") == content.count(b"\n")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x = (", b"print(1)\n"])
def test_other_files_are_refused_with_a_sentence(sync: Sync, content: bytes) -> None:
    Path("net.py").write_bytes(content)
    before = Path("net.netloom").read_bytes()
    code, _, said = sync()
    assert code in (1, 2) and said.startswith("netloom: ")
    assert Path("net.netloom").read_bytes() == before


@pytest.mark.parametrize("name", ["iris-mlp", "lenet5", "transformer", "lstm-tagger", "digits-cnn"])
def test_templates_come_back_from_their_code(name: str, sync: Sync) -> None:
    original = templates.load(name)
    files.write(original, "net.netloom")
    sync()
    Path("net.netloom").unlink()
    assert sync()[0] == 0
    made = document()
    assert {node.id: node.layer for node in made.network} == {node.id: node.layer for node in original.network}
    assert sorted(made.network.edges) == sorted(original.network.edges)
