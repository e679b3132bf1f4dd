"""Connecting without a mouse: C, then arrows to choose the layer, Enter to connect (or to cut what is connected)."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from models.document.edits import Disconnect, Edit, connecting
from models.network import Edge, NetworkError
from widgets.canvas.editing.requests import edge_to_card, occupant, possible_ends
from widgets.canvas.gestures.base import Gesture, Stage
from widgets.canvas.gestures.connect import paint_loose_wire, paint_note, replaces
from widgets.canvas.scene.card import End
from widgets.canvas.scene.measures import FULL_RADIUS
from widgets.theme import color

_NEXT = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}


class KeyboardConnect(Gesture):
    """A wire from an output to a chosen layer; with ``taken`` it is that wire, whose end moves there."""

    def __init__(self, stage: Stage, end: End, taken: Edge | None = None) -> None:
        super().__init__(stage, stage.scene.cards[end.node].rect.center())
        self._end, self._taken = end, taken
        self._others = [other for other in stage.document_order() if other != end.node]
        self._place = self._others.index(self._nearest() or self._next(stage.document_order()))
        self._edit: Edit | None = None
        self._aim()

    @property
    def target(self) -> str:
        """The layer that Enter would connect."""
        return self._others[self._place]

    def _nearest(self) -> str:
        """The nearest layer that can be connected, those below first; "" if there is none."""
        scene, source = self.stage.scene, self._end.node
        here = scene.cards[source].rect.center()
        joined = {edge.target for edge in scene.network.edges_from(source)}
        free = {end.node for end in possible_ends(scene.network, self._end) if self._is_free(end)} - joined

        def cost(id: str) -> tuple[bool, float]:
            way = scene.cards[id].rect.center() - here
            return way.y() < 0, way.manhattanLength()

        return min((id for id in self._others if id in free), key=cost, default="")

    def _is_free(self, end: End) -> bool:
        """Whether no wire would have to make way."""
        edge = Edge(self._end.node, self._end.port, end.node, end.port)
        return occupant(self.stage.scene.network, edge) is None

    def _next(self, order: list[str]) -> str:
        """The layer after this one in network order."""
        return self._others[min(order.index(self._end.node), len(self._others) - 1)]

    def key(self, key: int) -> bool:
        """Take a key; returns whether the gesture goes on."""
        step = _NEXT.get(Qt.Key(key))
        if step:
            self._place = (self._place + step) % len(self._others)
            self._aim()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._edit:
                self.stage.request(self._edit)
                self.stage.select({self._end.node})
            else:
                self.stage.show_refusal(self.reason)
            return False
        return True

    def _aim(self) -> None:
        network = self.stage.scene.network
        self.reason, self._words, self._edit = "", "", None
        edge = next((edge for edge in network.edges_from(self._end.node) if edge.target == self.target), None)
        if edge:
            self._edit = Disconnect(edge)
            self._words = f"Connected to {self.target}. Enter removes the wire."
        else:
            try:
                edge = edge_to_card(network, self._end, self.target)
                self._edit = connecting(network, edge, self._taken)
                self._words = f"Enter connects {self._end.node} to {self.target}."
                if gone := occupant(network, edge):
                    self._words += f" {replaces(gone)}"
            except NetworkError as error:
                self.reason = self._words = str(error)
        self.stage.say(self._words)
        self.stage.ensure_visible(self.target)
        self.stage.update()

    def cancel(self) -> None:
        self.stage.update()

    def paint(self, painter: QPainter) -> None:
        card = self.stage.scene.cards[self.target]
        start = self.stage.scene.place_of(self._end) or self.origin
        end = QPointF(card.rect.center().x(), card.rect.top())
        pen = QPen(color("error_line" if self.reason else "accent"), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(card.rect).adjusted(-4, -4, 4, 4), FULL_RADIUS, FULL_RADIUS)
        paint_loose_wire(painter, start, end, True, self.reason)
        paint_note(painter, self.stage, end, self._words, refused=bool(self.reason))
