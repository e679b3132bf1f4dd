"""What stands around the curves: grid and axes, dots, arrows where curves leave, markers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from widgets.charts.axis import Frame, ValueFormat, linear_ticks, log_ticks, write_tick
from widgets.theme import color, font, pixmap, px, tint

WHOLE = ("Step", "Layer")
"""What is across where nothing lies between two integers."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Marker:
    """A remark at one x, such as where a run starts to overfit."""

    x: float
    text: str


@dataclass(frozen=True)
class Cut:
    """A curve that leaves the axes by far: where its extreme value is, in pixels, how that is written, which way."""

    x: float
    text: str
    hue: QColor
    upward: bool


def draw_axes(painter: QPainter, frame: Frame, form: ValueFormat, x_name: str) -> None:
    """Grid lines, tick labels and the name of the x axis; words that the painter's clip hides are left out."""
    area = frame.area
    clip = painter.clipBoundingRect()
    labelled = not clip.isValid() or clip.left() < area.left()
    count = max(2, int(area.height() // px(48)))
    ticks = y_ticks(frame, count)
    step = (ticks[1] - ticks[0]) if len(ticks) > 1 and not frame.log else min(map(abs, ticks), default=1.0) or 1.0
    painter.setFont(font(11))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for tick in ticks:
        y = round(frame.point(frame.x0, tick).y())
        painter.setPen(QPen(color("separator"), 1))
        painter.drawLine(round(area.left()), y, round(area.right()), y)
        if labelled:
            painter.setPen(color("text2"))
            label = f"{tick:g}" if frame.log and form == "number" else write_tick(tick, step, form)
            painter.drawText(QRectF(0, y - px(9), area.left() - px(8), px(18)), _RIGHT, label)
    painter.setPen(QPen(color("control_line"), 1))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    _draw_x_axis(painter, frame, x_name, clip if clip.isValid() else QRectF(area))


def y_ticks(frame: Frame, count: int) -> list[float]:
    """About ``count`` ticks, and two wherever round values allow it: one alone says nothing of the scale."""
    if frame.log:
        return log_ticks(frame.y0, frame.y1)
    finer = (linear_ticks(frame.y0, frame.y1, more) for more in range(count, count + 4))
    return next((ticks for ticks in finer if len(ticks) > 1), linear_ticks(frame.y0, frame.y1, count))


def x_ticks(frame: Frame, x_name: str, count: int) -> list[float]:
    """About ``count`` ticks of what is called so: there is nothing between two steps or layers."""
    if frame.log_x:
        return log_ticks(frame.x0, frame.x1)
    ticks = linear_ticks(frame.x0, frame.x1, count)
    return [tick for tick in ticks if tick == round(tick)] if x_name in WHOLE else ticks


def _draw_x_axis(painter: QPainter, frame: Frame, x_name: str, clip: QRectF) -> None:
    area = frame.area
    count = max(2, int(area.width() // px(72)))
    ticks = x_ticks(frame, x_name, count)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    painter.setPen(color("text2"))
    for tick in ticks:
        x = frame.point(tick, frame.y0).x()
        if x + px(40) < clip.left():
            continue
        painter.drawText(
            QRectF(x - px(40), area.bottom() + px(6), px(80), px(18)),
            Qt.AlignmentFlag.AlignCenter,
            f"{tick:g}" if frame.log_x else write_tick(tick, step, "number"),
        )
    painter.drawText(
        QRectF(area.left(), area.bottom() + px(24), area.width(), px(18)), Qt.AlignmentFlag.AlignCenter, x_name
    )


def draw_live_end(painter: QPainter, end: QPointF, hue: QColor) -> None:
    """A dot with a halo: this curve still grows."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    halo = QColor(hue)
    halo.setAlphaF(0.3)
    painter.setBrush(halo)
    painter.drawEllipse(end, 7, 7)
    painter.setPen(QPen(color("panel"), 1.5))
    painter.setBrush(hue)
    painter.drawEllipse(end, 4.5, 4.5)


def draw_marker(painter: QPainter, frame: Frame, marker: Marker, hue: QColor) -> None:
    """A dashed line with a flag and a sentence at its top."""
    x = frame.point(marker.x, frame.y0).x()
    if not frame.area.left() <= x <= frame.area.right():
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font(11, 600))
    metrics = QFontMetricsF(painter.font())
    text = metrics.elidedText(marker.text, Qt.TextElideMode.ElideRight, frame.area.width() - px(34))
    width = metrics.horizontalAdvance(text) + px(34)
    left = min(max(x - width / 2, frame.area.left()), frame.area.right() - width)
    box = QRectF(left, frame.area.top() + px(8), width, px(24))
    painter.setPen(QPen(hue, 1, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, box.bottom()), QPointF(x, frame.area.bottom()))
    painter.setPen(QPen(hue, 1))
    painter.setBrush(color("panel"))
    painter.drawRoundedRect(box, 5, 5)
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(QPointF(left + px(8), box.top() + px(6)), pixmap("flag", hue.name(), px(12), ratio))
    painter.setPen(color("text1"))
    painter.drawText(box.adjusted(px(26), 0, 0, 0), _LEFT, text)


def draw_cuts(painter: QPainter, frame: Frame, cuts: Sequence[Cut]) -> None:
    """Arrows at the upper or lower edge where curves go far beyond it, each with the value that it reaches.

    Of arrows that would touch, the first one says its value.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font(11, 600))
    metrics = QFontMetricsF(painter.font())
    taken: list[QRectF] = []
    for cut in cuts:
        x = min(max(cut.x, frame.area.left() + px(6)), frame.area.right() - px(6))
        tip = frame.area.top() + 1 if cut.upward else frame.area.bottom() - 1
        back = tip + px(8) * (1 if cut.upward else -1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(cut.hue)
        painter.drawPolygon(QPolygonF([QPointF(x, tip), QPointF(x - px(5), back), QPointF(x + px(5), back)]))
        width = metrics.horizontalAdvance(cut.text) + 1
        box = QRectF(x + px(9), min(tip, back) - px(4), width, metrics.height())
        if box.right() > frame.area.right():
            box.moveRight(x - px(9))
        if not any(box.intersects(other) for other in taken):
            taken.append(box)
            painter.setBrush(tint("panel", 0.75))
            painter.drawRoundedRect(box.adjusted(-2, 0, 2, 0), 4, 4)
            painter.setPen(cut.hue)
            painter.drawText(box, _LEFT, cut.text)


def draw_best(painter: QPainter, at: QPointF, hue: QColor) -> None:
    """A ring around the best point of a curve."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(hue, 1.6))
    painter.setBrush(color("panel"))
    painter.drawEllipse(at, 4.5, 4.5)
