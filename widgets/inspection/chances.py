"""What the network thought of one sample: the likeliest answers as bars, the truth among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.basics.text import told_apart
from widgets.basics.painted import painted
from widgets.controls import Themed
from widgets.theme import color, font, px

ROW, HUE = 22, 10


class Chance(NamedTuple):
    """A possible answer: its name, its share of 1, whether it was given, and whether it is true."""

    name: str
    share: float
    is_answer: bool
    is_truth: bool
    text: str = ""
    """What stands behind the bar; the share if it is empty."""
    hue: tuple[int, int, int] | None = None
    """Red, green and blue of a field before the name, where pictures have the answer in a color."""


class Chances(Themed, QWidget):
    """Bars with names at the left and shares at the right; marks say which is the answer and which the truth."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Chance] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What the network thought")
        self.follow_theme()

    def show_chances(self, rows: Sequence[Chance]) -> None:
        """Show answers, the likeliest first."""
        self.rows = rows
        words = [f"{row.name} {_text(row)}{', the truth' if row.is_truth else ''}" for row in rows]
        self.setAccessibleDescription("; ".join(words))
        self.updateGeometry()
        self.update()

    def restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(180), px(ROW) * max(len(self.rows), 1) + px(4))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), self.sizeHint().height())

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(12, 600))
        figures = max((painter.fontMetrics().horizontalAdvance(_text(row)) for row in self.rows), default=0) + px(8)
        names = self.width() * 0.36
        hues = px(HUE + 6) if any(row.hue is not None for row in self.rows) else 0
        written = self._names(painter.fontMetrics(), int(names) - px(6) - hues)
        for number, row in enumerate(self.rows):
            top = number * px(ROW)
            self._paint_name(painter, QRectF(0, top, names - px(6), px(ROW)), row, written[number])
            track = QRectF(names, top + px(8), self.width() - names - figures - px(6), px(7))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("active"))
            painter.drawRoundedRect(track, 3, 3)
            wrong = "error_text" if any(other.is_truth for other in self.rows) else "accent"
            token = "good" if row.is_truth else wrong if row.is_answer else "text3"
            painter.setBrush(color(token))
            filled = QRectF(track)
            filled.setWidth(max(track.width() * min(max(row.share, 0.0), 1.0), px(3)))
            painter.drawRoundedRect(filled, 3, 3)
            painter.setFont(font(12, 600 if row.is_answer else 400))
            painter.setPen(color("text1" if row.is_answer else "text2"))
            place = QRectF(self.width() - figures, top, figures, px(ROW))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _text(row))

    def _names(self, metrics: QFontMetrics, room: int) -> list[str]:
        """The names; without the words with which all begin, where one has no room."""
        names = [row.name for row in self.rows]
        return told_apart(names) if any(metrics.horizontalAdvance(name) > room for name in names) else names

    def _paint_name(self, painter: QPainter, area: QRectF, row: Chance, name: str) -> None:
        if row.hue is not None:
            side = px(HUE)
            painter.setPen(color("control_line"))
            painter.setBrush(QColor(*row.hue))
            painter.drawRoundedRect(QRectF(area.left() + 0.5, area.center().y() - side / 2, side, side), 3, 3)
            area = area.adjusted(side + px(6), 0, 0, 0)
        painter.setFont(font(12, 600 if row.is_answer or row.is_truth else 400))
        painter.setPen(color("text1" if row.is_answer or row.is_truth else "text2"))
        text = f"{name} ✓" if row.is_truth else name
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)


def _text(row: Chance) -> str:
    return row.text or share_text(row.share)


def share_text(share: float) -> str:
    """A share as people read it: ``99 %``, ``0.7 %``."""
    if share != share:
        return "–"
    percent = 100 * share
    return f"{percent:.0f} %" if percent >= 9.95 else f"{percent:.1f} %"
