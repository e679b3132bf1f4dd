"""A chart: what it draws of any values, when it draws, what it tells and what becomes of it."""

from __future__ import annotations

import csv
import math
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from trained_charts import image, sweep, train

from support import scaled
from widgets.charts.chart import Chart
from widgets.charts.curve import Curve, smoothed
from widgets.theme import color, theme


def holds(picture: QImage, wanted: str) -> bool:
    hue = color(wanted).rgb()
    return any(picture.pixel(x, y) == hue for x in range(60, 420) for y in range(50, 270))


def test_curves_are_drawn_in_their_colors_and_hidden(chart: Chart) -> None:
    train(chart)
    first = theme().palette.curves[0]
    assert holds(image(chart), first)
    chart.set_visible("a", False)
    assert not holds(image(chart), first)
    chart.set_visible("a", True)
    chart.remove("a")
    chart.remove("a")
    assert not holds(image(chart), first)


EXTREMES = st.sampled_from(
    [1e308, -1e308, 1.7976931348623157e308, 5e-324, -5e-324, 1e-300, np.nan, np.inf, -np.inf, 0.0, 1.0, -0.5, 3e5]
)


@settings(max_examples=scaled(2_000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(EXTREMES, min_size=1, max_size=12),
    st.lists(EXTREMES.filter(math.isfinite), min_size=12, max_size=12).map(sorted),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_any_values_are_drawn(chart: Chart, ys: list[float], xs: list[float], ways: tuple[bool, bool, bool]) -> None:
    """An error in the paint event would reach the test by the program's door for errors."""
    log, percent, plain = ways
    chart.remove("a")
    chart.curve("a", "training", 0, "run 1")
    chart.curve("a", "validation", 0, "run 1")
    chart.set_log(log)
    chart.set_title("Accuracy" if percent else "Loss", "percent" if percent else "number")
    chart.append("a", "training", np.linspace(0, 5, 40 * len(ys)), np.repeat(ys, 40))
    chart.append("a", "validation", np.arange(len(ys)) if plain else xs[: len(ys)], ys)
    picture = image(chart)
    assert picture.pixel(240, 20) == color("panel").rgb() or holds(picture, "text1")
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Left)
    chart.grab()
    chart.table()


@pytest.mark.parametrize("noise", [0.0, 0.05])
@pytest.mark.parametrize("log", [False, True])
def test_drawing_only_what_is_new_gives_the_same_picture(chart: Chart, noise: float, log: bool) -> None:
    chart.show()
    chart.set_log(log)
    chart.set_x_range(0, 10)
    train(chart, noise=noise)
    chart.marker(4, "Run 1 starts to overfit", "a")
    image(chart)
    for turn in range(20):
        xs = 5 + turn * 0.1 + np.linspace(0, 0.09, 40)
        chart.append("a", "training", xs, np.exp(-xs / 3) + (np.arange(40) % 7 - 3) * noise / 2)
        chart.append("a", "validation", xs[-1:], [0.3])
        grown = image(chart)
        chart.resize(chart.width(), chart.height() + 1)
        chart.resize(chart.width(), chart.height() - 1)
        assert grown == image(chart), turn


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_a_curve_that_grows_dense_changes_its_look_as_a_whole(chart: Chart, noise: float) -> None:
    chart.show()
    chart.set_x_range(0, 10)
    ys = 1 + np.random.default_rng(0).standard_normal(4000) * noise
    for start in range(0, 4000, 100):
        xs = np.concatenate((np.linspace(0, 9, 40), 9 + np.arange(4000) / 4000))
        chart.append("a", "training", xs[start : start + 100], ys[: len(xs[start : start + 100])])
        chart.append("a", "validation", xs[start + 99 : start + 100], [1.1])
        grown = image(chart)
        chart.resize(chart.width(), chart.height() + 1)
        chart.resize(chart.width(), chart.height() - 1)
        assert grown == image(chart), start


def test_points_that_come_again_replace_the_old_ones(chart: Chart) -> None:
    chart.append("a", "validation", [1, 2, 3], [0.3, 0.2, 0.1])
    chart.append("a", "validation", [2, 3], [0.5, 0.4])
    assert [row[1] for row in chart.table()[1:]] == ["0.3000", "0.5000", "0.4000"]


def test_the_table_has_a_row_an_epoch_and_a_column_a_curve(chart: Chart) -> None:
    train(chart, epochs=3)
    rows = chart.table()
    assert rows[0] == ("epoch", "run 1 training", "run 1 validation")
    assert [row[0] for row in rows[1:]] == ["1", "2", "3"]
    assert rows[2][2] == "0.6134"


def test_a_table_without_validation_has_evenly_spaced_rows(chart: Chart) -> None:
    chart.append("a", "training", np.arange(1000), np.zeros(1000))
    rows = chart.table()
    assert len(rows) == 21
    assert rows[0] == ("epoch", "run 1 training")


def test_an_empty_chart_is_drawn_and_says_so(chart: Chart) -> None:
    assert not image(chart).isNull()
    assert chart.table() == [("epoch",)]
    assert chart.accessibleDescription() == "Loss: no points yet"


def test_the_last_values_are_told_to_those_who_do_not_see(chart: Chart) -> None:
    chart.append("a", "validation", [1], [0.5])
    image(chart)
    assert chart.accessibleDescription() == "Loss: run 1 validation 0.5000"


@pytest.mark.parametrize(
    "ys",
    [
        [np.nan] * 5,
        [np.inf, 1, np.nan, 2, -np.inf],
        [0] * 5,
        [-1, -2, -3, -4, -5],
        [1e300] * 5,
    ],
)
@pytest.mark.parametrize("log", [False, True])
def test_strange_values_are_drawn_without_complaint(chart: Chart, ys: list[float], log: bool) -> None:
    chart.set_log(log)
    chart.append("a", "validation", np.arange(5), ys)
    chart.append("a", "training", np.arange(5), ys)
    assert not image(chart).isNull()
    assert len(chart.table()) == 6


def test_an_unknown_curve_and_crooked_points_are_refused(chart: Chart) -> None:
    with pytest.raises(KeyError):
        chart.append("b", "training", [1], [1])
    with pytest.raises(ValueError, match="series"):
        chart.append("a", "training", [1, 2], [1])


def test_a_hidden_chart_does_not_draw_and_a_shown_one_at_most_30_times_a_second(qtbot: QtBot, chart: Chart) -> None:
    drawn: list[None] = []
    chart.changed.connect(lambda: drawn.append(None))
    for i in range(100):
        chart.append("a", "training", [i], [1.0])
    qtbot.wait(60)
    assert drawn == []
    chart.show()
    before, start = len(drawn), time.monotonic()
    for i in range(100, 160):
        chart.append("a", "training", [i], [1.0])
        qtbot.wait(5)
    assert 1 <= len(drawn) - before <= 30 * (time.monotonic() - start) + 2


def test_the_axis_holds_still_from_batch_to_batch(chart: Chart) -> None:
    chart.set_x_range(0, 1000)
    frames = set()
    for i in range(200):
        chart.append("a", "training", [i], [1 + np.sin(i) * 0.2])
        image(chart)
        frames.add((chart.frame.y0, chart.frame.y1))
    assert len(frames) <= 4


def test_markup_and_long_names_are_drawn_as_written(chart: Chart) -> None:
    chart.curve("b", "validation", 7, "<b>bold</b> مرحبا 🎉 " * 20)
    chart.append("b", "validation", [1, 2], [0.1, 0.2])
    chart.marker(1.5, "a long remark " * 30)
    chart.set_note("now 0.0399")
    assert not image(chart).isNull()
    chart.clear_markers()
    assert not image(chart).isNull()


def test_a_chart_changes_its_measure(chart: Chart) -> None:
    train(chart)
    chart.set_title("Accuracy", "percent")
    image(chart)
    assert chart.accessibleName() == "Accuracy chart"
    assert chart.accessibleDescription().startswith("Accuracy: run 1 training")
    assert chart.frame.y1 <= 1
    chart.set_title("MAE", "number")
    image(chart)
    assert chart.table()[1][2] == "0.8165"


def test_saying_the_same_again_draws_nothing_again(qtbot: QtBot, chart: Chart) -> None:
    train(chart)
    chart.set_x_range(0, 20)
    chart.show()
    image(chart)
    drawn: list[None] = []
    chart.changed.connect(lambda: drawn.append(None))
    chart.curve("a", "training", 0, "run 1")
    chart.set_visible("a", True)
    chart.set_x_range(0, 20)
    chart.set_note("")
    chart.set_title("Loss", "number")
    qtbot.wait(60)
    assert drawn == []


def test_runs_are_warned_of_where_two_are_to_be_compared(chart: Chart) -> None:
    train(chart)
    plain = image(chart)
    chart.set_warning("Different data: digits, iris")
    chart.redraw()
    assert image(chart) == plain and not chart.toolTip()
    chart.curve("b", "validation", 1, "run 2")
    chart.append("b", "validation", [1, 2], [0.5, 0.4])
    chart.redraw()
    assert "digits, iris" in chart.toolTip() and image(chart) != plain
    chart.set_visible("b", False)
    chart.redraw()
    assert image(chart) == plain and not chart.toolTip()


def test_a_new_theme_redraws(chart: Chart) -> None:
    train(chart)
    chart.show()
    dark = image(chart)
    theme().set_mode("light")
    assert image(chart) != dark


@given(cuts=st.lists(st.integers(1, 3000), max_size=6), pixels=st.integers(1, 200))
def test_a_growing_view_shows_the_same_extremes_as_a_fresh_one(cuts: list[int], pixels: int) -> None:
    curve = Curve("a", "training", 0, "run")
    start = 0
    ys = np.random.default_rng(5).standard_normal(3000)
    for stop in sorted(set(cuts)):
        curve.add(np.arange(start, stop) / 100.0, ys[start:stop])
        start = stop
        grown = curve.view(0.0, 20.0, pixels)
        fresh = curve.points.envelope(0.0, 20.0, pixels)
        assert (np.diff(grown.x) >= 0).all()
        assert np.nanmin(grown.low) == np.nanmin(fresh.low)
        assert np.nanmax(grown.high) == np.nanmax(fresh.high)


def test_a_rate_is_drawn_from_zero(qtbot: QtBot) -> None:
    plain, from_zero = Chart("Loss"), Chart("Learning rate", from_zero=True)
    for chart in (plain, from_zero):
        qtbot.addWidget(chart)
        chart.resize(400, 300)
        chart.curve("run", "training", 0, "run 1")
        chart.append("run", "training", [0, 1, 2], [0.003, 0.003, 0.003])
        image(chart)
    assert from_zero.frame.y0 == 0.0 < plain.frame.y0


def test_points_that_always_come_before_the_repaint_are_drawn_all_the_same(chart: Chart) -> None:
    chart.append("a", "training", [0, 1], [1.0, 2.0])
    chart.show()
    before = image(chart)
    chart.append("a", "training", [2], [9.0])
    chart.redraw()
    chart.append("a", "training", [3], [9.0])
    assert chart.grab().toImage() != before


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=60), st.floats(1, 50))
def test_smoothing_stays_within_the_values_and_keeps_what_is_flat(ys: list[float], width: float) -> None:
    x = np.arange(len(ys), dtype=float)
    smooth = smoothed(x, np.array(ys), width)
    assert (smooth >= min(ys) - 1e-9).all() and (smooth <= max(ys) + 1e-9).all()
    assert np.allclose(smoothed(x, np.full(len(ys), 3.0), width), 3.0)
    assert np.allclose(smoothed(x, np.array(ys), 0.5), ys)


def test_the_best_point_is_marked(chart: Chart) -> None:
    train(chart)
    plain = image(chart)
    chart.set_title("Loss", "number", "least")
    assert image(chart) != plain


def test_a_chart_becomes_picture_lines_and_values(chart: Chart) -> None:
    train(chart, epochs=2)
    chart.curve("b", "validation", 1, "a, b")
    chart.append("b", "validation", [1], [0.5])
    assert chart.written("png")()[:8] == b"\x89PNG\r\n\x1a\n"
    drawn = chart.written("svg")().decode()
    assert "<polyline" in drawn or "<path" in drawn
    assert ">Loss<" in drawn
    rows = list(csv.reader(chart.written("csv")().decode().splitlines()))
    assert rows[0] == ["run", "series", "epoch", "Loss"]
    assert rows[-1] == ["a, b", "validation", "1.0", "0.5"]
    assert len(rows) == 1 + 800 + 2 + 1
    chart.copy_picture()
    assert QApplication.clipboard().image().width() == 2 * chart.width()


def test_what_is_remembered_of_a_curve_follows_its_points(chart: Chart) -> None:
    """Of many runs most are drawn from memory: a resumed one with as many points as before must not be."""
    sweep(chart, 3)
    before = image(chart)
    assert image(chart) == before
    chart.append("r1", "validation", np.arange(1, 21), np.linspace(1, 0.5, 20))
    after = image(chart)
    assert after != before
    fresh = Chart("Loss")
    fresh.resize(chart.size())
    sweep(fresh, 3)
    fresh.append("r1", "validation", np.arange(1, 21), np.linspace(1, 0.5, 20))
    for series in ("training", "validation"):
        fresh.curve("a", series, 0, "run 1")
    assert image(fresh) == after
    fresh.deleteLater()
