"""Charts in two columns, with the words on a run behind them; where they are too many for the room, they scroll."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from widgets.theme import px

SHORTEST = 220
"""The least height of a row where there are more than two."""


class _Page(QWidget):
    """Shrinks to the least heights of its rows before the area around it scrolls."""

    def heightForWidth(self, width: int) -> int:
        return self.minimumSizeHint().height()


class ChartGrid(QScrollArea):
    """Shares its room out among charts; what there is to read takes the last place."""

    def __init__(self, words: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        page = _Page()
        self._words = words
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

    def arrange(self, charts: Sequence[QWidget]) -> None:
        """Lay out other charts, two a row; the words go beside the last one, or beneath two."""
        while self._grid.count():
            self._grid.takeAt(0)
        last, odd = divmod(len(charts), 2)
        for place, chart in enumerate(charts):
            self._grid.addWidget(chart, place // 2, place % 2)
            chart.show()
        self._grid.addWidget(self._words, last, odd, 1, 2 - odd)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0 if row > last else 2 if row == last else 3)
            self._grid.setRowMinimumHeight(row, px(SHORTEST) if row <= last and last > 1 else 0)
