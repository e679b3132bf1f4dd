"""The worked steps as a PDF: formulas set as in a book, tables as matrices, on as many pages as it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from models.byhand.notation import number
from models.byhand.report import LARGEST, Part
from models.byhand.tables import planes
from widgets.explain.boxes import Box, Row, TextBox
from widgets.numbers.typeset import Typesetter
from widgets.theme import px

INK, STRONG, PALE = QColor("#111827"), QColor("#1d4ed8"), QColor("#6b7280")
DOTS, MARGIN = 96, 18
"""Points of the page in an inch, as many as logical pixels; millimeters around what is written."""
BODY, HEADS = 11, {"title": 20, "pass": 15, "section": 12}
GAP = "        "


class Brackets(Box):
    """Rows of numbers between square brackets; a hidden one is a line to write on."""

    def __init__(self, rows: Sequence[Sequence[str]], ink: QColor) -> None:
        self.cells = [[TextBox(text, 400, ink, BODY) for text in row] for row in rows]
        self.ink = ink
        self.columns = [max(row[at].width for row in self.cells) for at in range(len(self.cells[0]))]
        self.row = self.cells[0][0].ascent + self.cells[0][0].descent
        self.width = sum(self.columns) + px(12) * (len(self.columns) - 1) + px(14)
        height = self.row * len(self.cells)
        axis = self.cells[0][0].ascent / 3
        self.ascent, self.descent = height / 2 + axis, height / 2 - axis

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        top, bottom = baseline - self.ascent, baseline + self.descent
        for place, row in enumerate(self.cells):
            left = x + px(7)
            for cell, width in zip(row, self.columns, strict=True):
                line = top + place * self.row + cell.ascent
                cell.paint(painter, left + width - cell.width, line)
                if cell.text == GAP:
                    painter.setPen(QPen(self.ink, 0.7))
                    painter.drawLine(QPointF(left, line + px(2)), QPointF(left + width, line + px(2)))
                left += width + px(12)
        painter.setPen(QPen(self.ink, 1.0))
        for side, inward in ((x + px(2), px(4)), (x + self.width - px(2), -px(4))):
            painter.drawPolyline([
                QPointF(side + inward, top), QPointF(side, top), QPointF(side, bottom), QPointF(side + inward, bottom)
            ])  # fmt: skip


class _Paper:
    """Pages that fill from the top; a row that finds no room begins the next one."""

    def __init__(self, writer: QPdfWriter) -> None:
        self.painter, self._writer = QPainter(writer), writer
        # What is set follows the text size of the window; paper does not.
        self._scale = px(100) / 100
        self.painter.scale(1 / self._scale, 1 / self._scale)
        self.width = writer.width() * self._scale
        self._height = writer.height() * self._scale - px(24)
        self._top, self._page = 0.0, 1

    def put(self, rows: Sequence[Row], before: float = 0.0, with_next: float = 0.0) -> None:
        """Write rows below what is written, ``with_next`` pixels of what follows on the same page."""
        self._top += before
        for row in rows:
            scale = min(1.0, self.width / row.width) if row.width else 1.0
            height = (row.ascent + row.descent + px(3)) * scale
            if self._top + height + with_next > self._height and self._top > 0:
                self._turn()
            self.painter.save()
            self.painter.translate(0, self._top)
            self.painter.scale(scale, scale)
            row.paint(self.painter, 0, row.ascent)
            self.painter.restore()
            self._top += height

    def _turn(self) -> None:
        self._number()
        self._writer.newPage()
        self._top, self._page = 0.0, self._page + 1

    def _number(self) -> None:
        text = TextBox(str(self._page), 400, PALE, BODY - 1)
        text.paint(self.painter, (self.width - text.width) / 2, self._height + px(20))

    def end(self) -> None:
        """Close the last page."""
        self._number()
        self.painter.end()


def as_pdf(parts: Iterable[Part], title: str) -> bytes:
    """A report as a PDF of A4 pages. Needs a QGuiApplication."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("Netloom")
    writer.setResolution(DOTS)
    size, margins = QPageSize(QPageSize.PageSizeId.A4), QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN)
    upright = QPageLayout.Orientation.Portrait
    writer.setPageLayout(QPageLayout(size, upright, margins, QPageLayout.Unit.Millimeter))
    paper = _Paper(writer)
    for part in parts:
        _write(paper, part)
    paper.end()
    return bytes(buffer.data().data())


def _write(paper: _Paper, part: Part) -> None:
    setter = Typesetter(INK, STRONG, BODY)
    match part.kind:
        case "line":
            assert part.line is not None
            paper.put(setter.line(part.line, paper.width, part.whole), before=px(3))
        case "table":
            paper.put(_table(part, paper.width), before=px(6))
        case "said":
            paper.put([Row([TextBox(part.name, 400, PALE, BODY)])])
        case kind:
            heading = Row([TextBox(part.name, 600, INK, HEADS[kind])])
            paper.put([heading], before=px(HEADS[kind]), with_next=px(60))


def _table(part: Part, room: float) -> list[Row]:
    """A table with its name; planes beside one another as far as there is room."""
    assert part.table is not None
    name = TextBox(f"{part.name}   ", 600, INK, BODY)
    if part.table.size > LARGEST or not prod(part.table.shape):
        return [Row([name, TextBox(f"{'×'.join(map(str, part.table.shape))} numbers", 400, PALE, BODY)])]
    hidden = np.zeros(part.table.shape, bool)
    for place in part.gaps:
        hidden[place] = True
    rows: list[list[Box]] = [[name]]
    for (caption, values), (_, gaps) in zip(planes(part.table), planes(hidden), strict=True):
        texts = [
            [GAP if gap else number(float(value)) for value, gap in zip(*pair, strict=True)]
            for pair in zip(values, gaps, strict=True)
        ]
        own: list[Box] = [TextBox(f"  {caption}  ", 400, PALE, BODY)] if caption else []
        own.append(Brackets(texts, INK))
        if len(rows[-1]) > 1 and Row([*rows[-1], *own]).width > room:
            rows.append([])
        rows[-1] += own
    return [Row(boxes) for boxes in rows]
