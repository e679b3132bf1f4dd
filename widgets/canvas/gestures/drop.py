"""Dropping a layer from the palette: onto the canvas, beneath a layer that leads nowhere yet, or into a wire."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from models.document.edits import Edit
from models.layout import card_height
from models.network import NetworkError
from widgets.basics.deeds import Deed
from widgets.canvas.editing.requests import add, fits_within, insert, landing, replace
from widgets.canvas.editing.snapping import snapped
from widgets.canvas.gestures.base import Gesture, Stage
from widgets.canvas.gestures.connect import paint_loose_wire, paint_note
from widgets.canvas.gestures.landing import card_above, wire_for_drop
from widgets.canvas.painting import text
from widgets.canvas.painting.paint_wires import paint_insertion
from widgets.canvas.scene.card import Card
from widgets.canvas.scene.measures import CARD_WIDTH, FULL_RADIUS, GAP
from widgets.canvas.scene.scene import Scene
from widgets.canvas.scene.wire import Wire
from widgets.theme import color

KIND_MIME = "application/x-netloom-kind"
_RIM = 8.0
"""How much of a card at its upper and lower edge counts as the gap beside it, where wires are."""


class DropGesture(Gesture):
    """The outline of a card follows the pointer, where it will lie; released over a wire the layer goes into it.

    Released just beneath a free output the layer is wired to it; the wire is shown before. Released on a card it does
    not cover that one: what is to become of both is asked.
    """

    pans = True

    def __init__(self, stage: Stage, origin: QPointF, kind: str) -> None:
        super().__init__(stage, origin)
        self.node = stage.new_node(kind)
        self._point = origin
        self._onto: Card | None = None
        self._wire: Wire | None = None
        self._above: Card | None = None
        self.move(origin, Qt.KeyboardModifier.NoModifier)

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._point, scene = point, self.stage.scene
        self._onto = card_under(scene, point)
        fits = fits_within(self.node) and not self._onto
        self._wire = wire_for_drop(scene, point) if fits else None
        hangs = bool(self.node.inputs) and not self._wire and not self._onto
        self._above = card_above(scene, self._around()) if hangs else None
        self.stage.marks.target = self._onto.id if self._onto else ""
        self.stage.update()

    def finish(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self.move(point, modifiers)
        self.stage.marks.target = ""
        if self._onto:
            self.stage.offer(self._choices(self._onto), point)
            return
        try:
            self._make(self._edit())
        except NetworkError as error:
            self.stage.show_refusal(str(error))

    def _make(self, edit: Edit) -> None:
        if self.stage.request(edit):
            self.stage.select({self.node.id})

    def _choices(self, card: Card) -> list[Deed]:
        """What can become of the new layer and the card that it was dropped on."""
        scene, kind = self.stage.scene, self.node.kind
        below = QPointF(card.area.center().x(), card.area.bottom() + GAP + card_height(self.node) / 2)
        out = scene.network.edges_from(card.id)
        wire = scene.wires.get(out[0]) if len(out) == 1 and self.node.outputs else None
        choices = [Deed(f"Replace {card.id} with {kind}", partial(self._replace, card.id))]
        if self.node.inputs and wire:
            choices.append(Deed(f"Insert after {card.id}", lambda: self._make(insert(scene, self.node, wire, below))))
        elif self.node.inputs and card.outputs:
            end = card.outputs[0].end
            choices.append(Deed(f"Add after {card.id}", lambda: self._make(add(scene, self.node, below, end))))
        choices.append(Deed("Put it beside", lambda: self._make(add(scene, self.node, self._point))))
        return choices

    def _replace(self, id: str) -> None:
        edit, parts = replace(self.stage.scene, [id], self.node.kind, self.node.kinds)
        if self.stage.request(edit):
            self.stage.select(part.new for part in parts)

    def _edit(self) -> Edit:
        if self._wire:
            return insert(self.stage.scene, self.node, self._wire, self._point)
        end = self._above.outputs[0].end if self._above else None
        return add(self.stage.scene, self.node, self._center(), end)

    def _around(self) -> QRectF:
        """The card around the pointer."""
        height = card_height(self.node)
        x, y = snapped(self._point.x() - CARD_WIDTH / 2), snapped(self._point.y() - height / 2)
        return QRectF(x, y, CARD_WIDTH, height)

    def _center(self) -> QPointF:
        """Where the middle of the card is wanted: at the pointer, clear of the one that it hangs from."""
        area = self._around()
        if self._above:
            area.moveTo(self._above.rect.x(), max(area.y(), self._above.area.bottom() + GAP))
        return area.center()

    def _area(self) -> QRectF:
        """Where the card lies when it is dropped."""
        end = self._above.outputs[0].end if self._above else None
        height = card_height(self.node)
        return QRectF(*landing(self.stage.scene, height, self._center(), end), CARD_WIDTH, height)

    def cancel(self) -> None:
        self.stage.marks.target = ""
        self.stage.update()

    def paint(self, painter: QPainter) -> None:
        if self._onto:
            words = f"Drop to replace {self._onto.id} or to put it beside"
            paint_note(painter, self.stage, self._point, words, refused=False)
            return
        area = self._around() if self._wire else self._area()
        if self._wire:
            x = self._wire.points[0][0] - CARD_WIDTH / 2 if len(self._wire.lines) == 1 else area.x()
            # Above the pointer, so that the wire and its plus stay in sight.
            area.moveTo(x, self._point.y() - area.height() - 14)
        if self._above:
            place = self._above.place(self._above.outputs[0])
            paint_loose_wire(painter, place, QPointF(area.center().x(), area.top()), True, "")
        paint_outline(painter, area, self.node.kind)
        if self._wire:
            paint_insertion(painter, self._wire, self._wire.middle())


def card_under(scene: Scene, point: QPointF) -> Card | None:
    """The card on which something is dropped; near its upper or lower edge it is the gap beside that is meant."""
    card = scene.card_at(point)
    return card if card and card.area.adjusted(0, _RIM, 0, -_RIM).contains(point) else None


def paint_outline(painter: QPainter, area: QRectF, words: str) -> None:
    """The outline of a card that is not there yet."""
    pen = QPen(color("accent"), 1.5, Qt.PenStyle.DashLine)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(color("accent_soft"))
    painter.drawRoundedRect(area, FULL_RADIUS, FULL_RADIUS)
    painter.setPen(color("text1"))
    text.draw_centered(painter, area.center().x(), area.center().y(), words, text.TITLE)
