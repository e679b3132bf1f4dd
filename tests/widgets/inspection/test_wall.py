"""The wall of samples: walked by keyboard, asking only for what is in sight."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter
from pytestqt.qtbot import QtBot

from widgets.inspection.chances import Chance, Chances
from widgets.inspection.wall import MOST_KEPT, Caption, Look, Neighbors, SampleWall, is_text, paint_look
from widgets.theme import font, px

MANY = 100_000


@pytest.fixture
def wall(qtbot: QtBot) -> Iterator[SampleWall]:
    wall = SampleWall()
    qtbot.addWidget(wall)
    wall.resize(560, 420)
    wall.show()
    yield wall


def caption(row: int) -> Caption:
    return Caption(f"answer {row}", "truth", "99 %", row % 2 == 0)


def picture(row: int) -> Look:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(row % 256)
    return image


def test_only_what_is_in_sight_is_asked_for_and_only_once(wall: SampleWall) -> None:
    asked: list[list[int]] = []
    wall.wanted.connect(asked.append)
    wall.show_rows(range(MANY, 0, -1), caption)
    assert 0 < len(asked[0]) < 60 and asked[0][0] == MANY
    wall.verticalScrollBar().setValue(wall.verticalScrollBar().maximum())
    assert set(asked[-1]).isdisjoint(asked[0]) and 1 in asked[-1]
    before = len(asked)
    wall.verticalScrollBar().setValue(0)
    assert len(asked) == before
    wall.add_looks({row: picture(row) for row in asked[0]})
    wall.grab()


def test_looks_are_kept_for_some_screens_alone(wall: SampleWall) -> None:
    wall.show_rows(range(MANY), caption)
    for start in range(0, 3 * MOST_KEPT, 100):
        wall.add_looks({row: picture(row) for row in range(start, start + 100)})
    assert len(wall._looks) <= MOST_KEPT
    assert wall.look(0) is not None, "what is in sight stays"


def test_keys_walk_and_the_wall_follows(wall: SampleWall, qtbot: QtBot) -> None:
    seen: list[int] = []
    opened: list[int] = []
    wall.current_changed.connect(seen.append)
    wall.opened.connect(opened.append)
    wall.show_rows(range(10, 210), caption)
    columns = wall.columns()
    assert columns > 2 and seen == [10]
    keys = Qt.Key
    for key in (keys.Key_Right, keys.Key_Down, keys.Key_Left, keys.Key_Up, keys.Key_Left, keys.Key_Return):
        qtbot.keyClick(wall, key)
    assert seen[1:] == [11, 11 + columns, 10 + columns, 10, 10] and opened == [10]
    qtbot.keyClick(wall, keys.Key_End)
    assert seen[-1] == 209 and wall.verticalScrollBar().value() == wall.verticalScrollBar().maximum()
    qtbot.keyClick(wall, keys.Key_PageUp)
    assert wall._area(wall.current).top() >= 0
    qtbot.keyClick(wall, keys.Key_Home)
    assert seen[-1] == 10 and wall.verticalScrollBar().value() == 0


def test_a_click_chooses_the_sample_under_it(wall: SampleWall, qtbot: QtBot) -> None:
    wall.show_rows(range(50), caption)
    place = wall.columns() + 1
    qtbot.mouseClick(wall.viewport(), Qt.MouseButton.LeftButton, pos=wall._area(place).center().toPoint())
    assert wall.current == place


def test_without_samples_nothing_is_current_and_nothing_breaks(wall: SampleWall, qtbot: QtBot) -> None:
    wall.show_rows([], caption)
    qtbot.keyClick(wall, Qt.Key.Key_Down)
    wall.choose(3)
    assert wall.current == -1
    wall.show_rows([4], caption)
    wall.add_looks({4: ("bmi 0.2", "age 40")})
    wall.grab()
    assert wall.current == 0


def test_the_value_of_a_line_is_written_whole_however_long_its_name(qapp: object) -> None:
    area = QRectF(0, 0, 90, 40)

    def painted_as(line: str) -> QImage:
        image = QImage(90, 40, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        paint_look(painter, area, (line,))
        painter.end()
        return image.copy(50, 0, 40, 40)

    assert painted_as("\t-8.125") == painted_as("a measurement with a long name\t-8.125") != painted_as("\t-8.126")


def test_lines_leave_room_for_the_figure(qapp: object) -> None:
    def painted_as(*lines: str, has_figure: bool) -> QImage:
        image = QImage(90, 60, QImage.Format.Format_RGB32)
        image.fill(0)
        painter = QPainter(image)
        paint_look(painter, QRectF(0, 0, 90, 60), lines, has_figure)
        painter.end()
        return image

    lines = ("a\t1", "b\t2", "c\t3", "d\t4")
    shown = (60 - px(8)) // QFontMetrics(font(11)).height()
    all_of_them, fewer = (painted_as(*lines[:count], has_figure=False) for count in (shown, shown - 1))
    assert 0 < shown < 4 and all_of_them == painted_as(*lines, has_figure=False)
    assert painted_as(*lines, has_figure=True) == fewer != all_of_them


def test_chances_are_told_apart_where_their_names_have_no_room(qtbot: QtBot) -> None:
    names = [f"a species with a very long name that all share, number {n}" for n in range(3)]
    chances = Chances()
    qtbot.addWidget(chances)
    chances.show_chances([Chance(name, 0.3, not place, False) for place, name in enumerate(names)])
    metrics = chances.fontMetrics()
    assert chances._names(metrics, 60) == ["0", "1", "2"]
    assert chances._names(metrics, 10_000) == names


def test_texts_among_other_inputs_take_the_room_that_pictures_leave(qtbot: QtBot) -> None:
    near = Neighbors("Other inputs")
    qtbot.addWidget(near)
    near.resize(px(300), px(60))
    picture, text = QImage(4, 4, QImage.Format.Format_Grayscale8), ("quite warm and", "lovely food")
    near.show_looks([(picture, "photo"), (text, "review")])
    photo, review = near.areas()
    assert photo.width() == photo.height() and review.width() > 4 * photo.width()
    assert review.left() > photo.right() and review.right() <= near.width()
    near.show()
    assert not near.grab().isNull()
    near.show_looks([(picture, "a"), (picture, "b")])
    assert {area.width() for area in near.areas()} == {photo.width()}


def test_names_with_numbers_are_no_text() -> None:
    assert is_text(("warm food",)) and not is_text(("stars\t5",)) and not is_text(None)
