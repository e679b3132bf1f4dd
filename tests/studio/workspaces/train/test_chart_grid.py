"""Charts in two columns: where each goes, and that they fit as long as they are few."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QGridLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.workspaces.train.chart_grid import SHORTEST, ChartGrid
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
