"""The upper edge of a chart: its card, its title, what was made of the values, and a warning, a note or the legend."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from widgets.charts.curve import Curve
from widgets.theme import color, font, pixmap, px

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Key(NamedTuple):
    """A line of the legend: what it is called, how wide it is, in which color."""

    name: str
    width: float
    token: str


class Header(NamedTuple):
    """What stands at the upper edge; of warning, note and legend the first that there is."""

    title: str
    look: str = ""
    warning: str = ""
    note: str = ""
    legend: Sequence[Key] = ()


LEGEND = (Key("training", 1.1, "text3"), Key("validation", 2.4, "text2"))
DROPPED = (Key("training, dropout on", 1.1, "text3"), LEGEND[1])


def legend_of(series: Collection[str], dropped: bool) -> Sequence[Key]:
    """What the lines are where there are two kinds; ``dropped`` tells that dropout was on while training was
    measured."""
    return (DROPPED if dropped else LEGEND) if {"training", "validation"} <= set(series) else ()


def warned_of(words: str, curves: Collection[Curve]) -> str:
    """What should be known before runs are compared, where there are curves of more than one."""
    return words if len({curve.run_id for curve in curves}) > 1 else ""


def draw_header(painter: QPainter, size: QSize, header: Header) -> None:
    """Draw the card and what stands at its upper edge."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color("card_line"), 1))
    painter.setBrush(color("panel"))
    painter.drawRoundedRect(QRectF(0, 0, size.width(), size.height()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
    line = QRectF(px(18), px(12), size.width() - px(36) - px(28), px(24))
    painter.setPen(color("text1"))
    painter.setFont(font(13, 600))
    title = painter.fontMetrics().elidedText(header.title, Qt.TextElideMode.ElideMiddle, int(line.width()))
    painter.drawText(line, _LEFT, title)
    used = QFontMetricsF(painter.font()).horizontalAdvance(title) + px(14)
    painter.setFont(font(12))
    painter.setPen(color("text3"))
    painter.drawText(line.adjusted(used, 0, 0, 0), _LEFT, header.look)
    used += QFontMetricsF(painter.font()).horizontalAdvance(header.look) + (px(14) if header.look else 0)
    painter.setPen(color("text2"))
    if header.warning:
        _draw_warning(painter, line.adjusted(used, 0, 0, 0), header.warning)
    elif header.note:
        painter.drawText(line, _RIGHT, header.note)
    else:
        _draw_legend(painter, line, line.left() + used, header.legend)


def _draw_warning(painter: QPainter, room: QRectF, warning: str) -> None:
    painter.setPen(color("warning"))
    words = painter.fontMetrics().elidedText(warning, Qt.TextElideMode.ElideRight, int(room.width()) - px(20))
    painter.drawText(room, _RIGHT, words)
    left = room.right() - painter.fontMetrics().horizontalAdvance(words) - px(19)
    mark = pixmap("warn", "warning", px(13), painter.device().devicePixelRatioF())
    painter.drawPixmap(QPointF(left, room.center().y() - px(7)), mark)


def _draw_legend(painter: QPainter, line: QRectF, left: float, legend: Sequence[Key]) -> None:
    """What lines of each width are, as far as there is room right of `left`."""
    right = line.right()
    for name, thick, token in legend:
        width = painter.fontMetrics().horizontalAdvance(name)
        if right - width - px(26) < left:
            return
        painter.setPen(color("text2"))
        painter.drawText(
            QRectF(right - width, line.top(), width + 1, line.height()), Qt.AlignmentFlag.AlignVCenter, name
        )
        painter.setPen(QPen(color(token), thick))
        y = line.center().y()
        painter.drawLine(QPointF(right - width - px(26), y), QPointF(right - width - px(7), y))
        right -= width + px(40)
