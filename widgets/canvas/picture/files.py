"""A drawing as SVG, PDF or PNG. In SVG and PDF text stays text and lines stay lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import ceil, sqrt
from typing import NamedTuple
from xml.sax.saxutils import unescape

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QSizeF
from PySide6.QtGui import QColor, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter

from widgets.canvas.painting import text
from widgets.canvas.picture.drawing import Drawing

_DOTS = 96
"""Points of a drawing an inch."""
_FONTS = b'font-family="Inter, Helvetica, Arial, sans-serif"'
"""Who has no Inter sees a font that is like it."""
_TEXT = re.compile(
    rb'(?P<start><text [^>]*font-family="Inter" font-size="(?P<size>\d+)" font-weight="(?P<weight>\d+)"[^>]*?)\s*>'
    rb"(?P<words>[^<]+)</text>"
)
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""Characters that no XML may hold, as names in files from elsewhere do."""
_LARGEST_PAGE = 14_000.0
"""Seventy-second parts of an inch that a page of a PDF may measure: viewers stop at 14,400."""
_LONGEST_SIDE, _MOST_PIXELS = 30_000, 150_000_000
"""What a picture of pixels may have: painters count to 32,767, and four bytes a pixel are held at once."""


class Picture(NamedTuple):
    """The bytes of a picture, and what had to be different from what was asked for ("" for nothing)."""

    data: bytes
    note: str = ""


def as_svg(drawing: Drawing, title: str, scale: float = 1.0) -> Picture:
    """The drawing as SVG."""
    from PySide6.QtSvg import QSvgGenerator

    buffer, size = _opened(), drawing.size
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setTitle(title)
    generator.setDescription("Drawn with Netloom")
    whole = QRect(0, 0, ceil(size.width()), ceil(size.height()))
    generator.setSize(whole.size())
    generator.setViewBox(whole)
    generator.setResolution(_DOTS)
    painter = QPainter(generator)
    drawing.paint(painter)
    painter.end()
    clean = _NO_XML.sub(b"", _content(buffer))
    return Picture(_TEXT.sub(_as_wide, clean).replace(b'font-family="Inter"', _FONTS))


def _as_wide(found: re.Match[bytes]) -> bytes:
    """A text that says how wide it is, so that it fits its card in whatever font it is shown."""
    words = unescape(found["words"].decode(), {"&quot;": '"'})
    wide = text.width(words, (int(found["size"]), int(found["weight"])))
    return b'%s textLength="%.1f" lengthAdjust="spacingAndGlyphs">%s</text>' % (found["start"], wide, found["words"])


def as_pdf(drawing: Drawing, title: str, scale: float = 1.0) -> Picture:
    """The drawing as a PDF of one page, just as large as it is, or as large as a page may be."""
    buffer, size = _opened(), drawing.size
    inch = _DOTS
    page = QSizeF(size.width() * 72 / inch, size.height() * 72 / inch)
    shrunk = ceil(max(page.width(), page.height()) / _LARGEST_PAGE)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("Netloom")
    writer.setResolution(inch * shrunk)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(page / shrunk, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch),
            QPageLayout.Orientation.Portrait,
            QMarginsF(),
        )
    )
    painter = QPainter(writer)
    drawing.paint(painter)
    painter.end()
    note = f"The page is 1/{shrunk} as large, since a PDF page cannot be larger." if shrunk > 1 else ""
    return Picture(_content(buffer), note)


def as_image(drawing: Drawing, scale: float) -> QImage:
    """The drawing in pixels, ``scale`` a point: its device pixel ratio."""
    size = drawing.size
    image = QImage(ceil(size.width() * scale), ceil(size.height() * scale), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(QColor(0, 0, 0, 0))
    painter = QPainter(image)
    drawing.paint(painter)
    painter.end()
    return image


def as_png(drawing: Drawing, title: str, scale: float = 2.0) -> Picture:
    """The drawing as PNG, at a smaller scale where it would have too many pixels."""
    width, height = drawing.size.width(), drawing.size.height()
    largest = min(_LONGEST_SIDE / max(width, height), sqrt(_MOST_PIXELS / (width * height)))
    used = min(scale, largest)
    image, buffer = as_image(drawing, used), _opened()
    image.setText("Title", title)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    note = f"Drawn at scale {used:.2g} instead of {scale:g}: it would have too many pixels." if used < scale else ""
    return Picture(_content(buffer), note)


FORMATS: dict[str, Callable[[Drawing, str, float], Picture]] = {"svg": as_svg, "pdf": as_pdf, "png": as_png}
"""How a file is made, by its ending."""


def _opened() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


def _content(buffer: QBuffer) -> bytes:
    return bytes(buffer.data().data())
