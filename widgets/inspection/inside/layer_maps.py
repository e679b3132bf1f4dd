"""What the layers give for a sample, as a page: one row a layer, its most active channels first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from models.basics.text import times
from widgets.basics.painted import painted
from widgets.inspection.inside.scrolled import Scrolled
from widgets.inspection.pictures import colored, gray, paint_picture
from widgets.theme import color, font, px

SIDE, GAP = 52, 6
TITLE = 190
ROW_GAP = 10
STRIPS = {"rows": 44, "values": 20}
"""Heights of what is no map, by its form."""
STATES, LARGEST_STEP = 72, 16
"""The height of states beside other layers, and the pixels of a step where there is room."""


@dataclass(frozen=True, eq=False)
class LayerMaps:
    """A layer's output as ``pictures`` (count × height × width) of ``channels``; every ``step``-th value is shown.

    Its ``form`` is "maps", "states" (units × steps), "rows" or "values". ``title`` stands in the place of the id;
    ``is_signed`` tells that 0 lies in the middle of the bytes.
    """

    id: str
    kind: str
    family: str
    form: str
    shape: tuple[int, ...]
    pictures: NDArray[np.uint8]
    channels: Sequence[int]
    step: int
    note: str
    title: str = ""
    is_signed: bool = False

    def picture(self, number: int) -> QImage:
        """One of the pictures as it is seen."""
        plane = self.pictures[number]
        return colored(plane.astype(np.float32) / 127.5 - 1, -1, 1) if self.is_signed else gray(plane)


class Spot(tuple[str, int, int, int]):
    """A value of a layer: its id, the channel, the row and the column."""

    __slots__ = ()


class LayerPage(Scrolled):
    """`pointed` carries the `Spot` that was clicked, `layer_chosen` the id of a layer whose name was."""

    pointed = Signal(object)
    layer_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Outputs of the layers", parent)
        self.layers: Sequence[LayerMaps] = ()
        self.spot: Spot | None = None
        self.current = 0
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.follow_theme()

    def show_layers(self, layers: Sequence[LayerMaps]) -> None:
        """Show layers, in the order in which they are computed; where the page stands stays."""
        if [layer.id for layer in layers] != [layer.id for layer in self.layers]:
            self.current = 0
        self.layers = layers
        self.setAccessibleDescription(f"{len(layers)} layers. Up and Down walk, Enter shows all channels of one.")
        self.fit()

    def mark(self, spot: Spot | None) -> None:
        """Mark a value."""
        self.spot = spot
        self.viewport().update()

    def extent(self) -> QSize:
        return QSize(0, sum(map(self._height, self.layers)))

    def notch(self) -> QSize:
        return QSize(0, px(SIDE))

    # Places

    def _columns(self) -> int:
        return max(1, (self.viewport().width() - px(TITLE)) // (px(SIDE) + px(GAP)))

    def _height(self, layer: LayerMaps) -> int:
        if layer.form == "maps":
            lines = -(-len(layer.pictures) // self._columns())
            return lines * (px(SIDE) + px(GAP)) + px(ROW_GAP)
        return max(self._strip_height(layer), px(SIDE)) + px(ROW_GAP)

    def _strip_height(self, layer: LayerMaps) -> int:
        if layer.form != "states":
            return px(STRIPS[layer.form])
        room = self.viewport().height() // max(len(self.layers), 1) - px(ROW_GAP) - 4
        return max(px(STATES), min(room, int(layer.pictures.shape[1]) * px(LARGEST_STEP)))

    def _tops(self) -> list[int]:
        tops, top = [], -self.origin().y()
        for layer in self.layers:
            tops.append(top)
            top += self._height(layer)
        return tops

    def _strip(self, layer: LayerMaps, top: int) -> QRectF:
        """Where a layer is shown that gives no maps."""
        room = self.viewport().width() - px(TITLE) - px(8)
        width = min(room, max(layer.pictures.shape[2] * px(LARGEST_STEP), px(60)))
        return QRectF(px(TITLE), top + px(4), width, self._strip_height(layer))

    def _place(self, top: int, number: int) -> QRectF:
        columns, step = self._columns(), px(SIDE) + px(GAP)
        return QRectF(px(TITLE) + number % columns * step, top + number // columns * step, px(SIDE), px(SIDE))

    def spot_at(self, point: QPoint) -> Spot | None:
        """The value under a point; of states, the unit is the channel and the step the column."""
        for layer, top in zip(self.layers, self._tops(), strict=True):
            if layer.form == "states" and (strip := self._strip(layer, top)).contains(point):
                units, steps = layer.pictures.shape[1:]
                unit = int((point.y() - strip.top()) / strip.height() * units)
                step = int((point.x() - strip.left()) / strip.width() * steps)
                return Spot((layer.id, min(unit, units - 1), 0, min(step, steps - 1)))
            for number, channel in enumerate(layer.channels if layer.form == "maps" else ()):
                area = self._place(top, number)
                if not area.contains(point):
                    continue
                height, width = layer.pictures.shape[1:]
                factor = min(area.width() / width, area.height() / height)
                left, above = area.center().x() - width * factor / 2, area.center().y() - height * factor / 2
                column, row = int((point.x() - left) // factor), int((point.y() - above) // factor)
                if 0 <= row < height and 0 <= column < width:
                    return Spot((layer.id, channel, row * layer.step, column * layer.step))
        return None

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if spot := self.spot_at(point):
            self.mark(spot)
            self.pointed.emit(spot)
            return
        for number, (layer, top) in enumerate(zip(self.layers, self._tops(), strict=True)):
            if point.x() < px(TITLE) and top <= point.y() < top + self._height(layer):
                self.current = number
                self.layer_chosen.emit(layer.id)
                self.viewport().update()
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and self.layers:
            self.current = min(max(self.current + step, 0), len(self.layers) - 1)
            top = self._tops()[self.current] + self.verticalScrollBar().value()
            below = top + self._height(self.layers[self.current]) - self.viewport().height()
            bar = self.verticalScrollBar()
            bar.setValue(min(max(bar.value(), below), top))
            self.viewport().update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.layers:
            self.layer_chosen.emit(self.layers[self.current].id)
        else:
            super().keyPressEvent(event)

    # Painting

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self.viewport().height()
        for number, (layer, top) in enumerate(zip(self.layers, self._tops(), strict=True)):
            if top + self._height(layer) > 0 and top < height:
                self._paint_title(painter, layer, top, number == self.current and self.hasFocus())
                self._paint_maps(painter, layer, top)

    def _paint_title(self, painter: QPainter, layer: LayerMaps, top: int, is_current: bool) -> None:
        if is_current:
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(1, top + 1, px(TITLE) - px(12), px(SIDE) - 2), 5, 5)
        lines = (
            (layer.title or layer.id, 600, "text1"),
            (f"{layer.kind} · {times(layer.shape)}", 400, "text2"),
            (layer.note, 400, "text3"),
        )
        painter.fillRect(QRectF(0, top + px(4), px(3), px(14)), color(layer.family) if layer.family else color("text3"))
        for number, (text, weight, token) in enumerate(lines):
            painter.setFont(font(12 if number == 0 else 11, weight))
            painter.setPen(color(token))
            place = QRectF(px(10), top + px(2) + number * px(16), px(TITLE) - px(20), px(16))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)

    def _paint_maps(self, painter: QPainter, layer: LayerMaps, top: int) -> None:
        if layer.form != "maps":
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            strip = self._strip(layer, top)
            painter.drawImage(strip, layer.picture(0))
            painter.setPen(QPen(color("card_line"), 1))  # so that its lightest values are seen on a light card
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(strip)
            return
        for number, channel in enumerate(layer.channels):
            area = self._place(top, number)
            if area.bottom() < 0 or area.top() > self.viewport().height():
                continue
            place = paint_picture(painter, area, layer.picture(number), 3)
            if self.spot is not None and self.spot[:2] == (layer.id, channel):
                self._paint_spot(painter, layer, place)

    def _paint_spot(self, painter: QPainter, layer: LayerMaps, place: QRectF) -> None:
        assert self.spot is not None
        _, _, row, column = self.spot
        height, width = layer.pictures.shape[1:]
        side = place.width() / width
        left = place.left() + column // layer.step * side
        above = place.top() + row // layer.step * place.height() / height
        painter.setPen(QPen(color("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)
        painter.drawRect(QRectF(left, above, max(side, 4.0), max(side, 4.0)))
