"""Asking for the kind of a layer: by a search, which knows what the layer goes to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

from models.document.edits import Edit
from widgets.canvas.editing.requests import Goal, Instead
from widgets.canvas.editing.work import Work
from widgets.canvas.scene.card import End
from widgets.canvas.scene.measures import NEAR_WIRE, PORT_HIT


class Asking(Work):
    """A canvas that asks. Who answers `quick_add_requested` does so by `hang_wire` while the search is open, then by
    `insert_kind`.
    """

    quick_add_requested = Signal(object, object, object)
    activated = Signal(str)

    def __init__(self, apply: Callable[[Edit], bool] | None, parent: QWidget | None) -> None:
        super().__init__(apply, parent)
        self._hanging: tuple[End, QPointF] | None = None

    def quick_add(self, at: QPointF | None = None) -> None:
        """Ask for a layer: into the selected wire, behind the selected card, ``at`` a place, at the pointer, or in the
        middle of the view."""
        if not self.has_scene:
            return
        picked = self.scene.wires.get(self.picked_wire) if self.picked_wire else None
        end, wire = self._open_end(), picked or self._only_wire()
        if end:
            self.ask_for_layer(self._below(end.node), end)
        elif wire:
            self.ask_for_layer(self._below(wire.edge.source), wire.edge)
        else:
            place = at or self._pointer() or self.camera.to_scene(QPointF(self.rect().center()))
            self.ask_for_layer(self._free_place(place), None)

    def _pointer(self) -> QPointF | None:
        """Where the pointer is in the scene; None if it is not over the canvas."""
        place = self.mapFromGlobal(QCursor.pos())
        return self.camera.to_scene(QPointF(place)) if self.rect().contains(place) else None

    def paste(self, at: QPointF | None = None) -> None:
        super().paste(at or self._pointer())

    def ask_for_other(self) -> None:
        """Ask for the kind that the selected cards are to become."""
        chosen = tuple(id for id in self.scene.cards if id in self.selection()) if self.has_scene else ()
        if chosen:
            self.ensure_visible(chosen[0])
            area = self.scene.cards[chosen[0]].area
            self.ask_for_layer(QPointF(area.center().x(), area.bottom()), Instead(chosen))

    def ask_for_layer(self, point: QPointF, end: Goal | None) -> None:
        """Ask for a layer at a place of the scene, or for what goes to an end, into a wire or instead of cards."""
        place = self.mapToGlobal(self.camera.to_widget(point).toPoint())
        self.quick_add_requested.emit(point, place, end)

    def hang_wire(self, end: End | None, point: QPoint | None = None) -> None:
        """Draw a wire from an end to a point of the screen while a layer is searched for; None takes it away."""
        place = self.camera.to_scene(QPointF(self.mapFromGlobal(point))) if point else QPointF()
        self._hanging = (end, place) if end else None
        self.update()

    def activate(self) -> None:
        """Open the one selected card, as a double-click does."""
        if len(self.selection()) == 1:
            self.activated.emit(*self.selection())

    @property
    def reach(self) -> float:
        """How near to a port counts as on it, in scene pixels: 24 pixels of the screen across, of the scene at most."""
        return PORT_HIT / 2 / max(self.camera.scale, 1.0)

    @property
    def wire_reach(self) -> float:
        """How near to a wire counts as on it: half as near, but no less than can be pointed at on the screen."""
        return max(self.reach / 2, NEAR_WIRE / self.camera.scale)
