"""Painting all wires at once: one painter for the whole canvas, a few calls for thousands of wires."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from models.network import Edge
from widgets.canvas.camera import Camera
from widgets.canvas.scene.measures import BLOCKS_BELOW, WIRE_WIDTH
from widgets.canvas.scene.wire import Wire
from widgets.theme import color

_CHEVRON = 4.0


def paint_wires(
    painter: QPainter, camera: Camera, wires: Iterable[Wire], lit: Collection[Edge], broken: Collection[Edge]
) -> None:
    """Paint wires beneath the cards; ``lit`` ones in the accent, ``broken`` ones dashed and red."""
    painter.setTransform(camera.transform)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if camera.zoom < BLOCKS_BELOW:
        _paint_thin(painter, wires, lit, broken)
    else:
        _paint_full(painter, wires, lit, broken)
    painter.resetTransform()


def wire_pen(token: str, *, dashed: bool = False, width: float = WIRE_WIDTH) -> QPen:
    """The pen of a wire."""
    pen = QPen(color(token), width)
    if dashed:
        pen.setDashPattern([2.5, 2.0])
    return pen


def _paint_thin(painter: QPainter, wires: Iterable[Wire], lit: Collection[Edge], broken: Collection[Edge]) -> None:
    groups: dict[str, list[QLineF]] = {"wire": [], "error_line": [], "accent": []}
    plain, special = groups["wire"].extend, {*broken, *lit}
    for wire in wires:
        if not special or wire.edge not in special:
            plain(wire.lines)
        else:
            groups["accent" if wire.edge in lit else "error_line"] += wire.lines
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for token, lines in groups.items():
        pen = QPen(color(token), 1 if token == "wire" else 2)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLines(lines)


def _paint_full(painter: QPainter, wires: Iterable[Wire], lit: Collection[Edge], broken: Collection[Edge]) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    groups: dict[str, list[Wire]] = {"wire": [], "error_line": [], "accent": []}
    for wire in wires:
        groups["error_line" if wire.edge in broken else "accent" if wire.edge in lit else "wire"].append(wire)
    for token, group in groups.items():
        painter.setPen(wire_pen(token, dashed=token == "error_line"))
        painter.drawLines([wire.lines[0] for wire in group if len(wire.lines) == 1])
        for wire in group:
            if len(wire.lines) > 1:
                painter.drawPath(wire.path)
    for token, group in groups.items():
        for wire in group:
            if wire.chevron:
                _paint_chevron(painter, QPointF(*wire.chevron), token)


def _paint_chevron(painter: QPainter, place: QPointF, token: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("canvas"))
    painter.drawEllipse(place, _CHEVRON + 3, _CHEVRON + 3)
    arrow = QPainterPath(place + QPointF(-_CHEVRON, _CHEVRON / 2))
    arrow.lineTo(place + QPointF(0, -_CHEVRON / 2))
    arrow.lineTo(place + QPointF(_CHEVRON, _CHEVRON / 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(wire_pen(token))
    painter.drawPath(arrow)


def paint_insertion(painter: QPainter, wire: Wire, place: QPointF) -> None:
    """A wire into which something may be dropped: thick, with a plus. The painter is in scene coordinates."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(wire_pen("accent", width=4))
    painter.drawPath(wire.path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("main_button"))
    painter.drawEllipse(place, 9, 9)
    painter.setPen(QPen(color("#FFFFFF"), 1.5))
    painter.drawLine(place + QPointF(-4, 0), place + QPointF(4, 0))
    painter.drawLine(place + QPointF(0, -4), place + QPointF(0, 4))
