"""A chart in the hand: what pointer, mouse, keys and menu do with a card of live curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QWidget

from models.basics.quantities import percent
from widgets.basics.deeds import Deed, open_menu
from widgets.charts import export
from widgets.charts.axis import Frame, ValueFormat
from widgets.charts.card import ChartCard, Look
from widgets.charts.table import ChartTable

SMALLEST_BOX, FLAT_BOX = 6, 20
"""Pixels that a box must be wide to zoom at all, and high to zoom along y, too."""
FILES = {"png": "Picture (PNG)", "svg": "Drawing (SVG)", "csv": "Values (CSV)"}
SMOOTHINGS = (0.0, 0.02, 0.05, 0.1)


class Chart(ChartCard):
    """A card of curves to zoom into and to read.

    A box that is dragged zooms, as does the wheel; the middle button, or Shift, pans; a double click shows all. With
    the keyboard Left and Right move the table of values, + and − zoom, 0 shows all, and the menu key offers the rest.

    Charts of the same x can be linked: `pointed` carries the x at the pointer (None when it leaves) and the run whose
    curve is closest, for `point_at` of the others, `ranged` the part of x in view (None for all), for `show_range`.
    `looked` follows another axis, x (what it may be stands in `x_choices`, by the word on the axis) or smoothing;
    `enlarge_requested` and `save_requested` (one of `FILES`) are wishes of the menu. Where charts are arranged
    (`is_arranged`) there are more: `multiples_requested` for one chart a run, `twin_requested` for another of this
    measure, `remove_requested`, `move_requested` (-1 or 1); the title can then be dragged, which `dragged` and
    `dropped` tell with the place on the screen.
    """

    pointed = Signal(object, str)
    ranged = Signal(object)
    looked = Signal()
    enlarge_requested = Signal()
    save_requested = Signal(str)
    multiples_requested = Signal()
    twin_requested = Signal()
    remove_requested = Signal()
    move_requested = Signal(int)
    dragged = Signal(QPoint)
    dropped = Signal(QPoint)

    def __init__(
        self,
        title: str,
        y_format: ValueFormat = "number",
        x_name: str = "epoch",
        *,
        from_zero: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, y_format, x_name, from_zero=from_zero, parent=parent)
        self._pan: tuple[float, Frame] | None = None
        self._grip: QPointF | None = None
        self.x_choices: Mapping[str, str] = {}
        self.is_large = self.is_arranged = self.is_dragged = False
        self.more.clicked.connect(lambda: self.open_menu(self.more.mapToGlobal(self.more.rect().bottomLeft())))

    # The pointer

    def _point(self, position: QPointF | None) -> None:
        """Follow the mouse; None where it left the axes."""
        if position is None or not self.frame.area.contains(position):
            self._tell_pointer(None, "")
        else:
            x = self.frame.x_at(position.x())
            self._tell_pointer(x, self._plot.closest(self.frame, x, position.y()))

    def _tell_pointer(self, x: float | None, closest: str) -> None:
        if (x, closest) != (self._pointer, self._closest):
            self.point_at(x, closest)
            self.pointed.emit(x, closest)

    # Mouse and keys

    def enterEvent(self, event: QEnterEvent) -> None:
        self._point(event.position())
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._tell_pointer(None, "")
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.button() == Qt.MouseButton.MiddleButton or (left and shift):
            self._pan = event.position().x(), self.frame
        elif left and self.frame.area.contains(event.position()):
            self._box = event.position(), event.position()
        elif left and self.is_arranged and event.position().y() < self.frame.area.top():
            self._grip = event.position()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pan is not None:
            start, frame = self._pan
            shift = start - event.position().x()
            self._show_x(frame.x_at(frame.area.left() + shift), frame.x_at(frame.area.right() + shift))
        elif self._box is not None:
            self._box = self._box[0], event.position()
            self._tell_pointer(None, "")
            self.update()
        elif self._grip is not None:
            self._drag(event)
        else:
            self._point(event.position())
            grips = self.is_arranged and event.position().y() < self.frame.area.top()
            self.setCursor(Qt.CursorShape.OpenHandCursor if grips else Qt.CursorShape.ArrowCursor)

    def _drag(self, event: QMouseEvent) -> None:
        """Follow the title in the hand."""
        assert self._grip is not None
        far = (event.position() - self._grip).manhattanLength()
        if self.is_dragged or far >= QGuiApplication.styleHints().startDragDistance():
            self.is_dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(event.globalPosition().toPoint())

    def _let_go(self, at: QPoint | None) -> None:
        """The title is in the hand no more: dropped at a place, or given up."""
        was_dragged, self._grip, self.is_dragged = self.is_dragged, None, False
        self.unsetCursor()
        if was_dragged:
            self.dropped.emit(at if at is not None else QPoint(-1, -1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            self._let_go(event.globalPosition().toPoint())
        box, self._pan = self._boxed() if self._box else QRectF(), None
        self._box = None
        if box.width() >= SMALLEST_BOX:
            frame = self.frame
            if box.height() >= FLAT_BOX:
                self._plot.zoomed_y = frame.y_at(box.bottom()), frame.y_at(box.top())
            self._show_x(frame.x_at(box.left()), frame.x_at(box.right()))
        self.update()
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.show_all()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(self.frame.x_at(event.position().x()), 0.8 ** (event.angleDelta().y() / 120))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        middle = (self.frame.x0 + self.frame.x1) / 2
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step_pointer(-1 if event.key() == Qt.Key.Key_Left else 1)
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(middle, 0.7)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom(middle, 1 / 0.7)
        elif event.key() == Qt.Key.Key_0:
            self.show_all()
        elif event.key() == Qt.Key.Key_Escape and self._grip is not None:
            self._let_go(None)
        elif event.key() == Qt.Key.Key_Escape and (self._box is not None or self._pointer is not None):
            self._box = None
            self._tell_pointer(None, "")
            self.update()
        else:
            super().keyPressEvent(event)

    def show_all(self) -> None:
        """End zooming."""
        self._plot.zoomed = self._plot.zoomed_y = None
        self._stale()
        self.ranged.emit(None)

    def _step_pointer(self, direction: int) -> None:
        stops = self._plot.stops(self.frame)
        if self._pointer is None:
            self._tell_pointer(float(stops[-1 if direction < 0 else 0]), "")
            return
        place = int(np.searchsorted(stops, self._pointer, side="left" if direction < 0 else "right"))
        self._tell_pointer(float(stops[min(max(place - (direction < 0), 0), len(stops) - 1)]), "")

    def zoom(self, around: float, factor: float) -> None:
        """Show `factor` times as much of x as now, keeping `around` where it is."""
        low, high = self._plot.shown_x()
        self._show_x(around - (around - low) * factor, around + (high - around) * factor)

    def show_range(self, shown: tuple[float, float] | None) -> None:
        """Show a part of x, None for all, without telling of it."""
        if shown is None:
            self._plot.zoomed = self._plot.zoomed_y = None
        else:
            self._plot.show_x(*shown)
        self._stale()

    def _show_x(self, low: float, high: float) -> None:
        self._plot.show_x(low, high)
        self._stale()
        self.ranged.emit(self._plot.zoomed)

    # The menu

    @property
    def title(self) -> str:
        """What the chart shows."""
        return self._plot.title

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu(event.globalPos())

    def open_menu(self, at: QPoint) -> QMenu:
        """Offer the axes, smoothing and what becomes of the picture."""
        return open_menu(self, self.deeds(), at)

    def deeds(self) -> list[Deed]:
        """What can be done with the chart."""
        zoomed = bool(self._plot.zoomed or self._plot.zoomed_y)
        look = self.look
        smoothings = [
            Deed(
                f"{percent(part)} of the axis" if part else "Off",
                partial(self._choose, look._replace(smoothing=part)),
                part="look",
                submenu="Smoothing",
                checked=part == look.smoothing,
            )
            for part in SMOOTHINGS
        ]
        axes = [
            Deed(f"Logarithmic {name}", partial(self._choose, chosen), part="look", checked=now)
            for name, chosen, now in (
                ("y", look._replace(log=not look.log), look.log),
                ("x", look._replace(log_x=not look.log_x), look.log_x),
            )
        ]
        saves = [
            Deed(f"{words}…", partial(self.save_requested.emit, suffix), part="picture", submenu="Save as")
            for suffix, words in FILES.items()
        ]
        return [
            Deed("Show all", self.show_all, possible=zoomed),
            Deed("Back to all charts" if self.is_large else "Enlarge", self.enlarge_requested.emit),
            *axes,
            *self._x_deeds(),
            *smoothings,
            *(self._arranging() if self.is_arranged and not self.is_large else ()),
            Deed("Table of values…", self.show_table, part="picture"),
            Deed("Copy picture", self.copy_picture, part="picture"),
            Deed("Copy values", self.copy_values, part="picture"),
            *saves,
        ]

    def _x_deeds(self) -> list[Deed]:
        look, choices = self.look, {"": "As on all charts", **self.x_choices}
        return [
            Deed(words, partial(self._choose, look._replace(x=x)), part="look", submenu="x is", checked=x == look.x)
            for x, words in choices.items()
            if self.x_choices
        ]

    def _arranging(self) -> list[Deed]:
        return [
            Deed("One chart for each run", self.multiples_requested.emit, part="arrange"),
            Deed("Another one of this", self.twin_requested.emit, part="arrange"),
            Deed("Move forward", partial(self.move_requested.emit, -1), part="arrange"),
            Deed("Move back", partial(self.move_requested.emit, 1), part="arrange"),
            Deed("Remove", self.remove_requested.emit, part="arrange"),
        ]

    def _choose(self, look: Look) -> None:
        self.set_look(look)
        self.looked.emit()

    # As files

    def copy_picture(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setImage(export.picture(self._plot, self.size()))

    def copy_values(self) -> None:
        """Put the table of values on the clipboard, as spreadsheets take it."""
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in self.table()))

    def show_table(self) -> ChartTable:
        """Open the values as a table that can be walked through cell by cell."""
        table = ChartTable(self.title, self.table(), self)
        table.open()
        return table

    def written(self, suffix: str) -> Callable[[], bytes]:
        """What gives the chart as a file, one of `FILES`, and may be called on a thread."""
        if suffix == "csv":
            return export.as_csv(self._plot)
        content = (export.as_svg if suffix == "svg" else export.as_png)(self._plot, self.size())
        return lambda: content
