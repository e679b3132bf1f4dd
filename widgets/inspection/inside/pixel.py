"""A sample in which one pixel can be pointed at."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from widgets.controls import announce
from widgets.inspection.detail import SampleView


class PixelView(SampleView):
    """`pixel_changed` carries the column and the row of the pixel that was clicked, or walked to with the arrows."""

    pixel_changed = Signal(int, int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.pixel: tuple[int, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleDescription("Click a pixel, or walk with the arrow keys, to change it alone.")

    def point_at(self, pixel: tuple[int, int] | None) -> None:
        """Mark a pixel by its column and row."""
        self.pixel = pixel
        self.set_frame(None if pixel is None else QRectF(*pixel, 1, 1))

    def pixel_at(self, point: QPointF) -> tuple[int, int] | None:
        """The pixel under a point."""
        if not isinstance(self.look, QImage):
            return None
        width, height = self.size_in_pixels
        factor = min(self.width() / width, self.height() / height)
        column = int((point.x() - (self.width() - width * factor) / 2) // factor)
        row = int((point.y() - (self.height() - height * factor) / 2) // factor)
        return (column, row) if 0 <= column < width and 0 <= row < height else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (pixel := self.pixel_at(event.position())) is not None:
            self._choose(pixel)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1), Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0)}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not isinstance(self.look, QImage):
            super().keyPressEvent(event)
            return
        width, height = self.size_in_pixels
        column, row = self.pixel or (width // 2, height // 2)
        self._choose((min(max(column + step[0], 0), width - 1), min(max(row + step[1], 0), height - 1)))

    def _choose(self, pixel: tuple[int, int]) -> None:
        self.point_at(pixel)
        announce(self, f"Column {pixel[0] + 1}, row {pixel[1] + 1}")
        self.pixel_changed.emit(*pixel)
