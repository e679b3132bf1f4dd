"""The network page's named numbers: listed, added, changed and removed, each an edit that can be undone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from models.document import Document
from models.document.edits import Edit
from models.network import Network, Node
from widgets.controls import FloatField
from widgets.inspector import Inspector
from widgets.inspector.parameters import MOST, ParametersBox


@pytest.fixture
def document() -> Document:
    nodes = [Node("a", "Input", {"shape": ["=width * 2"]}), Node("r", "ReLU")]
    return Document(Network(nodes, parameters={"width": 3, "rate": 0.5}))


@pytest.fixture
def inspector(qtbot: QtBot, document: Document) -> Inspector:
    def apply(edit: Edit, merge: bool) -> bool:
        document.apply(edit, merge=merge)
        return True

    widget = Inspector(apply)
    qtbot.addWidget(widget)
    widget.set_document(document)
    widget.resize(328, 900)
    widget.show()
    return widget


@pytest.fixture
def box(inspector: Inspector) -> ParametersBox:
    return inspector.network_page.parameters


def shown(box: ParametersBox) -> dict[str, str]:
    return {name: row.value.text() for name, row in box.rows.items()}


def type_over(qtbot: QtBot, field: FloatField, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_they_are_listed(box: ParametersBox) -> None:
    assert shown(box) == {"width": "3", "rate": "0.5"}


def test_a_value_is_changed_while_it_is_typed(qtbot: QtBot, document: Document, box: ParametersBox) -> None:
    type_over(qtbot, box.rows["width"].value, "12")
    assert document.network.parameters == {"width": 12, "rate": 0.5} and document.analysis["a"].shape == (24,)
    assert type(document.network.parameters["width"]) is int
    type_over(qtbot, box.rows["rate"].value, "0.25")
    assert document.network.parameters["rate"] == 0.25
    document.undo()
    document.undo()
    assert shown(box) == {"width": "3", "rate": "0.5"} and document.undo_label == ""


def test_one_is_added_and_its_value_typed_next(qtbot: QtBot, document: Document, box: ParametersBox) -> None:
    qtbot.keyClicks(box.name, "depth")
    qtbot.keyClick(box.name, Qt.Key.Key_Return)
    assert document.network.parameters == {"width": 3, "rate": 0.5, "depth": 1} and box.name.text() == ""
    assert box.rows["depth"].value.selectedText() == "1"
    document.undo()
    assert list(box.rows) == ["width", "rate"]


@pytest.mark.parametrize("name", ["", "2x", "in_channels", "max", "a b", "width", "x" * 31])
def test_names_that_cannot_be_are_not_added(qtbot: QtBot, document: Document, box: ParametersBox, name: str) -> None:
    box.name.setText(name)
    box.button.click()
    assert document.undo_label == "" and list(box.rows) == ["width", "rate"]
    assert (box.objection(name) or "").endswith(".") == bool(name)


def test_one_gets_another_name_once_it_is_typed(qtbot: QtBot, document: Document, box: ParametersBox) -> None:
    name = box.rows["width"].name
    name.setFocus()
    name.selectAll()
    qtbot.keyClicks(name, "rate")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert "already" in name.error() and list(box.rows) == ["width", "rate"]
    qtbot.keyClicks(name, "s")
    assert document.undo_label == ""
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert list(box.rows) == ["rates", "rate"] and document.network["a"].params == {"shape": ["=rates * 2"]}
    document.undo()
    assert list(box.rows) == ["width", "rate"] and document.analysis["a"].shape == (6,)


def test_one_is_removed_and_missed(document: Document, box: ParametersBox) -> None:
    box.rows["width"].remove.click()
    assert shown(box) == {"rate": "0.5"} and document.analysis["a"].shape is None
    document.undo()
    assert shown(box) == {"width": "3", "rate": "0.5"}


def test_what_a_damaged_document_holds_is_shown_and_can_go(inspector: Inspector) -> None:
    parameters = {"word": "wide", "2x": [1, 2]} | {f"n{number}": number for number in range(500)}
    other = Document(Network(parameters=parameters))
    inspector.set_document(other)
    box = inspector.network_page.parameters
    assert len(box.rows) == MOST
    assert box.rows["word"].value.text() == "'wide'" and box.rows["word"].value.error()
    assert box.rows["2x"].value.error() and not box.rows["n3"].value.error()
    inspector.set_document(None)
    assert box.rows == {}
