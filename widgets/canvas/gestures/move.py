"""Dragging cards: they follow the pointer, line up with others, and drop into wires."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from models.document.edits import Batch
from models.network import NetworkError
from widgets.canvas.editing.clipboard import copied, pasted
from widgets.canvas.editing.requests import add_copies, insert_existing, pinned
from widgets.canvas.editing.room import free_shift
from widgets.canvas.editing.snapping import Snap, snap
from widgets.canvas.gestures.base import Gesture, Stage
from widgets.canvas.gestures.drop import paint_outline
from widgets.canvas.gestures.landing import wire_for_drop
from widgets.canvas.painting.paint_wires import paint_insertion
from widgets.canvas.scene.grid import area_of
from widgets.canvas.scene.measures import SNAP
from widgets.canvas.scene.wire import Wire
from widgets.theme import color

_THRESHOLD = 4.0
"""Pixels of the widget that the pointer must travel before a press becomes a drag."""
_FEW = 20
"""Of so many cards it is shown while they are dragged where they will find room."""


class MoveGesture(Gesture):
    """Drags the selection by one of its cards; released, it becomes one `Move` to where it covers no other card.

    With Alt copies are dragged and the cards stay; with Ctrl nothing lines up.
    """

    pans = True

    def __init__(self, stage: Stage, origin: QPointF, id: str, modifiers: Qt.KeyboardModifier) -> None:
        super().__init__(stage, origin)
        self._id = id
        self._shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._was_selected = id in stage.selection()
        self._start = QPointF(stage.scene.cards[id].rect.topLeft())
        self._moved, self._shown = QPointF(0, 0), QPointF(0, 0)
        self._dragging = self._copies = False
        self._snap = Snap(0, 0)
        self._places: list[QRectF] = []
        self._above: list[QRectF] = []
        self._wire: Wire | None = None
        if self._shift and not self._was_selected:
            stage.select(stage.selection() | {id})
        elif not self._was_selected:
            stage.select({id})
        else:
            stage.seize(stage.selection())

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        delta, scene = point - self.origin, self.stage.scene
        if not self._dragging:
            if max(abs(delta.x()), abs(delta.y())) * self.stage.camera.scale < _THRESHOLD:
                return
            self._dragging = True
            selected = self.stage.selection() | {self._id}
            self._ids = [id for id in scene.cards if id in selected]
            self._areas = [QRectF(scene.cards[id].area) for id in self._ids]
        self._copies = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        self._snap = self._lined_up(delta, free=bool(modifiers & Qt.KeyboardModifier.ControlModifier))
        self._moved = QPointF(self._snap.x, self._snap.y) - self._start
        self._find_wire(point)
        self._show(QPointF(0, 0) if self._copies else self._moved)

    def _show(self, moved: QPointF) -> None:
        """Show the cards so far from where they were, with guides and where they will find room."""
        if moved != self._shown:
            step, self._shown = moved - self._shown, moved
            self.stage.carry(self._ids, step.x(), step.y())
        self._places = self._landing()
        before, self._above = self._above, self._drawn()
        if before != self._above:
            for area in (*before, *self._above):
                self.stage.repaint_scene(area)

    def _drawn(self) -> list[QRectF]:
        """The areas of what is drawn above the cards: the wire that opens, or guides and places."""
        if self._wire:
            return [area_of(self._wire.box)]
        seen = self.stage.camera.area_to_scene(QRectF(self.stage.rect()))
        guides = [QRectF(x, seen.top(), 0, seen.height()) for x in (self._snap.column,) if x is not None]
        guides += [QRectF(seen.left(), y, seen.width(), 0) for y in (self._snap.row,) if y is not None]
        return guides + self._places

    def _landing(self) -> list[QRectF]:
        """Where cards will lie elsewhere than they are shown."""
        if self._wire or (len(self._ids) > _FEW and not self._copies):
            return []
        room = self._room(() if self._copies else self._ids)
        if room.isNull() and not self._copies:
            return []
        return [area.translated(self._moved + room) for area in self._areas]

    def finish(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if not self._dragging:
            self._click()
            return
        self.move(point, modifiers)
        self._dragging = False
        if self._copies:
            self._copy()
        elif self._moved.isNull() or not self._make(point):
            self.stage.put_back()
        self.stage.update()

    def _make(self, point: QPointF) -> bool:
        """Let go where the cards are; returns whether the edit was made."""
        scene = self.stage.scene
        if self._wire:
            try:
                return self.stage.request(insert_existing(scene, self._id, self._wire, point))
            except NetworkError as error:
                self.stage.show_refusal(str(error))
                return False
        room = self._room(self._ids)
        corners = {id: scene.cards[id].rect.topLeft() + room for id in self._ids}
        return self.stage.request(pinned(scene, {id: (place.x(), place.y()) for id, place in corners.items()}))

    def _copy(self) -> None:
        scene = self.stage.scene
        self.stage.put_back()
        shift = self._moved + self._room(())
        edit, names, _ = add_copies(scene, pasted(copied(scene, self._ids)), (shift.x(), shift.y()))
        if self.stage.request(Batch("Duplicate", [edit])):
            self.stage.select(names)

    def _room(self, without: Collection[str]) -> QPointF:
        """How much farther the cards go so that they lie on none but those of ``without``."""
        there = [area.translated(self._moved) for area in self._areas]
        return free_shift(self.stage.scene, there, without)

    def cancel(self) -> None:
        if self._dragging:
            self.stage.put_back()

    def paint(self, painter: QPainter) -> None:
        if not self._dragging:
            return
        if self._wire:
            paint_insertion(painter, self._wire, self._wire.middle())
            return
        self._paint_guides(painter)
        for id, area in zip(self._ids, self._places, strict=False):
            paint_outline(painter, area, self.stage.scene.cards[id].face.kind if self._copies else "")

    def _paint_guides(self, painter: QPainter) -> None:
        pen = QPen(color("accent"), 1, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        area = self.stage.camera.area_to_scene(QRectF(self.stage.rect()))
        if (x := self._snap.column) is not None:
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        if (y := self._snap.row) is not None:
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))

    def _click(self) -> None:
        stage = self.stage
        if self._shift and self._was_selected:
            stage.select(stage.selection() - {self._id})
        elif not self._shift and self._was_selected and len(stage.selection()) > 1:
            stage.select({self._id})

    def _lined_up(self, delta: QPointF, *, free: bool) -> Snap:
        """Where the card goes that is held: to what it lines up with in view, unless it is ``free``."""
        corner = self._start + delta
        if free:
            return Snap(corner.x(), corner.y())
        scene, camera = self.stage.scene, self.stage.camera
        shown = scene.cards_in(camera.area_to_scene(QRectF(self.stage.rect())))
        held = () if self._copies else frozenset(self._ids)
        others = [card.rect for card in shown if card.id not in held]
        return snap(QRectF(corner, scene.cards[self._id].rect.size()), others, SNAP / camera.scale)

    def _find_wire(self, point: QPointF) -> None:
        """A single card without wires can drop into one."""
        scene, network = self.stage.scene, self.stage.scene.network
        loose = len(self._ids) == 1 and not network.edges_into(self._id) and not network.edges_from(self._id)
        self._wire = wire_for_drop(scene, point) if loose and not self._copies else None
