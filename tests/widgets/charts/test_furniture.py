from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from widgets.charts.axis import Frame
from widgets.charts.furniture import (
    Marker,
    Row,
    cell_width,
    draw_axes,
    draw_end_names,
    draw_live_end,
    draw_marker,
    draw_table,
    spread,
)
from widgets.theme import color, font, theme

WIDTH, HEIGHT = 400, 300
FRAME = Frame(QRectF(60, 40, 280, 200), 0, 20, 0, 1)
HUE = "#EE8A33"


@pytest.fixture(autouse=True, params=[1.0, 1.5])
def plain_theme(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[None]:
    theme().apply(qapp)
    theme().set_mode("dark")
    theme().set_scale(request.param)
    yield
    theme().set_mode("system")
    theme().set_scale(1.0)


def touched(draw: Callable[[QPainter], None]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what `draw` covers, inside a margin of 50 pixels that must stay free."""
    margin = 50
    picture = QImage(WIDTH + 2 * margin, HEIGHT + 2 * margin, QImage.Format.Format_ARGB32)
    picture.fill(0)
    painter = QPainter(picture)
    painter.translate(margin, margin)
    draw(painter)
    painter.end()
    alpha = np.frombuffer(picture.constBits(), dtype=np.uint32).reshape(picture.height(), -1) >> 24
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if not len(rows):
        return (0, 0, 0, 0)
    return columns[0] - margin, rows[0] - margin, columns[-1] - margin, rows[-1] - margin


@pytest.mark.parametrize(
    ("low", "high", "log"),
    [
        (0, 1, False),
        (0.001, 10, True),
        (0.2, 0.9, True),
        (-5e6, 5e6, False),
    ],
)
@pytest.mark.parametrize("form", ["number", "percent"])
def test_axes_stay_in_the_card(low: float, high: float, log: bool, form: str) -> None:
    frame = Frame(FRAME.area, 0, 20, low, high, log)
    _, top, right, bottom = touched(
        lambda painter: draw_axes(painter, frame, "percent" if form == "percent" else "number", "epoch")
    )
    assert right > 330
    assert bottom > 240
    assert top >= 0
    assert bottom < HEIGHT


def test_names_at_the_ends_do_not_leave_the_card() -> None:
    name = "a run with a name that is much too long for the card"
    ends = [(QPointF(338, y), name, color(HUE)) for y in (50, 52, 240)]
    left, top, right, bottom = touched(lambda painter: draw_end_names(painter, FRAME, ends, WIDTH))
    assert left >= 300
    assert right <= WIDTH
    assert top >= 38
    assert bottom <= 242


def test_a_growing_curve_ends_in_a_dot() -> None:
    left, top, right, bottom = touched(lambda painter: draw_live_end(painter, QPointF(100, 100), color(HUE)))
    assert (left, right) == (93, 106)
    assert (top, bottom) == (93, 106)


@pytest.mark.parametrize("x", [0, 10, 20])
def test_a_marker_stays_inside_the_axes(x: float) -> None:
    marker = Marker(x, "Run 13 starts to overfit " * 8)
    left, top, right, _ = touched(lambda painter: draw_marker(painter, FRAME, marker, color(HUE)))
    assert left >= 58
    assert right <= 342
    assert top >= 40


def test_a_marker_out_of_sight_is_not_drawn() -> None:
    assert touched(lambda painter: draw_marker(painter, FRAME, Marker(21, "later"), color(HUE))) == (0, 0, 0, 0)


@pytest.mark.parametrize("anchor", [QPointF(70, 60), QPointF(330, 230)])
def test_the_table_stays_inside_its_bounds(anchor: QPointF) -> None:
    rows = [Row(color(HUE), f"run {i} <b>x</b>", ("91.9", "88.7")) for i in range(3)]
    bounds = QRectF(4, 4, WIDTH - 8, HEIGHT - 8)
    left, _, right, bottom = touched(
        lambda painter: draw_table(painter, anchor, bounds, "Epoch 6", ["val", "train"], rows)
    )
    assert left >= 3
    assert right <= WIDTH - 3
    assert bottom <= HEIGHT - 3


def test_names_without_room_still_keep_their_distance() -> None:
    places = spread([50.0] * 12, 10, 0, 60)
    assert np.allclose(np.diff(sorted(places)), 10)
    assert max(places) == 60
    assert spread([], 10, 0, 60) == []


def test_columns_of_the_table_keep_long_values_apart() -> None:
    row = Row(QColor("red"), "run 1", ("0.0971", "0.000151"))
    needed = QFontMetricsF(font(12, 600)).horizontalAdvance("0.000151")
    assert cell_width([row]) >= needed + 8
    assert cell_width([]) == cell_width([Row(QColor("red"), "run 1", ("98.1",))])
