"""Selecting with a box drawn on empty canvas."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from widgets.canvas.gestures.base import Gesture, Stage
from widgets.theme import color, tint


class BoxGesture(Gesture):
    """Cards that the box touches are selected; with Shift, added to what was selected."""

    pans = True

    def __init__(self, stage: Stage, origin: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        super().__init__(stage, origin)
        self._before = stage.selection()
        self._kept = self._before if modifiers & Qt.KeyboardModifier.ShiftModifier else frozenset()
        self._box = QRectF(origin, origin)

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        before, self._box = self._box, QRectF(self.origin, point).normalized()
        touched = {card.id for card in self.stage.scene.cards_in(self._box)}
        self.stage.select(self._kept | touched)
        self.stage.repaint_scene(before | self._box)

    def finish(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if self._box.isNull():
            self.stage.select(self._kept)
        self.stage.update()

    def cancel(self) -> None:
        self.stage.select(self._before)
        self.stage.update()

    def paint(self, painter: QPainter) -> None:
        pen = QPen(color("accent"), 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(tint("accent", 0.1))
        painter.drawRect(self._box)
