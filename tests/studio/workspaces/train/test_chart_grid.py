"""Charts in two columns: where each goes, and that they fit as long as they are few."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QGridLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.workspaces.train.chart_grid import NARROW, SHORTEST, WIDE_ENOUGH, ChartGrid
from studio.workspaces.train.charts.bar import ChartBar
from widgets.charts.chart import Chart
from widgets.controls import EmptyState, Paragraph
from widgets.theme import px


@pytest.fixture
def words() -> QWidget:
    return Paragraph("What happened, in a sentence that takes more than one line where there is little room. " * 3)


def places(grid: ChartGrid, widgets: list[QWidget]) -> list[tuple[int, int, int, int]]:
    layout = grid.widget().layout()
    assert isinstance(layout, QGridLayout)
    found = [layout.getItemPosition(layout.indexOf(widget)) for widget in widgets]
    return [tuple(place) for place in found]  # type: ignore[misc]


@pytest.mark.parametrize(("count", "last"), [(3, (1, 1, 1, 1)), (4, (2, 0, 1, 2)), (7, (3, 1, 1, 1))])
def test_the_words_stand_behind_the_charts(qtbot: QtBot, words: QWidget, count: int, last: tuple[int, ...]) -> None:
    grid, charts = ChartGrid(words, EmptyState("Nothing here.")), [Chart(f"Chart {number}") for number in range(count)]
    qtbot.addWidget(grid)
    grid.arrange(charts)
    assert places(grid, [*charts]) == [(place // 2, place % 2, 1, 1) for place in range(count)]
    assert places(grid, [words]) == [last]


def test_two_rows_shrink_to_fit_and_more_are_scrolled(qtbot: QtBot, words: QWidget) -> None:
    grid, charts = ChartGrid(words, EmptyState("Nothing here.")), [Chart(f"Chart {number}") for number in range(7)]
    qtbot.addWidget(grid)
    grid.resize(900, 520)
    grid.show()
    qtbot.waitExposed(grid)
    grid.arrange(charts[:3])
    qtbot.waitUntil(lambda: charts[2].y() > 0 and grid.verticalScrollBar().maximum() == 0)
    grid.arrange(charts)
    qtbot.waitUntil(lambda: grid.verticalScrollBar().maximum() > 0)
    assert all(chart.height() >= px(SHORTEST) for chart in charts)
    for chart in charts[3:]:
        chart.hide()
    grid.arrange(charts[:3])
    qtbot.waitUntil(lambda: grid.verticalScrollBar().maximum() == 0)


def test_charts_stand_beneath_one_another_where_two_have_no_room(qtbot: QtBot, words: QWidget) -> None:
    grid, charts = ChartGrid(words, EmptyState("Nothing here.")), [Chart(f"Chart {number}") for number in range(3)]
    qtbot.addWidget(grid)
    grid.resize(NARROW - 40, 400)
    grid.show()
    grid.arrange(charts)
    assert places(grid, [*charts, words]) == [(0, 0, 1, 1), (1, 0, 1, 1), (2, 0, 1, 1), (3, 0, 1, 1)]
    qtbot.waitUntil(lambda: charts[2].y() > charts[1].y() > charts[0].y())
    assert all(chart.width() <= grid.viewport().width() for chart in charts)
    grid.resize(NARROW + 240, 400)
    assert places(grid, [*charts, words]) == [(0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1)]


def test_charts_of_each_run_stand_three_in_a_row_once_there_is_room(qtbot: QtBot, words: QWidget) -> None:
    grid, charts = ChartGrid(words, EmptyState("Nothing here.")), [Chart(f"Run {number}") for number in range(3)]
    qtbot.addWidget(grid)
    grid.resize(900, 400)
    grid.show()
    qtbot.addWidget(words)
    grid.arrange([], instead=charts)
    assert places(grid, [*charts])[2] == (1, 0, 1, 1)
    grid.resize(WIDE_ENOUGH + 100, 400)
    assert places(grid, [*charts])[2] == (0, 2, 1, 1)


def test_the_line_above_keeps_its_words_but_those_of_the_button_where_there_is_little_room(qtbot: QtBot) -> None:
    bar = ChartBar()
    qtbot.addWidget(bar)
    bar.show_groups(True)
    bar.resize(700, 40)
    bar.show()
    assert bar.add_button.text() == "Add a chart"
    bar.resize(500, 40)
    assert bar.add_button.text() == "" and "Add a chart" in bar.add_button.toolTip()
    assert bar.minimumSizeHint().width() <= 500
    qtbot.waitUntil(lambda: bar.bands.width() >= bar.bands.sizeHint().width())
    bar.resize(700, 40)
    assert bar.add_button.text() == "Add a chart"
