"""A drawing of a network: all of it or some layers, in either theme, as cards or as compact blocks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter

from models.document import Sheet
from widgets.canvas.camera import Camera
from widgets.canvas.painting import plates, text
from widgets.canvas.painting.marks import Marks
from widgets.canvas.painting.paint_cards import CardPainter
from widgets.canvas.painting.paint_wires import Lit, paint_wires
from widgets.canvas.remarks.painting import paint_remarks
from widgets.canvas.remarks.places import Remarks
from widgets.canvas.scene.card import Card
from widgets.canvas.scene.measures import BLOCKS_BELOW, GAP
from widgets.canvas.scene.scene import Scene
from widgets.notes.markdown import draw_now
from widgets.theme import color, theme
from widgets.theme.tokens import DARK, LIGHT

CARDS, BLOCKS = "cards", "blocks"
LIGHT_MODE, DARK_MODE = "light", "dark"
_AROUND = 16.0
_CLEAR = "#00FFFFFF"
_BLOCKS_ZOOM = BLOCKS_BELOW
"""Blocks are drawn as large as the canvas draws them at most: their names are 11 pixels high."""


@dataclass(frozen=True)
class Wanted:
    """How a picture looks: ``only`` are the layers to show, all if empty; ``scale`` is in pixels of a PNG."""

    style: str = CARDS
    mode: str = LIGHT_MODE
    numbers: bool = True
    transparent: bool = False
    only: frozenset[str] = frozenset()
    scale: float = 2.0


class Drawing:
    """A network as ``wanted``; `size` is that of the picture in points, of which a screen has one a pixel."""

    def __init__(self, document: Sheet, wanted: Wanted) -> None:
        self._wanted = wanted
        with self._lent():
            self._scene = Scene(document)
            chosen = wanted.only & self._scene.cards.keys() or self._scene.cards.keys()
            self._cards = [card for id, card in self._scene.cards.items() if id in chosen]
            self._wires = [wire for edge, wire in self._scene.wires.items() if {edge.source, edge.target} <= chosen]
            area = self._scene.bounds_of(chosen)
            for wire in self._wires:
                area |= wire.bounds
            self._remarks = Remarks(self._scene)
            self._remarks.keep(chosen)
            for note in self._remarks.notes():
                draw_now(note.text)
            area |= self._remarks.bounds
            self._camera = Camera()
            self._camera.zoom = 1.0 if wanted.style == CARDS else _BLOCKS_ZOOM
            around = _AROUND / self._camera.zoom
            area.adjust(-around, -around, around, around)
            self._camera.x, self._camera.y = -area.x() * self._camera.zoom, -area.y() * self._camera.zoom
            self.size: QSizeF = (area.size() * self._camera.zoom).expandedTo(QSizeF(1, 1))

    def paint(self, painter: QPainter) -> None:
        """Paint the picture, its upper left corner at the painter's origin."""
        with self._lent():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(QRectF(painter.viewport().topLeft(), self.size), color("canvas"))
            paint_remarks(painter, self._camera, self._remarks, [self._remarks.bounds], None)
            paint_wires(painter, self._camera, self._wires, Lit(broken=self._scene.broken))
            if self._wanted.style == BLOCKS:
                for card in self._cards:
                    self._paint_block(painter, card)
            else:
                CardPainter(painter, self._camera, Marks(numbers=self._wanted.numbers)).paint(self._cards)

    def _paint_block(self, painter: QPainter, card: Card) -> None:
        """A block in its family's color with the kind, and the shape where there is room for it."""
        area = self._camera.area_to_widget(card.rect)
        grown = max(0.0, GAP * self._camera.zoom / 2 - 1)
        area.adjust(0, -grown, 0, grown)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(plates.family_token(card.gist.family)))
        painter.drawRoundedRect(area, 3, 3)
        painter.setPen(color("#15181C" if theme().is_dark else "#FFFFFF"))
        kind, shape = card.gist.kind, card.face.shape if self._wanted.numbers else ""
        middle, room = area.center().y(), area.width() - 10
        if shape and text.width(kind, text.SMALL_STRONG) + 8 + text.width(shape, text.SMALL) <= room:
            text.draw(painter, area.left() + 5, middle, kind, text.SMALL_STRONG)
            text.draw_right(painter, area.right() - 5, middle, shape, text.SMALL)
        else:
            name = text.fitting(kind, text.SMALL_STRONG, room)
            text.draw_centered(painter, area.center().x(), middle, name, text.SMALL_STRONG)

    @contextmanager
    def _lent(self) -> Iterator[None]:
        """The theme of the picture, whatever that of the screen is."""
        palette = DARK if self._wanted.mode == DARK_MODE else LIGHT
        with theme().lend(replace(palette, canvas=_CLEAR) if self._wanted.transparent else palette):
            plates.forget()
            try:
                yield
            finally:
                plates.forget()
