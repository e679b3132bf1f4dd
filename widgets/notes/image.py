"""A note as an image for the rich text of a tool tip, which knows neither its Markdown nor its formulas."""

from __future__ import annotations

import math

from PySide6.QtCore import QBuffer, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter

from widgets.notes.markdown import context, rendered
from widgets.theme import theme

_SHARP = 2
"""Pixels of the image for a logical one, for dense screens."""


def as_image(text: str, width: float, tallest: float) -> str:
    """A text laid out for a width and painted; what lies lower than ``tallest`` is cut."""
    document, scale = rendered(text, width, theme().palette.name, ""), theme().scale
    size = QSizeF(math.ceil(document.idealWidth()), min(math.ceil(document.size().height()), tallest))
    image = QImage((size * scale * _SHARP).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale * _SHARP, scale * _SHARP)
    seen = context("text1", "accent")
    seen.clip = QRectF(QPointF(), size)
    document.documentLayout().draw(painter, seen)
    painter.end()
    buffer, shown = QBuffer(), (size * scale).toSize()
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    data = buffer.data().toBase64().toStdString()
    return f"<img src='data:image/png;base64,{data}' width='{shown.width()}' height='{shown.height()}'>"
