"""Dropping a layer from the palette: onto the canvas, beneath a layer that leads nowhere yet, or into a wire."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from models.document.edits import Edit
from models.layout import card_height
from models.network import NetworkError
from widgets.canvas.editing.requests import add, insert, new_node, snapped
from widgets.canvas.gestures.base import Gesture, Stage
from widgets.canvas.gestures.connect import paint_loose_wire
from widgets.canvas.painting import text
from widgets.canvas.painting.paint_wires import paint_insertion
from widgets.canvas.scene.card import Card
from widgets.canvas.scene.measures import CARD_WIDTH, FULL_RADIUS, GAP
from widgets.canvas.scene.wire import Wire
from widgets.theme import color

KIND_MIME = "application/x-netloom-kind"


class DropGesture(Gesture):
    """The outline of a card follows the pointer; released over a wire the layer goes into it.

    Released just beneath a free output the layer is wired to it; the wire is shown before.
    """

    def __init__(self, stage: Stage, origin: QPointF, kind: str) -> None:
        super().__init__(stage, origin)
        self.node = new_node(stage.scene.network, kind)
        self._point = origin
        self._wire: Wire | None = None
        self._above: Card | None = None
        self.move(origin, Qt.KeyboardModifier.NoModifier)

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._point = point
        fits = bool(self.node.inputs and self.node.outputs)
        self._wire = self.stage.scene.wire_for_drop(point) if fits else None
        hangs = bool(self.node.inputs) and not self._wire
        self._above = self.stage.scene.card_above(self._area(None)) if hangs else None
        self.stage.update()

    def finish(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self.move(point, modifiers)
        try:
            edit = self._edit()
        except NetworkError as error:
            self.stage.show_refusal(str(error))
            return
        if self.stage.request(edit):
            self.stage.select({self.node.id})

    def _edit(self) -> Edit:
        if self._wire:
            return insert(self.stage.scene, self.node, self._wire, self._point)
        end = self._above.outputs[0].end if self._above else None
        return add(self.stage.scene, self.node, self._area(self._above).center(), end)

    def _area(self, above: Card | None) -> QRectF:
        """Where the card lies when it is dropped: around the pointer, clear of the one that it hangs from."""
        height = card_height(self.node)
        x, y = snapped(self._point.x() - CARD_WIDTH / 2), snapped(self._point.y() - height / 2)
        if above:
            x, y = above.rect.x(), max(y, above.area.bottom() + GAP)
        return QRectF(x, y, CARD_WIDTH, height)

    def cancel(self) -> None:
        self.stage.update()

    def paint(self, painter: QPainter) -> None:
        area = self._area(self._above)
        if self._wire:
            x = self._wire.points[0][0] - CARD_WIDTH / 2 if len(self._wire.lines) == 1 else area.x()
            # Above the pointer, so that the wire and its plus stay in sight.
            area.moveTo(x, self._point.y() - area.height() - 14)
        if self._above:
            place = self._above.place(self._above.outputs[0])
            paint_loose_wire(painter, place, QPointF(area.center().x(), area.top()), True, "")
        pen = QPen(color("accent"), 1.5, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(color("accent_soft"))
        painter.drawRoundedRect(area, FULL_RADIUS, FULL_RADIUS)
        painter.setPen(color("text1"))
        text.draw_centered(painter, area.center().x(), area.center().y(), self.node.kind, text.TITLE)
        if self._wire:
            paint_insertion(painter, self._wire, self._wire.middle())
