"""A card with live curves: runs in colors, validation wide and training thin, a table of values at the pointer."""

from __future__ import annotations

import math
from time import monotonic

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.basics.painted import painted
from widgets.charts.axis import Frame, ValueFormat
from widgets.charts.curve import Curve, Series
from widgets.charts.furniture import Marker
from widgets.charts.plot import Plot
from widgets.controls.base import Themed
from widgets.theme import color, px

REDRAW_EVERY = 1 / 30
STRIP = 24  # pixels left of the newest point that its dot and line may cover
_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class Chart(Themed, QWidget):
    """One measure over time for several runs.

    The picture is drawn anew at most 30 times a second, and only while it can be seen. The wheel zooms along x,
    dragging pans, a double click shows all; with the keyboard Left and Right move the table of values, + and − zoom,
    0 shows all.
    """

    changed = Signal()

    def __init__(
        self,
        title: str,
        y_format: ValueFormat = "number",
        x_name: str = "epoch",
        *,
        from_zero: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._plot = Plot(title, y_format, x_name)
        self._plot.from_zero = from_zero
        self._pointer: float | None = None
        self._by_keyboard = False
        self._fresh_from: float | None = None
        self._grip: tuple[float, tuple[float, float]] | None = None
        self._picture: QPixmap | None = None
        self.frame = Frame(QRectF(0, 0, 1, 1), 0, 1, 0, 1)
        self._drawn_at = 0.0
        self._due = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.redraw)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"{title} chart")
        self.follow_theme()

    # What is shown

    def curve(self, run_id: str, series: Series, color_index: int, name: str) -> None:
        """Announce a curve; announcing it again changes its color and name and keeps its points."""
        known = self._plot.curves.get((run_id, series))
        if known is None:
            self._plot.curves[run_id, series] = Curve(run_id, series, color_index, name)
        elif (known.color_index, known.name) != (color_index, name):
            known.color_index, known.name = color_index, name
        else:
            return
        self._stale()

    def append(self, run_id: str, series: Series, xs: ArrayLike, ys: ArrayLike) -> None:
        """Add points to a curve; those that begin before its last point replace what was there (a resumed run).

        Raises KeyError for a curve that was not announced, ValueError if the points are no series.
        """
        x = np.atleast_1d(np.asarray(xs, dtype=np.float64))
        known = self._plot.curves[run_id, series].points
        ends = [known.xs[-1]] if len(known) else []
        self._plot.curves[run_id, series].add(x, np.atleast_1d(np.asarray(ys, dtype=np.float64)))
        if len(x):
            self._grown(float(min(*ends, *x[:1], math.inf)))

    def set_visible(self, run_id: str, visible: bool) -> None:
        """Show or hide a run's curves."""
        curves = self._plot.of_run(run_id)
        if all(curve.visible == visible for curve in curves):
            return
        for curve in curves:
            curve.visible = visible
        self._plot.forget_ranges()
        self._stale()

    def remove(self, run_id: str) -> None:
        """Forget a run with its curves and markers; one that is not there is fine."""
        for curve in self._plot.of_run(run_id):
            del self._plot.curves[curve.run_id, curve.series]
        self._plot.markers = [entry for entry in self._plot.markers if entry[0] != run_id]
        self._plot.forget_ranges()
        self._stale()

    def set_x_range(self, low: float, high: float) -> None:
        """Fix the x axis, as for a run whose epochs are known; curves that go further stretch it."""
        fixed = (low, high) if high > low else None
        if fixed != self._plot.fixed_x:
            self._plot.fixed_x = fixed
            self._stale()

    def set_log(self, log: bool) -> None:
        """Show y logarithmically; values of 0 and less are gaps then."""
        self._plot.log = log
        self._stale()

    def set_title(self, title: str, y_format: ValueFormat = "number") -> None:
        """Name another measure: accuracy for classes, an error for numbers."""
        if (self._plot.title, self._plot.form) != (title, y_format):
            self._plot.set_measure(title, y_format)
            self.setAccessibleName(f"{title} chart")
            self._stale()

    def set_note(self, note: str) -> None:
        """Words at the right of the title, in place of the legend."""
        if note != self._plot.note:
            self._plot.note = note
            self._stale()

    def marker(self, x: float, text: str, run_id: str | None = None) -> None:
        """Put a remark at `x`, in the color of a run or of warnings."""
        self._plot.markers.append((run_id, Marker(x, text)))
        self._stale()

    def clear_markers(self) -> None:
        """Take all remarks away."""
        self._plot.markers.clear()
        self._stale()

    def table(self) -> list[tuple[str, ...]]:
        """The curves as rows of text, the heads first: one row a validation point, or 20 evenly spaced ones."""
        return self._plot.table()

    # When it is drawn

    def restyle(self) -> None:
        self.setMinimumSize(px(220), px(160))
        self._stale()

    def sizeHint(self) -> QSize:
        return QSize(px(440), px(340))

    def showEvent(self, event: QShowEvent) -> None:
        self.redraw()
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._picture = None
        super().resizeEvent(event)

    def _stale(self) -> None:
        """Something changed that may change the whole picture."""
        self._picture = None
        self._schedule()

    def _grown(self, x: float) -> None:
        """Points came at `x` and after: what lies left of it stays as it is."""
        self._fresh_from = x if self._fresh_from is None else min(x, self._fresh_from)
        self._schedule()

    def _schedule(self) -> None:
        if self.isVisible() and not self._timer.isActive():
            wait = max(0.0, self._drawn_at + REDRAW_EVERY - monotonic())
            self._timer.start(math.ceil(wait * 1000))

    def redraw(self) -> None:
        """Draw the picture anew at the next repaint, without waiting for the next thirtieth of a second."""
        self._timer.stop()
        self._due = True  # though points may come before the repaint, which is late on a busy computer
        self._drawn_at = monotonic()
        self.update()
        self.setAccessibleDescription(self._plot.summary())
        self.changed.emit()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        is_grown = self._fresh_from is not None and (self._due or not self._timer.isActive())
        if self._picture is None or is_grown:
            self._picture = self._draw_picture(self._picture)
            self._fresh_from = None
            self._due = False
            self._drawn_at = monotonic()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self._pointer is not None:
            bounds = QRectF(self.rect()).adjusted(4, 4, -4, -4)
            self._plot.draw_pointer(painter, self.frame, self._pointer, bounds)
        if self.hasFocus() and self._by_keyboard:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)

    def _draw_picture(self, old: QPixmap | None) -> QPixmap:
        """The picture, made by drawing only the newest strip of the old one where the axes and all else stay."""
        frame = self._plot.measure(self.size())
        if old is not None and frame == self.frame and self._fresh_from is not None:
            left = math.floor(frame.point(self._fresh_from, frame.y1).x()) - STRIP
            strip = QRectF(left, 0, self.width() - left, self.height())
            painter = QPainter(old)
            painter.setClipRect(strip)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.fillRect(strip, Qt.GlobalColor.transparent)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            self._plot.draw(painter, self.size(), frame)
            painter.end()
            if not self._plot.take_changed_ways():
                return old
        self.frame = frame
        whole = self._draw_whole(frame)
        self._plot.take_changed_ways()
        return whole

    def _draw_whole(self, frame: Frame) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self._plot.draw(painter, self.size(), frame)
        painter.end()
        return picture

    def _point_at(self, x: float | None) -> None:
        if x != self._pointer:
            self._pointer = x
            self.update()

    # Mouse and keys

    def enterEvent(self, event: QEnterEvent) -> None:
        self._point_at(self.frame.x_at(event.position().x()))
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in _KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._point_at(None)
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._plot.zoomed:
            self._grip = event.position().x(), self._plot.zoomed
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None and event.buttons() & Qt.MouseButton.LeftButton:
            start, (low, high) = self._grip
            shift = (start - event.position().x()) * (high - low) / self.frame.area.width()
            self._show_x(low + shift, high + shift)
        elif self.frame.area.contains(event.position()):
            self._point_at(self.frame.x_at(event.position().x()))
        else:
            self._point_at(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None
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
        elif event.key() == Qt.Key.Key_Escape and self._pointer is not None:
            self._point_at(None)
        else:
            super().keyPressEvent(event)

    def show_all(self) -> None:
        """End zooming."""
        self._plot.zoomed = None
        self._stale()

    def _step_pointer(self, direction: int) -> None:
        stops = self._plot.stops(self.frame)
        if self._pointer is None:
            self._point_at(float(stops[-1 if direction < 0 else 0]))
            return
        place = int(np.searchsorted(stops, self._pointer, side="left" if direction < 0 else "right"))
        self._point_at(float(stops[min(max(place - (direction < 0), 0), len(stops) - 1)]))

    def zoom(self, around: float, factor: float) -> None:
        """Show `factor` times as much of x as now, keeping `around` where it is."""
        low, high = self._plot.shown_x()
        self._show_x(around - (around - low) * factor, around + (high - around) * factor)

    def _show_x(self, low: float, high: float) -> None:
        self._plot.show_x(low, high)
        self._stale()
