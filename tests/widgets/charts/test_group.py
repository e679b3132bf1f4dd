"""Runs that repeat each other as one curve with a band; what happened on the axis; charts that share a scale."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from widgets.charts.chart import Chart
from widgets.charts.group import MOST_PLACES, Group, mean_and_spread
from widgets.charts.painting.happenings import KINDS, Happening
from widgets.charts.painting.readout import read_at

SEEDS = Group("seeds", "lr 0.1 · 3 seeds", 0, frozenset("abc"))
EPOCHS = np.arange(1.0, 6.0)


@pytest.fixture
def chart(qtbot: QtBot) -> Chart:
    chart = Chart("Loss")
    qtbot.addWidget(chart)
    chart.resize(480, 320)
    chart.set_title("Loss", "number", "least")
    for number, run in enumerate("abcd"):
        chart.curve(run, "validation", number, f"run {run}")
        chart.append(run, "validation", EPOCHS, 1 / EPOCHS + 0.1 * number)
    return chart


lines = st.lists(
    st.lists(st.tuples(st.floats(0, 9), st.floats(-5, 5) | st.just(float("nan"))), min_size=1, max_size=6).map(
        lambda points: (np.sort([x for x, _ in points]), np.array([y for _, y in points]))
    ),
    min_size=1,
    max_size=4,
)


@given(lines)
def test_a_mean_lies_among_its_members_and_of_one_line_is_that_line(found: list[tuple[np.ndarray, np.ndarray]]) -> None:
    xs, means, spreads = mean_and_spread(found)
    assert (np.diff(xs) > 0).all() and len(xs) == len(means) == len(spreads)
    known = [ys[np.isfinite(ys)] for _, ys in found if np.isfinite(ys).any()]
    assert bool(known) == bool(len(xs))
    if known:
        assert np.nanmin(means) >= min(ys.min() for ys in known) - 1e-9
        assert np.nanmax(means) <= max(ys.max() for ys in known) + 1e-9
        assert (spreads[~np.isnan(spreads)] >= 0).all()
    if len(known) == 1:
        assert np.isnan(spreads).all()


def test_mean_and_spread_are_those_of_numpy() -> None:
    values = np.random.default_rng(0).normal(size=(5, 40))
    _, means, spreads = mean_and_spread([(np.arange(40.0), row) for row in values])
    assert np.allclose(means, values.mean(axis=0)) and np.allclose(spreads, values.std(axis=0, ddof=1))
    many = np.linspace(0, 1, 3 * MOST_PLACES)
    assert len(mean_and_spread([(many, many), (many, many)])[0]) == MOST_PLACES


def test_a_group_is_told_as_one_with_its_spread_and_its_members_lie_within(chart: Chart) -> None:
    chart.set_groups([SEEDS])
    told = {curve.run_id for curve in chart._plot.told()}
    assert told == {"seeds", "d"}
    assert {curve.run_id for curve in chart._plot.drawn()} == {"a", "b", "c", "d", "seeds"}
    rows = {row.name: row.cells for row in read_at(chart._plot.told(), 2.0, "number", True).rows}
    assert rows == {"lr 0.1 · 3 seeds": ("0.6000 ± 0.1000",), "run d": ("0.8000",)}
    assert "lr 0.1 · 3 seeds validation" in chart.table()[0]
    plain = chart.grab().toImage()
    chart.set_groups([])
    assert chart.grab().toImage() != plain
    assert {curve.run_id for curve in chart._plot.told()} == set("abcd")


def test_a_group_follows_its_members(chart: Chart) -> None:
    chart.set_groups([SEEDS])
    chart.append("a", "validation", [6.0], [0.5])
    mean = next(curve for curve in chart._plot.told() if curve.run_id == "seeds")
    assert mean.points.xs[-1] == 6.0 and mean.points.ys[-1] == 0.5 and np.isnan(mean.spread_at(6.0))
    chart.set_visible("b", False)
    chart.remove("c")
    assert {curve.run_id for curve in chart._plot.told()} == {"a", "d"}, "one alone is no group"


def test_on_a_logarithmic_axis_a_band_that_reaches_below_zero_is_drawn(chart: Chart) -> None:
    chart.append("a", "validation", [7.0], [9.0])
    chart.set_groups([SEEDS])
    chart.set_log(True)
    assert not chart.grab().isNull()


def test_what_happened_is_told_on_the_axis_and_at_the_pointer(chart: Chart) -> None:
    before = chart.grab().toImage()
    happenings = [Happening(1.0 + place, kind, f"It {kind}.") for place, kind in enumerate(sorted(KINDS))]
    chart.set_happenings("a", happenings)
    signs = chart.grab().toImage()
    assert signs != before
    chart.point_at(2.0)
    with_words = chart.grab().toImage()
    chart.set_happenings("a", [])
    assert chart.grab().toImage() != with_words
    chart.set_happenings("gone", happenings)  # of a run that is not here nothing is drawn
    chart.point_at(None)
    assert chart.grab().toImage() == before


def test_charts_of_one_scale_hold_what_all_of_them_show(qtbot: QtBot) -> None:
    cards = []
    for number, most in enumerate((1.0, 4.0)):
        card = Chart(f"run {number}")
        qtbot.addWidget(card)
        card.resize(300, 200)
        card.curve(f"{number}", "validation", number, f"run {number}")
        card.append(f"{number}", "validation", EPOCHS * (number + 1), most / EPOCHS)
        cards.append(card)
    for card in cards:
        card.share_scale(cards)
        card.grab()
    first, second = cards
    assert first.scale == second.scale and first.scale[1][1] >= 4
    assert (first.frame.x1, first.frame.y1) == (second.frame.x1, second.frame.y1)
    assert first.frame.area == second.frame.area, "nothing is named beside the curves"


def test_a_title_is_dragged_and_dropped_or_given_up(chart: Chart, qtbot: QtBot) -> None:
    chart.show()
    chart.grab()
    places: list[QPoint] = []
    drops: list[QPoint] = []
    chart.dragged.connect(places.append)
    chart.dropped.connect(drops.append)

    def drag(end: bool = True) -> None:
        QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=QPoint(40, 20))
        QTest.mouseMove(chart, QPoint(90, 60))
        if end:
            QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=QPoint(90, 60))

    drag()
    assert places == drops == []
    chart.is_arranged = True
    drag()
    assert places and drops == [chart.mapToGlobal(QPoint(90, 60))]
    drag(end=False)
    QTest.keyClick(chart, Qt.Key.Key_Escape)
    assert drops[-1] == QPoint(-1, -1)


def test_values_are_a_table_for_screen_readers_and_for_the_clipboard(chart: Chart) -> None:
    table = chart.show_table()
    assert table.view.rowCount() == 5 and table.view.columnCount() == 5
    assert table.view.horizontalHeaderItem(0).text() == "epoch" and table.view.item(1, 0).text() == "2"
    assert table.view.accessibleName() == "Values of Loss"
    table.close()
    chart.copy_values()
    first = QGuiApplication.clipboard().text().splitlines()[0]
    assert first.split("\t")[:2] == ["epoch", "run a validation"]


def test_only_charts_that_are_arranged_offer_to_be(chart: Chart) -> None:
    words = [deed.text for deed in chart.deeds()]
    assert "Remove" not in words and "Table of values…" in words
    chart.is_arranged = True
    assert {"Remove", "Move forward", "One chart for each run"} <= {deed.text for deed in chart.deeds()}


def test_another_x_is_named(chart: Chart) -> None:
    chart.zoom(2.0, 0.5)
    chart.set_x_name("step")
    assert chart.table()[0][0] == "step" and chart._plot.zoomed is None
    assert chart.last_x("a", "validation") == 5.0 and chart.last_x("a", "training") == -np.inf
