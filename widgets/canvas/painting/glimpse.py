"""The last picture of a surface, shown elsewhere or at another size while all would have to be drawn anew."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter, QPixmap, QRegion

from widgets.canvas.camera import Camera
from widgets.theme import color

_STRIPS = 8
"""In so many parts a surface becomes sharp again, each of which is little work."""


class Glimpse:
    """What a camera has seen, for the same camera a little later. `sharp` is what has been painted as it is since."""

    def __init__(self, picture: QPixmap, camera: Camera) -> None:
        self._picture = picture
        self._x, self._y, self._scale = camera.x, camera.y, camera.scale
        self.sharp = QRegion()

    def paint(self, painter: QPainter, camera: Camera, area: QRect) -> None:
        """Fill an area of the widget; around the picture the canvas is empty."""
        grown = camera.scale / self._scale
        size = self._picture.deviceIndependentSize() * grown
        place = QRectF(camera.x - self._x * grown, camera.y - self._y * grown, size.width(), size.height())
        if not place.contains(QRectF(area)):
            painter.fillRect(area, color("canvas"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(place, self._picture, QRectF(self._picture.rect()))

    def slide(self, dx: float, dy: float) -> None:
        """Everything in it was moved by this much, in units of the scene."""
        self._x -= dx * self._scale
        self._y -= dy * self._scale
        self.blur()

    def blur(self) -> None:
        """The camera has moved, or what it sees: nothing is sharp any more."""
        self.sharp = QRegion()

    def sharpen(self, whole: QRect) -> QRect:
        """The next strip of a widget to paint as it is; none once all is sharp."""
        top = self.sharp.boundingRect().bottom() + 1 if not self.sharp.isEmpty() else whole.top()
        strip = QRect(whole.left(), top, whole.width(), -(-whole.height() // _STRIPS)) & whole
        self.sharp += strip
        return strip
