"""What excites a unit most: samples side by side with the part that the unit sees, and what was found by climbing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets.basics.painted import painted
from widgets.controls import announce, shows_ring
from widgets.inspection.inside.scrolled import Scrolled
from widgets.inspection.wall import Look, paint_look
from widgets.theme import color, font, px

SIDE, GAP, CAPTION = 104, 14, 36


class Peak(NamedTuple):
    """An input: how it looks, two lines below it, the sample's number (−1 for none), and the part that is seen, as a
    share of the picture (None where all of it is)."""

    look: Look
    title: str
    more: str
    row: int
    frame: QRectF | None


class ExcitedPage(Scrolled):
    """`pointed` carries the number of a sample that was clicked, or chosen with Enter."""

    pointed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("What excites the unit most", parent)
        self.peaks: Sequence[Peak] = ()
        self.current = 0
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.follow_theme()

    def show_peaks(self, peaks: Sequence[Peak]) -> None:
        """Show inputs, the most exciting first."""
        self.peaks, self.current = peaks, 0
        self.setAccessibleDescription(f"{len(peaks)} inputs. Left and Right walk, Enter looks at the sample.")
        self.fit()

    def extent(self) -> QSize:
        lines = -(-len(self.peaks) // self._columns())
        return QSize(0, lines * px(SIDE + CAPTION + GAP) + 8)

    def notch(self) -> QSize:
        return QSize(0, px(SIDE) // 2)

    def _columns(self) -> int:
        return max(1, self.viewport().width() // px(SIDE + GAP))

    def area(self, place: int) -> QRectF:
        """Where a picture is."""
        columns = self._columns()
        left = 4 + place % columns * px(SIDE + GAP)
        top = 4 + place // columns * px(SIDE + CAPTION + GAP) - self.origin().y()
        return QRectF(left, top, px(SIDE), px(SIDE))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for place in range(len(self.peaks)):
            if self.area(place).contains(event.position()):
                self._choose(place)
                self._point()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self._columns()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}
        key = Qt.Key(event.key())
        if key in steps and self.peaks:
            self._choose(self.current + steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._point()
        else:
            super().keyPressEvent(event)

    def _choose(self, place: int) -> None:
        self.current = min(max(place, 0), len(self.peaks) - 1)
        area, bar = self.area(self.current), self.verticalScrollBar()
        top, below = int(area.top()), int(area.bottom()) + px(CAPTION) - self.viewport().height()
        bar.setValue(bar.value() + (min(top - 4, 0) or max(below, 0)))
        peak = self.peaks[self.current]
        announce(self, f"{peak.title}, {peak.more}")
        self.viewport().update()

    def _point(self) -> None:
        if self.peaks and self.peaks[self.current].row >= 0:
            self.pointed.emit(self.peaks[self.current].row)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, peak in enumerate(self.peaks):
            area = self.area(place)
            if place == self.current and shows_ring(self):
                painter.setPen(QPen(color("accent"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(area.adjusted(-3, -3, 3, px(CAPTION)), 7, 7)
            picture = paint_look(painter, area, peak.look)
            if peak.frame is not None:
                self._paint_frame(painter, picture, peak.frame)
            for number, (text, token) in enumerate(((peak.title, "text1"), (peak.more, "text2"))):
                painter.setFont(font(12 if number == 0 else 11, 600 if number == 0 else 400))
                painter.setPen(color(token))
                line = QRectF(area.left(), area.bottom() + px(2) + number * px(16), px(SIDE + GAP - 4), px(16))
                shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(line.width()))
                painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)

    def _paint_frame(self, painter: QPainter, picture: QRectF, frame: QRectF) -> None:
        place = QRectF(
            picture.left() + frame.left() * picture.width(), picture.top() + frame.top() * picture.height(),
            frame.width() * picture.width(), frame.height() * picture.height(),
        )  # fmt: skip
        painter.setPen(QPen(color("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.intersected(picture.adjusted(1, 1, -1, -1)))
