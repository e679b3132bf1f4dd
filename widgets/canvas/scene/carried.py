"""What a hand carries across the canvas: cards, and the wires among them, before the model knows of it.

In their grids they stay where they were, and are looked for by how far they were carried, so that a frame costs what is
in view and not what is carried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from PySide6.QtCore import QRectF

from models.network import Edge
from widgets.canvas.scene.grid import Grid
from widgets.canvas.scene.wire import Wire


class Carried:
    """Cards that are carried together; their own rectangles go along. ``area`` is where they and their wires lay."""

    def __init__(self, ids: Iterable[str] = (), area: QRectF | None = None) -> None:
        self.ids = frozenset(ids)
        self._area = QRectF() if area is None else area
        self._dx = self._dy = 0.0
        self._wires: dict[Edge, Wire] = {}

    def __bool__(self) -> bool:
        return bool(self.ids)

    @property
    def area(self) -> QRectF:
        """Where they and the wires among them lie now."""
        return self._area.translated(self._dx, self._dy)

    def carry(self, dx: float, dy: float) -> None:
        """Carry them on."""
        self._dx += dx
        self._dy += dy
        self._wires = {}

    def holds(self, edge: Edge) -> bool:
        """Whether a wire goes along, since both of its cards do."""
        return edge.source in self.ids and edge.target in self.ids

    def wire(self, wire: Wire) -> Wire:
        """A wire as it lies now."""
        if not self.holds(wire.edge):
            return wire
        moved = self._wires.get(wire.edge)
        if moved is None:
            moved = self._wires[wire.edge] = wire.moved(self._dx, self._dy)
        return moved

    def cards_in(self, grid: Grid[str], areas: Sequence[QRectF]) -> Collection[str]:
        """The cards of a grid that lie in some areas now."""
        found = grid.within(areas)
        if not self.ids:
            return found
        return {*(set(found) - self.ids), *(id for id in grid.within(self._before(areas)) if id in self.ids)}

    def wires_in(self, grid: Grid[Edge], wires: Mapping[Edge, Wire], areas: Sequence[QRectF]) -> list[Wire]:
        """The wires of a grid that lie in some areas now."""
        found = grid.within(areas)
        if not self.ids:
            return [wires[edge] for edge in found]
        others = [wires[edge] for edge in found if not self.holds(edge)]
        return others + [self.wire(wires[edge]) for edge in grid.within(self._before(areas)) if self.holds(edge)]

    def _before(self, areas: Iterable[QRectF]) -> list[QRectF]:
        return [area.translated(-self._dx, -self._dy) for area in areas]
