"""Looking at a scene through a camera: closer, farther, elsewhere, or so that all of something is in view."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QPointF, QRectF, QSizeF, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from widgets.canvas.camera import Camera
from widgets.canvas.remarks.places import Remarks
from widgets.canvas.scene.measures import ALL_DETAIL, LANE
from widgets.canvas.scene.scene import Scene
from widgets.theme import theme

_ZOOM_STEP = 1.25
_AROUND = 40.0
_SCROLLED = 2.0
"""How many times as large as the canvas a network may be to be shown readable instead of whole."""


class Looking(QWidget):
    """A widget with a camera and perhaps a scene. `zoom_changed` carries the new zoom."""

    zoom_changed = Signal(float)
    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.camera = Camera()
        self._scene: Scene | None = None
        self._remarks: Remarks | None = None
        self._fit_when_sized = False

    @property
    def scene(self) -> Scene:
        """The scene; there is one whenever a document is shown."""
        assert self._scene is not None, "no document is shown"
        return self._scene

    @property
    def remarks(self) -> Remarks:
        """The frames and notes of the scene."""
        assert self._remarks is not None, "no document is shown"
        return self._remarks

    @property
    def has_scene(self) -> bool:
        """Whether a document is shown."""
        return self._scene is not None

    @property
    def zoom(self) -> float:
        """1.0 is 100 %."""
        return self.camera.zoom

    def set_zoom(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Zoom around a point of the widget, by default its middle."""
        self._fit_when_sized = False
        self.camera.zoom_to(zoom, anchor or QRectF(self.rect()).center())
        self._camera_moved()

    def zoom_in(self) -> None:
        """One step closer."""
        self.set_zoom(self.zoom * _ZOOM_STEP)

    def zoom_out(self) -> None:
        """One step back."""
        self.set_zoom(self.zoom / _ZOOM_STEP)

    def zoom_reset(self) -> None:
        """Back to 100 %."""
        self.set_zoom(1.0)

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by pixels of the widget. What stays in view is moved, not painted again."""
        self._fit_when_sized = False
        x, y = self.camera.x, self.camera.y
        self.camera.pan(dx, dy)
        self._scroll(round(self.camera.x - x), round(self.camera.y - y))
        self.view_changed.emit()

    def _scroll(self, dx: int, dy: int) -> None:
        if self.floats() or abs(dx) >= self.width() or abs(dy) >= self.height():
            self.update()
            return
        self.scroll(dx, dy, self.rect())
        # The panels' own pixels were moved along: paint where they are and where they went.
        for child in self.children():
            if isinstance(child, QWidget) and child.isVisible() and child.geometry().intersects(self.rect()):
                self.update(child.geometry())
                self.update(child.geometry().translated(dx, dy))

    def floats(self) -> bool:
        """Whether something is drawn above the cards that does not move with them."""
        return not self.has_scene or not self.scene.cards

    def show_start(self) -> None:
        """Show a network for the first time: whole, or its beginning where that is easier to read.

        A canvas that was not drawn yet does so in the size it gets.
        """
        self._fit_when_sized = True
        self.fit()
        room = self.room()
        bounds = self._scene.bounds if self._scene else QRectF()
        times = max(bounds.width() / max(room.width(), 1.0), bounds.height() / max(room.height(), 1.0))
        if self.zoom < ALL_DETAIL and times * ALL_DETAIL * theme().scale <= _SCROLLED:
            self.camera.zoom_to(ALL_DETAIL, room.center())
            shown = self.camera.area_to_widget(bounds)
            dx = max(room.left() - shown.left(), 0.0)
            self.camera.pan(dx, room.top() - shown.top())
            if self._covered():
                self.camera.pan(0, self.rooms()[-1].top() - room.top())
            if self._covered() and QRectF(self.rect()).contains(self.camera.area_to_widget(bounds)):
                self.fit()  # all of it has room, a little smaller, beside the panels
            self._camera_moved()

    def fit(self) -> None:
        """Show the whole network."""
        if self._scene and self._scene.cards:
            self.show_cards(self._scene.cards)
        else:
            self.camera.zoom, self.camera.x, self.camera.y = 1.0, self.width() // 2, self.height() // 3
            self._camera_moved()

    def ensure_visible(self, id: str) -> None:
        """Move the picture as little as shows a card whole, and not beneath a panel where that can be."""
        area, panels = self.camera.area_to_widget(self.scene.cards[id].area), self.panels()
        moves = [_into(area, room) for room in self.rooms()]
        clear = [move for move in moves if not any(map(area.translated(move).intersects, panels))]
        move = (clear or moves)[0]
        if not move.isNull():
            self.pan(move.x(), move.y())

    def room(self) -> QRectF:
        """The part of the widget in which a network is shown whole."""
        return QRectF(self.rect()).adjusted(_AROUND, _AROUND, -_AROUND, -_AROUND)

    def rooms(self) -> list[QRectF]:
        """`room`, then parts of it that no panel covers."""
        return [self.room()]

    def panels(self) -> list[QRectF]:
        """What covers parts of the widget."""
        return []

    def _covered(self) -> set[str]:
        """The cards with a panel above them."""
        return {card.id for card in self.scene.cards_in(*map(self.camera.area_to_scene, self.panels()))}

    def show_cards(self, ids: Collection[str]) -> None:
        """Show cards with their wires as large as they can be with no panel above a card."""
        scene, found = self.scene, []
        area = scene.bounds_of(ids).adjusted(0, 0, LANE, 0)
        if len(ids) == len(scene.cards):
            area |= scene.wire_bounds | self.remarks.bounds
        for room in self.rooms():
            self.camera.show(area, room)
            found.append((self._covered().isdisjoint(ids), self.camera.zoom, room))
        self.camera.show(area, max(found, key=lambda each: each[:2])[2])
        self._camera_moved()

    def _camera_moved(self) -> None:
        self.update()
        self.zoom_changed.emit(self.zoom)
        self.view_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fit_when_sized:
            self.show_start()
        else:
            self._keep_in_sight(QRectF(QPointF(), QSizeF(event.oldSize())), QRectF(self.rect()))
        self.view_changed.emit()

    def _keep_in_sight(self, before: QRectF, now: QRectF) -> None:
        """Where a new size leaves no card in sight, look at what was in the middle, or else at all."""
        if self._sees_cards(before) and not self._sees_cards(now):
            self.pan(*(now.center() - before.center()).toTuple())
            if not self._sees_cards(now):
                self.fit()

    def _sees_cards(self, area: QRectF) -> bool:
        return self._scene is not None and bool(self._scene.cards_in(self.camera.area_to_scene(area)))


def _into(area: QRectF, room: QRectF) -> QPointF:
    """The least move that brings an area into a room; its upper left corner, where it is too large."""
    dx = max(min(0.0, room.right() - area.right()), room.left() - area.left())
    dy = max(min(0.0, room.bottom() - area.bottom()), room.top() - area.top())
    return QPointF(dx, dy)
