"""The canvas by keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from widgets.canvas import CanvasView

ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
Key = Qt.Key


@pytest.fixture
def branch(open_canvas, make):
    """An input that splits into two branches, which an Add joins."""
    nodes = (
        ("input1", "Input", {"shape": [3, 8, 8]}),
        ("relu1", "ReLU", {}),
        ("tanh1", "Tanh", {}),
        ("add1", "Add", {}),
    )
    wires = [("input1", "relu1"), ("input1", "tanh1"), ("relu1", "add1"), ("tanh1", "add1")]
    places = {"input1": (0.0, 0.0), "relu1": (0.0, 72.0), "tanh1": (406.0, 72.0), "add1": (0.0, 160.0)}
    return open_canvas(make(nodes, wires, **places))


def test_arrows_walk_along_wires_and_across_branches(branch):
    branch.press(Key.Key_Down)
    assert branch.view.selection() == {"input1"}
    for key, expected in (
        (Key.Key_Down, "relu1"),
        (Key.Key_Right, "tanh1"),
        (Key.Key_Right, "tanh1"),
        (Key.Key_Left, "relu1"),
        (Key.Key_Down, "add1"),
        (Key.Key_Down, "add1"),
        (Key.Key_Up, "relu1"),
    ):
        branch.press(key)
        assert branch.view.selection() == {expected}


def test_walking_brings_cards_into_view(branch):
    branch.view.camera.y = -5000
    branch.view.select({"input1"})
    branch.press(Key.Key_Down)
    shown = branch.view.camera.area_to_widget(branch.view.scene.cards["relu1"].rect)
    assert branch.view.rect().contains(shown.toAlignedRect())


def test_alt_arrows_nudge(hand):
    hand.view.select({"conv1"})
    hand.press(Key.Key_Right, ALT)
    hand.press(Key.Key_Down, ALT)
    assert hand.place("conv1") == (8.0, 80.0)
    hand.document.undo()
    hand.document.undo()
    assert hand.place("conv1") == (0.0, 72.0)


def test_delete_heals_and_shift_delete_leaves_a_gap(hand):
    hand.view.select({"conv1"})
    hand.press(Key.Key_Delete)
    assert hand.wires == {("input1", "relu1")}
    assert hand.view.selection() == frozenset()
    hand.document.undo()
    hand.view.select({"conv1"})
    hand.press(Key.Key_Delete, SHIFT)
    assert hand.wires == set()
    hand.document.undo()
    assert hand.wires == {("input1", "conv1"), ("conv1", "relu1")}


def test_select_all_duplicate_and_undo(hand):
    hand.press(Key.Key_A, CTRL)
    assert hand.view.selection() == set(hand.ids)
    hand.press(Key.Key_D, CTRL)
    assert len(hand.ids) == 6
    assert hand.view.selection() == {"input2", "conv2", "relu2"}
    assert ("input2", "conv2") in hand.wires
    hand.document.undo()
    assert hand.ids == ["input1", "conv1", "relu1"]


def test_escape_clears_the_selection(hand):
    hand.view.select_all()
    hand.press(Key.Key_Escape)
    assert hand.view.selection() == frozenset()


def test_zoom_keys(hand):
    hand.press(Key.Key_Plus)
    assert hand.view.zoom == pytest.approx(1.25)
    hand.press(Key.Key_Minus)
    hand.press(Key.Key_Minus)
    assert hand.view.zoom == pytest.approx(0.8)
    hand.press(Key.Key_0)
    assert hand.view.zoom == 1.0


def test_home_shows_all_and_f_the_selection(hand):
    hand.view.camera.x = -9000
    hand.press(Key.Key_Home)
    area = hand.view.camera.area_to_widget(hand.view.scene.bounds)
    assert hand.view.rect().contains(area.toAlignedRect())
    hand.view.select({"relu1"})
    hand.press(Key.Key_F)
    center = hand.view.camera.area_to_widget(hand.view.scene.cards["relu1"].rect).center()
    assert (center.toPoint() - QPoint(500, 400)).manhattanLength() < 30


def test_arrange_is_one_undo(open_canvas, make):
    hand = open_canvas(make(input1=(500.0, 900.0), conv1=(3.0, 0.0), relu1=(77.0, -400.0)))
    hand.press(Key.Key_L)
    assert hand.place("input1")[1] < hand.place("conv1")[1] < hand.place("relu1")[1]
    hand.document.undo()
    assert hand.place("input1") == (500.0, 900.0)


def test_tab_asks_for_a_layer(hand, qtbot, end):
    with qtbot.waitSignal(hand.view.quick_add_requested) as caught:
        hand.press(Key.Key_Tab)
    assert caught.args[2] is None
    hand.view.select({"relu1"})
    with qtbot.waitSignal(hand.view.quick_add_requested) as caught:
        hand.press(Key.Key_Tab)
    assert caught.args[2] == end("relu1", "output", True)
    hand.view.insert_kind("Flatten", caught.args[0], caught.args[2])
    assert ("relu1", "flatten1") in hand.wires
    assert hand.place("flatten1") == (0.0, 192.0)


def test_enter_opens_the_selected_card(hand, qtbot):
    hand.view.select({"conv1"})
    with qtbot.waitSignal(hand.view.activated) as caught:
        hand.press(Key.Key_Return)
    assert caught.args == ["conv1"]


# Connecting by keyboard


def test_c_connects_by_arrows_and_enter(open_canvas, make):
    nodes = (("input1", "Input", {}), ("conv1", "Conv2d", {}), ("relu1", "ReLU", {}))
    hand = open_canvas(make(nodes, [], input1=(0.0, 0.0), conv1=(0.0, 150.0), relu1=(0.0, 300.0)))
    hand.view.select({"input1"})
    hand.press(Key.Key_C)
    hand.press(Key.Key_Down)
    hand.view.repaint()
    assert "relu1" in hand.messages[-1]
    hand.press(Key.Key_Up)
    hand.press(Key.Key_Return)
    assert hand.wires == {("input1", "conv1")}
    assert hand.view.gesture is None
    hand.press(Key.Key_C)
    while hand.view.gesture.target != "conv1":
        hand.press(Key.Key_Down)
    assert hand.messages[-1] == "Connected to conv1. Enter removes the wire."
    hand.press(Key.Key_Enter)
    assert hand.wires == set()


def test_c_says_why_not(hand):
    hand.press(Key.Key_C)
    assert hand.messages[-1] == "Select one layer first; C then connects it to another."
    hand.view.select({"relu1"})
    hand.press(Key.Key_C)
    while hand.view.gesture.target != "conv1":
        hand.press(Key.Key_Down)
    hand.view.repaint()
    hand.press(Key.Key_Return)
    assert "would close a loop" in hand.messages[-1] or "already has an input" in hand.messages[-1]
    assert hand.wires == {("input1", "conv1"), ("conv1", "relu1")}


def test_escape_leaves_connecting(hand):
    hand.view.select({"input1"})
    hand.press(Key.Key_C)
    assert hand.view.gesture is not None
    hand.press(Key.Key_Escape)
    assert hand.view.gesture is None


def test_an_output_cannot_be_connected_onward(open_canvas, make):
    hand = open_canvas(make((("input1", "Input", {}), ("out1", "Output", {})), []))
    hand.view.select({"out1"})
    hand.press(Key.Key_C)
    assert hand.messages == ["out1 ends the network and has no output."]


# Renaming


def editor(view: CanvasView) -> QLineEdit:
    """The open name editor."""
    return next(child for child in view.findChildren(QLineEdit) if child.isVisible())


def test_f2_renames_and_undo_takes_it_back(hand):
    hand.view.select({"conv1"})
    hand.press(Key.Key_F2)
    field = editor(hand.view)
    QTest.keyClicks(field, "stem")
    QTest.keyClick(field, Key.Key_Return)
    assert hand.ids == ["input1", "stem", "relu1"]
    assert hand.view.selection() == {"stem"}
    hand.document.undo()
    assert hand.ids == ["input1", "conv1", "relu1"]
    assert hand.view.selection() == {"conv1"}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("relu1", "Another layer is called ‘relu1’ already."), ("2nd", "A name is letters"), ("class", "has a meaning")],
)
def test_a_name_that_cannot_be_is_refused_while_typing(hand, name, sentence):
    hand.view.select({"conv1"})
    hand.press(Key.Key_F2)
    field = editor(hand.view)
    QTest.keyClicks(field, name)
    assert sentence in field.problem
    QTest.keyClick(field, Key.Key_Return)
    assert field.isVisible()
    QTest.keyClick(field, Key.Key_Escape)
    QApplication.processEvents()
    assert hand.ids == ["input1", "conv1", "relu1"]


def test_clicking_elsewhere_takes_the_name(hand):
    hand.view.select({"conv1"})
    hand.press(Key.Key_F2)
    QTest.keyClicks(editor(hand.view), "stem")
    hand.click(hand.at(600, 500))
    assert "stem" in hand.ids


def test_keys_mean_nothing_without_a_document(hand):
    hand.view.set_document(None)
    for key in (Key.Key_Delete, Key.Key_Tab, Key.Key_L, Key.Key_F, Key.Key_Home, Key.Key_C, Key.Key_Up):
        hand.press(key)
    hand.view.repaint()
    assert hand.view.selection() == frozenset()
