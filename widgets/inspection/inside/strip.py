"""What a layer gives for a sample, as small as on its card: the most active maps, states as a band, bars."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from widgets.inspection.pictures import colored, gray
from widgets.theme import color

WIDTH, HEIGHT = 96, 22
"""Of a strip, in logical pixels; it has twice as many of its own."""
DETAIL, MOST_MAPS, MOST_BARS, GAP = 2, 4, 48, 4


def strip_of(form: str, pictures: NDArray[Any]) -> QImage:
    """A strip of the pictures (count × height × width, bytes) that the probe "maps" gives of a layer in a ``form``."""
    strip = QImage(WIDTH * DETAIL, HEIGHT * DETAIL, QImage.Format.Format_ARGB32_Premultiplied)
    strip.fill(0)
    painter = QPainter(strip)
    area = QRectF(0, 0, strip.width(), strip.height())
    if form == "maps":
        _paint_maps(painter, area, pictures[:MOST_MAPS])
    elif form == "states":
        painter.drawImage(area, colored(pictures[0].astype(np.float32) - 127.5, -127.5, 127.5))
    else:
        _paint_bars(painter, area, pictures.reshape(-1)[:MOST_BARS])
    painter.end()
    return strip


def _paint_maps(painter: QPainter, area: QRectF, maps: NDArray[Any]) -> None:
    """Maps from the right to the left, the most active one first, so that a narrow card leaves out the least active."""
    right = area.right()
    for plane in maps:
        height, width = plane.shape
        across = min(area.height() * width / height, (area.width() - GAP * (len(maps) - 1)) / len(maps))
        painter.drawImage(QRectF(right - across, area.top(), across, area.height()), gray(plane))
        right -= across + GAP


def _paint_bars(painter: QPainter, area: QRectF, values: NDArray[Any]) -> None:
    step = min(area.width() / max(len(values), 1), area.height() / 2)
    left = area.right() - step * len(values)
    for place, value in enumerate(values.tolist()):
        height = max(value / 255 * area.height(), 1.0)
        bar = QRectF(left + place * step, area.bottom() - height, max(step - DETAIL / 2, 1.0), height)
        painter.fillRect(bar, color("accent"))
