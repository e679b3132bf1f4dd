"""Opening, hovering and mending with the mouse, and looking around."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from models.document.edits import Move, SetParam
from models.findings.finding import Finding, Mend
from models.network import Edge

SHIFT, MIDDLE = Qt.KeyboardModifier.ShiftModifier, Qt.MouseButton.MiddleButton
NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton


def wheel(hand, delta: int, point: QPoint, held=NONE) -> None:
    """Turn the wheel over a point."""
    place = QPointF(point)
    event = QWheelEvent(
        place, hand.view.mapToGlobal(place), QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton, held,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(hand.view, event)


def test_wheel_zooms_at_the_pointer(hand, qtbot):
    point = QPoint(400, 300)
    before = hand.view.camera.to_scene(QPointF(point))
    with qtbot.waitSignal(hand.view.zoom_changed):
        wheel(hand, 120, point)
    after = hand.view.camera.to_scene(QPointF(point))
    assert hand.view.zoom == pytest.approx(1.197, abs=0.01)
    assert (after - before).manhattanLength() < 1.5
    for _ in range(60):
        wheel(hand, -120, point)
    assert hand.view.zoom == pytest.approx(0.02)


def test_shift_wheel_moves_sideways(hand):
    x, y = hand.view.camera.x, hand.view.camera.y
    wheel(hand, 120, QPoint(400, 300), SHIFT)
    assert (hand.view.camera.x - x, hand.view.camera.y - y) == (120, 0)


def test_middle_drag_and_space_drag_pan(hand):
    x, y = hand.view.camera.x, hand.view.camera.y
    hand.drag(QPoint(500, 500), QPoint(540, 470), button=MIDDLE)
    assert (hand.view.camera.x - x, hand.view.camera.y - y) == (40, -30)
    QTest.keyPress(hand.view, Qt.Key.Key_Space)
    hand.drag(hand.body("conv1"), hand.body("conv1") + QPoint(-40, 30))
    QTest.keyRelease(hand.view, Qt.Key.Key_Space)
    assert (hand.view.camera.x - x, hand.view.camera.y - y) == (0, 0)
    assert hand.document.undo_label == ""


def on_screen(hand):
    """What stands in the window now, as opposed to what would be painted."""
    return hand.view.screen().grabWindow(hand.view.winId()).toImage()


def test_panning_paints_what_a_full_repaint_would(hand):
    for step in ((-13, 7), (40, -25), (3, 90)):
        hand.view.pan(*step)
        QApplication.processEvents()
    scrolled = on_screen(hand)
    hand.view.repaint()
    assert on_screen(hand) == scrolled


def test_double_click_on_a_wire_asks_for_what_goes_into_it(hand, qtbot):
    hand.document.apply(Move({"relu1": (0.0, 300.0)}))
    with qtbot.waitSignal(hand.view.quick_add_requested) as caught:
        QTest.mouseDClick(hand.view, LEFT, NONE, hand.at(149, 220))
    assert caught.args[2] == Edge("conv1", "output", "relu1", "input")
    hand.view.insert_kind("Dropout", caught.args[0], caught.args[2])
    assert hand.wires == {("input1", "conv1"), ("conv1", "dropout1"), ("dropout1", "relu1")}


def test_double_click_opens_a_card_or_asks_for_a_layer(hand, qtbot):
    with qtbot.waitSignal(hand.view.activated) as opened:
        QTest.mouseDClick(hand.view, LEFT, NONE, hand.body("conv1"))
    assert opened.args == ["conv1"]
    with qtbot.waitSignal(hand.view.quick_add_requested) as asked:
        QTest.mouseDClick(hand.view, LEFT, NONE, hand.at(500, 300))
    assert asked.args[0] == QPointF(500, 300)
    assert asked.args[2] is None


def hover(hand, point):
    """Come from elsewhere: a pointer that an earlier test left on the very spot would not move at all."""
    QTest.mouseMove(hand.view, point + QPoint(0, 200))
    QTest.mouseMove(hand.view, point)


def test_hovering_marks_cards_and_ports(hand):
    hover(hand, hand.body("conv1"))
    assert hand.view.marks.hovered == "conv1"
    hover(hand, hand.port("conv1"))
    assert hand.view.marks.hovered_port.end.output
    hover(hand, hand.at(600, 500))
    assert hand.view.marks.hovered == ""


def test_fix_asks_for_the_mend(hand, qtbot):
    mend = Mend("Set stride to 1", SetParam("conv1", "stride", 1))
    issue = Finding("error", "shape", "conv1", "Conv2d needs more, but it receives 3×3.", mends=(mend,))
    hand.view.set_issues([issue])
    button = hand.view.scene.cards["conv1"].fix_button.center()
    with qtbot.waitSignal(hand.view.mend_requested) as caught:
        hand.click(hand.at(button.x(), button.y()))
    assert caught.args == [issue]
    assert hand.view.gesture is None


def test_what_lies_under_a_resting_pointer_is_told(hand, qtbot):
    """Qt asks for a tip where the pointer rests; nothing is told while a gesture goes on."""
    point = hand.body("conv1")
    QApplication.sendEvent(hand.view, QHelpEvent(QEvent.Type.ToolTip, point, hand.view.mapToGlobal(point)))
    assert "conv1" in QToolTip.text()
    QTest.mousePress(hand.view, LEFT, NONE, point)
    QApplication.sendEvent(hand.view, QHelpEvent(QEvent.Type.ToolTip, point, hand.view.mapToGlobal(point)))
    qtbot.waitUntil(lambda: not QToolTip.isVisible())
    QTest.mouseRelease(hand.view, LEFT, NONE, point)


def test_a_pointer_that_leaves_takes_its_mark_along(hand):
    point = QPointF(hand.body("conv1"))
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, point, hand.view.mapToGlobal(point), none, none, NONE)
    QApplication.sendEvent(hand.view, event)
    assert hand.view.marks.hovered == "conv1"
    QApplication.sendEvent(hand.view, QEvent(QEvent.Type.Leave))
    assert hand.view.marks.hovered == "" and hand.view.marks.hovered_port is None


@pytest.mark.parametrize(("held", "zooms"), [(NONE, False), (Qt.KeyboardModifier.ControlModifier, True)])
def test_two_fingers_pan_and_with_ctrl_they_zoom(hand, held, zooms):
    place = QPointF(400, 300)
    before = hand.view.zoom, hand.view.camera.x, hand.view.camera.y
    event = QWheelEvent(
        place, hand.view.mapToGlobal(place), QPoint(-30, 12), QPoint(-60, 24), Qt.MouseButton.NoButton, held,
        Qt.ScrollPhase.ScrollUpdate, False,
    )  # fmt: skip
    QApplication.sendEvent(hand.view, event)
    assert (hand.view.zoom != before[0]) == zooms
    if not zooms:
        assert (hand.view.camera.x, hand.view.camera.y) == (before[1] - 30, before[2] + 12)


def test_dragging_on_the_map_looks_around(hand):
    small = hand.view.minimap._map
    middle = small.rect().center()
    QTest.mousePress(small, LEFT, NONE, middle)
    before = hand.view.camera.x, hand.view.camera.y
    moved = QPointF(middle + QPoint(10, 15))
    event = QMouseEvent(QEvent.Type.MouseMove, moved, small.mapToGlobal(moved), LEFT, LEFT, NONE)
    QApplication.sendEvent(small, event)
    assert hand.view.camera.x < before[0] and hand.view.camera.y < before[1]
    QTest.mouseRelease(small, LEFT, NONE, moved.toPoint())


def test_ports_have_names_where_a_layer_has_several(open_canvas, make):
    """Painted pixels beside the ports: an LSTM has three outputs, a Linear one."""

    def inked(kind: str) -> bool:
        hand = open_canvas(make((("input1", "Input", {"shape": [5, 4]}), ("layer1", kind, {}))))
        card, view = hand.view.scene.cards["layer1"], hand.view
        picture, ratio = view.grab().toImage(), view.devicePixelRatioF()
        corner = view.camera.to_widget(card.place(card.outputs[0]))
        left, top = round((corner.x() + 7) * ratio), round((corner.y() + 5) * ratio)
        return len({picture.pixel(left + x, top + y) for x in range(30) for y in range(9)}) > 8

    assert inked("LSTM") and not inked("Linear")
