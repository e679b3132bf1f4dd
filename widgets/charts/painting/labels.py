"""The curves' names beside their ends: none on another, none far from its curve without a line that leads there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from widgets.charts.axis import Frame
from widgets.theme import color, font, px, tint

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
NARROWEST, WIDEST, SHARE = 52, 150, 0.26
BEFORE, BEHIND = 12, 6
"""Logical pixels left of a name, up to the axes, and right of it."""
"""Of the room for names: pixels of the design, and the part of the card that it takes at most."""
BETWEEN, COMMA = " · ", ", "
"""What stands between the parts of a name."""
FARTHEST = 2.5
"""Lines of text by which a name may be moved from the end of its curve."""
LEADS_FROM = 3.0
"""Pixels by which a name must be moved before a line leads to it."""


class EndName(NamedTuple):
    """What stands at the end of a curve; names that come first keep their place where there is too little room."""

    end: QPointF
    text: str
    hue: QColor


class Placed(NamedTuple):
    """A name with its place; `leads` says that a line connects it with the end of the curve."""

    area: QRectF
    name: EndName
    text: str
    leads: bool


def label_font() -> QFontMetricsF:
    """The metrics of the names."""
    return QFontMetricsF(font(11, 600))


def fitted(text: str, room: float) -> str:
    """A name as it fits: where ``lr 0.1 · out features 64 · Adam`` or ``lr 0.1, epochs 3`` is too long its values
    alone, ``0.1 · 64 · Adam``, in which is what tells it from others; where these are as well, they end in an ellipsis.
    Of one that names no values the beginning and the end are seen."""
    metrics = label_font()
    if metrics.horizontalAdvance(text) <= room:
        return text
    between = BETWEEN if BETWEEN in text else COMMA
    parts = text.split(between)
    values = [_value(part) for part in parts]
    named = between == BETWEEN or all(one != other for one, other in zip(parts, values, strict=True))
    if len(parts) > 1 and named:
        return metrics.elidedText(between.join(values), Qt.TextElideMode.ElideRight, room)
    return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)


def _value(part: str) -> str:
    last = part.rpartition(" ")[2]
    return last if last[:1].isdigit() or last[:2].strip("-−").isdigit() else part


def room_for(names: Sequence[str], width: float) -> float:
    """How much of a card of so many pixels the names at the right take, with the room around them."""
    metrics = label_font()
    widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
    return min(max(widest, px(NARROWEST)), px(WIDEST), width * SHARE) + px(BEFORE) + px(BEHIND)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions as close to `wanted` as they can be while `gap` apart and, room permitting, within low..high.

    The order of `wanted` is kept. Neighbors that touch move as one, to the mean of what they want.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[list[float]] = []  # sum of what is wanted of the first one, count
    for i in order:
        groups.append([wanted[i], 1])
        while len(groups) > 1 and _first(groups[-2], gap) + groups[-2][1] * gap > _first(groups[-1], gap):
            total, count = groups.pop()
            groups[-1][0] += total - count * gap * groups[-1][1]
            groups[-1][1] += count
    placed = [group[0] / group[1] + k * gap for group in groups for k in range(int(group[1]))]
    return _within(placed, order, gap, low, high)


def _first(group: list[float], gap: float) -> float:
    return group[0] / group[1]


def _within(placed: list[float], order: list[int], gap: float, low: float, high: float) -> list[float]:
    for k, place in enumerate(placed):
        placed[k] = max(place, low if k == 0 else placed[k - 1] + gap)
    limit = high
    for k in range(len(placed) - 1, -1, -1):
        placed[k] = min(placed[k], limit)
        limit = placed[k] - gap
    result = [0.0] * len(placed)
    for k, i in enumerate(order):
        result[i] = placed[k]
    return result


def place_names(names: Sequence[EndName], frame: Frame, right: float) -> tuple[list[Placed], int]:
    """Where the names of the curves go, `right` being the card's edge, and how many of them found no place."""
    edge = frame.area.right() - 2
    placed = _in_margin([name for name in names if name.end.x() >= edge], frame, right)
    for name in names:
        if name.end.x() < edge and (found := _beside(name, placed, frame, right)):
            placed.append(found)
    return placed, len(names) - len(placed)


def _in_margin(names: list[EndName], frame: Frame, right: float) -> list[Placed]:
    """Names of curves that reach the right edge, in one column behind it."""
    metrics = label_font()
    height = metrics.height()
    top, bottom = frame.area.top() + height / 2, frame.area.bottom() - height / 2
    kept = names[: max(int(frame.area.height() // height), 1)]
    while True:
        places = spread([name.end.y() for name in kept], height, top, bottom)
        moved = [abs(place - name.end.y()) for place, name in zip(places, kept, strict=True)]
        if max(moved, default=0.0) <= FARTHEST * height:
            break
        # Of those that lie too far the last one goes, and its room is shared out anew.
        kept.pop(max(k for k, far in enumerate(moved) if far > FARTHEST * height))
    left = frame.area.right() + px(BEFORE)
    placed = []
    for name, y in zip(kept, places, strict=True):
        text = fitted(name.text, right - left - px(BEHIND) + 1)
        area = QRectF(left, y - height / 2, metrics.horizontalAdvance(text) + 1, height)
        placed.append(Placed(area, name, text, abs(y - name.end.y()) > LEADS_FROM))
    return placed


def _beside(name: EndName, placed: Sequence[Placed], frame: Frame, right: float) -> Placed | None:
    """The name of a curve that ends within the axes: right of its end, above or beneath, where nothing is."""
    metrics = label_font()
    height = metrics.height()
    text = fitted(name.text, px(WIDEST))
    width = metrics.horizontalAdvance(text) + 1
    left = min(name.end.x() + px(10), right - width - px(4))
    for shift in (-height, height * 0.5, -height * 0.5, height, -2 * height):
        area = QRectF(left, name.end.y() + shift - height / 2, width, height)
        inside = frame.area.top() <= area.top() and area.bottom() <= frame.area.bottom()
        if inside and not any(area.intersects(other.area) for other in placed):
            return Placed(area, name, text, False)
    return None


def draw_end_names(painter: QPainter, frame: Frame, names: Sequence[EndName], right: float) -> None:
    """Draw the names; where some find no place, how many is said at the lower end, if that is free."""
    placed, left_out = place_names(names, frame, right)
    painter.setFont(font(11, 600))
    for area, name, text, leads in placed:
        if leads:
            painter.setPen(QPen(name.hue, 1))
            painter.drawLine(name.end + QPointF(2, 0), QPointF(area.left() - px(3), area.center().y()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint("panel", 0.75))  # the name stays readable above other curves
        painter.drawRoundedRect(area.adjusted(-2, 0, 2, 0), 4, 4)
        painter.setPen(name.hue)
        painter.drawText(area, _LEFT, text)
    if left_out:
        _draw_rest(painter, frame, placed, left_out, right)


def _draw_rest(painter: QPainter, frame: Frame, placed: Sequence[Placed], count: int, right: float) -> None:
    metrics, left = label_font(), frame.area.right() + px(BEFORE)
    room = right - left - px(BEHIND)
    text = f"+{count:,} more" if metrics.horizontalAdvance(f"+{count:,} more") < room else f"+{count:,}"
    area = QRectF(left, frame.area.bottom(), metrics.horizontalAdvance(text) + 1, metrics.height())
    if not any(area.intersects(other.area) for other in placed):
        painter.setPen(color("text3"))
        painter.drawText(area, _LEFT, text)
