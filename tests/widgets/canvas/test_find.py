"""Finding layers on the canvas: what was found lights up, Enter walks, Escape goes back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from models.document.edits import AddNode, RemoveNodes, SetParam
from models.network import Node
from widgets.canvas.floating.panel import SHADOW
from widgets.theme import color

Key, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def searched(hand):
    """A canvas with the line of the search open."""
    hand.view.find_layers()
    return hand


def type_in(hand, text: str) -> None:
    hand.view.finder.field.clear()
    QTest.keyClicks(hand.view.finder.field, text)


def press(hand, key: Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(hand.view.finder.field, key, held)


def test_what_was_found_lights_up_and_is_counted(searched):
    type_in(searched, "u")
    bar = searched.view.finder
    assert set(bar.matches) == searched.view.marks.found == {"input1", "relu1"}
    assert bar.count.text() == "2 found"
    type_in(searched, "nothing-like-it")
    assert bar.count.text() == "None" and not searched.view.marks.found


@pytest.mark.parametrize("zoom", [1.0, 0.5, 0.3, 0.1])
def test_a_match_looks_otherwise_at_every_zoom(searched, zoom):
    view = searched.view
    view.camera.zoom = zoom
    area = view.camera.area_to_widget(view.scene.cards["conv1"].area.adjusted(-20, -20, 20, 20)).toAlignedRect()

    def amber() -> int:
        picture, wanted = view.grab(area).toImage(), color("warning")
        near = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())]
        return sum(abs(each.red() - wanted.red()) + abs(each.blue() - wanted.blue()) < 30 for each in near)

    before = amber()
    type_in(searched, "conv1")
    assert amber() > before + 8


def test_enter_walks_around_and_shift_goes_back(searched):
    type_in(searched, "u")
    walked = []
    for held in (Qt.KeyboardModifier.NoModifier,) * 3 + (SHIFT,):
        press(searched, Key.Key_Return, held)
        walked += searched.view.selection()
    assert walked == ["input1", "relu1", "input1", "relu1"]
    assert searched.view.finder.count.text() == "2 of 2"
    assert searched.view.finder.field.hasFocus()


def test_a_match_out_of_view_is_brought_into_it(searched):
    searched.document.apply(AddNode(Node("far", "ReLU", position=(5000.0, 5000.0))))
    type_in(searched, "far")
    press(searched, Key.Key_Return)
    view = searched.view
    assert view.rect().contains(view.camera.area_to_widget(view.scene.cards["far"].area).toAlignedRect())


def test_escape_gives_the_keyboard_back_and_puts_the_lights_out(searched):
    type_in(searched, "conv")
    press(searched, Key.Key_Escape)
    assert searched.view.hasFocus() and not searched.view.marks.found
    assert searched.view.finder.isHidden()
    searched.view.find_layers()
    assert searched.view.finder.field.selectedText() == "conv"


def test_edits_meanwhile_are_followed(searched):
    type_in(searched, "out>=100")
    assert searched.view.finder.matches == ()
    searched.document.apply(SetParam("conv1", "out_channels", 128))
    assert searched.view.finder.matches == ("conv1",)
    press(searched, Key.Key_Return)
    searched.document.apply(RemoveNodes(["conv1"]))
    assert searched.view.finder.matches == ()
    press(searched, Key.Key_Return)
    assert searched.view.finder.count.text() == "None"


def test_a_mistake_is_told_and_ends_with_the_next_letter(searched):
    bar = searched.view.finder
    type_in(searched, "color=")
    assert not bar.complaint.isHidden() and "color" in bar.complaint.text()
    assert bar.complaint.text() == bar.field.accessibleDescription()
    type_in(searched, "conv")
    assert bar.complaint.isHidden()


def test_another_document_ends_the_search(searched, make):
    type_in(searched, "conv")
    searched.view.set_document(make())
    assert searched.view.finder.isHidden() and not searched.view.marks.found
    searched.view.set_document(None)
    searched.view.find_layers()
    assert searched.view.finder.isHidden()


@pytest.mark.parametrize("width", [400, 700, 1400])
def test_the_line_lies_clear_of_the_tools(searched, width):
    view = searched.view
    view.resize(width, 700)
    bar = view.finder.geometry()
    assert bar.left() >= view.tools.geometry().right()
    if width >= 1000:
        assert bar.right() <= view.colors.geometry().left()


def test_a_match_is_not_left_beneath_the_line(searched):
    view = searched.view
    below = view.camera.to_scene(view.finder.geometry().center().toPointF())
    searched.document.apply(AddNode(Node("hidden", "ReLU", position=(below.x() - 100.0, below.y() - 20.0))))
    type_in(searched, "hidden")
    press(searched, Key.Key_Return)
    shown = view.camera.area_to_widget(view.scene.cards["hidden"].area).toAlignedRect()
    assert not shown.intersects(view.finder.geometry().adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW))
