"""What a chart says at the pointer: the values of all runs there, the best first, in a floating table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from widgets.charts.axis import ValueFormat, write_value
from widgets.charts.curve import Curve, Series
from widgets.charts.painting.style import draw_sample
from widgets.theme import color, font, px, tint

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
KINDS: tuple[tuple[Series, str], ...] = (("validation", "val"), ("training", "train"), ("planned", "plan"))
MOST_ROWS, FEW_ROWS = 9, 5
"""Lines of the table at the pointer, and of those that follow it on other charts."""
NARROWEST_NAME, WIDEST_NAME = 90, 190
LINE, SAMPLE = 22, 22
"""Height of a line of the table; width of the piece of curve before a name."""


class Row(NamedTuple):
    """One run in the table."""

    run_id: str
    color_index: int
    name: str
    cells: tuple[str, ...]


class Readout(NamedTuple):
    """The heads of the columns of values, and a row for each run that has a value."""

    heads: tuple[str, ...]
    rows: list[Row]


def read_at(curves: Sequence[Curve], x: float, form: ValueFormat, lower_is_better: bool) -> Readout:
    """The values of `curves` at `x`, the best first; runs that have none there are left out."""
    runs: dict[str, dict[Series, Curve]] = {}
    for curve in curves:
        runs.setdefault(curve.run_id, {})[curve.series] = curve
    for of_run in runs.values():  # of a run in its first epoch there is nothing but the steps
        if steps := of_run.pop("steps", None):
            of_run.setdefault("training", steps)
    kinds = [(kind, head) for kind, head in KINDS if any(kind in of_run for of_run in runs.values())]
    found: list[tuple[tuple[bool, float], Row]] = []
    for id, of_run in runs.items():
        values = [_value(of_run.get(kind), x) for kind, _ in kinds]
        if all(map(math.isnan, values)):
            continue
        first = next(value for value in values if not math.isnan(value))
        some = next(iter(of_run.values()))
        cells = tuple(_cell(of_run.get(kind), value, x, form) for (kind, _), value in zip(kinds, values, strict=True))
        order = (math.isnan(values[0]), first if lower_is_better else -first)
        found.append((order, Row(id, some.color_index, some.name, cells)))
    found.sort(key=lambda item: item[0])
    return Readout(tuple(head for _, head in kinds), [row for _, row in found])


def _cell(curve: Curve | None, value: float, x: float, form: ValueFormat) -> str:
    if curve is None or math.isnan(value):
        return ""
    spread = curve.spread_at(x)
    return write_value(value, form) + ("" if math.isnan(spread) else f" ± {write_value(spread, form)}")


def _value(curve: Curve | None, x: float) -> float:
    found = curve.nearest(x) if curve else None
    return found[1] if found else math.nan


def fitting(rows: Sequence[Row], most: int, closest: str) -> tuple[list[Row], int]:
    """The first rows, at most so many lines, the row of the run at the pointer among them; how many are left out, if
    there is a line to say so."""
    if len(rows) <= most:
        return list(rows), 0
    shown = list(rows[: max(most - 1, 1)])
    if here := [row for row in rows if row.run_id == closest and row not in shown]:
        shown[-1:] = here
    return shown, len(rows) - len(shown) if most > 1 else 0


def draw_readout(
    painter: QPainter,
    anchor: QPointF,
    bounds: QRectF,
    title: str,
    readout: Readout,
    closest: str = "",
    most: int = MOST_ROWS,
) -> None:
    """Draw the table beside `anchor` and inside `bounds`, at most so many lines; the row of the run at the pointer
    stands out."""
    line = px(LINE)
    rows, left_out = fitting(readout.rows, min(most, int((bounds.height() - px(12)) // line) - 1), closest)
    height = line * (len(rows) + 1 + (left_out > 0)) + px(12)
    heads, rows, name, width = _columns(rows, readout.heads, anchor, bounds)
    box = _beside(anchor, width, height, bounds)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color("card_line"), 1))
    painter.setBrush(color("raised"))
    painter.drawRoundedRect(box, 8, 8)
    area, cell = QRectF(box.left() + px(12), box.top() + px(6), width - px(24), line), cell_width(rows)
    _draw_cells(painter, area, cell, title, heads, head=True)
    for row in rows:
        area.translate(0, line)
        if row.run_id == closest:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tint("accent", 0.16))
            painter.drawRoundedRect(area.adjusted(-px(6), 1, px(6), -1), 5, 5)
        draw_sample(painter, QPointF(area.left(), area.center().y()), px(SAMPLE), row.color_index)
        words = QFontMetricsF(font(12)).elidedText(row.name, Qt.TextElideMode.ElideMiddle, name)
        _draw_cells(painter, area.adjusted(px(SAMPLE + 8), 0, 0, 0), cell, words, row.cells)
    if left_out:
        painter.setFont(font(12))
        painter.setPen(color("text3"))
        painter.drawText(area.translated(0, line), _LEFT, f"and {left_out} more")


def _columns(
    rows: list[Row], heads: tuple[str, ...], anchor: QPointF, bounds: QRectF
) -> tuple[tuple[str, ...], list[Row], float, float]:
    """The columns that have room on one side of `anchor`, rather than cover what is pointed at: their heads, the rows,
    and how wide names and table are."""
    room = max(bounds.right() - anchor.x(), anchor.x() - bounds.left()) - px(20)
    around, cell = px(24 + SAMPLE + 8), cell_width(rows)
    if around + px(NARROWEST_NAME) + cell * len(heads) > room:
        heads, rows = heads[:1], [row._replace(cells=row.cells[:1]) for row in rows]
    values = around + cell * len(heads)
    widest = max((QFontMetricsF(font(12)).horizontalAdvance(row.name) for row in rows), default=0.0)
    name = min(max(widest + 1, px(60)), px(WIDEST_NAME), max(room - values, px(NARROWEST_NAME)))
    return heads, rows, name, values + name


def _beside(anchor: QPointF, width: float, height: float, bounds: QRectF) -> QRectF:
    """A box at the side of `anchor` that has more room."""
    box = QRectF(anchor.x() + px(16), anchor.y(), width, height)
    if bounds.right() - anchor.x() < anchor.x() - bounds.left():
        box.moveRight(anchor.x() - px(16))
    box.moveLeft(max(min(box.left(), bounds.right() - width), bounds.left()))
    box.moveTop(max(min(box.top(), bounds.bottom() - height), bounds.top()))
    return box


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
