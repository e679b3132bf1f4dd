"""Matrices of numbers under hand and keyboard."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from widgets.numbers.layer_card import LayerCard, caption
from widgets.numbers.matrix import MOST_CELLS, MatrixView

Make = Callable[..., MatrixView]


@pytest.fixture
def make(qtbot: QtBot) -> Make:
    def shown(table: np.ndarray) -> MatrixView:
        view = MatrixView("W")
        qtbot.addWidget(view)
        view.show_table(table)
        view.show()
        return view

    return shown


def middle(view: MatrixView, place: tuple[int, ...]) -> QPoint:
    return view.area(place).center().toPoint()


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 2, 3), (2, 3, 4, 4), ()])
def test_every_number_has_a_cell_of_its_own_inside(make: Make, shape: tuple[int, ...]) -> None:
    view = make(np.zeros(shape))
    places = list(np.ndindex(*shape))
    for place in places:
        assert view.place_at(view.area(place).center()) == place
        assert view.rect().contains(view.area(place).toRect())


def test_small_and_large_numbers_are_read_in_short(make: Make) -> None:
    view = make(np.array([1e-9, -1e-9, 1.5e-9, -2.5e12, 0.001]))
    assert [view.text_at((place,)) for place in range(5)] == ["1e−9", "−1e−9", "1.5e−9", "−2.5e12", "0.001"]


def test_a_click_chooses_and_arrows_walk_to_the_edge(make: Make, qtbot: QtBot) -> None:
    view = make(np.arange(6.0).reshape(2, 3))
    went: list[tuple[int, ...]] = []
    view.chosen.connect(went.append)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle(view, (0, 1)))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Left):
        qtbot.keyClick(view, key)
    assert list(dict.fromkeys(went)) == [(0, 1), (0, 2), (1, 2), (1, 1)]
    assert view.accessibleDescription() == "4"


def test_what_is_typed_into_a_cell_is_told_with_its_place(make: Make, qtbot: QtBot) -> None:
    view = make(np.zeros((2, 2)))
    told: list[tuple[tuple[int, ...], str]] = []
    view.edited.connect(lambda place, text: told.append((place, text)))
    view.choose((1, 0))
    qtbot.keyClick(view, Qt.Key.Key_5)
    assert view.findChild(QLineEdit) is None, "this one may not be changed"
    view.editable = True
    qtbot.keyClick(view, Qt.Key.Key_5)
    field = view.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    qtbot.keyClicks(field, ".25")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert told == [((1, 0), "5.25")]


def test_escape_gives_a_number_up(make: Make, qtbot: QtBot) -> None:
    view = make(np.zeros((1, 1)))
    view.editable = True
    told: list[object] = []
    view.edited.connect(lambda *said: told.append(said))
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=middle(view, (0, 0)))
    field = view.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    qtbot.keyClicks(field, "7")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not told


def test_a_hidden_number_is_not_read_and_can_be_filled_in(make: Make, qtbot: QtBot) -> None:
    view = make(np.array([[1.5, 2.5]]))
    view.show_fills({(0, 0): ("", ""), (0, 1): ("2.4", "wrong")})
    assert view.text_at((0, 0)) == "?" and view.text_at((0, 1)) == "2.4"
    view.choose((0, 0))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert isinstance(view.findChild(QLineEdit), QLineEdit)


def test_lit_changed_and_hidden_cells_look_different(make: Make) -> None:
    view = make(np.zeros((1, 4)))
    view.show_table(np.zeros((1, 4)), np.array([[True, False, False, False]]))
    view.show_fills({(0, 2): ("", "")})
    view.light([(0, 1)])
    picture = view.grab().toImage()
    ratio = picture.width() / view.width()
    corners = [view.area((0, column)).topLeft() * ratio for column in range(4)]
    colors = {
        picture.pixelColor(round(corner.x() + 8 * ratio), round(corner.y() + 4 * ratio)).rgb() for corner in corners
    }
    assert len(colors) == 4


def test_a_table_that_nobody_can_read_says_its_size(make: Make) -> None:
    view = make(np.zeros((MOST_CELLS, 2)))
    assert view.place_at(view.rect().center().toPointF()) is None
    assert view.height() < 100


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("value/fc1", "Value"), ("gradient/fc1", "∂L/∂fc1"), ("weight/fc1.bias", "b"), ("slope/fc1.weight", "∂L/∂W"),
        ("state/fc1.weight/exp_avg", "m of W"), ("state/lstm1.weight_ih_l0/square_avg", "v of W_ih"),
        ("value/lstm1:h_n", "h_n"), ("gradient/lstm1:h_n", "∂L/∂h_n"), ("mask/drop1", "Mask m"),
        ("next/fc1.weight", "W new"), ("loss", "Loss L"),
    ],
)  # fmt: skip
def test_tables_are_called_as_books_call_them(table: str, words: str) -> None:
    assert caption(table) == words


def test_a_card_has_its_tables_by_name(qtbot: QtBot) -> None:
    card = LayerCard("fc1", "Linear", [["value/fc1"], ["weight/fc1.weight", "slope/fc1.weight"]])
    qtbot.addWidget(card)
    assert list(card.tables) == ["value/fc1", "weight/fc1.weight", "slope/fc1.weight"]
