"""The contract of a gesture."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

if TYPE_CHECKING:
    from widgets.canvas.view import CanvasView


class Gesture:
    """Something between pressing and releasing a button. Points are scene coordinates.

    The view calls `move` while the pointer moves, then `finish`; or `cancel`, which leaves everything as it was.
    """

    cursor: ClassVar[Qt.CursorShape | None] = None

    def __init__(self, view: CanvasView, origin: QPointF) -> None:
        self.view = view
        self.origin = origin

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer moved."""

    def finish(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The button was released."""

    def cancel(self) -> None:
        """Escape, or the window lost the pointer."""

    def paint(self, painter: QPainter) -> None:
        """Draw above the cards, in scene coordinates."""
