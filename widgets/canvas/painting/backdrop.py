"""What lies behind the cards: the canvas, its dots, and the sentence on an empty one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from widgets.canvas.camera import Camera
from widgets.canvas.scene.measures import DOTS, DOTS_FROM
from widgets.theme import color

EMPTY = "Drag a layer here, press Tab, or start from a template."


def paint_backdrop(painter: QPainter, camera: Camera, area: QRectF) -> None:
    """Fill an area of the widget; dots lie on every `DOTS` of the scene unless they would lie too dense."""
    if camera.zoom < DOTS_FROM:
        painter.fillRect(area, color("canvas"))
        return
    # A tile holds whole steps of the scene, so its size in pixels is rounded only once in several dots.
    steps = max(1, round(256 / (DOTS * camera.scale)))
    side = steps * DOTS * camera.scale
    if abs(side - round(side)) < 1e-6:
        look = color("canvas").name(), color("grid_dot").name()
        tile = _tile(steps, round(side), look, painter.device().devicePixelRatioF())
        origin = QPointF((area.x() - camera.x) % side, (area.y() - camera.y) % side)
        painter.drawTiledPixmap(area, tile, origin)
        return
    painter.fillRect(area, color("canvas"))
    _paint_dots(painter, camera, area)


def _paint_dots(painter: QPainter, camera: Camera, area: QRectF) -> None:
    step = DOTS * camera.scale
    left = area.left() - (area.left() - camera.x) % step
    top = area.top() - (area.top() - camera.y) % step
    columns, rows = int((area.right() - left) / step) + 1, int((area.bottom() - top) / step) + 1
    places = [round(left + column * step - area.x()) - 1 for column in range(columns)]
    line = _line_of_dots(places, ceil(area.width()), painter.device().devicePixelRatioF())
    for row in range(rows):
        painter.drawPixmap(QPointF(area.x(), round(top + row * step) - 1), line)


def _line_of_dots(places: Iterable[int], width: int, ratio: float) -> QPixmap:
    """Dots at some places from the left: all lines of them look the same, and dot by dot they would cost a frame."""
    line = QPixmap(round(width * ratio), round(2 * ratio))
    line.setDevicePixelRatio(ratio)
    line.fill(color("canvas"))
    painter = QPainter(line)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("grid_dot"))
    painter.drawRects([QRectF(place, 0, 2, 2) for place in places])
    painter.end()
    return line


@lru_cache(maxsize=8)
def _tile(steps: int, side: int, look: tuple[str, str], ratio: float) -> QPixmap:
    tile = QPixmap(round(side * ratio), round(side * ratio))
    tile.setDevicePixelRatio(ratio)
    canvas, dot = look
    tile.fill(color(canvas))
    painter = QPainter(tile)
    step = side / steps
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(dot))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for row in range(steps + 1):
        for column in range(steps + 1):
            painter.drawEllipse(QPointF(round(column * step), round(row * step)), 1, 1)
    painter.end()
    return tile
