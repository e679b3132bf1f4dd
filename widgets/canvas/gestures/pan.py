"""Moving the whole picture: middle drag, or Space and drag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from widgets.canvas.gestures.base import Gesture

if TYPE_CHECKING:
    from widgets.canvas.view import CanvasView


class PanGesture(Gesture):
    """The scene under the pointer follows it."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, view: CanvasView, origin: QPointF) -> None:
        super().__init__(view, origin)
        self._before = view.camera.x, view.camera.y

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        scale = self.view.camera.scale
        self.view.pan((point.x() - self.origin.x()) * scale, (point.y() - self.origin.y()) * scale)

    def cancel(self) -> None:
        camera = self.view.camera
        self.view.pan(self._before[0] - camera.x, self._before[1] - camera.y)
