"""A pyqtgraph view that looks like the rest of the window: two quiet axes, no menu, no buttons, nothing to drag.

pyqtgraph takes some 200 ms to import: import this module only when something is to be drawn.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsGridLayout, QWidget

from widgets.theme import color, font, px, theme

Ticks = Sequence[tuple[float, str]]


class PlotView(pg.GraphicsView):  # type: ignore[misc]
    """A view box with a left and a bottom axis whose ticks the subclass gives. `redraw` is called whenever the theme
    changes, `fit` whenever the size does."""

    def __init__(self, fill: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, useOpenGL=False, background=None)
        self._back = fill
        self._grid: list[pg.InfiniteLine] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0.0)
        self.left = pg.AxisItem("left", linkView=self.view, maxTickLength=0)
        self.bottom = pg.AxisItem("bottom", linkView=self.view, maxTickLength=0)
        self.view.disableAutoRange()
        self.bottom.setStyle(hideOverlappingLabels=False)
        self._body = pg.GraphicsWidget()
        grid = QGraphicsGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addItem(self.left, 0, 0)
        grid.addItem(self.view, 0, 1)
        grid.addItem(self.bottom, 1, 1)
        self._body.setLayout(grid)
        self.setCentralItem(self._body)
        theme().changed.connect(self.restyle)

    def redraw(self) -> None:
        """Draw everything anew."""
        raise NotImplementedError

    def fit(self) -> None:
        """Take on another size."""
        self.redraw()

    def restyle(self) -> None:
        """Take fonts and colors from the theme, and draw."""
        self.setBackground(color(self._back))
        for axis in (self.left, self.bottom):
            axis.setTickFont(font(11))
            axis.setTextPen(color("text3"))
            axis.setPen(pg.mkPen(color("control_line")) if axis is self.bottom else pg.mkPen(None))
            axis.setStyle(tickTextOffset=px(6), tickAlpha=0)
        self.bottom.setHeight(px(24))
        self.redraw()

    def set_ticks(self, left: Ticks, bottom: Ticks) -> None:
        """Label the axes and draw a line across at each label of the left one."""
        metrics = QFontMetrics(font(11))
        widest = max((metrics.horizontalAdvance(text) for _, text in left), default=0)
        self.left.setWidth(widest + px(12))
        self.left.setTicks([list(left)])
        self.bottom.setTicks([list(bottom)])
        for line in self._grid:
            self.view.removeItem(line)
        pen = QPen(color("separator"), 0)
        self._grid = [pg.InfiniteLine(value, angle=0, pen=pen) for value, _ in left]
        for line in self._grid:
            line.setZValue(-10)
            self.view.addItem(line, ignoreBounds=True)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if event is not None and hasattr(self, "_body"):
            self.fit()
