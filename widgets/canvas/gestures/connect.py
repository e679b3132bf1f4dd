"""Drawing a wire from port to port, or pulling one off its input."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from models.document.edits import Disconnect, connecting
from models.network import Edge, NetworkError
from widgets.canvas.editing.requests import edge_between, edge_to_card, occupant, possible_ends
from widgets.canvas.gestures.base import Gesture, Stage
from widgets.canvas.painting import text
from widgets.canvas.painting.paint_wires import wire_pen
from widgets.canvas.scene.card import End, Port
from widgets.canvas.scene.grid import area_of
from widgets.canvas.scene.wire import loose, rounded
from widgets.theme import color, theme
from widgets.theme.fonts import make_font

_WIDEST_NOTE = 300


class _Seen(NamedTuple):
    """What is seen of a wire being drawn: the areas that it takes, and what it would reach."""

    areas: list[QRectF]
    target: str
    edge: Edge | None


class ConnectGesture(Gesture):
    """A curve from a fixed end to the pointer. Dropped on a port or card it becomes a wire, on empty space a search.

    With ``taken`` it is that wire whose other end moves: dropped on empty space it is cut if ``cuts``. A wire that
    occupies the input which is reached makes way.
    """

    cursor = Qt.CursorShape.CrossCursor
    pans = True

    def __init__(
        self, stage: Stage, origin: QPointF, end: End, taken: Edge | None = None, *, cuts: bool = True
    ) -> None:
        super().__init__(stage, origin)
        self.end = end
        self._taken, self._cuts = taken, cuts
        self.start = stage.scene.place_of(self.end) or origin
        self.point = origin
        self.moved = False
        self.edge: Edge | None = None
        self.target = ""
        self.reason = ""
        self._replaced: Edge | None = None
        self.click: Callable[[], None] = lambda: None
        stage.marks.targets = possible_ends(stage.scene.network, self.end)
        stage.update()

    @classmethod
    def from_port(cls, stage: Stage, origin: QPointF, port: Port) -> ConnectGesture:
        """A new wire from a port; from a wired input, the end of its wire."""
        taken = port.edge if port.edge and not port.end.output else None
        gesture = cls(stage, origin, End(taken.source, taken.source_port, True) if taken else port.end, taken)
        gesture.click = partial(_pick, stage, port.end)
        return gesture

    @classmethod
    def from_wire(cls, stage: Stage, origin: QPointF, edge: Edge) -> ConnectGesture:
        """The nearer end of a wire that is dragged."""
        ends = End(edge.source, edge.source_port, True), End(edge.target, edge.target_port, False)
        places = [stage.scene.place_of(end) or origin for end in ends]
        far = max(range(2), key=lambda side: (places[side] - origin).manhattanLength())
        gesture = cls(stage, origin, ends[far], edge, cuts=False)
        gesture.click = partial(stage.pick_wire, edge)
        return gesture

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        reach = 4 / self.stage.camera.scale
        before = self._state()
        self.moved = self.moved or (point - self.origin).manhattanLength() > reach
        self.point = point
        self._aim(point)
        marks = self.stage.marks
        marks.target = self.target if self.edge else ""
        marks.refused = self.target if self.reason else ""
        after = self._state()
        reached = {before.target, after.target} if before[1:] != after[1:] else set[str]()
        cards = self.stage.scene.cards
        for area in (*before.areas, *after.areas, *(cards[id].area for id in reached & cards.keys())):
            self.stage.repaint_scene(area)

    def finish(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self.cancel()
        if not self.moved:
            self.click()
        elif self.reason:
            self.stage.show_refusal(self.reason)
        elif self.edge:
            if self.edge != self._taken:
                self.stage.request(connecting(self.stage.scene.network, self.edge, self._taken))
        elif self._taken and not self.target:
            if self._cuts:
                self.stage.request(Disconnect(self._taken))
        elif not self.target:
            self.stage.ask_for_layer(point, self.end)

    def cancel(self) -> None:
        marks = self.stage.marks
        marks.targets, marks.target, marks.refused = frozenset(), "", ""
        self.stage.update()

    def _aim(self, point: QPointF) -> None:
        """Find what the wire would reach here, and why not if it cannot."""
        scene = self.stage.scene
        self.edge, self.target, self.reason, self._replaced = None, "", "", None
        port = scene.port_at(point)
        card = scene.card_at(point)
        other = port.end.node if port else card.id if card else ""
        if not other or (other == self.end.node and (port is None or port.end == self.end)):
            return
        self.target = other
        try:
            edge = edge_between(self.end, port.end) if port else edge_to_card(scene.network, self.end, other)
            if edge != self._taken:
                connecting(scene.network, edge, self._taken)
            self.edge = edge
            self._replaced = occupant(scene.network, edge)
        except NetworkError as error:
            self.reason = str(error)

    def paint(self, painter: QPainter) -> None:
        if not self.moved:
            return
        end, note = self._tip(), self._note()
        gone = self.stage.scene.wires.get(self._replaced) if self._replaced and note else None
        if gone:  # it is shown as what does not hold: red and dashed
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(wire_pen("error_line", dashed=True))
            painter.drawPath(rounded(gone.points))
        paint_loose_wire(painter, self.start, end, self.end.output, self.reason)
        if note:
            paint_note(painter, self.stage, end, note, refused=bool(self.reason))

    def _tip(self) -> QPointF:
        """Where the curve ends: at what it would reach, else at the pointer."""
        if self.edge is None:
            return self.point
        reached = End(self.edge.target, self.edge.target_port, False)
        other = reached if self.end.output else End(self.edge.source, self.edge.source_port, True)
        return self.stage.scene.place_of(other) or self.point

    def _note(self) -> str:
        """What is said at the end of the curve."""
        if self.reason or self._replaced is None or self._replaced == self._taken:
            return self.reason
        return replaces(self._replaced)

    def _state(self) -> _Seen:
        """What is seen of the gesture: the curve, what is said at its end, and the wire that would make way."""
        end, note, stage = self._tip(), self._note(), self.stage
        areas = [loose(self.start, end, downward=self.end.output).boundingRect()]
        if note:
            areas.append(stage.camera.area_to_scene(note_area(stage, end, note)))
        if note and self._replaced in stage.scene.wires:
            areas.append(area_of(stage.scene.wires[self._replaced].box))
        return _Seen(areas, self.target, self.edge)


def _pick(stage: Stage, end: End) -> None:
    """A click alone selects the one wire of a port: between near cards there is no other place to click it."""
    network = stage.scene.network
    if end.output:
        wires = [edge for edge in network.edges_from(end.node) if edge.source_port == end.port]
    else:
        wires = [edge for edge in network.edges_into(end.node) if edge.target_port == end.port]
    if len(wires) == 1:
        stage.pick_wire(wires[0])
    else:
        stage.select({end.node})


def replaces(edge: Edge) -> str:
    """What is said where a wire makes way for a new one."""
    return f"Replaces the wire from {edge.source}."


def paint_loose_wire(painter: QPainter, start: QPointF, end: QPointF, downward: bool, reason: str) -> None:
    """The curve of a wire being drawn; red and dashed if it is refused."""
    token = "error_line" if reason else "accent"
    painter.setPen(wire_pen(token, dashed=bool(reason)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(loose(start, end, downward=downward))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(token))
    painter.drawEllipse(end, 5, 5)
    painter.drawEllipse(start, 4, 4)


_NOTE_ALIGNED = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap


def note_area(stage: Stage, place: QPointF, words: str) -> QRectF:
    """Where words beside the end of a wire stand, in pixels of the widget: all in sight, and beside the panels."""
    grown = theme().scale
    at = stage.camera.to_widget(place) / grown
    size = text.metrics(text.MEDIUM).boundingRect(QRectF(0, 0, _WIDEST_NOTE, 400), _NOTE_ALIGNED, words).size()
    box = QRectF(at + QPointF(14, 12), size).adjusted(0, 0, 21, 13)
    room = stage.rect()
    box.moveLeft(max(8.0, min(box.left(), room.width() / grown - box.width() - 8)))
    box.moveTop(max(8.0, min(box.top(), room.height() / grown - box.height() - 8)))
    at_the_right = [panel for panel in stage.panels() if panel.left() > room.center().x()]
    for panel in at_the_right:
        if panel.intersects(QRectF(box.topLeft() * grown, box.size() * grown)):
            box.moveRight(panel.left() / grown - 8)
    return QRectF(box.topLeft() * grown, box.size() * grown)


def paint_note(painter: QPainter, stage: Stage, place: QPointF, words: str, *, refused: bool) -> None:
    """Words beside the end of a wire, such as why it is refused: at their own size whatever the zoom."""
    grown, area = theme().scale, note_area(stage, place, words)
    box = QRectF(area.topLeft() / grown, area.size() / grown)
    painter.save()
    painter.resetTransform()
    painter.scale(grown, grown)
    painter.setPen(wire_pen("error_line" if refused else "accent", width=1.5))
    painter.setBrush(color("error_soft" if refused else "accent_soft"))
    painter.drawRoundedRect(box, 7, 7)
    painter.setPen(color("error_text" if refused else "text1"))
    painter.setFont(make_font(*text.MEDIUM, False))
    painter.drawText(box.adjusted(10, 6, -10, -6), _NOTE_ALIGNED, words)
    painter.restore()
