"""The panels in the corners of a canvas: where each lies, and where a network can be seen beside them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF

from widgets.canvas.floating.find_bar import FindBar
from widgets.canvas.floating.minimap import MiniMap
from widgets.canvas.floating.panel import SHADOW
from widgets.canvas.floating.start import StartOffer
from widgets.canvas.floating.tools import ColorChoice, ToolStrip
from widgets.canvas.surface import Surface
from widgets.theme import px

_MARGIN = 16
_SMALL, _LOW = 720, 480
"""Below this size the panels keep to what is needed."""


class Panels:
    """Tools on the left, colors and search above, the map below, and the offer in the middle of an empty canvas."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self.tools = ToolStrip(surface)
        self.minimap = MiniMap(surface)
        self.colors = ColorChoice(surface)
        self.finder = FindBar(surface)
        self.start = StartOffer(surface)

    def show(self, shown: bool) -> None:
        """Show those that belong to a document, or hide them."""
        for panel in (self.tools, self.minimap, self.colors):
            panel.setVisible(shown)

    def place(self) -> None:
        """Put each in its corner, smaller on a small canvas."""
        surface, colors, minimap = self._surface, self.colors, self.minimap
        small = surface.width() < px(_SMALL) or surface.height() < px(_LOW)
        minimap.set_compact(small)
        colors.set_compact(small)
        self.tools.move(QPoint(_MARGIN, _MARGIN))
        colors.move(surface.width() - colors.width() - _MARGIN, _MARGIN)
        self.finder.place(self.tools.geometry().right(), colors.x(), _MARGIN)
        self.start.place(surface.room().toRect())
        size = minimap.sizeHint()
        minimap.resize(size)
        minimap.move(surface.width() - size.width() - _MARGIN, surface.height() - size.height() - _MARGIN)

    def rooms(self, whole: QRectF) -> list[QRectF]:
        """The room of a network, then parts of it that none covers."""
        corner, below, above = self.minimap.geometry(), QRectF(whole), QRectF(whole)
        upper = self.colors if self.finder.isHidden() else self.finder
        below.setTop(max(whole.top(), upper.geometry().bottom()))
        above.setBottom(min(whole.bottom(), corner.top()))
        between, beside = below & above, QRectF(whole)
        beside.setRight(min(whole.right(), corner.left(), self.colors.x()))
        return [whole, beside, below, above, between]

    def areas(self) -> list[QRectF]:
        """What they cover, without their shadows."""
        shown = [panel for panel in (self.tools, self.minimap, self.colors, self.finder) if not panel.isHidden()]
        return [QRectF(panel.geometry()).adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW) for panel in shown]
