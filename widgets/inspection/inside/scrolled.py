"""A page that is painted by hand and moved by its bars: it says how large it is, and what a turn of the wheel is."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from widgets.controls import Themed


class Scrolled(Themed, QAbstractScrollArea):
    """Keeps the bars right while `extent` and `notch` (of the page and of one turn of the wheel) change with the size
    of the view, the theme, and what is shown: whoever changes that calls `fit`."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(name)

    def extent(self) -> QSize:
        """How large the page is."""
        raise NotImplementedError

    def notch(self) -> QSize:
        """How far a turn of the wheel moves it."""
        raise NotImplementedError

    def origin(self) -> QPoint:
        """The place of the page that is at the top left."""
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def fit(self) -> None:
        """Set the bars for the page as it is now, and paint it."""
        view, extent, notch = self.viewport().size(), self.extent(), self.notch()
        for bar, seen, whole, step in (
            (self.horizontalScrollBar(), view.width(), extent.width(), notch.width()),
            (self.verticalScrollBar(), view.height(), extent.height(), notch.height()),
        ):
            bar.setRange(0, max(0, whole - seen))
            bar.setPageStep(seen)
            bar.setSingleStep(step)
        self.viewport().update()

    def restyle(self) -> None:
        self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()
