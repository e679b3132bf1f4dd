"""Labels of fields: they step numbers by dragging, mark what differs from its default, and reset it at a click."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from models.specs.fields import Choice, Float, Int, Size, Text
from models.specs.spec import Spec
from widgets.forms.label import STRIDE, FieldLabel
from widgets.forms.spec_form import SpecForm
from widgets.theme import theme


class Oven(Spec):
    """Some fields with numbers and without."""

    rank = 2
    degrees = Int(180, minimum=0, maximum=300, help="How hot.", unit="°C")
    share = Float(0.5, minimum=0.0, maximum=1.0)
    size = Size(default=2)
    mode = Choice("top", ("top", "fan"))
    path = Text("", path=True)


@pytest.fixture
def form(qtbot: QtBot) -> SpecForm:
    widget = SpecForm()
    qtbot.addWidget(widget)
    widget.set_spec(Oven())
    widget.resize(320, 400)
    widget.show()
    qtbot.waitActive(widget)
    return widget


def label(form: SpecForm, name: str) -> FieldLabel:
    return next(found for found in form.findChildren(FieldLabel) if found.field.name == name)


def said(form: SpecForm) -> list[tuple[str, Any]]:
    changes: list[tuple[str, Any]] = []
    form.changed.connect(lambda name, value: changes.append((name, value)))
    return changes


def drag(handle: FieldLabel, pixels: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    left = Qt.MouseButton.LeftButton
    for kind, x in (
        (QEvent.Type.MouseButtonPress, 10), (QEvent.Type.MouseMove, 10 + pixels // 2),
        (QEvent.Type.MouseMove, 10 + pixels), (QEvent.Type.MouseButtonRelease, 10 + pixels),
    ):  # fmt: skip
        spot = QPointF(x, 10)
        QApplication.sendEvent(handle, QMouseEvent(kind, spot, handle.mapToGlobal(spot), left, left, modifiers))


def test_dragging_steps_the_number_within_its_bounds(form: SpecForm) -> None:
    changes = said(form)
    drag(label(form, "degrees"), 5 * STRIDE)
    assert changes[-1] == ("degrees", 185)
    drag(label(form, "degrees"), -3 * STRIDE, Qt.KeyboardModifier.ShiftModifier)
    assert changes[-1] == ("degrees", 155)
    drag(label(form, "degrees"), 90 * STRIDE, Qt.KeyboardModifier.ShiftModifier)
    assert changes[-1] == ("degrees", 300)


def test_decimals_and_sizes_are_dragged_too(form: SpecForm) -> None:
    changes = said(form)
    drag(label(form, "share"), 2 * STRIDE)
    drag(label(form, "size"), 3 * STRIDE)
    assert changes[-1] == ("size", 5) and ("share", 0.7) in changes


@pytest.mark.parametrize("name", ["mode", "path"])
def test_what_is_no_number_is_not_dragged(form: SpecForm, name: str) -> None:
    changes = said(form)
    drag(label(form, name), 9 * STRIDE)
    assert changes == []
    assert label(form, name).cursor().shape() == Qt.CursorShape.ArrowCursor


def test_a_small_move_is_a_click_into_the_field(qtbot: QtBot, form: SpecForm) -> None:
    changes = said(form)
    drag(label(form, "degrees"), STRIDE - 2)
    assert form.editor("degrees").hasFocus() and changes == []


def test_what_differs_is_marked_and_reset_by_a_click(qtbot: QtBot, form: SpecForm) -> None:
    changes = said(form)
    handle = label(form, "degrees")
    assert not handle.is_changed
    form.set_spec(Oven(degrees=200), {"degrees": 200})
    assert handle.is_changed and "differs from its default" in handle.toolTip()
    assert [name for name in Oven.fields if label(form, name).is_changed] == ["degrees"]
    qtbot.mouseClick(handle, Qt.MouseButton.LeftButton, pos=handle.mark().center())
    assert changes == [("degrees", 180)]


def test_a_click_beside_the_mark_resets_nothing(qtbot: QtBot, form: SpecForm) -> None:
    changes = said(form)
    form.set_spec(Oven(degrees=200), {"degrees": 200})
    qtbot.mouseClick(label(form, "degrees"), Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert changes == []


def test_an_expression_is_marked_even_where_it_comes_to_the_default(form: SpecForm) -> None:
    form.set_spec(Oven(), {"degrees": "=180"}, names={})
    assert label(form, "degrees").is_changed


def test_a_chosen_path_is_not_marked(form: SpecForm) -> None:
    form.set_spec(Oven(path="a.csv"), {"path": "a.csv"})
    assert not label(form, "path").is_changed


def test_the_tip_tells_the_range(form: SpecForm) -> None:
    assert "How hot. A number from 0 to 300. Drag to change it." in label(form, "degrees").toolTip()


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_the_mark_is_drawn_at_every_text_size(form: SpecForm, mode: str) -> None:
    theme().set_mode(mode)  # type: ignore[arg-type]
    form.set_spec(Oven(), {})
    plain = label(form, "degrees").grab().toImage()
    form.set_spec(Oven(degrees=200), {"degrees": 200})
    assert label(form, "degrees").grab().toImage() != plain
    theme().set_scale(1.5)
    handle = label(form, "degrees")
    assert handle.rect().contains(handle.mark())
    theme().set_scale(1.0)
    theme().set_mode("system")
