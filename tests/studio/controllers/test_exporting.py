"""Files that leave the window: modules and scripts, whole or not at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import chain, mlp
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from waiting import idle, until

from models.document.edits import RemoveNodes, SetSection
from models.storage import files
from studio.controllers.documents import DocumentController
from studio.controllers.exporting import Exporter
from studio.exports import EXPORTS, ByProcess, OfDocument
from studio.running.launch import training_script
from studio.services.message import Message
from studio.services.settings import Settings


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def controller(host: QWidget, state_home: None, tmp_path: Path) -> Iterator[DocumentController]:
    files.write(mlp(epochs=1), tmp_path / "flowers.netloom")
    controller = DocumentController(host)
    controller.open(tmp_path / "flowers.netloom")
    idle(controller)
    yield controller
    controller.close()


@pytest.fixture
def said(controller: DocumentController) -> list[Message]:
    messages: list[Message] = []
    controller.said.connect(messages.append)
    return messages


@pytest.fixture
def exporter(host: QWidget, controller: DocumentController) -> Iterator[Exporter]:
    exporter = Exporter(host, controller, Settings())
    yield exporter
    exporter.close()


def test_the_module_is_the_generated_source(exporter: Exporter, said: list[Message], tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    exporter.write(EXPORTS["module"](), path)
    until(lambda: said)
    (definition,) = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]
    assert definition.name == "Flowers"
    assert said[0].kind == "good" and str(path) in said[0].text


def test_what_is_left_out_is_said(
    exporter: Exporter, controller: DocumentController, said: list[Message], tmp_path: Path
) -> None:
    controller.apply(RemoveNodes(["relu1"], heal=False))
    exporter.write(EXPORTS["module"](), tmp_path / "model.py")
    until(lambda: said)
    assert said[-1].kind == "warning"
    assert "Left out because of errors: fc2" in said[-1].text


def test_a_module_that_cannot_be_written_is_said_and_nothing_is_replaced(
    exporter: Exporter, said: list[Message], tmp_path: Path
) -> None:
    exporter.write(EXPORTS["module"](), tmp_path / "nowhere" / "model.py")
    until(lambda: said)
    assert said[-1].kind == "error"
    assert "that folder does not exist" in said[-1].text
    assert [label for label, _ in said[-1].actions] == ["Export elsewhere…"]
    (tmp_path / "folder.py").mkdir()
    exporter.write(EXPORTS["module"](), tmp_path / "folder.py")
    until(lambda: len(said) == 2)
    assert said[-1].kind == "error"
    assert (tmp_path / "folder.py").is_dir()


def test_the_script_is_that_of_the_command_line(
    exporter: Exporter, controller: DocumentController, said: list[Message], tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "train.py"
    exporter.write(EXPORTS["script"](), path)
    qtbot.waitUntil(lambda: bool(said))
    assert said[-1].kind == "good"
    assert path.read_text() == training_script(controller.document, controller.path, "flowers")
    assert path.read_text() == training_script(controller.document, controller.path)


def test_what_cannot_train_is_said_instead_of_written(
    exporter: Exporter, controller: DocumentController, said: list[Message], tmp_path: Path, qtbot: QtBot
) -> None:
    controller.apply(RemoveNodes(["output1"], heal=True))
    exporter.write(EXPORTS["script"](), tmp_path / "train.py")
    qtbot.waitUntil(lambda: bool(said))
    assert said[-1].kind == "error"
    assert "an Output" in said[-1].text
    assert not (tmp_path / "train.py").exists()


@pytest.mark.parametrize("settings", [{"source": "nonsense"}, {"source": "npy", "path": "gone.npy"}])
def test_data_that_cannot_be_read_is_said(
    exporter: Exporter,
    controller: DocumentController,
    said: list[Message],
    tmp_path: Path,
    qtbot: QtBot,
    settings: dict[str, str],
) -> None:
    controller.apply(SetSection("data", settings))
    exporter.write(EXPORTS["script"](), tmp_path / "train.py")
    qtbot.waitUntil(lambda: bool(said))
    assert said[-1].kind == "error"
    assert not (tmp_path / "train.py").exists()


def test_edits_during_an_export_do_not_mix_into_it(
    exporter: Exporter, controller: DocumentController, said: list[Message], tmp_path: Path, qtbot: QtBot
) -> None:
    expected = training_script(controller.document, controller.path, "flowers")
    exporter.write(EXPORTS["script"](), tmp_path / "train.py")
    controller.apply(RemoveNodes(["output1"], heal=True))
    qtbot.waitUntil(lambda: bool(said))
    assert (tmp_path / "train.py").read_text() == expected


def test_hostile_titles_become_no_code(exporter: Exporter, controller: DocumentController, tmp_path: Path) -> None:
    controller.show_run(chain([("input1", "Input", {"shape": [4]}), ("output1", "Output", {})]), "a'; import os #\n")
    exporter.write(EXPORTS["module"](), tmp_path / "model.py")
    until((tmp_path / "model.py").exists)
    imported = [
        node for node in ast.walk(ast.parse((tmp_path / "model.py").read_text())) if isinstance(node, ast.Import)
    ]
    assert all(alias.name.startswith("torch") for node in imported for alias in node.names)


@pytest.mark.parametrize(("kind", "name"), [("module", "flowers.py"), ("script", "flowers_train.py")])
def test_the_place_is_asked_for_beside_the_document(
    exporter: Exporter, host: QWidget, tmp_path: Path, kind: str, name: str
) -> None:
    exporter.ask(EXPORTS[kind])
    (dialog,) = host.findChildren(QFileDialog)
    assert Path(dialog.directory().absolutePath()) == tmp_path
    assert Path(dialog.selectedFiles()[0]).name == name
    dialog.close()


def test_two_exports_at_once_are_both_written_and_said(exporter: Exporter, said: list[Message], tmp_path: Path) -> None:
    exporter.write(EXPORTS["module"](), tmp_path / "model.py")
    exporter.write(EXPORTS["script"](), tmp_path / "train.py")
    until(lambda: len(said) == 2)
    assert ["model.py" in said[0].text, "train.py" in said[1].text] == [True, True]
    assert (tmp_path / "model.py").exists() and (tmp_path / "train.py").exists()


def test_each_export_of_a_document_is_a_command(exporter: Exporter) -> None:
    names = [command.name for command in exporter.commands()]
    assert names == [f"export-{kind.kind}" for kind in EXPORTS.values() if issubclass(kind, OfDocument | ByProcess)]


def test_what_another_process_writes_can_be_stopped(exporter: Exporter, said: list[Message], tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    exporter.write(EXPORTS["onnx"](), tmp_path / "net.onnx")
    ((label, stop),) = said[0].actions
    assert label == "Stop" and "net.onnx" in said[0].text
    stop()
    until(lambda: len(said) > 1)
    assert said[1] == Message("It was given up; nothing was written.", "error")
    assert not (tmp_path / "net.onnx").exists()
