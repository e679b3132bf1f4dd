"""Lines beside a document: undo and redo are the document's, ranges and units stand beside the number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from models.specs.fields import Float, Int, Text
from models.specs.spec import Spec
from widgets.controls.choice import MIXED
from widgets.forms.lines import IntLine
from widgets.forms.spec_form import SpecForm
from widgets.theme import theme


class Batches(Spec):
    """Two numbers and a word."""

    size = Int(64, minimum=1, maximum=512, unit="examples")
    rate = Float(0.1, above=0.0)
    name = Text("")


class Page(QWidget):
    """A form with the document's Undo and Redo, which count how often they are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.form = SpecForm()
        QVBoxLayout(self).addWidget(self.form)
        self.form.set_spec(Batches())
        self.asked: list[str] = []
        for name, key in (("undo", QKeySequence.StandardKey.Undo), ("redo", QKeySequence.StandardKey.Redo)):
            action = QAction(name, self)
            action.setShortcuts(key)
            action.triggered.connect(lambda _=False, name=name: self.asked.append(name))
            self.addAction(action)


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[Page]:
    widget = Page()
    qtbot.addWidget(widget)
    widget.resize(360, 240)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    yield widget


def line(page: Page, name: str = "size") -> IntLine:
    editor = page.form.editor(name)
    editor.setFocus()
    return editor  # type: ignore[return-value]


def press(qtbot: QtBot, widget: QWidget, key: QKeySequence.StandardKey) -> None:
    qtbot.keySequence(widget, QKeySequence(key))


def test_undo_of_what_is_typed_is_the_documents(qtbot: QtBot, page: Page) -> None:
    field = line(page)
    field.selectAll()
    qtbot.keyClicks(field, "128")
    press(qtbot, field, QKeySequence.StandardKey.Undo)
    press(qtbot, field, QKeySequence.StandardKey.Redo)
    assert page.asked == ["undo", "redo"] and field.text() == "128"


def test_what_undo_brings_back_is_shown_while_the_field_has_the_keyboard(qtbot: QtBot, page: Page) -> None:
    field = line(page)
    field.selectAll()
    qtbot.keyClicks(field, "128")
    page.form.set_spec(Batches())  # as the document does it
    assert field.text() == "64" and field.hasFocus()


def test_letters_that_are_no_value_yet_are_undone_in_the_field(qtbot: QtBot, page: Page) -> None:
    field = line(page)
    field.selectAll()
    qtbot.keyClicks(field, "x")
    press(qtbot, field, QKeySequence.StandardKey.Undo)
    assert page.asked == [] and field.text() == "64"


def test_the_range_stands_beside_a_number_that_is_typed_the_unit_otherwise(qtbot: QtBot, page: Page) -> None:
    other, field = line(page, "rate"), page.form.editor("size")
    assert isinstance(field, IntLine) and field._result is not None and other._result is not None
    assert (field._result.text(), other._result.text()) == ("examples", "above 0")
    line(page)
    assert field._result.text() == "from 1 to 512" and field._result.isVisible()
    field.setText("1" * 40)
    field._place_result()
    assert not field._result.isVisible()


def turn(widget: QWidget, steps: int) -> QWheelEvent:
    spot = QPointF(widget.rect().center())
    event = QWheelEvent(
        spot, widget.mapToGlobal(spot), QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    return event


def test_the_wheel_steps_a_field_with_the_keyboard_alone(page: Page) -> None:
    line(page, "rate")
    field = page.form.editor("size")
    assert not turn(field, 1).isAccepted() and field.text() == "64"  # type: ignore[attr-defined]
    turn(line(page), 1)
    assert field.text() == "65"  # type: ignore[attr-defined]


def test_a_mixed_field_takes_what_is_typed_and_complains_of_nothing(qtbot: QtBot, page: Page) -> None:
    changes: list[tuple[str, object]] = []
    page.form.changed.connect(lambda name, value: changes.append((name, value)))
    page.form.show_mixed(["size", "name"])
    field = line(page)
    assert field.text() == "" and field.placeholderText() == MIXED and field.is_mixed()
    page.form.editor("rate").setFocus()
    assert changes == [] and not field.error() and field.is_mixed()
    line(page)
    qtbot.keyClicks(field, "64")  # the first layer has it already: the others do not
    assert changes[-1] == ("size", 64) and not field.is_mixed()
    page.form.set_spec(Batches())
    assert field.placeholderText() == "" and field.text() == "64"


def test_escape_leaves_a_mixed_field_mixed(qtbot: QtBot, page: Page) -> None:
    page.form.show_mixed(["size"])
    field = line(page)
    qtbot.keyClicks(field, "x")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "" and field.is_mixed() and not field.error()


def test_a_unit_has_room_at_each_text_size(page: Page) -> None:
    field = page.form.editor("size")
    assert isinstance(field, IntLine) and field._result is not None
    words = field._result
    try:
        for scale in (1.5, 1.0):
            theme().set_scale(scale)
            assert words.width() >= words.fontMetrics().horizontalAdvance(words.text()) > 0
    finally:
        theme().set_scale(1.0)
