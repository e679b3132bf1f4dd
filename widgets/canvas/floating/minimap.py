"""The small map at the lower right, with zoom and fit below it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets.basics.painted import painted
from widgets.canvas.floating.panel import FloatingPanel
from widgets.canvas.painting.plates import family_token
from widgets.canvas.surface import Surface
from widgets.controls import Button, IconButton
from widgets.theme import color, px, theme, tint

_WIDTH, _MAP_HEIGHT, _ROW = 152, 120, 36
_INSET = 8.0
FOLLOWS_AFTER = 100
"""Milliseconds after which the map shows an edit."""


class MiniMap(FloatingPanel):
    """Shows where the view is in the network; press or drag in it to go elsewhere."""

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self._surface = surface
        self._map = _Map(self, surface)
        self._row = QHBoxLayout()
        out = IconButton("minus", "Zoom out (−)", 26)
        closer = IconButton("plus", "Zoom in (+)", 26)
        fit = IconButton("fit", "Show the whole network (Home)", 26)
        self._label = Button("100%", role="quiet", height=26)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for widget, deed in (
            (out, surface.zoom_out),
            (self._label, surface.zoom_reset),
            (closer, surface.zoom_in),
            (fit, surface.fit),
        ):
            widget.clicked.connect(deed)
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._row.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(0)
        layout.addWidget(self._map, 1)
        layout.addLayout(self._row)
        surface.zoom_changed.connect(self._show_zoom)
        surface.view_changed.connect(self._map.follow)
        theme().changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self._row.setContentsMargins(px(2), px(4), px(2), px(2))
        self._row.setSpacing(0)
        self._label.setStyleSheet(f"color: {color('text1').name()}")
        self._map.forget()

    def _show_zoom(self, zoom: float) -> None:
        self._label.setText(f"{zoom * 100:.0f}%")
        self._label.setAccessibleName(f"Zoom {zoom * 100:.0f} percent, back to 100")

    def set_compact(self, compact: bool) -> None:
        """Leave out the map itself, where it would cover much of a small canvas."""
        self._map.setVisible(not compact)

    def sizeHint(self) -> QSize:
        height = _ROW if self._map.isHidden() else _MAP_HEIGHT + _ROW
        return QSize(px(_WIDTH) + 12, px(height) + 12)


class _Map(QWidget):
    """The map itself: bars in the families' colors, and a frame around what is in view."""

    def __init__(self, parent: QWidget, surface: Surface) -> None:
        super().__init__(parent)
        self._surface = surface
        self._picture: QPixmap | None = None
        self._drawn: tuple[object, int] | None = None
        self._late = QTimer(self, singleShot=True, interval=FOLLOWS_AFTER)
        self._late.timeout.connect(self.forget)
        self.setAccessibleName("Map of the network")

    def follow(self) -> None:
        """Show what changed in the network; the canvas paints the map again by itself when it moves."""
        if not self._surface.has_scene or self._drawn == (self._ground(), self._surface.scene.version):
            return
        if self._drawn and self._drawn[0] == self._ground():
            self._soon()
        else:
            self.update()

    def _soon(self) -> None:
        if not self._late.isActive():
            self._late.start()

    def forget(self) -> None:
        """Draw the bars anew."""
        self._drawn = None
        self.update()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._surface.has_scene or not self._surface.scene.cards:
            self._paint_ground(painter)
            return
        painter.drawPixmap(0, 0, self._bars())
        scale, offset = self._measure()
        seen = self._surface.camera.area_to_scene(QRectF(self._surface.rect()))
        frame = QRectF(
            seen.x() * scale + offset.x(), seen.y() * scale + offset.y(), seen.width() * scale, seen.height() * scale
        )
        frame = frame.intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.setPen(QPen(color("accent"), 1.5))
        painter.setBrush(tint("accent", 0.07))
        painter.drawRoundedRect(frame, 4, 4)

    def _paint_ground(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("canvas"))
        painter.drawRoundedRect(self.rect(), 7, 7)

    def _measure(self) -> tuple[float, QPointF]:
        """The map's scale, and where the scene's origin lies in it."""
        area = self._surface.scene.bounds
        room = QRectF(self.rect()).adjusted(_INSET, _INSET, -_INSET, -_INSET)
        scale = min(room.width() / max(area.width(), 1), room.height() / max(area.height(), 1), 0.14)
        offset = room.center() - area.center() * scale
        return scale, offset

    def _ground(self) -> object:
        """What the bars depend on, apart from the state of the network."""
        return id(self._surface.scene), self.size(), self.devicePixelRatioF()

    def _bars(self) -> QPixmap:
        """The bars, of the network as it was a moment ago: they are drawn anew once for a burst of edits or a drag."""
        key = self._ground(), self._surface.scene.version
        if self._picture and self._drawn and self._drawn[0] == key[0]:
            if self._drawn != key:
                self._soon()
            return self._picture
        ratio = self.devicePixelRatioF()
        self._picture = QPixmap(self.size() * ratio)
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(Qt.GlobalColor.transparent)
        self._drawn = key
        self._paint_bars(self._picture)
        return self._picture

    def _paint_bars(self, picture: QPixmap) -> None:
        scale, offset = self._measure()
        groups: dict[str, list[QRectF]] = {}
        for card in self._surface.scene.cards.values():
            token = "error_line" if card.gist.problem else family_token(card.gist.family)
            groups.setdefault(token, []).append(card.rect)
        painter = QPainter(picture)
        self._paint_ground(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.translate(offset)
        painter.scale(scale, scale)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setOpacity(0.75)
        for token, rects in groups.items():
            painter.setBrush(color(token))
            painter.drawRects(rects)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def _go(self, point: QPointF) -> None:
        if not self._surface.has_scene or not self._surface.scene.cards:
            return
        scale, offset = self._measure()
        wanted = self._surface.camera.to_widget((point - offset) / scale)
        center = QRectF(self._surface.rect()).center()
        self._surface.pan(center.x() - wanted.x(), center.y() - wanted.y())
