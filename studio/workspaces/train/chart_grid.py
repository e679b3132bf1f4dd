"""Charts in two columns, with the words on a run behind them; where they are too many for the room, they scroll."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from widgets.charts.chart import Chart
from widgets.controls import EmptyState
from widgets.theme import px

SHORTEST = 220
"""The least height of a row where there are more than two."""


class _Page(QWidget):
    """Shrinks to the least heights of its rows before the area around it scrolls."""

    def heightForWidth(self, width: int) -> int:
        return self.minimumSizeHint().height()


class ChartGrid(QScrollArea):
    """Shares its room out among charts; what there is to read takes the last place. One chart can have all the room."""

    def __init__(self, words: QWidget, hint: EmptyState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        page = _Page()
        self._words, self._hint = words, hint
        self._charts: list[Chart] = []
        self._large: Chart | None = None
        self._empty = False
        self._grid = QGridLayout(page)
        self._grid.setContentsMargins(14, 14, 14, 14)
        self._grid.setSpacing(14)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(page)
        hint.setParent(page)

    def arrange(self, charts: Sequence[Chart], *, empty: bool = False) -> None:
        """Lay out other charts, two a row; the words go beside the last one, or beneath two. While they are empty
        there is a hint in their place."""
        self._charts, self._empty = list(charts), empty
        for chart in charts:
            chart.setParent(self.widget())
        self._lay_out()

    def enlarge(self, chart: Chart) -> None:
        """Give a chart all the room, or let it go back to the others."""
        self._large = None if self._large is chart else chart
        self._lay_out()

    def _lay_out(self) -> None:
        large = self._large if self._large in self._charts and not self._empty else None
        for chart in self._charts:
            chart.is_large = chart is large
        while self._grid.count():
            self._grid.takeAt(0)
        shown: list[QWidget] = [large] if large else [self._hint] if self._empty else [*self._charts]
        last, odd = divmod(len(shown), 2)
        for place, widget in enumerate(shown):
            self._grid.addWidget(widget, place // 2, place % 2, 1, 2 if large else 1)
        if not large:
            self._grid.addWidget(self._words, last, odd, 1, 2 - odd)
        placed = {*shown, *([] if large else [self._words])}
        for widget in (*self._charts, self._hint, self._words):
            widget.setVisible(widget in placed)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0 if row > last else 2 if row == last else 3)
            self._grid.setRowMinimumHeight(row, px(SHORTEST) if row <= last and last > 1 else 0)
