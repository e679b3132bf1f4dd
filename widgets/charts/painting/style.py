"""How runs are told apart: a color and a way of dashing for each, thirty-six in all."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from widgets.theme import color, theme

Dashes = tuple[float, ...]
"""Pixels drawn and left out in turns; () for a line without gaps."""

PATTERNS: tuple[Dashes, ...] = ((), (9, 5), (3, 4), (14, 4, 3, 4), (22, 7), (10, 3, 3, 3, 3, 3))
PHASE = 5.2
FIRST_DASHED = 3
"""The first colors stay apart for the common kinds of color blindness; the others are dashed from the beginning."""


def hue_of(index: int) -> QColor:
    """The color of the run with this number; they come round again after the last."""
    curves = theme().palette.curves
    return color(curves[index % len(curves)])


def dashes_of(index: int) -> Dashes:
    """How the lines of the run with this number are dashed: in another way each time the colors come round."""
    turn, place = divmod(index, len(theme().palette.curves))
    return PATTERNS[(turn + (place >= FIRST_DASHED)) % len(PATTERNS)]


def phase_of(index: int) -> float:
    """Pixels by which the run with this number is on in its pattern: gaps of many lines would make columns else."""
    return PHASE * index


@lru_cache(256)
def dashed_pen(rgb: int, width: float, dashes: Dashes, phase: float = 0.0) -> QPen:
    """A pen for a line of few points, to be used as it is."""
    pen = QPen(QColor.fromRgb(rgb), width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if dashes else Qt.PenCapStyle.RoundCap)
    if dashes:
        pen.setDashPattern([length / width for length in dashes])
        pen.setDashOffset(phase / width)
    return pen


def draw_sample(painter: QPainter, start: QPointF, length: float, index: int) -> None:
    """A short piece of the lines of a run, as a key to them."""
    pen = QPen(dashed_pen(hue_of(index).rgb(), 2.4, dashes_of(index)))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawLine(start, start + QPointF(length, 0))
