"""Typesetting of formulas: boxes with a width and a height about a baseline, placed side by side and in lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from models.kinds.layer import Formula, Step
from widgets.theme import color, font, px
from widgets.theme.fonts import make_font
from widgets.theme.roles import role_color

SIZE = 13


class Box:
    """Something drawn on a baseline; ``breaks`` allows a new line before it."""

    width = 0.0
    ascent = 0.0
    descent = 0.0
    breaks = False

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Draw with the left end of the baseline at (x, baseline)."""
        raise NotImplementedError


@lru_cache(8192)
def _measured(text: str, pixels: int, weight: int) -> tuple[QFont, float, float, float]:
    """The font, width, ascent and descent of letters: a page of numbers has the same ones again and again."""
    face = make_font(pixels, weight, False)
    metrics = QFontMetricsF(face)
    return face, metrics.horizontalAdvance(text), metrics.ascent(), metrics.descent()


class TextBox(Box):
    """Letters in one font and color, moved down by ``drop``."""

    def __init__(self, text: str, weight: int, paint_in: QColor, size: int = SIZE, drop: float = 0.0) -> None:
        self.text, self.ink, self.drop = text, paint_in, drop
        self.face, self.width, ascent, descent = _measured(text, px(size), weight)
        self.ascent, self.descent = ascent - drop, descent + drop

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        painter.setFont(self.face)
        painter.setPen(self.ink)
        painter.drawText(QPointF(x, baseline + self.drop), self.text)


class Row(Box):
    """Boxes side by side."""

    def __init__(self, boxes: Sequence[Box], breaks: bool = False) -> None:
        self.boxes = boxes
        self.breaks = breaks
        self.width = sum(box.width for box in boxes)
        self.ascent = max((box.ascent for box in boxes), default=0.0)
        self.descent = max((box.descent for box in boxes), default=0.0)

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        for box in self.boxes:
            box.paint(painter, x, baseline)
            x += box.width


class Fraction(Box):
    """A numerator over a denominator, in floor or ceiling brackets."""

    breaks = True

    def __init__(self, above: Box, below: Box, rounding: str) -> None:
        self.above, self.below, self.rounding = above, below, rounding
        self.inner = max(above.width, below.width) + px(8)
        self.width = self.inner + px(14)
        metrics = QFontMetricsF(font(SIZE))
        self.axis = metrics.xHeight() / 2
        gap = px(3)
        self.ascent = self.axis + gap + above.ascent + above.descent
        self.descent = gap + below.ascent + below.descent - self.axis

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        middle = baseline - self.axis
        left = x + px(7)
        painter.setPen(QPen(color("text3"), 1.5))
        painter.drawLine(QPointF(left, middle), QPointF(left + self.inner, middle))
        self._paint_brackets(painter, x, baseline)
        gap = px(3)
        above_baseline = middle - gap - self.above.descent
        below_baseline = middle + gap + self.below.ascent
        self.above.paint(painter, left + (self.inner - self.above.width) / 2, above_baseline)
        self.below.paint(painter, left + (self.inner - self.below.width) / 2, below_baseline)

    def _paint_brackets(self, painter: QPainter, x: float, baseline: float) -> None:
        top, bottom, foot = baseline - self.ascent + 1, baseline + self.descent - 1, px(5)
        level = top if self.rounding == "ceil" else bottom
        painter.setPen(QPen(color("text2"), 1.25))
        for side, inward in ((x + 1, foot), (x + self.width - 1, -foot)):
            painter.drawLine(QPointF(side, top), QPointF(side, bottom))
            painter.drawLine(QPointF(side, level), QPointF(side + inward, level))


class Result(Box):
    """What a formula comes to, on an accent fill."""

    breaks = True

    def __init__(self, text: str) -> None:
        self.text = TextBox(text, 600, color("accent"))
        self.width = self.text.width + px(16)
        self.ascent, self.descent = self.text.ascent + px(3), self.text.descent + px(3)

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent_soft"))
        painter.drawRoundedRect(QRectF(x, baseline - self.ascent, self.width, self.ascent + self.descent), 5, 5)
        self.text.paint(painter, x + px(8), baseline)


def formula_boxes(formula: Formula) -> list[Box]:
    """A formula as boxes in reading order."""
    boxes: list[Box] = []
    if formula.symbol:
        boxes += [_symbol(formula.symbol), _sign("  =  ")]
    if formula.denominator:
        above, below = Row(_step_boxes(formula.numerator)), Row(_step_boxes(formula.denominator))
        boxes += [Fraction(above, below, formula.rounding), *_groups(formula.tail)]
    else:
        boxes += _groups((*formula.numerator, *formula.tail))
    return [*boxes, Row([_sign(" = "), Result(formula.result)], breaks=True)]


def break_lines(boxes: Sequence[Box], width: float) -> list[Row]:
    """Boxes in lines of at most ``width``, broken where boxes allow it, or anywhere within one that is too wide."""
    lines: list[list[Box]] = [[]]
    used = 0.0
    for box in _loosened(boxes, width):
        if lines[-1] and box.breaks and used + box.width > width:
            lines.append([])
            used = 0.0
        lines[-1].append(box)
        used += box.width
    return [Row(line) for line in lines]


def _loosened(boxes: Sequence[Box], width: float) -> Iterable[Box]:
    for box in boxes:
        if isinstance(box, Row) and box.width > width:
            for part in box.boxes:
                part.breaks = True
                yield part
        else:
            yield box


def _symbol(symbol: str) -> Box:
    name, _, below = symbol.partition("_")
    parts = [TextBox(name, 600, color("text1"), SIZE + 1)]
    if below:
        parts.append(TextBox(below, 400, color("text2"), SIZE - 1, drop=px(4)))
    return Row(parts)


def _sign(text: str) -> Box:
    return TextBox(text, 400, color("text2"))


def _step_boxes(steps: Iterable[Step]) -> list[Box]:
    return [TextBox(step.text, 600 if step.role else 400, _ink(step)) for step in steps]


def _ink(step: Step) -> QColor:
    return role_color(step.role) if step.role else color("text2")


def _groups(steps: Sequence[Step]) -> list[Box]:
    """Steps that belong together as one box: a new one starts at every sign that has space around it."""
    groups: list[list[Step]] = []
    for step in steps:
        if not groups or step.text.startswith(" "):
            groups.append([])
        groups[-1].append(step)
    return [Row(_step_boxes(group), breaks=True) for group in groups]


def spoken(formula: Formula) -> str:
    """A formula in one line of text."""
    above = "".join(step.text for step in formula.numerator)
    below = "".join(step.text for step in formula.denominator)
    left, right = ("⌈", "⌉") if formula.rounding == "ceil" else ("⌊", "⌋")
    middle = f"{left}({above}) / {below}{right}" if below else above
    start = f"{formula.symbol.replace('_', ' ')} = " if formula.symbol else ""
    return f"{start}{middle}{''.join(step.text for step in formula.tail)} = {formula.result}"
