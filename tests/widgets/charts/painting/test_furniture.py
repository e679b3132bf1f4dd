from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from widgets.charts.axis import Frame
from widgets.charts.painting.furniture import (
    Cut,
    Marker,
    draw_axes,
    draw_best,
    draw_cuts,
    draw_live_end,
    draw_marker,
    x_ticks,
    y_ticks,
)
from widgets.charts.painting.happenings import Happening, draw_told, room_above
from widgets.charts.painting.labels import EndName, draw_end_names, place_names, spread
from widgets.charts.painting.readout import Readout, Row, cell_width, draw_readout, fitting
from widgets.theme import color, font, px, theme

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
    ends = [EndName(QPointF(338, y), name, color(HUE)) for y in (50, 52, 240)]
    left, top, right, bottom = touched(lambda painter: draw_end_names(painter, FRAME, ends, WIDTH))
    assert left >= 300
    assert right <= WIDTH
    assert top >= 38
    assert bottom <= 242


@pytest.mark.parametrize("width", [WIDTH, WIDTH + 100])
def test_how_many_names_found_no_place_stays_within_the_card(width: int) -> None:
    ends = [EndName(QPointF(338, 100), "a run", color(HUE))] * 300
    _, _, right, bottom = touched(lambda painter: draw_end_names(painter, FRAME, ends, width))
    assert FRAME.area.right() < right <= min(width, WIDTH + 50) and bottom > FRAME.area.bottom()


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


@pytest.mark.parametrize("count", [3, 30])
@pytest.mark.parametrize("anchor", [QPointF(70, 60), QPointF(330, 230)])
def test_the_table_stays_inside_its_bounds(anchor: QPointF, count: int) -> None:
    rows = [Row(f"{i}", i, f"run {i} <b>x</b>", ("91.9", "88.7")) for i in range(count)]
    bounds = QRectF(4, 4, WIDTH - 8, HEIGHT - 8)
    left, top, right, bottom = touched(
        lambda painter: draw_readout(painter, anchor, bounds, "Epoch 6", Readout(("val", "train"), rows), "29")
    )
    assert left >= 3
    assert right <= WIDTH - 3
    assert top >= 3 and bottom <= HEIGHT - 3


@pytest.mark.parametrize(("height", "lines"), [(160, 1), (200, 3)])
def test_words_of_what_happened_never_cover_the_values(height: int, lines: int) -> None:
    """The smallest chart there is has room for both."""
    frame = replace(FRAME, area=QRectF(60, px(52), 260, px(height - 106)))
    told = [(color(HUE), Happening(frame.x0, "paused", "Paused."))] * lines
    rows = [Row(f"{i}", i, f"run {i}", ("91.9",)) for i in range(9)]
    bounds = QRectF(QPointF(4, 4), QPointF(320, room_above(frame, told)))
    anchor = QPointF(70, frame.area.top() + 16)
    _, _, _, over = touched(lambda painter: draw_readout(painter, anchor, bounds, "Epoch 6", Readout(("val",), rows)))
    _, words, _, _ = touched(lambda painter: draw_told(painter, frame, told))
    assert over < words and len(fitting(rows, 1, "7")[0]) == 1


def test_the_run_at_the_pointer_is_always_in_the_table() -> None:
    rows = [Row(f"{i}", i, f"run {i}", ("1",)) for i in range(30)]
    shown, left_out = fitting(rows, 8, "25")
    assert [row.run_id for row in shown] == ["0", "1", "2", "3", "4", "5", "25"] and left_out == 23
    assert fitting(rows, 30, "25") == (rows, 0)
    assert [row.run_id for row in fitting(rows, 8, "3")[0]] == ["0", "1", "2", "3", "4", "5", "6"]


def test_names_without_room_still_keep_their_distance() -> None:
    places = spread([50.0] * 12, 10, 0, 60)
    assert np.allclose(np.diff(sorted(places)), 10)
    assert max(places) == 60
    assert spread([], 10, 0, 60) == []


def test_columns_of_the_table_keep_long_values_apart() -> None:
    row = Row("a", 0, "run 1", ("0.0971", "0.000151"))
    needed = QFontMetricsF(font(12, 600)).horizontalAdvance("0.000151")
    assert cell_width([row]) >= needed + 8
    assert cell_width([]) == cell_width([Row("a", 0, "run 1", ("98.1",))])


def ends_at(places: list[tuple[float, float]], name: str = "lr 0.05") -> list[EndName]:
    return [EndName(QPointF(x, y), name, QColor(HUE)) for x, y in places]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([100.0, 200.0, 320.0, 339.0, 340.0]), st.floats(40, 240)), max_size=45))
def test_names_never_touch_each_other_and_are_where_their_curves_are(places: list[tuple[float, float]]) -> None:
    placed, left_out = place_names(ends_at(places), FRAME, WIDTH)
    areas = [item.area for item in placed]
    assert len(areas) + left_out == len(places)
    assert not any(a.intersects(b) for k, a in enumerate(areas) for b in areas[:k])
    for area, name, _, leads in placed:
        away = abs(area.center().y() - name.end.y())
        assert away <= 2.6 * area.height()
        assert leads or away <= 3 or name.end.x() < 338, "a name that was moved is led to"
    if places:
        assert placed, "where there is one, one has room"


def test_names_of_the_first_keep_their_place() -> None:
    names = [EndName(QPointF(340, 100), f"run {k}", QColor(HUE)) for k in range(30)]
    placed, left_out = place_names(names, FRAME, WIDTH)
    assert [item.name.text for item in placed] == [f"run {k}" for k in range(len(placed))] and left_out > 20


def test_arrows_say_how_far_a_curve_goes_and_do_not_write_on_each_other() -> None:
    cuts = [Cut(330, "3.2e+06", QColor(HUE), True), Cut(332, "1.1e+05", QColor(HUE), True)]
    left, top, right, bottom = touched(lambda painter: draw_cuts(painter, FRAME, cuts[:1]))
    assert FRAME.area.left() < left and right <= FRAME.area.right() and 34 <= top < bottom < 70
    both = touched(lambda painter: draw_cuts(painter, FRAME, cuts))
    assert both[:2] == (left, top) and both[3] == bottom and both[2] - right <= 3, "only the arrow of the second one"
    below = Cut(100, "-5", QColor(HUE), False)
    assert touched(lambda painter: draw_cuts(painter, FRAME, [below]))[3] <= 242


def test_the_best_point_is_a_ring() -> None:
    left, top, right, bottom = touched(lambda painter: draw_best(painter, QPointF(100, 100), QColor(HUE)))
    assert left >= 93 and right <= 106 and top >= 93 and bottom <= 106


def test_nothing_lies_between_two_layers() -> None:
    few = Frame(FRAME.area, 0, 3, 0, 1)
    assert x_ticks(few, "Layer", 8) == [0, 1, 2, 3]
    assert x_ticks(few, "Epoch", 8) == [0, 0.5, 1, 1.5, 2, 2.5, 3]
    assert x_ticks(Frame(FRAME.area, 0, 100, 0, 1), "Step", 8) == [0, 20, 40, 60, 80, 100]


@given(st.floats(0, 1e4), st.floats(1e-3, 1e4), st.integers(2, 6))
def test_an_axis_has_two_ticks_at_least(low: float, span: float, count: int) -> None:
    ticks = y_ticks(replace(FRAME, y0=low, y1=low + span), count)
    assert 2 <= len(ticks) <= count + 3
    assert all(low - span / 1e3 <= tick <= low + span * 1.001 for tick in ticks)


def test_an_axis_around_one_round_value_tells_its_scale() -> None:
    assert y_ticks(replace(FRAME, y0=0.11, y1=0.27), 2) == pytest.approx([0.15, 0.2, 0.25])
