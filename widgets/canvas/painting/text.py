"""Text on the canvas: laid out once per string and font, always as written, never as markup."""

from __future__ import annotations

import re
from functools import lru_cache
from math import ceil

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QStaticText, QTransform

from widgets.theme.fonts import make_font

Style = tuple[int, int]
"""Pixel size and weight."""

TITLE: Style = (13, 600)
BODY: Style = (13, 400)
PLAIN: Style = (12, 400)
STRONG: Style = (12, 600)
MEDIUM: Style = (12, 500)
SMALL: Style = (11, 400)
SMALL_STRONG: Style = (11, 600)


_DOT, _TIMES = " · ", " ×"
_FEWEST_LETTERS = 3
"""Of a name that is cut, with its …; with fewer it is left out."""
LEAST = 11
"""Pixels of the screen, at 100 % text size, below which nothing is written."""


def legible(style: Style, zoom: float) -> Style:
    """The style for what a painter draws scaled by ``zoom``: larger where it would come out below `LEAST`."""
    size, weight = style
    return max(size, ceil(LEAST / zoom - 1e-6)), weight


@lru_cache(maxsize=64)
def metrics(style: Style) -> QFontMetricsF:
    """The measures of a font, in the units of the painter."""
    return QFontMetricsF(make_font(*style, False))


@lru_cache(maxsize=20_000)
def width(text: str, style: Style) -> float:
    """How wide a text is."""
    return metrics(style).horizontalAdvance(one_line(text))


@lru_cache(maxsize=20_000)
def elided(text: str, style: Style, room: float) -> str:
    """A text, ended by … where it is wider than ``room``; nothing where not even that fits."""
    line = one_line(text)
    return metrics(style).elidedText(line, Qt.TextElideMode.ElideRight, room) if room >= 10 else ""


@lru_cache(maxsize=20_000)
def in_parts(text: str, style: Style, room: float) -> str:
    """As many of the parts of a text, which stand with dots between them, as have room; no number is cut."""
    parts = text.split(_DOT)
    while len(parts) > 1 and width(_DOT.join(parts), style) > room:
        parts.pop()
    line = _DOT.join(parts)
    return "" if line[:1].isdigit() and width(line, style) > room else elided(line, style, room)


@lru_cache(maxsize=20_000)
def beside_or_below(name: str, detail: str, style: Style, beside: float, below: float) -> tuple[str, str]:
    """A name and a second line. A name that has no room of its own stands before that line, where both fit; cut to a
    letter or two it would say nothing."""
    if width(name, style) > beside:
        both = _DOT.join(filter(None, (name, detail)))
        if width(both, style) <= below:
            return "", both
        short = elided(name, style, beside)
        name = short if len(short) > _FEWEST_LETTERS else ""
    return name, elided(detail, style, below)


@lru_cache(maxsize=2_000)
def fitting(kind: str, style: Style, room: float) -> str:
    """The name of a kind; BatchNorm for BatchNorm2d where there is no room for all of it. How often a block repeats
    stays: Bottlen… ×3."""
    if width(kind, style) <= room:
        return kind
    name, sign, times = kind.partition(_TIMES)
    times = sign + times
    return elided(re.sub(r"[123]d$", "", name), style, room - width(times, style)) + times


def one_line(text: str) -> str:
    """A text without line breaks and the like."""
    return " ".join(text.split())


@lru_cache(maxsize=20_000)
def _laid_out(text: str, style: Style) -> QStaticText:
    static = QStaticText(text)
    static.setTextFormat(Qt.TextFormat.PlainText)
    static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    static.prepare(QTransform(), make_font(*style, False))
    return static


@lru_cache(maxsize=64)
def _lift(style: Style) -> float:
    """From the middle of a line to the top of its text."""
    return metrics(style).height() / 2


def draw(painter: QPainter, x: float, middle: float, text: str, style: Style) -> None:
    """Draw one line from ``x`` to the right, around the height ``middle``, in the painter's pen."""
    painter.setFont(make_font(*style, False))
    painter.drawStaticText(QPointF(x, middle - _lift(style)), _laid_out(text, style))


def draw_right(painter: QPainter, right: float, middle: float, text: str, style: Style) -> None:
    """Draw one line that ends at ``right``."""
    draw(painter, right - width(text, style), middle, text, style)


def draw_centered(painter: QPainter, center: float, middle: float, text: str, style: Style) -> None:
    """Draw one line around ``center``."""
    draw(painter, center - width(text, style) / 2, middle, text, style)
