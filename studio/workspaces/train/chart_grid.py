"""Charts in two columns, or one where two have no room, with the words on a run behind them; too many scroll."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from widgets.charts.chart import Chart
from widgets.controls import EmptyState
from widgets.theme import color, px

SHORTEST = 220
"""The least height of a row where there are more than two."""
GAP = 14
WIDE_ENOUGH = 1500
"""Pixels of width from which charts for each run stand three in a row."""
NARROW = 560
"""Pixels of the design below which no two charts stand beside one another."""


class _Page(QWidget):
    """Shrinks to the least heights of its rows before the area around it scrolls."""

    def heightForWidth(self, width: int) -> int:
        return self.minimumSizeHint().height()


class ChartGrid(QScrollArea):
    """Shares its room out among charts; what there is to read takes the last place. One chart can have all the room."""

    def __init__(self, words: QWidget, hint: EmptyState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        page = self._page = _Page()
        self._words, self._hint = words, hint
        self._charts: list[Chart] = []
        self._instead: list[Chart] = []
        self._beside: list[QWidget] = []
        self._large: Chart | None = None
        self._empty = self._facets = False
        self._columns = 2
        self._mark = QFrame(page)
        self._mark.hide()
        self._grid = QGridLayout(page)
        self._grid.setContentsMargins(GAP, GAP, GAP, GAP)
        self._grid.setSpacing(GAP)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(page)
        hint.setParent(page)

    def arrange(self, charts: Sequence[Chart], *, empty: bool = False, instead: Sequence[Chart] = ()) -> None:
        """Lay out other charts, two a row; the words go beside the last one, or beneath two. While they are empty
        there is a hint in their place. Charts that are shown ``instead`` of them have all the room."""
        for gone in {*self._charts, *self._instead} - {*charts, *instead}:
            gone.hide()
        self._charts, self._instead, self._empty = list(charts), list(instead), empty
        for chart in (*charts, *instead):
            chart.setParent(self._page)
        self._lay_out()

    def set_beside(self, widget: QWidget | None) -> None:
        """What stands behind the last chart as one of them, None for nothing."""
        for gone in self._beside:
            gone.setVisible(gone is widget)
        self._beside = [widget] if widget else []
        for shown in self._beside:
            shown.setParent(self._page)
        self._lay_out()

    def enlarge(self, chart: Chart) -> None:
        """Give a chart all the room, or let it go back to the others."""
        self._large = None if self._large is chart else chart
        self._lay_out()

    def show_chart(self, chart: Chart) -> None:
        """Bring a chart into view, among the others unless it has all the room."""
        if self._large is not None and self._large is not chart:
            self._large = None
            self._lay_out()
        QTimer.singleShot(0, chart, lambda: self.ensureWidgetVisible(chart, 0, px(GAP)))  # once it has its place

    # Dragging

    def show_drop(self, chart: Chart, at: QPoint) -> None:
        """Show where a chart would go that is dropped at a place on the screen."""
        found = self._target(at)
        self._mark.setVisible(found is not None)
        if found is not None:
            place, after = found
            area = self._charts[place].geometry()
            left = area.right() + GAP // 2 - 1 if after else area.left() - GAP // 2 - 1
            self._mark.setStyleSheet(f"background: {color('accent').name()};")
            self._mark.setGeometry(QRect(left, area.top(), 3, area.height()))
            self._mark.raise_()
        spot = self._page.mapFromGlobal(at)
        self.ensureVisible(spot.x(), spot.y(), 0, px(40))

    def take_drop(self, chart: Chart, at: QPoint) -> int | None:
        """The place among the others for a chart that was dropped; None where it stays."""
        self._mark.hide()
        found = self._target(at)
        if found is None or chart not in self._charts:
            return None
        before = self._charts.index(chart)
        to = found[0] + found[1]
        return to - (before < to)

    def _target(self, at: QPoint) -> tuple[int, bool] | None:
        """The chart at a place on the screen, and whether its right half is meant."""
        if not self.viewport().rect().contains(self.viewport().mapFromGlobal(at)):
            return None
        point = self._page.mapFromGlobal(at)
        for place, chart in enumerate(self._charts):
            if chart.isVisible() and chart.geometry().contains(point):
                return place, point.x() > chart.geometry().center().x()
        return None

    # Laying out

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitting() != self._columns:
            self._lay_out()

    def _fitting(self) -> int:
        """How many charts have room in a row."""
        width = self.viewport().width()
        return 1 if width < px(NARROW) else 3 if self._facets and width >= px(WIDE_ENOUGH) else 2

    def _lay_out(self) -> None:
        charts = self._instead or self._charts
        large = self._large if self._large in charts and not self._empty else None
        for chart in (*self._charts, *self._instead):
            chart.is_large = chart is large
        while self._grid.count():
            self._grid.takeAt(0)
        beside = [] if self._instead else self._beside
        shown: list[QWidget] = [large] if large else [self._hint] if self._empty else [*charts, *beside]
        alone = bool(large or (self._instead and not self._empty))
        self._facets = alone and not large
        columns = self._columns = self._fitting()
        for place, widget in enumerate(shown):
            self._grid.addWidget(widget, place // columns, place % columns, 1, columns if large else 1)
        last, odd = divmod(len(shown), columns) if not alone else (0, 0)
        if not alone:
            self._grid.addWidget(self._words, last, odd, 1, columns - odd)
        placed = {*shown, *([] if alone else [self._words])}
        for widget in (*self._charts, *self._instead, *self._beside, self._hint, self._words):
            widget.setVisible(widget in placed)
        self._share_room(columns, -(-len(shown) // columns) if alone else last + 1, last, alone)

    def _share_room(self, columns: int, rows: int, last: int, alone: bool) -> None:
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        for row in range(self._grid.rowCount()):
            share = 0 if row >= rows else 3 if alone or row != last else 2
            self._grid.setRowStretch(row, share)
            self._grid.setRowMinimumHeight(row, px(SHORTEST) if share and rows > 2 else 0)
