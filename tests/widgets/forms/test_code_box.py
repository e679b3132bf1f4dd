"""The box for code: what can be read is told of, what cannot is said and goes when the box is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from models.layers import LAYERS
from widgets.forms.code_box import CodeBox
from widgets.forms.editors import editor_for

GOOD = "def f(x: float[3]) -> float[3]:\n    return x + 1"


@pytest.fixture
def box(qtbot: QtBot) -> Iterator[CodeBox]:
    """The editor of code, above another field, in a window that has the keyboard."""
    window = QWidget()
    found = editor_for(next(field for field in LAYERS["TorchCode"].fields.values() if field.name == "code"))
    assert isinstance(found, CodeBox)
    layout = QVBoxLayout(window)
    layout.addWidget(found)
    layout.addWidget(QLineEdit())
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    found.set_value(GOOD)
    found.setFocus()
    yield found
    window.close()


def test_what_can_be_read_is_told_of_while_it_is_typed(qtbot: QtBot, box: CodeBox) -> None:
    told: list[object] = []
    box.changed.connect(told.append)
    box.moveCursor(box.textCursor().MoveOperation.End)
    qtbot.keyClicks(box, "0")
    assert told == [f"{GOOD}0"] == [box.value()] and box.error() == ""
    box.set_value(GOOD)
    assert told == [f"{GOOD}0"], "what is shown is not told of"


def test_what_cannot_be_read_is_said_and_goes_with_the_keyboard(qtbot: QtBot, box: CodeBox) -> None:
    told: list[object] = []
    box.changed.connect(told.append)
    box.moveCursor(box.textCursor().MoveOperation.End)
    qtbot.keyClicks(box, " + print(x)")
    qtbot.waitUntil(lambda: "a listed function of torch" in box.error())
    assert box.value() == f"{GOOD} " or box.value() == GOOD, "the last text that could be read"
    qtbot.keyClick(box, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: box.error() == "" and box.toPlainText() == box.value())


def test_a_text_that_a_document_holds_is_shown_with_what_is_wrong(box: CodeBox) -> None:
    box.show_found("import os", "expected one function, found something else.")
    assert box.toPlainText() == "import os" and box.error()
    box.show_mixed()
    assert box.toPlainText() == "" and box.placeholderText() == "mixed"
