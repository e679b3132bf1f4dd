"""What happened in a run, as small signs on the x axis: pauses, checkpoints, the end; in words at the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from widgets.charts.axis import Frame
from widgets.theme import color, font, px

NEAR = 7.0
"""Pixels from a sign within which the pointer reads it."""
MOST_TOLD = 3
LINE = 18
"""Height of a line of words."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
# Corners of each sign around its middle, in halves of its size; a pause is two bars.
_SHAPES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "paused": (((-0.9, -1), (-0.3, -1), (-0.3, 1), (-0.9, 1)), ((0.3, -1), (0.9, -1), (0.9, 1), (0.3, 1))),
    "resumed": (((-0.8, -1), (1, 0), (-0.8, 1)),),
    "stopped": (((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),),
    "checkpoint": (((0, -1.1), (1.1, 0), (0, 1.1), (-1.1, 0)),),
    "warning": (((0, -1.1), (1.1, 0.9), (-1.1, 0.9)),),
}
KINDS = frozenset(_SHAPES)


class Happening(NamedTuple):
    """Something that happened at an x: a kind of `KINDS`, and words."""

    x: float
    kind: str
    text: str


Colored = tuple[QColor, Happening]


def draw_happenings(painter: QPainter, frame: Frame, happenings: Sequence[Colored]) -> None:
    """Draw a sign on the axis for each that is in view."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color("panel"), 1))
    size = px(9) / 2
    for hue, happening in happenings:
        x = frame.point(happening.x, frame.y0).x()
        if not frame.area.left() - 1 <= x <= frame.area.right() + 1:
            continue
        middle = QPointF(x, frame.area.bottom())
        painter.setBrush(hue)
        for corners in _SHAPES[happening.kind]:
            painter.drawPolygon(QPolygonF([middle + QPointF(dx, dy) * size for dx, dy in corners]))


def near(frame: Frame, x: float, happenings: Sequence[Colored]) -> list[Colored]:
    """Those whose signs lie at the pointer, the nearest first."""
    at = frame.point(x, frame.y0).x()
    found = [
        (abs(frame.point(happening.x, frame.y0).x() - at), place) for place, (_, happening) in enumerate(happenings)
    ]
    return [happenings[place] for far, place in sorted(found) if far <= NEAR]


def room_above(frame: Frame, happenings: Sequence[Colored]) -> float:
    """Pixels from the top of a chart that the words of so many leave free."""
    return frame.area.bottom() - px(12) - _height(len(happenings[:MOST_TOLD])) - px(4)


def _height(lines: int) -> float:
    return px(LINE) * lines + px(8)


def draw_told(painter: QPainter, frame: Frame, happenings: Sequence[Colored]) -> None:
    """Say in words, just above the axis, what the signs at the pointer stand for."""
    told = happenings[:MOST_TOLD]
    painter.setFont(font(11))
    metrics = QFontMetricsF(painter.font())
    line, most = px(LINE), frame.area.width() - px(20)
    texts = [metrics.elidedText(happening.text, Qt.TextElideMode.ElideRight, most - px(26)) for _, happening in told]
    width = min(max(map(metrics.horizontalAdvance, texts), default=0.0) + px(30), most)
    at = frame.point(told[0][1].x, frame.y0).x()
    left = min(max(at - width / 2, frame.area.left() + 2), frame.area.right() - width - 2)
    height = _height(len(told))
    box = QRectF(left, frame.area.bottom() - px(12) - height, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color("card_line"), 1))
    painter.setBrush(color("raised"))
    painter.drawRoundedRect(box, 6, 6)
    row = QRectF(box.left() + px(10), box.top() + px(4), width - px(14), line)
    for (hue, _), text in zip(told, texts, strict=True):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(hue)
        painter.drawEllipse(QPointF(row.left() + 2, row.center().y()), 3, 3)
        painter.setPen(color("text1"))
        painter.drawText(row.adjusted(px(12), 0, 0, 0), _LEFT, text)
        row.translate(0, line)
