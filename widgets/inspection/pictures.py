"""Arrays as pictures: samples, maps of layers, and heat laid over an image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPolygonF

from widgets.theme import color, theme

RADIUS = 5
WARM, COLD = "#F08C1E", "#3F86F0"
HOTTEST = 0.85
"""Opacity of the largest heat over an image."""
WAVES = QSize(224, 128)
"""Pixels of a picture of curves."""


def image_of(values: NDArray[Any], span: tuple[float, float]) -> QImage:
    """An image of channels × height × width (1, 3 or more) whose values go from ``span[0]``, black, to ``span[1]``."""
    low, high = span
    shown = values[: 3 if len(values) >= 3 else 1]
    if shown.dtype != np.uint8 or span != (0.0, 255.0):
        scale = 255.0 / (high - low) if high > low else 0.0
        shown = np.clip((np.nan_to_num(shown.astype(np.float32)) - low) * scale, 0, 255).astype(np.uint8)
    pixels = np.ascontiguousarray(shown.transpose(1, 2, 0))
    height, width, channels = pixels.shape
    form = QImage.Format.Format_Grayscale8 if channels == 1 else QImage.Format.Format_RGB888
    return QImage(pixels.tobytes(), width, height, width * channels, form).copy()


def gray(plane: NDArray[np.uint8]) -> QImage:
    """One plane of bytes, height × width, as it is."""
    height, width = plane.shape
    return QImage(np.ascontiguousarray(plane).tobytes(), width, height, width, QImage.Format.Format_Grayscale8).copy()


def in_color(pixels: NDArray[np.uint8]) -> QImage:
    """Bytes of height × width × red, green and blue, as they are."""
    height, width, _ = pixels.shape
    return QImage(np.ascontiguousarray(pixels).tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def waves(features: NDArray[Any], span: tuple[float, float]) -> QImage:
    """A sequence of features × steps as curves, one a feature, from ``span[0]`` below to ``span[1]`` above."""
    low, high = span
    picture = QImage(WAVES, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    count = features.shape[1]
    shown = features[:, :: max(1, count // (2 * WAVES.width()))].astype(np.float64)
    heights = 1 - (np.nan_to_num(shown) - low) / ((high - low) or 1.0)
    across = np.linspace(2, WAVES.width() - 2, shown.shape[1]).tolist()
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    curves = theme().palette.curves
    for number, line in enumerate((2 + heights.clip(0, 1) * (WAVES.height() - 4)).tolist()):
        painter.setPen(QPen(color(curves[number % len(curves)]), 2))
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in zip(across, line, strict=True)]))
    painter.end()
    return picture


def stretched(plane: NDArray[Any]) -> NDArray[Any]:
    """A plane with rows or columns repeated, so that a thin one can be seen: its sides are as 1 to 4 at most."""
    height, width = plane.shape
    return plane.repeat(max(1, width // (2 * height)), 0).repeat(max(1, height // (2 * width)), 1)


def colored(plane: NDArray[np.floating], low: float, high: float, *, see_through: bool = False) -> QImage:
    """Signed numbers, height × width: orange above 0, blue below; of both stronger with the distance from 0.

    ``see_through`` leaves out what is near 0, to be laid over an image.
    """
    reach = max(abs(low), abs(high)) or 1.0
    strength = np.clip(np.abs(np.nan_to_num(plane)) / reach, 0, 1).astype(np.float32)[..., None]
    warm, cold = _rgb(WARM), _rgb(COLD)
    hue = np.where(plane[..., None] >= 0, warm, cold).astype(np.float32)
    if see_through:
        pixels = np.concatenate([hue, strength * 255 * HOTTEST], -1)
    else:
        ground = _rgb(color("field").name())
        pixels = np.concatenate([ground + (hue - ground) * strength, np.full_like(strength, 255)], -1)
    height, width = plane.shape
    return QImage(pixels.astype(np.uint8).tobytes(), width, height, width * 4, QImage.Format.Format_RGBA8888).copy()


def warm_or_cold(value: float) -> QColor:
    """The color of a number above 0, or below it."""
    return QColor(WARM if value >= 0 else COLD)


def heat_plane(heat: NDArray[np.floating]) -> NDArray[np.floating]:
    """Heat of any shape as height × width: the channels of an image together, one row for a row of numbers."""
    if heat.ndim >= 3:
        return np.asarray(heat.sum(0).reshape(heat.shape[1], -1))
    return np.asarray(heat if heat.ndim == 2 else heat.reshape(1, -1))


def paint_picture(painter: QPainter, area: QRectF, picture: QImage, radius: float = RADIUS) -> QRectF:
    """Paint a picture as large as fits, its proportions kept; gives the place. Small ones keep their hard pixels."""
    if picture.isNull() or area.isEmpty():
        return area
    factor = min(area.width() / picture.width(), area.height() / picture.height())
    place = QRectF(0, 0, picture.width() * factor, picture.height() * factor)
    place.moveCenter(area.center())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, factor < 1)
    brush = QBrush(picture)
    transform = brush.transform()
    transform.translate(place.x(), place.y())
    transform.scale(factor, factor)
    brush.setTransform(transform)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush)
    painter.drawRoundedRect(place, radius, radius)
    painter.restore()
    return place


def _rgb(name: str) -> NDArray[np.float32]:
    found = color(name)
    return np.array([found.red(), found.green(), found.blue()], np.float32)
