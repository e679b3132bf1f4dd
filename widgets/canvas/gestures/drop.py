"""Dropping a layer from the palette: onto the canvas, or into a wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from models.edits import Edit
from models.layout import card_height
from models.network import NetworkError
from widgets.canvas import text
from widgets.canvas.gestures.base import Gesture
from widgets.canvas.measures import CARD_WIDTH, FULL_RADIUS
from widgets.canvas.paint_wires import paint_insertion
from widgets.canvas.requests import add, insert, new_node, snapped
from widgets.canvas.wire import Wire
from widgets.theme import color

if TYPE_CHECKING:
    from widgets.canvas.view import CanvasView

KIND_MIME = "application/x-netloom-kind"


class DropGesture(Gesture):
    """The outline of a card follows the pointer; released over a wire the layer goes into it."""

    def __init__(self, view: CanvasView, origin: QPointF, kind: str) -> None:
        super().__init__(view, origin)
        self.node = new_node(view.scene.network, kind)
        self._point = origin
        self._wire: Wire | None = None
        self.move(origin, Qt.KeyboardModifier.NoModifier)

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._point = point
        fits = bool(self.node.inputs and self.node.outputs)
        self._wire = self.view.scene.wire_for_drop(point) if fits else None
        self.view.update()

    def finish(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self.move(point, modifiers)
        try:
            edit = self._edit()
        except NetworkError as error:
            self.view.show_refusal(str(error))
            return
        if self.view.request(edit):
            self.view.select({self.node.id})

    def _edit(self) -> Edit:
        if self._wire:
            return insert(self.view.scene, self.node, self._wire, self._point)
        return add(self.view.scene, self.node, self._point)

    def cancel(self) -> None:
        self.view.update()

    def paint(self, painter: QPainter) -> None:
        height = card_height(self.node)
        x, y = snapped(self._point.x() - CARD_WIDTH / 2), snapped(self._point.y() - height / 2)
        if self._wire:
            x = self._wire.points[0][0] - CARD_WIDTH / 2 if len(self._wire.lines) == 1 else x
            # Above the pointer, so that the wire and its plus stay in sight.
            y = self._point.y() - height - 14
        pen = QPen(color("accent"), 1.5, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(color("accent_soft"))
        painter.drawRoundedRect(QRectF(x, y, CARD_WIDTH, height), FULL_RADIUS, FULL_RADIUS)
        painter.setPen(color("text1"))
        text.draw_centered(painter, x + CARD_WIDTH / 2, y + height / 2, self.node.kind, text.TITLE)
        if self._wire:
            paint_insertion(painter, self._wire, self._wire.middle())
