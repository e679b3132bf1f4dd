"""What lies under a pointer that presses nothing: it lights up, and the cursor tells what can be done there."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from models.network import Edge
from widgets.canvas.editing.asking import Asking
from widgets.canvas.gestures.remark import cursor_of
from widgets.canvas.remarks.places import Grip
from widgets.canvas.scene.measures import BLOCKS_BELOW


class Hover:
    """Keeps the marks of a canvas for what the pointer is over."""

    def __init__(self, canvas: Asking) -> None:
        self._canvas = canvas
        self._grip: Grip | None = None

    def cursor(self, *, pressed: bool) -> Qt.CursorShape | None:
        """The cursor over it, while a button is ``pressed`` or not; None for the usual one."""
        marks = self._canvas.marks
        if marks.hovered_port and not pressed:
            return Qt.CursorShape.CrossCursor
        return cursor_of(self._grip) if self._grip and not marks.hovered else None

    def look(self, point: QPointF) -> bool:
        """The pointer is over a point of the scene; returns whether the cursor may be another."""
        canvas, scene, marks = self._canvas, self._canvas.scene, self._canvas.marks
        before = (marks.hovered, marks.hovered_port and marks.hovered_port.end)
        port = scene.port_at(point, canvas.reach) if canvas.zoom >= BLOCKS_BELOW else None
        card = scene.card_at(point)
        marks.hovered = card.id if card else port.end.node if port else ""
        marks.hovered_port = port
        self._light(frozenset() if card or port else scene.wires_at(point, canvas.wire_reach))
        grip = None if card or port or marks.hovered_wires else canvas.remarks.at(point, canvas.camera.scale)
        if before == (marks.hovered, port and port.end) and grip == self._grip:
            return False
        self._grip = grip
        canvas.repaint_cards({before[0], marks.hovered})
        return True

    def leave(self) -> None:
        """The pointer is elsewhere."""
        marks = self._canvas.marks
        before, marks.hovered, marks.hovered_port = marks.hovered, "", None
        self._canvas.repaint_cards({before})
        self._light(frozenset())

    def _light(self, edges: frozenset[Edge]) -> None:
        """Light up wires, whole and with the ports at their ends."""
        marks = self._canvas.marks
        before, marks.hovered_wires = marks.hovered_wires, edges
        if before != edges:
            wires = [wire for edge in before ^ edges if (wire := self._canvas.scene.wires.get(edge))]
            self._canvas.repaint_boxes(box for wire in wires for box in wire.boxes)
