"""Dragging cards: they follow the pointer, line up with others, and drop into wires."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from models.network import NetworkError
from widgets.canvas.editing.requests import insert_existing, pinned, snapped
from widgets.canvas.gestures.base import Gesture, Stage
from widgets.canvas.painting.paint_wires import paint_insertion
from widgets.canvas.scene.measures import GAP, SNAP
from widgets.canvas.scene.wire import Wire
from widgets.theme import color

_THRESHOLD = 4.0
"""Pixels of the widget that the pointer must travel before a press becomes a drag."""


class MoveGesture(Gesture):
    """Drags the selection by one of its cards; released, it becomes one `Move`."""

    def __init__(self, stage: Stage, origin: QPointF, id: str, modifiers: Qt.KeyboardModifier) -> None:
        super().__init__(stage, origin)
        self._id = id
        self._shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._was_selected = id in stage.selection()
        self._start = QPointF(stage.scene.cards[id].rect.topLeft())
        self._moved = QPointF(0, 0)
        self._dragging = False
        self._column: float | None = None
        self._wire: Wire | None = None
        if self._shift and not self._was_selected:
            stage.select(stage.selection() | {id})
        elif not self._was_selected:
            stage.select({id})

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        delta = point - self.origin
        if not self._dragging:
            if max(abs(delta.x()), abs(delta.y())) * self.stage.camera.scale < _THRESHOLD:
                return
            self._dragging = True
            self._ids = [id for id in self.stage.scene.cards if id in self.stage.selection() or id == self._id]
        target = self._aligned(self._start + delta, free=bool(modifiers & Qt.KeyboardModifier.AltModifier))
        step = target - self._start - self._moved
        if step.isNull():
            return
        self._moved += step
        dirty = self.stage.scene.shift(self._ids, step.x(), step.y())
        self._find_wire(point)
        self.stage.repaint_scene(dirty)

    def finish(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if not self._dragging:
            self._click()
            return
        scene, stage = self.stage.scene, self.stage
        places = {id: (scene.cards[id].rect.x(), scene.cards[id].rect.y()) for id in self._ids}
        wire, moved = self._wire, not self._moved.isNull()
        edit = None
        if moved and wire:
            try:
                edit = insert_existing(scene, self._id, wire, point)
            except NetworkError as error:
                stage.show_refusal(str(error))
        elif moved:
            edit = pinned(scene, places)
        self._dragging = False
        if edit is None or not stage.request(edit):
            scene.settle()
        stage.update()

    def cancel(self) -> None:
        if self._dragging:
            self.stage.scene.settle()
            self.stage.update()

    def paint(self, painter: QPainter) -> None:
        if not self._dragging:
            return
        if self._wire:
            paint_insertion(painter, self._wire, self._wire.middle())
        elif self._column is not None:
            pen = QPen(color("accent"), 1, Qt.PenStyle.DashLine)
            pen.setCosmetic(True)
            painter.setPen(pen)
            area = self.stage.camera.area_to_scene(QRectF(self.stage.rect()))
            painter.drawLine(QPointF(self._column, area.top()), QPointF(self._column, area.bottom()))

    def _click(self) -> None:
        stage = self.stage
        if self._shift and self._was_selected:
            stage.select(stage.selection() - {self._id})
        elif not self._shift and self._was_selected and len(stage.selection()) > 1:
            stage.select({self._id})

    def _aligned(self, corner: QPointF, *, free: bool) -> QPointF:
        """The place nearest to ``corner`` that lines up: a column's center, a gap from a card, the grid."""
        self._column = None
        if free:
            return corner
        reach = SNAP / self.stage.camera.scale
        card = self.stage.scene.cards[self._id]
        selected = self.stage.selection()
        others = [other.rect for id, other in self.stage.scene.cards.items() if id not in selected]
        x, y = snapped(corner.x()), snapped(corner.y())
        column = min((rect.x() for rect in others), key=lambda left: abs(left - corner.x()), default=None)
        if column is not None and abs(column - corner.x()) <= reach:
            x = column
            self._column = column + card.rect.width() / 2
            stops = [
                stop
                for rect in others
                if rect.x() == column
                for stop in (rect.bottom() + GAP, rect.y() - GAP - card.height)
            ]
            stop = min(stops, key=lambda stop: abs(stop - corner.y()), default=None)
            if stop is not None and abs(stop - corner.y()) <= reach:
                y = stop
        return QPointF(x, y)

    def _find_wire(self, point: QPointF) -> None:
        """A single card without wires can drop into one."""
        network = self.stage.scene.network
        loose = len(self._ids) == 1 and not network.edges_into(self._id) and not network.edges_from(self._id)
        self._wire = self.stage.scene.wire_for_drop(point) if loose else None
