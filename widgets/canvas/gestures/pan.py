"""Moving the whole picture: middle drag, or Space and drag."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from widgets.canvas.gestures.base import Gesture, Stage


class PanGesture(Gesture):
    """The scene under the pointer follows it."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, stage: Stage, origin: QPointF) -> None:
        super().__init__(stage, origin)
        self._before = stage.camera.x, stage.camera.y

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        scale = self.stage.camera.scale
        self.stage.pan((point.x() - self.origin.x()) * scale, (point.y() - self.origin.y()) * scale)

    def cancel(self) -> None:
        camera = self.stage.camera
        self.stage.pan(self._before[0] - camera.x, self._before[1] - camera.y)
