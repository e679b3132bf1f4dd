"""Moving the whole picture: middle drag, or Space and drag."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from widgets.canvas.gestures.base import Gesture


class PanGesture(Gesture):
    """The scene under the pointer follows it."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        scale = self.view.camera.scale
        self.view.pan((point.x() - self.origin.x()) * scale, (point.y() - self.origin.y()) * scale)
