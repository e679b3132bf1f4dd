"""What the layers give for a sample, as a page: one row a layer, its most active channels first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from models.basics.text import times
from widgets.basics.painted import painted
from widgets.controls import Themed
from widgets.inspection.pictures import gray, paint_picture
from widgets.theme import color, font, px

SIDE, GAP = 52, 6
TITLE = 190
ROW_GAP = 10


@dataclass(frozen=True, eq=False)
class LayerMaps:
    """A layer's output as ``pictures`` (count × height × width) of ``channels``; every ``step``-th value is shown."""

    id: str
    kind: str
    family: str
    form: str
    shape: tuple[int, ...]
    pictures: NDArray[np.uint8]
    channels: Sequence[int]
    step: int
    note: str


class Spot(tuple[str, int, int, int]):
    """A value of a layer: its id, the channel, the row and the column."""

    __slots__ = ()


class LayerPage(Themed, QAbstractScrollArea):
    """`pointed` carries the `Spot` that was clicked, `layer_chosen` the id of a layer whose name was."""

    pointed = Signal(object)
    layer_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers: Sequence[LayerMaps] = ()
        self.spot: Spot | None = None
        self.current = 0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName("Outputs of the layers")
        self.follow_theme()

    def show_layers(self, layers: Sequence[LayerMaps]) -> None:
        """Show layers, in the order in which they are computed; where the page stands stays."""
        if [layer.id for layer in layers] != [layer.id for layer in self.layers]:
            self.current = 0
        self.layers = layers
        self.setAccessibleDescription(f"{len(layers)} layers. Up and Down walk, Enter shows all channels of one.")
        self._fit()
        self.viewport().update()

    def mark(self, spot: Spot | None) -> None:
        """Mark a value."""
        self.spot = spot
        self.viewport().update()

    def restyle(self) -> None:
        self._fit()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    # Places

    def _columns(self) -> int:
        return max(1, (self.viewport().width() - px(TITLE)) // (px(SIDE) + px(GAP)))

    def _height(self, layer: LayerMaps) -> int:
        if layer.form == "maps":
            lines = -(-len(layer.pictures) // self._columns())
            return lines * (px(SIDE) + px(GAP)) + px(ROW_GAP)
        return px(SIDE) + px(ROW_GAP)

    def _tops(self) -> list[int]:
        tops, top = [], -self.verticalScrollBar().value()
        for layer in self.layers:
            tops.append(top)
            top += self._height(layer)
        return tops

    def _fit(self) -> None:
        total = sum(map(self._height, self.layers))
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, total - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(px(SIDE))

    def _place(self, top: int, number: int) -> QRectF:
        columns, step = self._columns(), px(SIDE) + px(GAP)
        return QRectF(px(TITLE) + number % columns * step, top + number // columns * step, px(SIDE), px(SIDE))

    def spot_at(self, point: QPoint) -> Spot | None:
        """The value under a point."""
        for layer, top in zip(self.layers, self._tops(), strict=True):
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

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

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
            (layer.id, 600, "text1"),
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
            room = self.viewport().width() - px(TITLE) - px(8)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            area = QRectF(px(TITLE), top + px(4), room, px(44 if layer.form == "rows" else 20))
            count = layer.pictures.shape[2]
            area.setWidth(min(room, max(count * px(20), px(60))))
            painter.drawImage(area, gray(layer.pictures[0]))
            return
        for number, (channel, picture) in enumerate(zip(layer.channels, layer.pictures, strict=True)):
            area = self._place(top, number)
            if area.bottom() < 0 or area.top() > self.viewport().height():
                continue
            place = paint_picture(painter, area, gray(picture), 3)
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
