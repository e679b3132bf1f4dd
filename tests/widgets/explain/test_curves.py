"""The picture of a function: drawn, read under the pointer and by the keys; and what is so of it, in words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from models.layers import LAYERS
from widgets.explain.curves import POINTS, CurvePicture, properties_text
from widgets.theme import color, theme


@pytest.fixture
def picture(qtbot: QtBot) -> CurvePicture:
    widget = CurvePicture()
    qtbot.addWidget(widget)
    widget.resize(320, 168)
    widget.show_layer(LAYERS["GELU"]())
    widget.show()
    return widget


def test_the_pointer_reads_value_and_slope(qtbot: QtBot, picture: CurvePicture) -> None:
    assert picture.reading() == "y, and dashed its slope y′"
    qtbot.mouseMove(picture, QPoint(160, 60))
    assert picture.reading() == "x = 0   y = 0   y′ = 0.5"
    assert picture.accessibleName() == "Curve: x = 0   y = 0   y′ = 0.5"


def test_the_keys_move_the_cursor_and_stop_at_the_ends(qtbot: QtBot, picture: CurvePicture) -> None:
    for _ in range(20):
        qtbot.keyClick(picture, Qt.Key.Key_Right)
    assert picture.reading().startswith("x = 1   y = 0.841345")
    for _ in range(POINTS):
        qtbot.keyClick(picture, Qt.Key.Key_Left)
    assert picture.read_at == 0


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_both_lines_are_drawn_in_their_colors(qtbot: QtBot, picture: CurvePicture, mode: str) -> None:
    theme().set_mode(mode)
    image = picture.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert {color(shade).name() for shade in theme().palette.curves[:2]} <= seen
    theme().set_mode("dark")


def test_a_layer_without_a_curve_shows_none(picture: CurvePicture) -> None:
    assert not picture.show_layer(LAYERS["Linear"]())
    assert not picture.grab().isNull() and picture.reading() == "y, and dashed its slope y′"
    assert properties_text(LAYERS["Linear"]()) == []


def test_properties_are_told_in_words() -> None:
    assert properties_text(LAYERS["GELU"]()) == [
        "Monotone: no. Convex: no. Invertible: no.",
        "Values from −0.169971 to ∞.",
        "Lowest −0.169971 at −0.751792.",
        "Largest slope 1.128904 at 1.414214.",
        "Gain of the weights before it: 1.414214.",
    ]
    assert "Gain of the weights before it: 1.386750." in properties_text(LAYERS["LeakyReLU"](negative_slope=0.2))
    assert "Its slope is 0 everywhere." in properties_text(LAYERS["Heaviside"]())
