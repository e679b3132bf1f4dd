"""Icons drawn from the SVG files in resources/icons, in any color and at any pixel ratio."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

ICONS = Path(__file__).resolve().parents[2] / "resources" / "icons"

FAMILY_ICONS = {
    "Input / Output": "io_in",
    "Convolution": "conv",
    "Pooling": "pool",
    "Normalization": "norm",
    "Activation": "act",
    "Linear": "lin",
    "Regularization": "reg",
    "Recurrent": "rnn",
    "Attention": "attn",
    "Merge / Shape": "merge",
    "Blocks": "block",
}


@cache
def _source(name: str) -> str:
    return (ICONS / f"{name}.svg").read_text(encoding="utf-8")


@cache
def render(name: str, color: str, size: int, ratio: float) -> QPixmap:
    """Draw icon `name` in `color` (`#RRGGBB`) at `size` logical pixels; the same picture is drawn only once.

    Raises FileNotFoundError for an icon that does not exist.
    """
    _source(name)  # which raises before there is a painter that would have to end
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw(painter, name, color, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def draw(painter: QPainter, name: str, color: str, area: QRectF) -> None:
    """Draw icon `name` in `color` (`#RRGGBB`) into an area, as lines that stay sharp however large they are shown."""
    from PySide6.QtSvg import QSvgRenderer  # 10 ms that a window without icons need not pay

    QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode())).render(painter, area)
