"""Changes against the network as it is: each with its difference on one axis, its doubt, and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.basics.painted import painted
from widgets.controls import Themed
from widgets.theme import color, font, px

ROW = 58
TOKENS = {"better": "good", "worse": "error_text", "unclear": "text2", "none": "text3"}
MARKS = {"better": "▲", "worse": "▼", "unclear": "●", "none": "○"}
"""A color never speaks alone."""


class Judgment(NamedTuple):
    """A change in words, its difference (None where there is none yet), the half width of its interval (None for one
    seed), its kind and the sentence on it."""

    words: str
    mean: float | None
    half: float | None
    kind: str
    text: str


class Verdicts(Themed, QWidget):
    """Rows of judgments over one common axis with the network as it is in the middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Judgment] = ()
        self.setAccessibleName("Changes against the network as it is")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def show_judgments(self, rows: Sequence[Judgment]) -> None:
        """Show these."""
        self.rows = rows
        self.setAccessibleDescription(" ".join(f"{row.words}: {row.text}" for row in rows))
        self.updateGeometry()
        self.update()

    def restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(480), px(ROW) * max(1, len(self.rows)) + px(8))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(240), self.sizeHint().height())

    def reach(self) -> float:
        """How far the axis goes to both sides."""
        return max((abs(row.mean) + (row.half or 0.0) for row in self.rows if row.mean is not None), default=0.0) or 1.0

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = self.width() * 0.3
        track = QRectF(left, 0, self.width() - left - px(16), self.height())
        middle = track.center().x()
        painter.setPen(QPen(color("control_line"), 1))
        painter.drawLine(QPointF(middle, px(4)), QPointF(middle, self.height() - px(4)))
        for number, row in enumerate(self.rows):
            self._paint_row(painter, row, float(number * px(ROW) + px(4)), left, track)

    def _paint_row(self, painter: QPainter, row: Judgment, top: float, left: float, track: QRectF) -> None:
        tint = color(TOKENS[row.kind])
        painter.setFont(font(13, 600))
        painter.setPen(color("text1"))
        metrics = painter.fontMetrics()
        words = metrics.elidedText(row.words, Qt.TextElideMode.ElideMiddle, int(left - px(16)))
        painter.drawText(QRectF(px(8), top, left - px(16), px(24)), Qt.AlignmentFlag.AlignVCenter, words)
        painter.setFont(font(12))
        painter.setPen(tint)
        text = painter.fontMetrics().elidedText(
            f"{MARKS[row.kind]} {row.text}", Qt.TextElideMode.ElideRight, self.width() - px(24)
        )
        painter.drawText(
            QRectF(px(8), top + px(24), self.width() - px(16), px(24)), Qt.AlignmentFlag.AlignVCenter, text
        )
        if row.mean is None:
            return
        scale, y = track.width() / 2 / self.reach(), top + px(12)
        x = track.center().x() + row.mean * scale
        if row.half is not None:
            painter.setPen(QPen(tint, 2))
            painter.drawLine(QPointF(x - row.half * scale, y), QPointF(x + row.half * scale, y))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawEllipse(QPointF(x, y), px(5), px(5))
