"""Zooming turn upon turn, or dragging all there is: a large network is shown by its last picture meanwhile, and drawn
as it is once that rests."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QTimer
from PySide6.QtGui import QPainter, QPixmap, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from widgets.canvas.looking import Looking
from widgets.canvas.painting.glimpse import Glimpse

_MANY = 100
"""With more cards than these, drawing all of them at another size can take longer than a frame."""
_RESTS_MS = 120
"""After so long the wheel does not turn any more, and the hand rests."""


class Gliding(Looking):
    """A widget whose picture follows the wheel at once however much is in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glimpse: Glimpse | None = None
        self._taken: QPixmap | None = None
        self._gliding = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self.sharpen)

    @property
    def is_sharp(self) -> bool:
        """Whether everything is shown as it is."""
        return self._glimpse is None

    def glide(self, zoom: float, anchor: QPointF) -> None:
        """Zoom around a point of the widget as a wheel does, one turn of several."""
        if self.slides() and self._glimpse:
            self._glimpse.blur()
        self._gliding = True
        self.set_zoom(zoom, anchor)
        self._gliding = False
        if self._glimpse:
            self._rest.start(_RESTS_MS)

    def poise(self) -> None:
        """Take the picture for a slide that may be about to begin. Whatever is painted until then makes it void."""
        if self._glimpse is None and self._is_large:
            self._taken = self._picture()

    def slides(self) -> bool:
        """Show all that is there by its last picture from now on, if that is worth it."""
        if self._glimpse is None and self._is_large:
            self._glimpse = Glimpse(self._taken or self._picture(), self.camera)
            self._taken = None
        return self._glimpse is not None

    def slide(self, dx: float, dy: float) -> None:
        """Show all that is there farther on, in units of the scene, one step of several."""
        if self._glimpse:
            self._glimpse.slide(dx, dy)
            self.update()
            self._rest.start(_RESTS_MS)

    @property
    def _is_large(self) -> bool:
        return self._scene is not None and len(self._scene.cards) > _MANY and not self.size().isEmpty()

    def sharpen(self) -> None:
        """Draw one strip more as it is, and the others after it."""
        if self._glimpse:
            strip = self._glimpse.sharpen(self.rect())
            if strip.isEmpty():
                self._glimpse = None
            else:
                self.update(strip)
                self._rest.start(0)

    def look_sharp(self) -> None:
        """Show everything as it is, at once: something else has changed."""
        if self._glimpse:
            self._glimpse = None
            self._rest.stop()
            self.update()

    def pan(self, dx: float, dy: float) -> None:
        self.look_sharp()
        super().pan(dx, dy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.look_sharp()
        super().resizeEvent(event)

    def _camera_moved(self) -> None:
        if not self._gliding:
            self.look_sharp()
        super()._camera_moved()

    def paint_areas(self, painter: QPainter, region: QRegion) -> None:
        """Draw parts of the widget as they are."""
        raise NotImplementedError

    def paint_region(self, painter: QPainter, region: QRegion) -> None:
        """Draw parts of the widget, from the last picture where they are not sharp again."""
        if self._glimpse is None:
            self._taken = None
            self.paint_areas(painter, region)
            return
        sharp, blurred = region & self._glimpse.sharp, region - self._glimpse.sharp
        if not blurred.isEmpty():
            painter.setClipRegion(blurred)
            self._glimpse.paint(painter, self.camera, blurred.boundingRect())
        if not sharp.isEmpty():
            painter.setClipRegion(sharp)
            self.paint_areas(painter, sharp)
        painter.setClipping(False)

    def _picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        painter = QPainter(picture)
        self.paint_areas(painter, QRegion(self.rect()))
        painter.end()
        return picture
