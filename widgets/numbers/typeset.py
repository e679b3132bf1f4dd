"""Formulas with their numbers, set as in a book: fractions, indices, roots and brackets as tall as what they hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from models.byhand import notation
from models.byhand.functions import Call, Extreme
from models.byhand.notation import number, shortened
from models.byhand.pen import Line
from models.byhand.terms import Fraction, Known, Leaf, Minus, Power, Product, Sum, Term, Truth
from widgets.explain.boxes import Box, Row, TextBox, break_lines
from widgets.theme import font, px

SMALLEST = 9
"""Logical pixels below which indices shrink no more."""
_NAME = re.compile("^(.*?)([₀₁₂₃₄₅₆₇₈₉,]*)(?:⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾)?$")
_INDEXED = re.compile("^([A-Za-z])_([A-Za-z0-9_]+)$")
"""A letter with what sets it apart, as W_ih: an index of its own."""
_POWER = re.compile(r"^(.*)\^\((−?\d+)\)$")
_PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789")


class Script(Box):
    """Small letters at the right of a box: below it, above it, or both."""

    def __init__(self, base: Box, below: Box | None, above: Box | None, size: float) -> None:
        self.base, self.below, self.above = base, below, above
        self.drop = px(round(size * 0.3))
        self.rise = max(px(round(size * 0.45)), base.ascent - px(round(size * 0.75)))
        small = [box for box in (below, above) if box is not None]
        self.width = base.width + max(box.width for box in small) + px(1)
        self.ascent = max(base.ascent, self.rise + (above.ascent if above else 0))
        self.descent = max(base.descent, self.drop + (below.descent if below else 0))

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        self.base.paint(painter, x, baseline)
        if self.below is not None:
            self.below.paint(painter, x + self.base.width, baseline + self.drop)
        if self.above is not None:
            self.above.paint(painter, x + self.base.width, baseline - self.rise)


class Quotient(Box):
    """One box over another, with a rule between."""

    def __init__(self, above: Box, below: Box, ink: QColor, size: float) -> None:
        self.above, self.below, self.ink = above, below, ink
        self.axis = QFontMetricsF(font(round(size))).xHeight() / 2
        self.width = max(above.width, below.width) + px(8)
        self.ascent = self.axis + px(2) + above.ascent + above.descent
        self.descent = px(2) + below.ascent + below.descent - self.axis

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        middle = baseline - self.axis
        painter.setPen(QPen(self.ink, 1.0))
        painter.drawLine(QPointF(x + px(2), middle), QPointF(x + self.width - px(2), middle))
        left, right = (x + (self.width - box.width) / 2 for box in (self.above, self.below))
        self.above.paint(painter, left, middle - px(2) - self.above.descent)
        self.below.paint(painter, right, middle + px(2) + self.below.ascent)


class Radical(Box):
    """A root over a box."""

    def __init__(self, inner: Box, ink: QColor) -> None:
        self.inner, self.ink = inner, ink
        self.width = inner.width + px(13)
        self.ascent, self.descent = inner.ascent + px(3), inner.descent

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        top, bottom = baseline - self.ascent + px(1), baseline + self.descent - px(1)
        path = QPainterPath(QPointF(x + px(1), (top + 2 * bottom) / 3))
        path.lineTo(x + px(3), (top + 2 * bottom) / 3 - px(1))
        path.lineTo(x + px(6), bottom)
        path.lineTo(x + px(10), top)
        path.lineTo(x + self.width - px(1), top)
        painter.setPen(QPen(self.ink, 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        self.inner.paint(painter, x + px(11), baseline)


class Fence(Box):
    """A box between round brackets or upright bars, as tall as the box."""

    def __init__(self, inner: Box, ink: QColor, bars: bool = False) -> None:
        self.inner, self.ink, self.bars = inner, ink, bars
        self.width = inner.width + px(10)
        self.ascent, self.descent = inner.ascent, inner.descent

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        top, bottom = baseline - self.ascent + px(1), baseline + self.descent - px(1)
        painter.setPen(QPen(self.ink, 1.1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for side, bulge in ((x + px(4), -px(3)), (x + self.width - px(4), px(3))):
            path = QPainterPath(QPointF(side, top))
            if self.bars:
                path.lineTo(side, bottom)
            else:
                path.cubicTo(side + bulge, top + px(4), side + bulge, bottom - px(4), side, bottom)
            painter.drawPath(path)
        self.inner.paint(painter, x + px(5), baseline)


@dataclass(frozen=True)
class Typesetter:
    """Sets terms in one ink and size (logical pixels); what they come to in ``strong``."""

    ink: QColor
    strong: QColor
    size: float = 13

    def line(self, line: Line, width: float, whole: bool = True) -> list[Row]:
        """A line in one row where it fits into ``width``, else its name and each formula in rows of their own.

        Where not the ``whole`` line is to be told, the names alone.
        """
        parts: list[Box] = [self._whole(line.term, False)]
        if whole and line.numbers != line.names:
            parts.append(self._whole(line.term, True))
        if whole and number(line.value) != line.numbers:
            parts.append(TextBox(number(line.value), 600, self.strong, round(self.size)))
        name = self._name(line.name, 600)
        row = Row([name, *(box for part in parts for box in (self.text("  =  "), part))])
        if row.width <= width:
            return [row]
        rows = self._rows([name, *self._part("  =  ", parts[0])], width)
        return [*rows, *(row for part in parts[1:] for row in self._rows(self._part("=  ", part), width))]

    def _part(self, sign: str, box: Box) -> list[Box]:
        """An equals sign and what follows, which may be parted where it is a sum."""
        return [self.text(sign), *(box.boxes if isinstance(box, Row) else [box])]

    def _rows(self, boxes: Sequence[Box], width: float) -> list[Row]:
        rows = break_lines(boxes, width)
        if all(row.width <= width for row in rows):
            return rows
        apart = [part for box in boxes for part in self._apart(box, width)]
        for part in apart[1:]:
            part.breaks = True
        return break_lines(apart, width)

    def _apart(self, box: Box, width: float) -> list[Box]:
        """A box that is too wide as several, in one line of writing: a fraction with a stroke, brackets as letters."""
        if box.width <= width:
            return [box]
        match box:
            case Row():
                return [part for inner in box.boxes for part in self._apart(inner, width)]
            case Fence():
                signs = ("|", "|") if box.bars else ("(", ")")
                return [self.text(signs[0]), *self._apart(box.inner, width), self.text(signs[1])]
            case Radical():
                return [self.text("√("), *self._apart(box.inner, width), self.text(")")]
            case Quotient():
                above = self._apart(box.above, width)
                above = [self.text("("), *above, self.text(")")] if len(above) > 1 else above
                return [*above, self.text("/("), *self._apart(box.below, width), self.text(")")]
            case Script():
                return [*self._apart(box.base, width), Script(self.text(""), box.below, box.above, self.size)]
        return [box]

    def text(self, text: str, weight: int = 400) -> TextBox:
        """Letters on the baseline."""
        return TextBox(text, weight, self.ink, round(self.size))

    @property
    def smaller(self) -> Typesetter:
        """For indices."""
        return Typesetter(self.ink, self.strong, max(self.size * 0.75, SMALLEST))

    def _name(self, name: str, weight: int = 400) -> Box:
        """A name with its indices, or a gradient as a fraction."""
        if name.startswith("∂L/∂"):
            over = Typesetter(self.ink, self.strong, max(self.size * 0.9, SMALLEST))
            return Quotient(over.text("∂L"), Row([over.text("∂"), over._name(name[4:])]), self.ink, self.size)
        match = _NAME.match(name)
        base, below, above = match.groups() if match else (name, "", None)
        if own := _INDEXED.match(base):
            base, below = own[1], f"{own[2]} {below}".strip()
        if not below and not above:
            return self.text(name, weight)
        low = self.smaller.text(below.translate(_PLAIN)) if below else None
        high = self.smaller.text(f"({above.translate(_PLAIN)})") if above else None
        return Script(self.text(base, weight), low, high, self.size)

    def _number(self, text: str) -> Box:
        power = _POWER.match(text.strip("()") + ")" if text.endswith("))") else text)
        if power is None:
            return self.text(text)
        return Script(self.text(power[1]), None, self.smaller.text(power[2]), self.size)

    def box(self, term: Term, put_in: bool) -> Box:
        """A term as one box; the terms of a sum may begin new lines."""
        match term:
            case Known():
                return self.box(term.term, put_in)
            case Leaf():
                if put_in or not term.name:
                    return self._number(notation.bracketed(term.value))
                return self._name(term.name)
            case Truth():
                return self.text(notation.text(term, put_in))
            case Sum():
                return self._sum(shortened(term.terms), put_in)
            case Minus():
                return Row([self.text("−"), self._held(term.term, put_in, Sum, Minus)])
            case Product():
                return self._product([self._held(factor, put_in, Sum, Minus) for factor in term.factors])
            case Fraction():
                return Quotient(self._whole(term.above, put_in), self._whole(term.below, put_in), self.ink, self.size)
            case Power():
                base = self._held(term.base, put_in, Sum, Minus, Product, Fraction, Power)
                return Script(base, None, self.smaller.text(number(term.exponent)), self.size)
            case Call(function="abs"):
                return Fence(self._whole(term.term, put_in), self.ink, bars=True)
            case Call(function="√"):
                return Radical(self._whole(term.term, put_in), self.ink)
            case Call():
                return Row([self.text(term.function), Fence(self._whole(term.term, put_in), self.ink)])
            case Extreme():
                shown = shortened(term.terms)
                parts = [self.text(part) if isinstance(part, str) else self._whole(part, put_in) for part in shown]
                inner = [box for part in parts for box in (self.text(", "), part)][1:]
                return Row([self.text(term.function), Fence(Row(inner), self.ink)])
        raise TypeError(f"no way to set a {type(term).__name__}")

    def _whole(self, term: Term, put_in: bool) -> Box:
        """A term that stands alone between brackets or strokes: a negative number needs none of its own."""
        if isinstance(term, Leaf) and (put_in or not term.name):
            return self._number(number(term.value))
        return self.box(term, put_in)

    def _held(self, term: Term, put_in: bool, *loose: type[Term]) -> Box:
        inner = term.term if isinstance(term, Known) else term
        box = self.box(inner, put_in)
        return Fence(box, self.ink) if isinstance(inner, loose) else box

    def _product(self, factors: Sequence[Box]) -> Row:
        return Row([box for factor in factors for box in (self.text("·"), factor)][1:])

    def _sum(self, terms: Sequence[Term | str], put_in: bool) -> Row:
        groups = list[Box]()
        for place, term in enumerate(terms):
            if isinstance(term, Minus):
                sign, inner = " − ", self._held(term.term, put_in, Sum, Minus)
            else:
                sign, inner = " + ", self.text(term) if isinstance(term, str) else self.box(term, put_in)
            sign = sign if place else sign.strip().replace("+", "")
            groups.append(Row([self.text(sign), inner] if sign else [inner], breaks=bool(place)))
        return Row(groups)


def widest(rows: Sequence[Row]) -> float:
    """The width that rows take."""
    return max((row.width for row in rows), default=0.0)


def height_of(rows: Sequence[Row], gap: float) -> float:
    """The height that rows take, one below another."""
    return sum(row.ascent + row.descent + gap for row in rows)


def paint_rows(painter: QPainter, rows: Sequence[Row], left: float, top: float, gap: float) -> float:
    """Paint rows one below another; what is further down comes back."""
    for row in rows:
        row.paint(painter, left, top + row.ascent)
        top += row.ascent + row.descent + gap
    return top
