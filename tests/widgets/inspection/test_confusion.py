"""The confusion matrix under mouse and keyboard, and as a picture of a thousand classes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from models.scoring.classes import Confusion
from widgets.inspection.confusion import SHARES, ConfusionMatrix, matrix_picture
from widgets.theme import color, px

COUNTS = np.array([[8, 2, 0], [0, 5, 5], [0, 0, 0]])
NAMES = ["cat", "dog", "eel"]


@pytest.fixture
def matrix(qtbot: QtBot) -> Iterator[ConfusionMatrix]:
    matrix = ConfusionMatrix()
    qtbot.addWidget(matrix)
    matrix.resize(400, 300)
    matrix.show()
    matrix.show_confusion(Confusion(COUNTS), NAMES, [1, 0, 2])
    yield matrix


def center(matrix: ConfusionMatrix, row: int, column: int) -> QPoint:
    return matrix._area((row, column)).center().toPoint()


def test_a_click_chooses_a_cell_by_its_classes_and_a_second_one_lets_it_go(
    matrix: ConfusionMatrix, qtbot: QtBot
) -> None:
    chosen: list[tuple[object, object]] = []
    matrix.chosen.connect(lambda truth, answer: chosen.append((truth, answer)))
    for _ in range(2):
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=center(matrix, 0, 2))
    assert chosen == [(1, 2), (None, None)], "rows and columns are in the order that is shown"


def test_every_cell_is_found_where_it_is_drawn(matrix: ConfusionMatrix) -> None:
    for row in range(3):
        for column in range(3):
            assert matrix.cell_at(center(matrix, row, column)) == (row, column)
    assert matrix.cell_at(QPoint(1, 1)) is None


def test_arrows_walk_and_enter_chooses(matrix: ConfusionMatrix, qtbot: QtBot) -> None:
    chosen: list[tuple[object, object]] = []
    matrix.chosen.connect(lambda truth, answer: chosen.append((truth, answer)))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Return, Qt.Key.Key_Escape):
        qtbot.keyClick(matrix, key)
    assert chosen == [(1, 0), (None, None)]


def test_a_cell_says_what_it_counts(matrix: ConfusionMatrix) -> None:
    assert matrix.describe((1, 0)) == "2 of 10 (20.0 %)\ncat read as dog"
    assert matrix.describe((0, 0)) == "5 of 10 (50.0 %)\ndog recognized"
    assert matrix.describe((2, 2)) == "0 of 0 (never occurs)\neel recognized"


def test_ten_classes_have_names_and_numbers_in_a_small_card(matrix: ConfusionMatrix) -> None:
    matrix.resize(500, 210)
    counts = np.diag(np.full(10, 34))
    counts[3, 7] = 2
    names = [str(number) for number in range(10)]
    matrix.show_confusion(Confusion(counts), names, range(10))
    with_names = matrix.grab().toImage()
    matrix.show_confusion(Confusion(counts), ["x", *names[1:]], range(10))
    other_name = matrix.grab().toImage()
    matrix.show_confusion(Confusion(counts * 2), names, range(10))
    assert matrix.grab().toImage() != with_names != other_name, "names and counts are drawn"


def test_cells_are_as_wide_as_the_names_above_them_need_where_there_is_room(matrix: ConfusionMatrix) -> None:
    wide = matrix._area((0, 0))
    assert wide.width() > 2 * wide.height() and wide.height() == 39
    last = matrix._area((2, 2))
    assert last.bottom() <= matrix.height()
    for width in (400, 250):
        matrix.resize(width, 300)
        assert matrix._area((2, 2)).right() + px(6 + SHARES) <= width, "shares have room beside it"
    many = range(200)
    matrix.show_confusion(Confusion(np.eye(200, dtype=np.int64)), [str(n) for n in many], many)
    cell = matrix._area((0, 0))
    assert cell.width() == cell.height(), "what is one picture is square"


def test_columns_say_what_tells_classes_apart_where_names_have_no_room(matrix: ConfusionMatrix) -> None:
    matrix.resize(320, 210)
    counts = Confusion(np.diag(np.full(10, 34)))
    pictures = []
    for names in ([f"tag {number}" for number in range(10)], [f"gat {number}" for number in range(10)]):
        matrix.show_confusion(counts, names, range(10))
        left = matrix._corner().x()
        pictures.append(matrix.grab().toImage().copy(left, 0, matrix.width() - left, matrix._corner().y()))
    assert pictures[0] == pictures[1], "0 to 9 stand above the columns"


def test_it_is_drawn_in_counts_and_in_shares_and_without_anything(matrix: ConfusionMatrix) -> None:
    counts = matrix.grab().toImage()
    matrix.set_shares(True)
    assert matrix.grab().toImage() != counts
    matrix.show_confusion(None, (), ())
    assert matrix.grab().toImage() != counts


def test_a_thousand_classes_are_one_picture_with_a_pixel_a_cell(matrix: ConfusionMatrix, qtbot: QtBot) -> None:
    count = 1_000
    counts = np.diag(np.full(count, 9))
    counts[3, 7] = 9
    matrix.show_confusion(Confusion(counts), [str(n) for n in range(count)], range(count))
    matrix.grab()
    picture = matrix_picture(Confusion(counts).shares)
    assert (picture.width(), picture.height()) == (count, count)
    assert len({picture.pixelColor(5, 5).rgb(), picture.pixelColor(7, 3).rgb(), picture.pixelColor(3, 7).rgb()}) == 3
    small = matrix_picture(Confusion(counts).shares, 8)
    assert small.width() == 125
    assert small.pixelColor(0, 0) == picture.pixelColor(5, 5), "a block on the diagonal is as strong as its recall"
    counts[300, 701] = 3
    lonely = matrix_picture(Confusion(counts).shares, 8)
    assert lonely.pixelColor(701 // 8, 300 // 8) != small.pixelColor(701 // 8, 300 // 8), "no mistake is lost"
    assert picture.pixelColor(100, 200) in (color("raised"), color("hover"))
    cell = matrix.cell_at(matrix._area((700, 200)).center().toPoint())
    assert cell is not None and abs(cell[0] - 700) <= 3 and abs(cell[1] - 200) <= 3
