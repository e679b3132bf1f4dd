"""Attention, exciting inputs, lassos, pixels, pages that scroll: what is drawn where, what a click or a key means."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPolygonF
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from widgets.inspection.inside.attention import AttentionPage
from widgets.inspection.inside.excited import ExcitedPage, Peak
from widgets.inspection.inside.lasso import LassoPlot
from widgets.inspection.inside.layer_maps import LayerMaps, LayerPage, Spot
from widgets.inspection.inside.pixel import PixelView
from widgets.inspection.inside.spreads import Spread, Spreads
from widgets.inspection.pictures import gray
from widgets.inspection.plot import Line, Plot, Points
from widgets.inspection.tokens import Token, Tokens

ENDS = ((0.0, 1.0), (0.0, 1.0))


def shown(qtbot: QtBot, widget: QWidget, width: int = 500, height: int = 300) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()


# Attention


def attention(qtbot: QtBot) -> tuple[AttentionPage, list[str]]:
    page = AttentionPage()
    shown(qtbot, page)
    weights = np.zeros((2, 3, 4), np.float32)
    weights[0, :, 0], weights[1, 1, 2], weights[1, 1, 3] = 1.0, 0.25, 0.75
    page.show_attention(weights, (["a", "b", "c"], ["w", "x", "y", "z"]))
    said: list[str] = []
    page.described.connect(said.append)
    return page, said


def test_a_cell_of_attention_is_told_by_mouse_and_keys(qtbot: QtBot) -> None:
    page, said = attention(qtbot)
    qtbot.mouseClick(page, Qt.MouseButton.LeftButton, pos=page._small(1).center().toPoint())
    area = page.area()
    cell = QPointF(area.left() + area.width() * 2.5 / 4, area.top() + area.height() / 2)
    qtbot.mouseMove(page, cell.toPoint())
    assert said[-1] == "Head 2: b looks at y with 25.0 %"
    qtbot.keyClick(page, Qt.Key.Key_Right)
    assert said[-1] == "Head 2: b looks at z with 75.0 %"
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(page, key)
    assert said[-1] == "Head 1: a looks at w with 100.0 %"
    assert page.cell_at(area.topLeft() - QPointF(3, 3)) is None


def test_heads_stand_in_one_scale_and_nothing_is_drawn_of_nothing(qtbot: QtBot) -> None:
    page, _ = attention(qtbot)
    strong, weak = page._pictures[0].pixelColor(0, 1), page._pictures[1].pixelColor(2, 1)
    assert strong.red() > weak.red() > page._pictures[1].pixelColor(0, 0).red()
    page.show_attention(np.zeros((0, 0, 0)), ((), ()))
    qtbot.keyClick(page, Qt.Key.Key_Right)
    page.grab()
    assert page.describe() == "" and page.cell_at(QPointF(5, 5)) is None


# Inputs that excite


def test_exciting_inputs_are_walked_and_chosen_but_for_one_that_was_climbed(qtbot: QtBot) -> None:
    page = ExcitedPage()
    shown(qtbot, page, 260, 150)
    look = gray(np.zeros((8, 8), np.uint8))
    rows = [-1, 11, 12, 13, 14]
    page.show_peaks([Peak(look, f"{row}", "gives 1", row, QRectF(0.5, 0.5, 0.25, 0.25)) for row in rows])
    seen: list[int] = []
    page.pointed.connect(seen.append)
    qtbot.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=page.area(0).center().toPoint())
    qtbot.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=page.area(1).center().toPoint())
    assert seen == [11], "what was climbed is no sample"
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(page, key)
    assert seen == [11, 14] and page.viewport().rect().contains(page.area(4).center().toPoint())
    plain = page.grab().toImage()
    page.show_peaks([peak._replace(frame=None) for peak in page.peaks])
    assert page.grab().toImage() != plain


# Lasso


def lasso(qtbot: QtBot) -> tuple[LassoPlot, list[list[int]], list[int]]:
    plot = LassoPlot()
    shown(qtbot, plot)
    x, y = np.array([0.1, 0.2, 0.8, np.nan]), np.array([0.1, 0.2, 0.9, 0.5])
    plot.show_plot(("x", "y"), ENDS, points=Points(x, y, np.zeros(4, int), np.array([5, 6, 7, 8])))
    enclosed: list[list[int]] = []
    pointed: list[int] = []
    plot.enclosed.connect(enclosed.append)
    plot.pointed.connect(pointed.append)
    return plot, enclosed, pointed


def test_a_loop_of_the_mouse_takes_what_is_inside(qtbot: QtBot) -> None:
    plot, enclosed, pointed = lasso(qtbot)
    corners = [plot.place(*at).toPoint() for at in ((0.0, 0.0), (0.4, 0.0), (0.4, 0.4), (0.0, 0.4))]
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=corners[0])
    for corner in corners[1:]:
        qtbot.mouseMove(plot, corner)
    plot.grab()
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=corners[-1])
    assert enclosed == [[5, 6]] and not pointed and not plot.loop
    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=plot.place(0.8, 0.9).toPoint())
    assert pointed == [7] and len(enclosed) == 1, "a click is no loop"


def test_a_ring_of_the_keyboard_takes_what_is_inside(qtbot: QtBot) -> None:
    plot, enclosed, _ = lasso(qtbot)
    plot.activateWindow()
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(plot.hasFocus)
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert not enclosed, "there is nothing in the middle"
    plain = plot.grab().toImage()
    for _ in range(18):
        qtbot.keyClick(plot, Qt.Key.Key_Left)
        qtbot.keyClick(plot, Qt.Key.Key_Down)
    for _ in range(5):
        qtbot.keyClick(plot, Qt.Key.Key_Plus)
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert enclosed == [[5, 6]] and plot.grab().toImage() != plain
    for _ in range(40):
        qtbot.keyClick(plot, Qt.Key.Key_Minus)
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert len(enclosed) == 1 and plot.ring[2] == 0.01
    assert plot.samples_in(QPolygonF()) == [] and LassoPlot().samples_in(plot._circle()) == []


# Layers


def states(steps: int = 8, units: int = 4) -> LayerMaps:
    pictures = np.arange(units * steps, dtype=np.uint8).reshape(1, units, steps)
    return LayerMaps("lstm1", "LSTM", "Recurrent", "states", (steps, units), pictures, [0], 1, "", is_signed=True)


def test_a_click_on_states_is_a_unit_at_a_step(qtbot: QtBot) -> None:
    page = LayerPage()
    shown(qtbot, page)
    page.show_layers([states()])
    spots: list[Spot] = []
    page.pointed.connect(spots.append)
    strip = page._strip(page.layers[0], page._tops()[0])
    at = QPointF(strip.left() + strip.width() * 5.5 / 8, strip.top() + strip.height() * 2.5 / 4)
    qtbot.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert spots == [Spot(("lstm1", 2, 0, 5))]
    page.grab()


def test_states_take_the_room_that_there_is_and_scroll_where_there_is_none(qtbot: QtBot) -> None:
    page = LayerPage()
    shown(qtbot, page, height=400)
    page.show_layers([states(units=30)])
    alone = page._strip_height(page.layers[0])
    assert alone > 300 and page.verticalScrollBar().maximum() == 0
    page.show_layers([states(units=30)] * 9)
    assert page._strip_height(page.layers[0]) < alone and page.verticalScrollBar().maximum() > 0


def test_signed_pictures_are_warm_above_zero_and_cold_below() -> None:
    picture = states(steps=256, units=1)
    low, high = (picture.picture(0).pixelColor(x, 0) for x in (0, 255))
    assert low.blue() > low.red() and high.red() > high.blue()


@pytest.mark.parametrize("page", [Spreads, LayerPage, ExcitedPage])
def test_pages_keep_their_bars_right_when_they_grow_and_shrink(page: type, qtbot: QtBot) -> None:
    made = page()
    shown(qtbot, made, 300, 120)
    if isinstance(made, Spreads):
        made.show_layers([(f"conv{n}", {"weights": Spread(np.array([1, 2]), 0, 1, "")}) for n in range(9)])
    elif isinstance(made, LayerPage):
        made.show_layers([states()] * 9)
    else:
        made.show_peaks([Peak(("1",), "a", "b", n, None) for n in range(9)])
    bar = made.horizontalScrollBar() if isinstance(made, Spreads) else made.verticalScrollBar()
    small = bar.maximum()
    assert small > 0
    made.resize(300 if bar is made.verticalScrollBar() else 900, 700)
    assert bar.maximum() < small
    bar.setValue(bar.maximum())
    assert made.origin().x() + made.origin().y() == bar.maximum()


# One pixel, lines with names, tokens with weights


def test_one_pixel_is_clicked_or_walked_to(qtbot: QtBot) -> None:
    view = PixelView("What is seen")
    shown(qtbot, view, 160, 112)
    seen: list[tuple[int, int]] = []
    view.pixel_changed.connect(lambda column, row: seen.append((column, row)))
    qtbot.keyClick(view, Qt.Key.Key_Right)
    view.show_look(gray(np.zeros((4, 8), np.uint8)))
    factor = min(view.width() / 8, view.height() / 4)
    left, top = (view.width() - 8 * factor) / 2, (view.height() - 4 * factor) / 2
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPointF(left + 6.5 * factor, top + 1.5 * factor).toPoint())
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Up):
        qtbot.keyClick(view, key)
    assert seen == [(6, 1), (7, 1), (7, 1), (7, 0)] and view.frame == QRectF(7, 0, 1, 1)
    view.point_at(None)
    assert view.frame is None and view.pixel_at(QPointF(-5, 0)) is None


def test_a_line_with_a_name_has_it_at_its_end(qtbot: QtBot) -> None:
    plot = Plot()
    shown(qtbot, plot)
    line = Line(np.linspace(0, 1, 5), np.full(5, 0.5))
    plot.show_plot(("x", "y"), ENDS, [line])
    plain = plot.grab().toImage()
    plot.show_plot(("x", "y"), ENDS, [line._replace(name="virginica")])
    assert plot.grab().toImage() != plain


def test_tokens_show_what_speaks_for_the_answer(qtbot: QtBot) -> None:
    tokens = Tokens()
    shown(qtbot, tokens, 300)
    tokens.show_tokens([Token("7", "noun", "noun"), Token("5", "verb", "verb")])
    plain = tokens.grab().toImage()
    tokens.show_weights([0.5, -2.0])
    assert tokens.weights == [0.25, -1.0] and tokens.grab().toImage() != plain
    tokens.show_tokens(tokens.tokens)
    assert not tokens.weights and tokens.grab().toImage() == plain
