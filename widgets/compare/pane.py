"""One of two networks that stand side by side: to look at, with cards marked by what became of them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from models.compare.difference import FRAME, LAYER
from widgets.canvas.remarks.places import Remark
from widgets.canvas.scene.measures import ALL_DETAIL
from widgets.canvas.surface import Surface
from widgets.canvas.wheel import turn_wheel
from widgets.compare.looks import Mark
from widgets.theme import color, font, px, tint

_CLICK = 4.0
"""Pixels that the pointer may move in a click."""
_STEP = 64
_ROOM_FOR_WORDS = 60


class Pane(Surface):
    """A network with marked cards. Drag or arrow keys move it, the wheel zooms; `clicked` carries the id of a card."""

    clicked = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.marked: Mapping[str, Mark] = {}
        self._pressed: QPointF | None = None
        self._held: QPointF | None = None
        self.setAccessibleName(name)

    def set_marked(self, marked: Mapping[str, Mark]) -> None:
        """Mark these cards and no others."""
        self.marked = marked
        self.update()

    @property
    def center(self) -> QPointF:
        """The point of the scene in the middle of the view."""
        return self.camera.to_scene(QRectF(self.rect()).center())

    def look_at(self, point: QPointF, zoom: float) -> None:
        """Bring a point of the scene into the middle of the view, at a zoom."""
        self._fit_when_sized = False
        self.camera.zoom = zoom
        middle = QRectF(self.rect()).center()
        self.camera.x = round(middle.x() - point.x() * self.camera.scale)
        self.camera.y = round(middle.y() - point.y() * self.camera.scale)
        self._camera_moved()

    def place(self, id: str) -> QPointF | None:
        """The middle of a card in the scene, None if there is none of that id."""
        card = self.scene.cards.get(id) if self.has_scene else None
        return card.area.center() if card else None

    def place_of(self, part: str, name: str) -> QPointF | None:
        """The middle of a layer, a frame or a note in the scene; None if there is none of that name."""
        if part == LAYER:
            return self.place(name)
        box = self.remarks.boxes.get(Remark(name, part == FRAME)) if self.has_scene else None
        return box.center() if box is not None else None

    def pick(self, part: str, name: str) -> None:
        """Select a layer, a frame or a note, and nothing else."""
        self.select({name} if part == LAYER else ())
        self.picked_remark = None if part == LAYER else Remark(name, part == FRAME)
        self.update()

    # Hand and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._pressed = self._held = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            moved = event.position() - self._held
            self._held = event.position()
            self.pan(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed, self._held = self._pressed, None, None
        self.unsetCursor()
        if pressed is None or (event.position() - pressed).manhattanLength() > _CLICK or not self.has_scene:
            return
        card = self.scene.card_at(self.camera.to_scene(event.position()))
        self.select({card.id} if card else ())
        if card:
            self.clicked.emit(card.id)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn_wheel(self, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = px(_STEP)
        ways = {
            Qt.Key.Key_Left: (step, 0), Qt.Key.Key_Right: (-step, 0),
            Qt.Key.Key_Up: (0, step), Qt.Key.Key_Down: (0, -step),
        }  # fmt: skip
        zooms = {
            Qt.Key.Key_Plus: self.zoom_in, Qt.Key.Key_Equal: self.zoom_in, Qt.Key.Key_Minus: self.zoom_out,
            Qt.Key.Key_0: self.zoom_reset, Qt.Key.Key_Home: self.fit, Qt.Key.Key_F: self.frame_selection,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in ways:
            self.pan(*ways[key])
        elif key in zooms:
            zooms[key]()
        else:
            super().keyPressEvent(event)

    # Painting

    def paint_above(self, painter: QPainter) -> None:
        if not self.has_scene:
            return
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = QRectF(self.rect())
        for id, mark in self.marked.items():
            card = self.scene.cards.get(id)
            area = self.camera.area_to_widget(card.area) if card else QRectF()
            if area.intersects(seen):
                self._paint_mark(painter, area, mark)

    def _paint_mark(self, painter: QPainter, area: QRectF, mark: Mark) -> None:
        """A line around a card, and beside it the words on a small plate."""
        radius = 12 * self.camera.scale
        painter.setPen(QPen(color(mark.token), 2))
        painter.setBrush(tint(mark.token, 0.10))
        painter.drawRoundedRect(area.adjusted(-3, -3, 3, 3), radius, radius)
        if area.width() < px(_ROOM_FOR_WORDS):
            return
        face = font(11, 600)
        metrics = QFontMetricsF(face)
        plate = QRectF(0, 0, metrics.horizontalAdvance(mark.words) + px(12), metrics.height() + px(2))
        # Beside the card: above it may lie another one.
        plate.moveCenter(QPointF(area.right() + px(8) + plate.width() / 2, area.center().y()))
        painter.setBrush(color("raised"))
        painter.setPen(QPen(color(mark.token), 1))
        painter.drawRoundedRect(plate, 5, 5)
        painter.setFont(face)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, mark.words)

    readable = ALL_DETAIL
    """The zoom from which on cards say all that they have to say."""
