"""Frames and notes under hand and keyboard: each act is one edit, and frames follow their layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from models.document import Document
from models.document.edits import Move, RemoveNodes
from models.document.remarks import SetFrame, SetLayerNote, SetNote
from models.network import Frame, Note
from models.network.remarks import LEAST_MARGINS
from models.storage import files
from widgets.canvas import CanvasView
from widgets.canvas.floating.text_editor import TextEditor
from widgets.canvas.picture.drawing import Drawing, Wanted
from widgets.canvas.remarks.painting import remark_hint
from widgets.canvas.remarks.places import HEADER, Remark, Remarks
from widgets.canvas.remarks.room import room_for

FRAME, NOTE = Remark("frame1", True), Remark("note1", False)


@pytest.fixture
def marked(hand: Any) -> Any:
    """The canvas with a frame around two layers and a note beside them."""
    hand.document.apply(Move({"conv1": (0.0, 200.0), "relu1": (0.0, 272.0)}))
    hand.document.apply(SetFrame("frame1", Frame("Head", "blue"), ["conv1", "relu1"]))
    hand.document.apply(SetNote("note1", Note("Why?", (400.0, 0.0))))
    hand.view.fit()
    return hand


def box(view: CanvasView, remark: Remark) -> QRectF:
    return view.remarks.boxes[remark]


def title(hand: Any) -> QPoint:
    """A point on the title of the frame."""
    area = box(hand.view, FRAME)
    return hand.at(area.left() + 60, area.top() + HEADER / 2)


def typed(view: CanvasView, text: str, key: Qt.Key, held: Any = Qt.KeyboardModifier.NoModifier) -> None:
    editor = next(each for each in view.findChildren(TextEditor) if each.isVisible())
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, key, held)


def test_selected_layers_get_a_frame_with_a_title(hand: Any) -> None:
    view, document = hand.view, hand.document
    view.select(["conv1", "relu1"])
    hand.press(Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    typed(view, "Stem", Qt.Key.Key_Return)
    assert document.network.framed() == {"frame1": ["conv1", "relu1"]}
    assert document.network.frames["frame1"].title == "Stem" and view.picked_remark == FRAME
    assert view.scene.cards["input1"].area.bottom() < box(view, FRAME).top(), "it makes room for its title"
    assert view.hasFocus()
    document.undo()
    document.undo()
    assert not document.network.frames and document.network["relu1"].position == (0.0, 144.0)


def test_a_frame_lies_around_its_layers_wherever_they_go(marked: Any) -> None:
    view = marked.view
    around = view.scene.bounds_of(["conv1", "relu1"])
    left, top, right, bottom = LEAST_MARGINS
    assert box(view, FRAME) == around.adjusted(-left, -top, right, bottom)
    marked.document.apply(Move({"relu1": (300.0, 400.0)}))
    assert box(view, FRAME).contains(view.scene.cards["relu1"].area)
    marked.document.apply(RemoveNodes(["conv1", "relu1"]))
    assert FRAME not in view.remarks.boxes and NOTE in view.remarks.boxes


def test_a_frame_dragged_by_its_title_takes_its_layers_along(marked: Any) -> None:
    document, view = marked.document, marked.view
    before = {node.id: node.position for node in document.network}
    start = title(marked)
    marked.drag(start, start + QPoint(80, 64))
    moved = {node.id: node.position for node in document.network}
    assert moved["input1"] == before["input1"] and document.undo_label == "Move"
    step = moved["conv1"][0] - before["conv1"][0], moved["conv1"][1] - before["conv1"][1]
    assert step[0] > 0 and (moved["relu1"][0] - before["relu1"][0], moved["relu1"][1] - before["relu1"][1]) == step
    document.undo()
    assert {node.id: node.position for node in document.network} == before and view.picked_remark == FRAME


def test_a_drag_that_is_given_up_changes_nothing(marked: Any) -> None:
    view, before = marked.view, files.to_json(marked.document)
    for place in (title(marked), marked.at(*box(view, NOTE).center().toTuple())):
        areas = dict(view.remarks.boxes)
        marked.drag(place, place + QPoint(90, 90), release=False)
        assert view.remarks.boxes != areas
        marked.press(Qt.Key.Key_Escape)
        assert view.remarks.boxes == areas and files.to_json(marked.document) == before


def test_a_frame_pulled_over_a_layer_takes_it_in_and_lets_it_go(marked: Any) -> None:
    view, document = marked.view, marked.document
    area = box(view, FRAME)
    top = marked.at(area.left() + 60, area.top())
    marked.drag(top, marked.at(area.left() + 60, -40))
    assert document.network.framed() == {"frame1": ["input1", "conv1", "relu1"]}
    area = box(view, FRAME)
    assert area.top() <= -36
    marked.drag(marked.at(area.left() + 60, area.top()), marked.at(area.left() + 60, 128))
    assert document.network.framed() == {"frame1": ["conv1", "relu1"]}
    document.undo()
    document.undo()
    assert document.undo_label == "Edit note"


def test_a_frame_without_layers_is_refused(marked: Any) -> None:
    area = box(marked.view, FRAME)
    marked.drag(marked.at(area.right(), area.center().y()), marked.at(area.left() + 20, area.center().y()))
    assert "one layer at least" in marked.messages[-1] and box(marked.view, FRAME) == area


def test_a_note_is_moved_and_resized(marked: Any) -> None:
    view, document = marked.view, marked.document
    middle = marked.at(*box(view, NOTE).center().toTuple())
    marked.drag(middle, middle + QPoint(40, 40))
    note = document.network.notes["note1"]
    assert note.position[0] > 400 and note.size == (240.0, 120.0)
    corner = marked.at(*box(view, NOTE).bottomRight().toTuple())
    marked.drag(corner, corner + QPoint(40, -500))
    changed = document.network.notes["note1"]
    assert changed.position == note.position and changed.size[0] > 240 and changed.size[1] == 40
    document.undo()
    document.undo()
    assert document.network.notes["note1"] == Note("Why?", (400.0, 0.0))


def test_a_note_is_written_where_it_is_asked_for(hand: Any) -> None:
    view, document = hand.view, hand.document
    view.add_note(QPointF(320, 16))
    typed(view, "One", Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert document.network.notes == {"note1": Note("One", (320.0, 16.0))} and view.picked_remark == NOTE
    hand.press(Qt.Key.Key_F2)
    typed(view, "Two", Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert document.network.notes["note1"].text == "Two"
    hand.press(Qt.Key.Key_F2)
    typed(view, "Three", Qt.Key.Key_Escape)
    assert document.network.notes["note1"].text == "Two"
    view.add_note(QPointF(0, 500))
    typed(view, " ", Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(document.network.notes) == 1, "an empty note is none"


KEYS: list[tuple[Callable[[Any], object], Callable[[Document], bool]]] = [
    (lambda hand: hand.press(Qt.Key.Key_Delete), lambda document: not document.network.framed()),
    (lambda hand: hand.view.color_remark("green"), lambda document: document.network.frames["frame1"].color == "green"),
    (
        lambda hand: hand.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier),
        lambda document: document.network["conv1"].position == (8.0, 200.0),
    ),
]


@pytest.mark.parametrize(("act", "holds"), KEYS, ids=["delete", "color", "nudge"])
def test_a_picked_frame_is_worked_on_by_keys(marked: Any, act: Any, holds: Any) -> None:
    marked.click(title(marked))
    before = files.to_json(marked.document)
    act(marked)
    assert holds(marked.document) and "conv1" in marked.document.network
    marked.document.undo()
    assert files.to_json(marked.document) == before


def test_frames_and_notes_are_reached_by_keys_alone(marked: Any) -> None:
    view = marked.view
    for expected in (FRAME, NOTE, FRAME):
        marked.press(Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier)
        assert view.picked_remark == expected
    assert "Frame Head, 2 layers" in marked.messages
    view.select_framed()
    assert view.selection() == {"conv1", "relu1"} and view.picked_remark is None
    marked.press(Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier)
    marked.press(Qt.Key.Key_Escape)
    assert view.picked_remark is None


def test_what_is_picked_is_gone_with_an_undo(marked: Any) -> None:
    view = marked.view
    view.pick_remark(NOTE)
    marked.document.undo()
    assert view.picked_remark is None
    marked.press(Qt.Key.Key_Delete)
    assert marked.document.network.framed()


def test_copies_of_layers_have_a_frame_of_their_own(marked: Any) -> None:
    view, document = marked.view, marked.document
    view.select(["conv1", "relu1"])
    view.duplicate()
    assert document.network.framed() == {"frame1": ["conv1", "relu1"], "frame2": ["conv2", "relu2"]}
    assert document.network.frames["frame2"] == document.network.frames["frame1"]
    view.select(["conv1"])
    view.copy()
    assert '"frames"' in QGuiApplication.clipboard().text()
    QGuiApplication.clipboard().clear()
    document.undo()
    assert list(document.network.frames) == ["frame1"]


def test_arranged_layers_leave_room_for_titles(marked: Any) -> None:
    view = marked.view
    view.arrange()
    assert view.scene.cards["input1"].area.bottom() < box(view, FRAME).top()


def test_room_moves_nothing_that_has_it(marked: Any) -> None:
    boxes = {id: QRectF(0, 200 * place, 296, 54) for place, id in enumerate(marked.document.network.nodes)}
    assert room_for(marked.document.network, boxes, ["frame1"]) == {}


def test_what_is_said_is_painted(marked: Any) -> None:
    view = marked.view
    marked.document.apply(SetLayerNote("input1", "Pictures."))
    with_all = view.grab().toImage()
    marked.document.apply(SetNote("note1", None))
    without_note = view.grab().toImage()
    marked.document.apply(SetFrame("frame1", None))
    without_frame = view.grab().toImage()
    marked.document.apply(SetLayerNote("input1", ""))
    assert with_all != without_note != without_frame != view.grab().toImage()


def test_notes_stand_on_an_empty_canvas(hand: Any) -> None:
    hand.document.apply(RemoveNodes(list(hand.document.network.nodes)))
    hand.document.apply(SetNote("note1", Note("Alone", (0.0, 0.0))))
    hand.view.fit()
    assert not hand.view.grab().isNull() and hand.view.remarks.at(QPointF(100, 60)) is not None


def test_only_what_looks_otherwise_is_painted_again(marked: Any) -> None:
    remarks = marked.view.remarks
    remarks.renew()
    assert remarks.renew() == []
    before = box(marked.view, FRAME)
    marked.document.network.move({"relu1": (500.0, 700.0)})
    marked.view.scene.rebuild()
    after = box(marked.view, FRAME)
    assert [area.contains(each) for area, each in zip(remarks.renew(), (before, after), strict=True)] == [True, True]


def test_a_picture_of_some_layers_has_the_frames_around_them_alone(marked: Any) -> None:
    view = marked.view
    remarks = Remarks(view.scene)
    remarks.keep({"conv1", "relu1"})
    assert list(remarks.boxes) == [FRAME]
    remarks = Remarks(view.scene)
    remarks.keep({"input1", "conv1"})
    assert list(remarks.boxes) == []
    whole = Drawing(marked.document, Wanted()).size
    marked.document.apply(SetNote("note1", None))
    assert whole.width() > Drawing(marked.document, Wanted()).size.width()


def test_notes_are_copied_and_pasted(marked: Any) -> None:
    view, document = marked.view, marked.document
    view.pick_remark(NOTE)
    marked.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    view.paste(QPointF(520, 460))
    assert document.network.notes["note2"] == Note("Why?", (400.0, 400.0)) and view.picked_remark == Remark(
        "note2", False
    )
    marked.press(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert document.network.notes["note3"].position == (424.0, 424.0)
    marked.press(Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert list(document.network.notes) == ["note1", "note2"]
    for _ in range(3):
        document.undo()
    assert list(document.network.notes) == ["note1"]
    QGuiApplication.clipboard().clear()


def test_a_picked_frame_is_copied_with_its_layers(marked: Any) -> None:
    marked.view.pick_remark(FRAME)
    marked.view.duplicate()
    assert marked.document.network.framed()["frame2"] == ["conv2", "relu2"]
    assert marked.view.selection() == {"conv2", "relu2"}


def test_what_is_being_written_is_dropped_with_the_document(marked: Any) -> None:
    view, other = marked.view, Document()
    other.apply(SetNote("note1", Note("Theirs", (0.0, 0.0))))
    view.pick_remark(NOTE)
    view.edit_remark()
    editor = next(each for each in view.findChildren(TextEditor) if each.isVisible())
    editor.setPlainText("Mine")
    view.set_document(other)
    assert not editor.isVisible() and other.network.notes["note1"].text == "Theirs"
    assert marked.document.network.notes["note1"].text == "Why?"


def test_a_formula_in_a_note_is_drawn_when_it_is_known(hand: Any, qtbot: Any) -> None:
    pytest.importorskip("ziamath")
    hand.document.apply(SetNote("note1", Note(r"$$\frac{1}{1 + e^{-x}}$$ and $\sqrt$", (400.0, 0.0))))
    hand.view.fit()
    before = hand.view.grab().toImage()
    qtbot.waitUntil(lambda: hand.view.grab().toImage() != before)
    area = box(hand.view, NOTE)
    hints = {
        remark_hint(hand.view.remarks, QPointF(x, y))
        for x in range(round(area.left()), round(area.right()), 8)
        for y in range(round(area.top()), round(area.bottom()), 8)
    }
    assert hints == {"", "<p>This formula has an error: something is missing.</p>"}
    assert not remark_hint(hand.view.remarks, area.topLeft() - QPointF(50, 50))
