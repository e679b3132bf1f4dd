"""Painting all wires at once: one painter for the whole canvas, a few calls for thousands of wires."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from models.layout.junctions import Point, crossings, forks
from models.network import Edge
from widgets.canvas.camera import Camera
from widgets.canvas.scene.measures import BLOCKS_BELOW, WIRE_WIDTH
from widgets.canvas.scene.wire import Wire, joined
from widgets.theme import color

_CHEVRON = 4.0
_DOT = 3.0


class Lit(NamedTuple):
    """Wires that stand out: ``chosen`` ones in the accent, ``hovered`` ones bright, ``broken`` ones dashed and red."""

    chosen: Collection[Edge] = frozenset()
    hovered: Collection[Edge] = frozenset()
    broken: Collection[Edge] = frozenset()

    def token(self, edge: Edge) -> str:
        """The color of a wire."""
        if edge in self.broken:
            return "error_line"
        return "accent" if edge in self.chosen else "text1" if edge in self.hovered else "wire"


def paint_wires(painter: QPainter, camera: Camera, wires: Iterable[Wire], lit: Lit) -> None:
    """Paint wires beneath the cards, those that stand out above the others."""
    painter.setTransform(camera.transform)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    groups: dict[str, list[Wire]] = {"wire": [], "error_line": [], "text1": [], "accent": []}
    special = {*lit.chosen, *lit.hovered, *lit.broken}
    if special:
        for wire in wires:
            groups[lit.token(wire.edge) if wire.edge in special else "wire"].append(wire)
    else:
        groups["wire"] = list(wires)
    if camera.zoom < BLOCKS_BELOW:
        _paint_thin(painter, groups)
    else:
        _paint_full(painter, groups)
    painter.resetTransform()


def wire_pen(token: str, *, dashed: bool = False, width: float = WIRE_WIDTH) -> QPen:
    """The pen of a wire."""
    pen = QPen(color(token), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)  # gaps are as wide as they are meant to be
    if dashed:
        pen.setDashPattern([2.5, 2.0])
    return pen


def _paint_thin(painter: QPainter, groups: Mapping[str, Iterable[Wire]]) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for token, group in groups.items():
        pen = QPen(color(token), 1 if token == "wire" else 2)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLines([line for wire in group for line in wire.lines])


def _paint_full(painter: QPainter, groups: Mapping[str, Sequence[Wire]]) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    everything = frozenset(chain.from_iterable(groups.values()))
    for token, group in groups.items():
        if not group:
            continue
        painter.setPen(wire_pen(token, dashed=token == "error_line"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawLines([wire.lines[0] for wire in group if len(wire.points) == 2])
        paths, dots = _shapes(everything, frozenset(group))
        for path in paths:
            painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(token))
        for place in dots:
            painter.drawEllipse(QPointF(*place), _DOT, _DOT)
    for token, group in groups.items():
        for wire in group:
            if wire.chevron:
                _paint_chevron(painter, QPointF(*wire.chevron), token)


@lru_cache(maxsize=8)
def _shapes(everything: frozenset[Wire], group: frozenset[Wire]) -> tuple[list[QPainterPath], list[Point]]:
    """The paths of a group of wires among all that are in view, one an output, and the dots where they fork."""
    crossed, beside = _among(everything)
    paths: list[QPainterPath] = []
    dots: list[Point] = []
    for output, wires in _by_output(wire for wire in group if len(wire.points) > 2).items():
        parting = forks([wire.points for wire in beside[output]])
        cuts = {wire.edge: found for wire in wires if (found := crossed.get(wire.edge))}
        first = wires[0]
        one = len(wires) == 1
        paths.append(first.path(cuts.get(first.edge, ()), parting) if one else joined(wires, cuts, parting))
        dots += (fork for fork in parting if any(wire.distance(QPointF(*fork)) < 1 for wire in wires))
    return paths, dots


@lru_cache(maxsize=8)
def _among(everything: frozenset[Wire]) -> tuple[dict[Edge, tuple[Point, ...]], dict[tuple[str, str], list[Wire]]]:
    """Where wires cross others, and all wires by the output that they leave from."""
    return crossings({wire.edge: wire.points for wire in everything}), _by_output(everything)


def _by_output(wires: Iterable[Wire]) -> dict[tuple[str, str], list[Wire]]:
    """Wires by the layer, and the port of it, that they leave from."""
    found: dict[tuple[str, str], list[Wire]] = {}
    for wire in wires:
        found.setdefault(wire.edge[:2], []).append(wire)
    return found


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
    painter.drawPath(wire.path())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("main_button"))
    painter.drawEllipse(place, 9, 9)
    painter.setPen(QPen(color("#FFFFFF"), 1.5))
    painter.drawLine(place + QPointF(-4, 0), place + QPointF(4, 0))
    painter.drawLine(place + QPointF(0, -4), place + QPointF(0, 4))
