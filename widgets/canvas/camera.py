"""The camera: where the canvas is looked at, and how closely."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

from widgets.canvas.scene.measures import LARGEST_ZOOM, SMALLEST_ZOOM
from widgets.theme import theme


class Camera:
    """Maps the scene to the widget. ``zoom`` is what people read; with a larger text everything is drawn larger."""

    def __init__(self) -> None:
        self.zoom = 1.0
        self.x, self.y = 0.0, 0.0

    @property
    def scale(self) -> float:
        """Widget pixels per scene pixel."""
        return self.zoom * theme().scale

    def to_scene(self, point: QPointF) -> QPointF:
        """A point of the widget in the scene."""
        return QPointF((point.x() - self.x) / self.scale, (point.y() - self.y) / self.scale)

    def to_widget(self, point: QPointF) -> QPointF:
        """A point of the scene in the widget."""
        return QPointF(point.x() * self.scale + self.x, point.y() * self.scale + self.y)

    def area_to_scene(self, area: QRectF) -> QRectF:
        """An area of the widget in the scene."""
        return QRectF(self.to_scene(area.topLeft()), QSizeF(area.width() / self.scale, area.height() / self.scale))

    def area_to_widget(self, area: QRectF) -> QRectF:
        """An area of the scene in the widget."""
        return QRectF(self.to_widget(area.topLeft()), QSizeF(area.width() * self.scale, area.height() * self.scale))

    @property
    def transform(self) -> QTransform:
        """From the scene to the widget."""
        return QTransform(self.scale, 0, 0, self.scale, self.x, self.y)

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by widget pixels; whole ones, so that lines stay sharp."""
        self.x, self.y = round(self.x + dx), round(self.y + dy)

    def zoom_to(self, zoom: float, anchor: QPointF) -> None:
        """Look more or less closely, with the scene under ``anchor`` (a point of the widget) staying there."""
        fixed = self.to_scene(anchor)
        self.zoom = min(max(zoom, SMALLEST_ZOOM), LARGEST_ZOOM)
        self.x = round(anchor.x() - fixed.x() * self.scale)
        self.y = round(anchor.y() - fixed.y() * self.scale)

    def show(self, area: QRectF, view: QRectF, largest: float = 1.0) -> None:
        """Bring an area of the scene into a part of the widget, at 100 % at most."""
        wide = view.width() / max(area.width() * theme().scale, 1.0)
        high = view.height() / max(area.height() * theme().scale, 1.0)
        self.zoom = min(max(min(wide, high, largest), SMALLEST_ZOOM), LARGEST_ZOOM)
        self.x = round(view.center().x() - area.center().x() * self.scale)
        self.y = round(view.center().y() - area.center().y() * self.scale)
