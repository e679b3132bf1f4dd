"""What lies beneath a card's text, drawn once per look and zoom: shadow, card, line, tile and icon.

The pictures are shared by all cards that look alike, so a thousand cards need some dozens of them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPaintEngine, QPainter, QPainterPath, QPen, QPixmap, QPixmapCache

from widgets.canvas.painting import text
from widgets.canvas.scene.measures import (
    CARD_WIDTH,
    FULL_HEIGHT,
    FULL_RADIUS,
    PORT_FREE,
    PORT_WIRED,
    SLIM_HEIGHT,
    SLIM_RADIUS,
    TILE_RADIUS,
)
from widgets.theme import color, pixmap, theme, tile_tint, tint
from widgets.theme.icons import draw as draw_icon

_HEAT_WIDTH = 5.0
_NAME_ROOM = 12
"""The least height of a block that holds a name."""
MARGIN = 14.0
"""Room around a card for its shadow and halo."""
SMALL_MARGIN = 8
"""Room around a small card for its badge."""


class Look(NamedTuple):
    """Everything that makes one plate differ from another."""

    family: str
    icon: str
    slim: bool
    selected: bool
    hovered: bool
    wrong: bool
    strip: bool
    heat: str = ""
    """The shade of a number that cards are colored by, "" for none."""
    bypassed: bool = False


class PlainPort(NamedTuple):
    """A port that nothing marks: how far from the center of its card and at which side it lies, and whether it is
    wired."""

    offset: float
    output: bool
    wired: bool


def family_token(family: str) -> str:
    """The color token of a family; unknown ones are gray."""
    return family if family in theme().palette.families else "text3"


@lru_cache(maxsize=512)
def plate(look: Look, ports: tuple[PlainPort, ...], scale: float, ratio: float) -> QPixmap:
    """The plate of a look with some ports, `MARGIN` wider than the card on every side, for a scale and a screen's pixel
    ratio."""
    height = SLIM_HEIGHT if look.slim else FULL_HEIGHT
    picture = _blank((CARD_WIDTH + 2 * MARGIN) * scale, (height + 2 * MARGIN) * scale, ratio)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    painter.translate(MARGIN, MARGIN)
    _paint(painter, look, QRectF(0, 0, CARD_WIDTH, height), scale * ratio)
    for port in ports:
        place = QPointF(CARD_WIDTH / 2 + port.offset, height if port.output else 0.0)
        paint_port(painter, place, color("wire"), PORT_WIRED if port.wired else PORT_FREE, filled=port.wired)
    painter.end()
    return picture


@lru_cache(maxsize=512)
def small(look: Look, kind: str, shape: str, warns: bool, scale: float, ratio: float) -> QPixmap:
    """A whole card with its type and shape at 11 pixels, `SMALL_MARGIN` wider than the card on every side."""
    grown = theme().scale
    width = CARD_WIDTH * scale / grown
    height = (SLIM_HEIGHT if look.slim else FULL_HEIGHT) * scale / grown
    picture = _blank((width + 2 * SMALL_MARGIN) * grown, (height + 2 * SMALL_MARGIN) * grown, ratio)
    ratio *= grown
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(grown, grown)
    painter.translate(SMALL_MARGIN, SMALL_MARGIN)
    painter.setPen(card_pen(look))
    painter.setBrush(card_fill(look))
    painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), 6, 6)
    if look.heat:
        _paint_heat(painter, look.heat, QRectF(0.5, 0.5, width - 1, height - 1), 6)
    _paint_small_row(painter, look, kind, shape, QRectF(0, 0, width, height), ratio)
    if look.strip or warns:
        mark = ("err", "error_text") if look.strip else ("warn", "warning")
        paint_icon(painter, *mark, QPointF(width, 0), 12, ratio)
    painter.end()
    return picture


@lru_cache(maxsize=256)
def small_strip(caption: str, mends: bool, width: float, height: float, ratio: float) -> QPixmap:
    """The red strip below a small card, with what is wrong where there is room for 11 pixels."""
    grown = theme().scale
    picture = _blank(width, height, ratio)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(grown, grown)
    width, height = width / grown, height / grown
    painter.setPen(QPen(color("error_line"), 1.5))
    painter.setBrush(color("error_soft"))
    painter.drawRoundedRect(QRectF(0.75, -8, width - 1.5, height + 7.25), 6, 6)
    if height >= _NAME_ROOM + 1:
        right = width - 8
        if mends:
            painter.setPen(color("text1"))
            text.draw_right(painter, right, height / 2, "Fix", text.SMALL_STRONG)
            right -= text.width("Fix", text.SMALL_STRONG) + 8
        painter.setPen(color("error_text"))
        text.draw(painter, 8, height / 2, text.elided(caption, text.SMALL, right - 8), text.SMALL)
    painter.end()
    return picture


def _paint_small_row(painter: QPainter, look: Look, kind: str, shape: str, area: QRectF, ratio: float) -> None:
    middle, side = area.center().y(), min(area.height() - 3, 18.0)
    paint_icon(painter, look.icon, family_token(look.family), QPointF(5 + side / 2, middle), side - 3, ratio)
    left, right = side + 9, area.right() - 7
    wanted = text.width(shape, text.SMALL) + 6
    name = text.fitting(kind, text.SMALL_STRONG, right - left - wanted)
    if text.width(name, text.SMALL_STRONG) < min(text.width(kind, text.SMALL_STRONG), 40.0):
        name = text.fitting(kind, text.SMALL_STRONG, right - left)
    painter.setPen(color("text1"))
    text.draw(painter, left, middle, name, text.SMALL_STRONG)
    if text.width(name, text.SMALL_STRONG) + wanted <= right - left + 1:
        painter.setPen(color("text3"))
        text.draw_right(painter, right, middle, shape, text.SMALL)


def strip(image: QImage, scale: float, ratio: float) -> QPixmap:
    """A strip as large as it is seen, for a scale and a screen's pixel ratio; scaled once."""
    key, found = f"{image.cacheKey()} {scale:.4f} {ratio:.2f}", QPixmap()
    if not QPixmapCache.find(key, found):
        size = (image.size().toSizeF() * (scale * ratio)).toSize()
        keeps, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        found = QPixmap.fromImage(image.scaled(size, keeps, smooth))
        found.setDevicePixelRatio(ratio)
        QPixmapCache.insert(key, found)
    return found


def _blank(width: float, height: float, ratio: float) -> QPixmap:
    """A transparent picture of so many pixels of the widget."""
    picture = QPixmap(round(width * ratio), round(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


def block_size(slim: bool, scale: float, grow: float) -> tuple[int, int]:
    """The size of a block in pixels: the card's, grown into the gap above and below so that a name fits sooner."""
    height = SLIM_HEIGHT if slim else FULL_HEIGHT
    return round(CARD_WIDTH * scale), round(height * scale + 2 * max(0.0, grow))


@lru_cache(maxsize=512)
def block(kind: str, token: str, width: float, height: float, ratio: float) -> QPixmap:
    """A block in the color of a token, with the kind's name where there is room for 11 pixels."""
    picture = _blank(width, height, ratio)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(token))
    painter.drawRoundedRect(QRectF(0, 0, width, height), 3, 3)
    grown = theme().scale
    painter.scale(grown, grown)
    width, height = width / grown, height / grown
    if height >= _NAME_ROOM:
        painter.setPen(color("#15181C" if theme().is_dark else "#FFFFFF"))
        name = text.fitting(kind, text.SMALL_STRONG, width - 6)
        text.draw_centered(painter, width / 2, height / 2, name, text.SMALL_STRONG)
    painter.end()
    return picture


def forget() -> None:
    """Drop all plates and blocks: the theme has changed."""
    plate.cache_clear()
    _shadow.cache_clear()
    block.cache_clear()
    small.cache_clear()
    small_strip.cache_clear()


def _paint(painter: QPainter, look: Look, rect: QRectF, scale: float) -> None:
    margins = rect.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
    shadow = _shadow(look.slim, scale)
    painter.drawPixmap(margins, shadow, QRectF(shadow.rect()))
    paint_plate(painter, look, scale)


def paint_plate(painter: QPainter, look: Look, scale: float) -> None:
    """A card without its shadow, its upper left corner at the origin; its icon is sharp at ``scale``."""
    rect, radius = QRectF(0, 0, CARD_WIDTH, height_of(look)), SLIM_RADIUS if look.slim else FULL_RADIUS
    if look.selected:
        _paint_halo(painter, rect, radius)
    painter.setPen(card_pen(look))
    painter.setBrush(card_fill(look))
    inset = 1.0 if look.selected else 0.5
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius)
    side, left, top = (22.0, 8.0, 5.0) if look.slim else (32.0, 11.0, 11.0)
    _paint_tile(painter, look, QRectF(left, top, side, side), scale)
    if look.heat:
        _paint_heat(painter, look.heat, rect, radius)


def paint_port(painter: QPainter, place: QPointF, line: QColor, radius: float, *, filled: bool) -> None:
    """A port at the edge of a card: a dot where it has a wire or is in reach, else a ring."""
    painter.setPen(Qt.PenStyle.NoPen if filled else QPen(line, 1.5))
    painter.setBrush(line if filled else color("canvas"))
    painter.drawEllipse(place, radius, radius)


def _paint_heat(painter: QPainter, shade: str, rect: QRectF, radius: float) -> None:
    """The bar at the left edge, within the card's corners."""
    outline, bar = QPainterPath(), QPainterPath()
    outline.addRoundedRect(rect, radius, radius)
    bar.addRect(QRectF(rect.left(), rect.top(), _HEAT_WIDTH, rect.height()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(shade))
    painter.drawPath(outline.intersected(bar))


def card_pen(look: Look) -> QPen:
    """The line around a card, dashed where it is bypassed."""
    if look.selected:
        pen = QPen(color("accent"), 2)
    elif look.wrong:
        pen = QPen(color("error_line"), 1.5)
    else:
        pen = QPen(color("text3" if look.hovered or look.bypassed else "card_line"), 1)
    if look.bypassed:
        pen.setDashPattern([4, 3])
    return pen


def card_fill(look: Look) -> QColor:
    """The ground of a card: that of the canvas where it is bypassed."""
    return color("hover" if look.hovered else "canvas" if look.bypassed else "raised")


@lru_cache(maxsize=32)
def _shadow(slim: bool, scale: float) -> QPixmap:
    """The shadow of a card, `MARGIN` wider than it on every side: it costs more than all that lies on it."""
    height = SLIM_HEIGHT if slim else FULL_HEIGHT
    picture = _blank(round((CARD_WIDTH + 2 * MARGIN) * scale), round((height + 2 * MARGIN) * scale), 1.0)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    painter.translate(MARGIN, MARGIN)
    paint_shadow(painter, QRectF(0, 0, CARD_WIDTH, height), SLIM_RADIUS if slim else FULL_RADIUS)
    painter.end()
    return picture


def paint_shadow(painter: QPainter, rect: QRectF, radius: float) -> None:
    """A soft shadow just below something that lies on the canvas."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint("#000000", 0.055 if theme().is_dark else 0.016))
    for grown in (1.0, 2.0, 3.0, 4.5, 6.0):
        painter.drawRoundedRect(
            rect.adjusted(-grown / 2, 1.0, grown / 2, grown), radius + grown / 2, radius + grown / 2
        )


def _paint_halo(painter: QPainter, rect: QRectF, radius: float) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint("accent", 0.2))
    painter.drawRoundedRect(rect.adjusted(-5, -5, 5, 5), radius + 5, radius + 5)


def _paint_tile(painter: QPainter, look: Look, tile: QRectF, scale: float) -> None:
    token = family_token(look.family)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tile_tint(token))
    radius = 6.0 if look.slim else TILE_RADIUS
    painter.drawRoundedRect(tile, radius, radius)
    paint_icon(painter, look.icon, token, tile.center(), 14 if look.slim else 18, scale)


def paint_icon(painter: QPainter, name: str, token: str, center: QPointF, size: float, scale: float) -> None:
    """An icon around a point, sharp at the painter's ``scale``."""
    if is_vector(painter):
        draw_icon(painter, name, color(token).name(), QRectF(center.x() - size / 2, center.y() - size / 2, size, size))
        return
    pixels = max(1, round(size * scale))
    drawn = pixmap(name, token, pixels)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(QRectF(center.x() - size / 2, center.y() - size / 2, size, size), drawn, QRectF(drawn.rect()))


def is_vector(painter: QPainter) -> bool:
    """Whether what is painted stays lines and text, as in SVG and PDF, in which pictures of pixels would be out of
    place."""
    engine = painter.paintEngine()
    return engine is not None and engine.type() in (QPaintEngine.Type.SVG, QPaintEngine.Type.Pdf)


def height_of(look: Look) -> float:
    """The height of a card without its strip."""
    return SLIM_HEIGHT if look.slim else FULL_HEIGHT
