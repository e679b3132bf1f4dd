from __future__ import annotations

import csv
import math
import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from support import scaled
from widgets.charts.axis import calm_extent
from widgets.charts.card import Look
from widgets.charts.chart import Chart
from widgets.charts.curve import Curve, mixed, smoothed
from widgets.charts.painting.labels import spread
from widgets.charts.painting.pointer import snapped
from widgets.charts.painting.readout import read_at
from widgets.charts.painting.style import PATTERNS, dashes_of
from widgets.theme import color, font, theme


@pytest.fixture(autouse=True)
def plain_theme(qapp: QApplication) -> Iterator[None]:
    theme().apply(qapp)
    theme().set_mode("dark")
    yield
    theme().set_mode("system")
    theme().set_scale(1.0)


@pytest.fixture
def chart(qtbot: QtBot) -> Chart:
    chart = Chart("Loss")
    qtbot.addWidget(chart)
    chart.resize(480, 320)
    for series in ("training", "validation"):
        chart.curve("a", series, 0, "run 1")
    return chart


def train(chart: Chart, run: str = "a", epochs: int = 5, noise: float = 0.0) -> None:
    xs = np.linspace(0.01, epochs, 400 * epochs)
    chart.append(run, "training", xs, np.exp(-xs / 3) + np.random.default_rng(0).standard_normal(len(xs)) * noise)
    ends = np.arange(1, epochs + 1)
    chart.append(run, "validation", ends, np.exp(-ends / 3) + 0.1)


def image(chart: Chart) -> QImage:
    chart.redraw()
    return chart.grab().toImage()


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


def test_the_pointer_shows_values_and_keys_walk_the_epochs(qtbot: QtBot, chart: Chart) -> None:
    train(chart)
    chart.show()
    plain = image(chart)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    first = image(chart)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    second = image(chart)
    assert plain != first != second
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert image(chart) == first
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert image(chart) == plain
    qtbot.mouseMove(chart, QPoint(200, 150))
    assert image(chart) != plain


def test_keys_and_wheel_zoom_along_x(qtbot: QtBot, chart: Chart) -> None:
    train(chart, epochs=10)
    chart.show()
    image(chart)
    whole = chart.frame
    qtbot.keyClick(chart, Qt.Key.Key_Plus)
    image(chart)
    assert chart.frame.x1 - chart.frame.x0 == pytest.approx(0.7 * (whole.x1 - whole.x0))
    at = QPointF(250, 150)
    QApplication.sendEvent(
        chart,
        QWheelEvent(
            at,
            at,
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )
    image(chart)
    assert chart.frame.x1 - chart.frame.x0 == pytest.approx(0.56 * (whole.x1 - whole.x0))
    for _ in range(5):
        qtbot.keyClick(chart, Qt.Key.Key_Minus)
    image(chart)
    assert chart.frame == whole
    qtbot.keyClick(chart, Qt.Key.Key_Plus)
    qtbot.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    image(chart)
    assert chart.frame == whole


def test_dragging_pans_inside_the_whole(qtbot: QtBot, chart: Chart) -> None:
    train(chart, epochs=10)
    chart.show()
    image(chart)
    chart.zoom(5, 0.2)
    image(chart)
    before = chart.frame
    told: list[object] = []
    chart.ranged.connect(told.append)
    drag(chart, QPoint(250, 150), QPoint(200, 150), Qt.MouseButton.MiddleButton)
    image(chart)
    assert chart.frame.x0 > before.x0 and chart.frame.x1 - chart.frame.x0 == pytest.approx(before.x1 - before.x0)
    assert told[-1] == (chart.frame.x0, chart.frame.x1)


def drag(chart: Chart, start: QPoint, end: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    kinds = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
    for kind, at in zip(kinds, (start, end, end), strict=True):
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
        place, plain = QPointF(at), Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(chart, QMouseEvent(kind, place, chart.mapToGlobal(place), button, held, plain))


def test_a_box_zooms_and_a_double_click_shows_all(qtbot: QtBot, chart: Chart) -> None:
    train(chart, epochs=10)
    chart.show()
    image(chart)
    whole = chart.frame
    drag(chart, QPoint(100, 100), QPoint(200, 105))
    image(chart)
    flat = chart.frame
    assert (flat.x0, flat.x1) == pytest.approx((whole.x_at(100), whole.x_at(200)))
    assert flat.y1 - flat.y0 <= whole.y1 - whole.y0
    drag(chart, QPoint(100, 100), QPoint(200, 200))
    image(chart)
    assert (chart.frame.y0, chart.frame.y1) == pytest.approx((flat.y_at(200), flat.y_at(100)))
    drag(chart, QPoint(100, 100), QPoint(102, 200))
    image(chart)
    qtbot.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    image(chart)
    assert chart.frame == whole


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


def test_a_new_theme_redraws(chart: Chart) -> None:
    train(chart)
    chart.show()
    dark = image(chart)
    theme().set_mode("light")
    assert image(chart) != dark


@given(wanted=st.lists(st.floats(0, 100), max_size=8))
def test_names_are_moved_apart_and_keep_their_order(wanted: list[float]) -> None:
    places = spread(wanted, 10, 0, 100)
    ordered = [place for _, place in sorted(zip(wanted, places, strict=True))]
    assert all(b - a >= 10 - 1e-6 for a, b in zip(sorted(places), sorted(places)[1:], strict=False))
    assert sorted(ordered) == sorted(places)
    assert all(place <= 100 for place in places)
    if len(wanted) == 1:
        assert places == wanted


def test_from_the_fourth_color_on_curves_are_dashed(qapp: QApplication) -> None:
    assert [bool(Curve("a", "validation", i, "run").dashes) for i in range(7)] == [False] * 3 + [True] * 4
    assert Curve("a", "planned", 0, "run").dashes and not Curve("a", "steps", 7, "run").dashes


def test_thirty_six_runs_are_told_apart(qapp: QApplication) -> None:
    colors = len(theme().palette.curves)
    assert len({(index % colors, dashes_of(index)) for index in range(colors * len(PATTERNS))}) == 36


def test_training_is_mixed_with_the_card(qapp: QApplication) -> None:
    assert mixed(color("#FFFFFF"), color("#000000"), 0.5).name() == "#808080"
    curve = Curve("a", "training", 0, "run")
    assert curve.shade() == mixed(curve.hue(), color("panel"), 0.55)


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


# Many runs


def sweep(chart: Chart, runs: int, epochs: int = 20, diverged: float | None = None) -> None:
    """Runs that fall to values of their own, and perhaps one that rises to a huge one."""
    xs = np.arange(1, epochs + 1)
    for number in range(runs):
        id = f"r{number}"
        for series, more in (("training", 0.0), ("validation", 0.05)):
            chart.curve(id, series, number, f"lr {0.001 * (number + 1):g}")
            ys = np.exp(-xs / 4) + 0.02 * number + more
            if diverged is not None and number == 0:
                ys = np.geomspace(1, diverged, epochs)
            chart.append(id, series, xs, ys)


def test_one_diverged_run_is_marked_and_does_not_flatten_the_rest(chart: Chart) -> None:
    sweep(chart, 30)
    image(chart)
    calm = chart.frame
    for number in range(30):
        chart.remove(f"r{number}")
    sweep(chart, 30, diverged=3e6)
    image(chart)
    assert chart.frame.y1 <= 1.5 * calm.y1
    assert chart._plot._cuts(chart.frame)[0].text == "3,000,000"
    chart.set_log(True)
    image(chart)
    assert chart.frame.y1 >= 3e6 and not chart._plot._cuts(chart.frame)


@pytest.mark.parametrize(
    ("extents", "most", "shown"),
    [
        ([(0.1, 2.3), (0.2, 2.2)], 1, (0.1, 2.3)),
        ([(0.1, 2.3), (0.1, 15.5), *[(0.1, 0.5 + k / 10) for k in range(18)]], 10, (0.1, 2.3)),
        ([(0.1, 2.3), (0.5, 1e5)], 1, (0.1, 2.3)),
        ([(0.1, 2.3), (0.1, 2.0), (1.0, 1e5), (2.0, 3e7)], 2, (0.1, 2.3)),
        ([(0.1, 2.3), (0.5, 1e5)], 0, (0.1, 1e5)),
        ([(0.5, 0.5), (0.5, 2.3)], 1, (0.5, 2.3)),
        ([(-1e4, 0.9), (0.8, 0.9), (0.7, 0.9)], 1, (0.7, 0.9)),
        ([(3.0, 3.0)], 0, (3.0, 3.0)),
    ],
)
def test_what_is_far_off_is_left_out_of_the_axis(
    extents: list[tuple[float, float]], most: int, shown: tuple[float, float]
) -> None:
    assert calm_extent(extents, most) == shown


def test_a_spike_in_a_short_curve_does_not_flatten_it(chart: Chart) -> None:
    chart.append("a", "validation", np.arange(1, 11), [2.3, 1.2, 0.8, 0.7, 1e4, 0.6, 0.5, 0.5, 0.4, 0.4])
    image(chart)
    assert 2.3 <= chart.frame.y1 < 5


def test_finished_runs_have_no_halo(chart: Chart) -> None:
    chart.set_x_range(0, 20)
    chart.append("a", "validation", [1, 2, 3], [0.5, 0.4, 0.3])
    over = image(chart)
    chart.set_live("a", True)
    assert image(chart) != over
    chart.set_live("a", False)
    assert image(chart) == over


def test_the_table_at_the_pointer_holds_values_alone_the_best_first(chart: Chart) -> None:
    sweep(chart, 8)
    chart.append("r7", "validation", [21, 22], [0.3, 0.2])
    found = read_at(chart._plot.told(), 20.0, "number", True)
    assert found.heads == ("val", "train")
    assert [row.name for row in found.rows] == [f"lr {0.001 * k:g}" for k in range(1, 9)]
    assert all("–" not in cell and cell for row in found.rows for cell in row.cells)
    assert [row.run_id for row in read_at(chart._plot.told(), 22.0, "number", True).rows] == ["r7"]
    assert read_at(chart._plot.told(), 20.0, "number", False).rows[0].run_id == "r7"


def test_before_the_first_epoch_the_pointer_reads_the_first(chart: Chart) -> None:
    sweep(chart, 2)
    curves = chart._plot.told()
    assert snapped(curves, 0.1) == 1.0 and snapped(curves, 99) == 20.0
    assert snapped(curves, 3.4) == 3.0


def test_steps_lie_behind_the_means_and_are_read_only_where_there_is_no_other(chart: Chart) -> None:
    xs = np.linspace(0.1, 3, 30)
    chart.curve("a", "steps", 0, "run 1")
    chart.append("a", "steps", xs, np.sin(xs * 20) + 1)
    assert chart.table()[0] == ("epoch", "run 1 steps")
    assert read_at(chart._plot.told(), 0.5, "number", True).heads == ("train",)
    chart.append("a", "training", [1, 2, 3], [0.5, 0.25, 0.125])
    assert chart.table() == [("epoch", "run 1 training"), ("1", "0.5000"), ("2", "0.2500"), ("3", "0.1250")]
    assert read_at(chart._plot.told(), 2.0, "number", True).rows[0].cells == ("0.2500",)
    assert [curve.series for curve in chart._plot.drawn()] == ["steps", "training"]
    image(chart)
    assert chart.frame.y1 < 1, "the axis holds the line, not every step"


def test_linked_charts_read_the_same_place(qtbot: QtBot, chart: Chart) -> None:
    other = Chart("Accuracy", "percent")
    qtbot.addWidget(other)
    for one in (chart, other):
        one.resize(480, 320)
        sweep(one, 3)
        one.show()
        image(one)
    chart.pointed.connect(other.point_at)
    chart.ranged.connect(other.show_range)
    before = image(other)
    qtbot.mouseMove(chart, QPoint(200, 150))
    assert image(other) != before
    QApplication.sendEvent(chart, QEvent(QEvent.Type.Leave))
    assert image(other) == before
    chart.zoom(5, 0.5)
    image(chart), image(other)
    assert (other.frame.x0, other.frame.x1) == (chart.frame.x0, chart.frame.x1) != (0, 20)
    chart.show_all()
    image(chart), image(other)
    assert (other.frame.x0, other.frame.x1) == (chart.frame.x0, chart.frame.x1)


def test_the_run_under_the_pointer_is_the_nearest_curve(chart: Chart) -> None:
    sweep(chart, 5)
    image(chart)
    at = chart.frame.point(20, math.exp(-5) + 0.06 + 0.05)
    assert chart._plot.closest(chart.frame, 20.0, at.y()) == "r3"


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=60), st.floats(1, 50))
def test_smoothing_stays_within_the_values_and_keeps_what_is_flat(ys: list[float], width: float) -> None:
    x = np.arange(len(ys), dtype=float)
    smooth = smoothed(x, np.array(ys), width)
    assert (smooth >= min(ys) - 1e-9).all() and (smooth <= max(ys) + 1e-9).all()
    assert np.allclose(smoothed(x, np.full(len(ys), 3.0), width), 3.0)
    assert np.allclose(smoothed(x, np.array(ys), 0.5), ys)


def test_the_menu_sets_axis_and_smoothing(chart: Chart) -> None:
    train(chart)
    chart.show()
    plain = image(chart)
    looks: list[Look] = []
    chart.looked.connect(lambda: looks.append(chart.look))
    for words in ("Logarithmic y", "Logarithmic x"):
        menu = chart.open_menu(QPoint(10, 10))
        entries = {action.text(): action for action in menu.actions()}
        assert not entries["Show all"].isEnabled() and not entries[words].isChecked()
        entries[words].trigger()
        menu.close()
        QApplication.processEvents()
    menu = chart.open_menu(QPoint(10, 10))
    smoothing = {action.text(): action for action in menu.actions()}["Smoothing"].menu()
    assert smoothing is not None
    smoothing.actions()[2].trigger()
    menu.close()
    QApplication.processEvents()
    assert looks == [Look(True), Look(True, True), Look(True, True, 0.05)]
    assert image(chart) != plain


@pytest.mark.parametrize("points", [12, 50_000])
def test_along_a_logarithmic_x_every_decade_is_as_wide(chart: Chart, points: int) -> None:
    xs = np.geomspace(0.01, 100, points)
    chart.append("a", "validation", xs, np.log10(xs))
    chart.set_log_x(True)
    image(chart)
    frame = chart.frame
    assert (frame.x0, frame.log_x) == (pytest.approx(0.01), True)
    places = [frame.point(x, 0).x() for x in (0.01, 0.1, 1.0, 10.0)]
    assert np.allclose(np.diff(places), frame.area.width() * np.log10(10) / np.log10(frame.x1 / 0.01))
    assert [frame.x_at(place) for place in places] == pytest.approx([0.01, 0.1, 1.0, 10.0])
    view = chart._plot.curves["a", "validation"].view_of(frame)
    assert (np.diff(view.x) > 0).all() and len(view.x) <= min(points, 3 * frame.pixels)
    across, down = frame.across(view.x), frame.down(view.mean)
    line = np.polyfit(across, down, 1)
    assert np.abs(np.polyval(line, across) - down).max() < 2, "a logarithm is a straight line there"


def test_panning_and_zooming_go_by_decades_there(chart: Chart) -> None:
    chart.append("a", "validation", np.geomspace(0.01, 100, 50), np.ones(50))
    chart.set_log_x(True)
    image(chart)
    left, right = chart.frame.point(0.1, 1).x(), chart.frame.point(10, 1).x()
    drag(chart, QPoint(round(left), 100), QPoint(round(right), 100))
    image(chart)
    assert (chart.frame.x0, chart.frame.x1) == (pytest.approx(0.1, rel=0.05), pytest.approx(10, rel=0.05))
    chart.set_log_x(False)
    image(chart)
    assert not chart.frame.log_x


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


def test_only_names_that_stand_behind_the_axes_take_room_there(chart: Chart) -> None:
    chart.set_x_range(0, 20)
    chart.append("a", "validation", [1, 20], [0.5, 0.4])
    image(chart)
    narrow = chart.frame.area.width()
    chart.curve("b", "validation", 1, "a run with a name that is much longer than the others")
    chart.append("b", "validation", [1, 5], [0.5, 0.4])
    image(chart)
    assert chart.frame.area.width() == narrow
    chart.append("b", "validation", [20], [0.3])
    image(chart)
    assert chart.frame.area.width() < narrow


@pytest.mark.parametrize("width", [240, 480])
def test_the_legend_leaves_the_title_alone(chart: Chart, width: int) -> None:
    """Where there is no room for both, the title stays readable."""
    theme().set_scale(1.5)
    chart.resize(width, 320)
    train(chart)
    chart.set_title("Root mean squared error")
    legend = image(chart)
    chart.set_note("\u200b")  # in the legend's place, and not to be seen
    title = image(chart)
    metrics = QFontMetricsF(font(13, 600))
    end = min(27 + int(metrics.horizontalAdvance("Root mean squared error")), width - 60)
    area = QRect(0, 12, end, 40)
    assert legend.copy(area) == title.copy(area)
