"""What stands around the curves: grid and axes, names at the curves' ends, markers, and the table at the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from widgets.charts.axis import Frame, ValueFormat, linear_ticks, log_ticks, write_tick
from widgets.theme import color, font, pixmap, px, tint

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Marker:
    """A remark at one x, such as where a run starts to overfit."""

    x: float
    text: str


@dataclass(frozen=True)
class Row:
    """One run in the table at the pointer."""

    hue: QColor
    name: str
    cells: tuple[str, ...]


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions as close to `wanted` as they can be while `gap` apart and, room permitting, within low..high.

    The order of `wanted` is kept.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed: list[float] = []
    for i in order:
        place = max(wanted[i], low)
        placed.append(max(place, placed[-1] + gap) if placed else place)
    limit = high
    for k in range(len(placed) - 1, -1, -1):
        placed[k] = min(placed[k], limit)
        limit = placed[k] - gap
    result = [0.0] * len(wanted)
    for k, i in enumerate(order):
        result[i] = placed[k]
    return result


def draw_axes(painter: QPainter, frame: Frame, form: ValueFormat, x_name: str) -> None:
    """Grid lines, tick labels and the name of the x axis."""
    area = frame.area
    count = max(2, int(area.height() // px(48)))
    ticks = log_ticks(frame.y0, frame.y1) if frame.log else linear_ticks(frame.y0, frame.y1, count)
    step = (ticks[1] - ticks[0]) if len(ticks) > 1 and not frame.log else min(map(abs, ticks), default=1.0) or 1.0
    painter.setFont(font(11))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for tick in ticks:
        y = round(frame.point(frame.x0, tick).y())
        painter.setPen(QPen(color("separator"), 1))
        painter.drawLine(round(area.left()), y, round(area.right()), y)
        painter.setPen(color("text2"))
        label = f"{tick:g}" if frame.log and form == "number" else write_tick(tick, step, form)
        painter.drawText(QRectF(0, y - px(9), area.left() - px(8), px(18)), _RIGHT, label)
    painter.setPen(QPen(color("control_line"), 1))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    _draw_x_axis(painter, frame, x_name)


def _draw_x_axis(painter: QPainter, frame: Frame, x_name: str) -> None:
    area = frame.area
    ticks = linear_ticks(frame.x0, frame.x1, max(2, int(area.width() // px(72))))
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    painter.setPen(color("text2"))
    for tick in ticks:
        x = frame.point(tick, frame.y0).x()
        painter.drawText(
            QRectF(x - px(40), area.bottom() + px(6), px(80), px(18)),
            Qt.AlignmentFlag.AlignCenter,
            write_tick(tick, step, "number"),
        )
    painter.drawText(
        QRectF(area.left(), area.bottom() + px(24), area.width(), px(18)), Qt.AlignmentFlag.AlignCenter, x_name
    )


def draw_end_names(painter: QPainter, frame: Frame, ends: Sequence[tuple[QPointF, str, QColor]], right: float) -> None:
    """The curves' names beside their last points, moved apart where they would touch; `right` is the card's edge."""
    painter.setFont(font(11, 600))
    metrics = QFontMetricsF(painter.font())
    height = metrics.height()
    top, bottom = frame.area.top() + height / 2, frame.area.bottom() - height / 2
    inside = [end.x() < frame.area.right() - 2 for end, _, _ in ends]  # there the curve itself is in the way
    wanted = [end.y() - (px(16) if within else 0) for (end, _, _), within in zip(ends, inside, strict=True)]
    places = spread(wanted, height, top, bottom)
    for (end, name, hue), y in zip(ends, places, strict=True):
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(right - frame.area.right() - px(12), px(40)))
        width = metrics.horizontalAdvance(shown) + 1
        left = min(end.x() + px(8), right - width - px(4))
        area = QRectF(left, y - height / 2, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint("panel", 0.75))  # the name stays readable above other curves
        painter.drawRoundedRect(area.adjusted(-2, 0, 2, 0), 4, 4)
        painter.setPen(hue)
        painter.drawText(area, _LEFT, shown)


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


def draw_table(
    painter: QPainter, anchor: QPointF, bounds: QRectF, title: str, heads: Sequence[str], rows: Sequence[Row]
) -> None:
    """The values at the pointer, in a floating table beside `anchor` and inside `bounds`."""
    metrics = QFontMetricsF(font(12, 600))
    cell, line = cell_width(rows), px(24)
    name = min(max([metrics.horizontalAdvance(row.name) for row in rows] + [px(40)]), px(150))
    width = px(12) + px(22) + name + cell * len(heads) + px(12)
    box = QRectF(anchor.x() + px(16), anchor.y(), width, line * (len(rows) + 1) + px(12))
    if box.right() > bounds.right():
        box.moveRight(anchor.x() - px(16))
    box.moveLeft(max(box.left(), bounds.left()))
    box.moveBottom(min(box.bottom(), bounds.bottom()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color("card_line"), 1))
    painter.setBrush(color("raised"))
    painter.drawRoundedRect(box, 8, 8)
    top = box.top() + px(6)
    _draw_cells(painter, QRectF(box.left() + px(12), top, width - px(24), line), cell, title, heads, head=True)
    for row in rows:
        top += line
        painter.fillRect(QRectF(box.left() + px(12), top + line / 2 - 1, px(12), 2.4), row.hue)
        area = QRectF(box.left() + px(34), top, width - px(46), line)
        _draw_cells(painter, area, cell, metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, name), row.cells)


def cell_width(rows: Sequence[Row]) -> int:
    """How wide the table's columns of values are: as the widest value needs, and room between two."""
    metrics = QFontMetricsF(font(12, 600))
    widest = max((metrics.horizontalAdvance(text) for row in rows for text in row.cells), default=0.0)
    return max(px(58), round(widest) + px(14))


def _draw_cells(
    painter: QPainter, area: QRectF, cell: int, name: str, cells: Sequence[str], head: bool = False
) -> None:
    painter.setFont(font(12, 600 if head else 400))
    painter.setPen(color("text1"))
    painter.drawText(area, _LEFT, name)
    for k, text in enumerate(reversed(cells)):
        first = k == len(cells) - 1
        painter.setFont(font(12, 600 if first and not head else 400))
        painter.setPen(color("text1" if first and not head else "text2"))
        painter.drawText(area.adjusted(0, 0, -k * cell, 0), _RIGHT, text)
