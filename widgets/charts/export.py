"""A chart as a file: its picture, sharp or as lines that stay lines, and its values."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, QRect, QSize, Qt
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator

from widgets.charts.curve import Curve
from widgets.charts.plot import Plot

SHARPNESS = 2
"""Pixels of a picture for each of the screen."""


def picture(plot: Plot, size: QSize) -> QImage:
    """The chart as pixels, twice as many each way as on a plain screen; what lies around the card is see-through."""
    image = QImage(size * SHARPNESS, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(SHARPNESS)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    plot.draw(painter, size, plot.measure(size))
    painter.end()
    return image


def as_png(plot: Plot, size: QSize) -> bytes:
    """The picture as a PNG file."""
    room = QBuffer()
    room.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(room, b"png").write(picture(plot, size))
    return bytes(room.data().data())


def as_svg(plot: Plot, size: QSize) -> bytes:
    """The chart as an SVG file, in which lines are lines and words are words."""
    room = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(room)
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(plot.title)
    painter = QPainter(generator)
    plot.draw(painter, size, plot.measure(size))
    painter.end()
    return bytes(room.data().data())


def as_csv(plot: Plot) -> Callable[[], bytes]:
    """What makes a CSV file of every point in sight: run, series, x, value. The points are copied now, so that the
    many lines can be written on a thread."""
    curves = [(curve, curve.points.xs.copy(), curve.points.ys.copy()) for curve in plot.visible()]
    return lambda: _lines(plot.x_name, plot.title, curves)


def _lines(x_name: str, title: str, curves: Sequence[tuple[Curve, np.ndarray, np.ndarray]]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("run", "series", x_name, title))
    for curve, xs, ys in curves:
        rows.writerows(
            (curve.name, curve.series, repr(x), repr(y)) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)
        )
    return text.getvalue().encode("utf-8")
