"""A file of PyTorch code in the window: asked about first, run apart, opened with its report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QInputDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from models.storage import files
from studio.controllers.documents import DocumentController
from studio.importer.dialogs import ImportQuestion, ImportReport
from studio.importer.importer import Importer, is_code, is_model
from studio.importer.wanted import Wanted
from studio.running.foreign import COMPARED
from studio.running.importing import inputs_from
from studio.services.message import Message
from support import ROOT

SOURCE = """
from torch import nn
class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
"""


class Case:
    """An importer in a window, with what it says and opens."""

    def __init__(self, window: QWidget) -> None:
        self.window, self.said, self.opened = window, list[Message](), list[Path]()
        self.controller = controller = DocumentController(window)
        controller.said.connect(self.said.append)
        self.importer = Importer(window, controller, self.opened.append)

    def question(self) -> ImportQuestion:
        return self.window.findChildren(ImportQuestion)[-1]


@pytest.fixture
def case(qtbot: QtBot) -> Iterator[Case]:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    found = Case(window)
    yield found
    found.importer.close()
    found.controller.close()
    for dialog in (*window.findChildren(ImportQuestion), *window.findChildren(ImportReport)):
        dialog.close()


def test_a_file_is_asked_about_before_it_runs(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(SOURCE)
    (tmp_path / "net.netloom").write_text("taken")
    case.importer.ask(file)
    question = case.question()
    words = " ".join(label.text() for label in question.findChildren(QLabel))
    assert "net.py is a program." in words and "trust who wrote it" in words and "net2.netloom" in words
    cancel = question.findChildren(QDialogButtonBox)[0].button(QDialogButtonBox.StandardButton.Cancel)
    cancel.click()
    assert case.said == [] and not case.importer.is_busy, "nothing ran"


def test_sizes_that_cannot_be_read_cannot_be_sent(case: Case, tmp_path: Path) -> None:
    case.importer.ask(tmp_path / "net.py")
    question = case.question()
    for text, can in (("3x32x32", True), ("", False), ("wide", False), ("3x4, mask=4:int", True)):
        question.inputs.setText(text)
        assert question.run.isEnabled() == can, text
    assert inputs_from("3x4, mask=4:int") == [("", (3, 4), "float"), ("mask", (4,), "int")]
    assert is_code(Path("a.py")) and not is_code(Path("a.pyc"))


def test_a_file_is_imported_and_opened_with_its_report(case: Case, tmp_path: Path, qtbot: QtBot) -> None:
    """The whole way, which starts a process that imports torch: over a second."""
    file = tmp_path / "net.py"
    file.write_text(SOURCE)
    case.importer.ask(file)
    case.question().inputs.setText("3")
    case.question().accept()
    qtbot.waitUntil(lambda: not case.importer.is_busy, timeout=60_000)
    assert [message.kind for message in case.said] == ["info", "good"], case.said
    assert case.opened == [tmp_path / "net.netloom"] and (tmp_path / "net.safetensors").exists()
    assert files.read(case.opened[0])[0].content.section("training")["start_file"] == "net.safetensors"
    (report,) = case.window.findChildren(ImportReport)
    assert "Taken: 2 Linear, 1 ReLU." in report.text.toPlainText()
    assert report.verdict.text().startswith("Outputs equal the original’s"), "which was not known when it opened"


def test_a_file_of_weights_is_offered_with_the_next_source(case: Case, tmp_path: Path, qtbot: QtBot) -> None:
    weights = tmp_path / "w.safetensors"
    weights.write_bytes(b"")
    case.importer.weigh(weights)
    qtbot.waitUntil(lambda: not case.importer.is_busy)
    assert case.said[-1].text.startswith("w.safetensors holds weights alone. Import the source of the network")
    assert [words for words, _ in case.said[-1].actions] == ["Import its source…"]
    case.importer.ask(tmp_path / "net.py")
    assert case.question().weights.text() == str(weights) == case.question().wanted().weights
    case.question().findChild(QPushButton).click()
    chooser = case.question().findChildren(QFileDialog)[-1]
    other = tmp_path / "other.pt"
    other.write_bytes(b"")
    chooser.fileSelected.emit(str(other))
    chooser.close()
    assert case.question().wanted().weights == str(other)


def test_what_cannot_be_imported_is_said_and_can_be_asked_again(case: Case, tmp_path: Path, qtbot: QtBot) -> None:
    case.importer.run(tmp_path / "gone.py", tmp_path / "gone.netloom", Wanted("3", "Net", ""))
    qtbot.waitUntil(lambda: not case.importer.is_busy)
    message = case.said[-1]
    assert message.kind == "error" and "expected a file of Python" in message.text and case.opened == []
    ((words, again),) = message.actions
    again()
    assert words == "Change…" and case.question().wanted() == Wanted("3", "Net", "")


def test_a_model_is_read_and_opened_without_a_question(
    case: Case, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COMPARED, ".keras", ("", ("no_such_package",), "onnx"))  # which would take a process
    pytest.importorskip("onnx")
    pytest.importorskip("h5py")
    file = tmp_path / "words.keras"
    file.write_bytes((ROOT / "tests/golden/keras/words.keras").read_bytes())
    assert is_model(file) and is_model(Path("a.ONNX")) and not is_model(Path("a.py"))
    case.importer.read(file)
    qtbot.waitUntil(lambda: not case.importer.is_busy)
    assert [message.kind for message in case.said] == ["info", "warning"]
    assert case.opened == [tmp_path / "words.netloom"] and (tmp_path / "words.safetensors").exists()
    (report,) = case.window.findChildren(ImportReport)
    assert "PyTorch has a second bias" in report.text.toPlainText()
    (tmp_path / "torn.keras").write_bytes(b"torn")
    case.importer.read(tmp_path / "torn.keras")
    qtbot.waitUntil(lambda: not case.importer.is_busy)
    assert case.said[-1].text.startswith("Nothing was imported. torn.keras is no Keras file")
    assert case.said[-1].actions == () and len(case.opened) == 1


def test_sizes_that_a_model_leaves_open_are_asked_for(case: Case, tmp_path: Path, qtbot: QtBot) -> None:
    onnx = pytest.importorskip("onnx")
    info = onnx.helper.make_tensor_value_info
    nodes = [onnx.helper.make_node("Relu", ["x"], ["y"])]
    graph = onnx.helper.make_graph(nodes, "net", [info("x", 1, ["N", "width"])], [info("y", 1, None)])
    (tmp_path / "net.onnx").write_bytes(onnx.helper.make_model(graph, ir_version=9).SerializeToString())
    case.importer.read(tmp_path / "net.onnx")
    qtbot.waitUntil(lambda: not case.importer.is_busy)
    for text in ("many", "5"):
        assert case.said[-1].kind == "error" and case.opened == []
        ((words, ask),) = case.said[-1].actions
        ask()
        dialog = case.window.findChildren(QInputDialog)[-1]
        assert words == "Give sizes…"
        dialog.setTextValue(text)
        dialog.accept()
        qtbot.waitUntil(lambda: not case.importer.is_busy)
    document = files.read_whole(case.opened[0])
    assert next(node.params.get("shape") for node in document.network) == [5]
