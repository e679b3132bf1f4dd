"""Two networks side by side: marks in words and color, panes that move together, a list that leads to the cards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from random_edits import chain

from models.compare import Comparison, compare
from models.document import Document
from models.document.edits import Move, RemoveNodes, Rename, SetParam, SetSection, insert_on_edge
from models.document.remarks import SetFrame, SetNote
from models.network import Edge, Frame, Node, Note
from widgets.canvas.remarks.places import Remark
from widgets.compare import DifferenceList, SideBySide
from widgets.compare.looks import LOOKS, Mark, marks
from widgets.theme import color


def base() -> Document:
    return chain(
        ("Input", {"shape": [1, 8, 8]}), ("Conv2d", {"out_channels": 4}), ("ReLU", {}), ("Flatten", {}),
        ("Linear", {"out_features": 5}), ("Output", {}),
    )  # fmt: skip


@pytest.fixture
def comparison() -> Comparison:
    after = base()
    wire = Edge("n4", "output", "n5", "input")
    for edit in (
        SetParam("n1", "out_channels", 8),
        Rename("n1", "stem"),
        RemoveNodes(["n2"], heal=True),
        insert_on_edge(after.network, Node("drop1", "Dropout", {}, (400, 0)), wire),
        Move({"n5": (600, 600)}),
        SetSection("training", {"epochs": 50}),
    ):
        after.apply(edit)
    return compare(base(), after)


@pytest.fixture
def sides(qtbot: QtBot, comparison: Comparison) -> Iterator[SideBySide]:
    widget = SideBySide()
    qtbot.addWidget(widget)
    widget.resize(1000, 500)
    widget.show_comparison(comparison)
    widget.show()
    qtbot.waitExposed(widget)
    yield widget
    widget.forget()


def test_cards_are_marked_by_the_names_that_they_have_on_a_side(comparison: Comparison) -> None:
    found = (*comparison.differences, *comparison.moved)
    assert marks(found, older=True) == {
        "n1": Mark("Changed, renamed", "warning"), "n2": Mark("Removed", "error_text"), "n3": Mark("Rewired", "hint"),
        "n5": Mark("Rewired, moved", "hint"),
    }  # fmt: skip
    assert marks(found, older=False) == {
        "stem": Mark("Changed, renamed", "warning"), "drop1": Mark("Added", "good"), "n3": Mark("Rewired", "hint"),
        "n5": Mark("Rewired, moved", "hint"),
    }  # fmt: skip


def test_no_two_sorts_of_difference_share_word_or_sign() -> None:
    assert len({look.word for look in LOOKS.values()}) == len({look.sign for look in LOOKS.values()}) == len(LOOKS)


def test_marks_are_painted_around_cards(sides: SideBySide) -> None:
    pane = sides.left
    pane.look_at(pane.place("n2") or QPointF(), 1.0)
    picture = pane.grab().toImage()
    area = pane.camera.area_to_widget(pane.scene.cards["n2"].area)
    ratio = picture.devicePixelRatio()
    line = picture.pixelColor(round((area.left() - 3) * ratio), round(area.center().y() * ratio))
    wanted = color("error_text")
    assert abs(line.red() - wanted.red()) < 60 and line.red() > line.blue() + 30


def test_both_sides_move_and_zoom_together(sides: SideBySide) -> None:
    left, right = sides.left, sides.right
    left.look_at(QPointF(10, 20), 0.8)
    assert right.zoom == 0.8 and (right.center - left.center).manhattanLength() < 3
    right.pan(50, -30)
    assert (right.center - left.center).manhattanLength() < 3
    QTest.keyClick(right, Qt.Key.Key_Plus)
    assert left.zoom == right.zoom == 1.0
    QTest.keyClick(left, Qt.Key.Key_Left)
    assert (right.center - left.center).manhattanLength() < 3


def test_a_difference_is_brought_into_the_middle_of_both(sides: SideBySide, comparison: Comparison) -> None:
    sides.reveal(next(item for item in comparison.differences if item.name == "n5"))
    for pane in (sides.left, sides.right):
        assert (pane.center - (pane.place("n5") or QPointF())).manhattanLength() < 3
        assert pane.selection() == {"n5"} and pane.zoom >= pane.readable
    sides.reveal(next(item for item in comparison.differences if item.what == "removed"))
    assert sides.left.selection() == {"n2"} and not sides.right.selection()


def test_differences_of_settings_move_nothing(sides: SideBySide, comparison: Comparison) -> None:
    before = sides.left.center
    sides.reveal(next(item for item in comparison.differences if item.part == "training"))
    assert sides.left.center == before


def test_a_click_selects_and_a_drag_moves(sides: SideBySide) -> None:
    pane, clicked = sides.right, list[tuple[bool, str]]()
    sides.clicked.connect(lambda older, id: clicked.append((older, id)))
    pane.look_at(pane.place("stem") or QPointF(), 1.0)
    middle = pane.rect().center()
    QTest.mouseClick(pane, Qt.MouseButton.LeftButton, pos=middle)
    assert clicked == [(False, "stem")] and pane.selection() == {"stem"}
    before = pane.center
    QTest.mousePress(pane, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(pane, middle + QPoint(40, 0))
    QTest.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=middle + QPoint(40, 0))
    assert pane.center.x() == pytest.approx(before.x() - 40, abs=2) and len(clicked) == 1


def test_the_list_tells_all_and_finds_a_layer_by_either_name(qtbot: QtBot, comparison: Comparison) -> None:
    rows, shown = DifferenceList(), list[str]()
    qtbot.addWidget(rows)
    rows.shown.connect(lambda item: shown.append(item.name))
    rows.set_differences(comparison.differences)
    model = rows.model()
    texts = [model.index(place, 0).data() for place in range(model.rowCount())]
    assert "Changed stem: out_channels 4 → 8" in texts and "Changed training: epochs 10 → 50" in texts
    assert rows.choose("n1", older=True) and shown == ["stem"]
    assert rows.choose("drop1", older=False) and [item.name for item in rows.chosen()] == ["drop1"]
    assert not rows.choose("n0", older=True) and not rows.chosen()
    rows.resize(500, 300)
    rows.show()
    assert not rows.grab().isNull()


def test_the_list_stays_on_its_difference(qtbot: QtBot, comparison: Comparison) -> None:
    rows = DifferenceList()
    qtbot.addWidget(rows)
    rows.set_differences(comparison.differences)
    rows.choose("drop1", older=False)
    rows.set_differences(comparison.differences[1:])
    assert [item.name for item in rows.chosen()] == ["drop1"]
    rows.set_differences([item for item in comparison.differences if item.name != "drop1"])
    assert len(rows.chosen()) == 1
    rows.set_differences([])
    assert rows.chosen() == []


def test_frames_and_notes_are_found_too(sides: SideBySide) -> None:
    before, after = base(), base()
    after.apply(SetFrame("frame1", Frame("Head"), ["n1", "n2"]))
    after.apply(SetNote("note1", Note("Why", (900, 900))))
    comparison = compare(before, after)
    sides.show_comparison(comparison)
    frame, note = comparison.differences
    sides.reveal(note)
    assert (sides.right.center - QPointF(1020, 960)).manhattanLength() < 3
    assert sides.right.picked_remark == Remark("note1", False) and not sides.right.selection()
    sides.reveal(frame)
    assert sides.right.picked_remark == Remark("frame1", True)
