"""The card of a chart: live curves as a picture that is drawn anew no oftener than need be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.basics.painted import painted
from widgets.charts.axis import Frame, ValueFormat
from widgets.charts.curve import Curve, Series
from widgets.charts.group import Group
from widgets.charts.painting.furniture import Marker
from widgets.charts.painting.happenings import Happening
from widgets.charts.painting.header import warned_of
from widgets.charts.painting.readout import FEW_ROWS, MOST_ROWS
from widgets.charts.plot import Plot
from widgets.controls.base import Themed, set_tip, shows_ring
from widgets.controls.buttons import IconButton
from widgets.theme import color, px, tint

REDRAW_EVERY = 1 / 30
STRIP = 24  # pixels left of the newest point that its dot and line may cover


class Look(NamedTuple):
    """What a user chooses of a chart: logarithmic axes, the part of the axis over which lines are averaged, and what x
    is, "" for what it is on all charts."""

    log: bool = False
    log_x: bool = False
    smoothing: float = 0.0
    x: str = ""


class ChartCard(Themed, QWidget):
    """One measure over time for several runs, drawn anew at most 30 times a second, and only while it can be seen."""

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
        self._closest = ""
        self._fresh_from: float | None = None
        self._box: tuple[QPointF, QPointF] | None = None
        self._picture: QPixmap | None = None
        self.frame = Frame(QRectF(0, 0, 1, 1), 0, 1, 0, 1)
        self._own_x = ""
        self._drawn_at = 0.0
        self._due = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.redraw)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"{title} chart")
        self.more = IconButton("more", "Axes, smoothing, pictures", 26, parent=self)
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

    def set_live(self, run_id: str, live: bool) -> None:
        """Say whether a run still grows."""
        if live != (run_id in self._plot.live):
            (self._plot.live.add if live else self._plot.live.discard)(run_id)
            self._stale()

    def set_dropped(self, run_id: str, dropped: bool) -> None:
        """Say whether a run's training was measured with dropout on, so that it compares with validation as it is."""
        if dropped != (run_id in self._plot.dropped):
            (self._plot.dropped.add if dropped else self._plot.dropped.discard)(run_id)
            self._stale()

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
        self._plot.live.discard(run_id)
        self._plot.dropped.discard(run_id)
        self._plot.happenings.pop(run_id, None)
        self._plot.forget_ranges()
        self._stale()

    def set_groups(self, groups: Sequence[Group]) -> None:
        """Show runs that repeat each other as one: their mean, a band around it, and each within, fainter."""
        if list(groups) != list(self._plot.groups):
            self._plot.set_groups(tuple(groups))
            self._stale()

    def set_happenings(self, run_id: str, happenings: Sequence[Happening]) -> None:
        """Tell on the x axis what happened in a run."""
        if list(happenings) != list(self._plot.happenings.get(run_id, ())):
            self._plot.happenings[run_id] = tuple(happenings)
            self._stale()

    def share_scale(self, cards: Sequence[ChartCard]) -> None:
        """Let the axes hold what all of these show, itself among them; nothing more is named than the title says."""
        self._plot.share_scale([card._plot for card in cards])
        self._plot.has_names = False
        self._stale()

    @property
    def from_zero(self) -> bool:
        """Whether y begins at 0."""
        return self._plot.from_zero

    @property
    def scale(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The ranges of x and y that the axes have settled on."""
        return self._plot.scale

    @property
    def x_name(self) -> str:
        """What x is."""
        return self._plot.x_name

    def set_x_name(self, name: str) -> None:
        """Say what x is; the points of before make no sense then and are to be given anew."""
        if name != self._plot.x_name:
            self._plot.x_name = name
            self._plot.zoomed = self._plot.zoomed_y = None
            self._stale()

    def last_x(self, run_id: str, series: Series) -> float:
        """Where a curve ends, minus infinity without points."""
        known = self._plot.curves.get((run_id, series))
        return float(known.points.xs[-1]) if known and len(known.points) else -math.inf

    def set_x_range(self, low: float, high: float) -> None:
        """Fix the x axis, as for a run whose epochs are known; curves that go further stretch it."""
        fixed = (low, high) if high > low else None
        if fixed != self._plot.fixed_x:
            self._plot.fixed_x = fixed
            self._stale()

    def set_log(self, log: bool) -> None:
        """Show y logarithmically; values of 0 and less are gaps then."""
        self._plot.log, self._plot.zoomed_y = log, None
        self._stale()

    def set_log_x(self, log: bool) -> None:
        """Show x logarithmically, from the first point above 0."""
        self._plot.log_x = log
        self._stale()

    def set_smoothing(self, part: float) -> None:
        """Average lines over a part of the axis, 0 to 1; what they are made of lies behind."""
        self._plot.smoothing = part
        self._stale()

    @property
    def look(self) -> Look:
        """What the user chose of it."""
        return Look(self._plot.log, self._plot.log_x, self._plot.smoothing, self._own_x)

    def set_look(self, look: Look) -> None:
        """Look as the user chose."""
        if look != self.look:
            self.set_log(look.log)
            self.set_log_x(look.log_x)
            self.set_smoothing(look.smoothing)
            self._own_x = look.x

    def set_title(self, title: str, y_format: ValueFormat = "number", best: str = "") -> None:
        """Name another measure: accuracy for classes, an error for numbers; its best value is the "least" or the
        "greatest", "" where none is."""
        if (self._plot.title, self._plot.form, self._plot.best) != (title, y_format, best):
            self._plot.set_measure(title, y_format, best)
            self.setAccessibleName(f"{title} chart")
            self._stale()

    def set_note(self, note: str) -> None:
        """Words at the right of the title, in place of the legend."""
        if note != self._plot.note:
            self._plot.note = note
            self._stale()

    def set_warning(self, words: str) -> None:
        """Say what should be known before the curves are compared, "" for nothing."""
        if words != self._plot.warning:
            self._plot.warning = words
            self._stale()

    def marker(self, x: float, text: str, run_id: str | None = None) -> None:
        """Put a remark at `x`, in the color of a run or of warnings."""
        self._plot.markers.append((run_id, Marker(x, text)))
        self._stale()

    def clear_markers(self, run_id: str | None = None) -> None:
        """Take all remarks away, or those of a run."""
        kept = [entry for entry in self._plot.markers if run_id is not None and entry[0] != run_id]
        if kept != self._plot.markers:
            self._plot.markers = kept
            self._stale()

    def table(self) -> list[tuple[str, ...]]:
        """The curves as rows of text, the heads first: one row a validation point, or 20 evenly spaced ones."""
        return self._plot.table()

    # When it is drawn

    def restyle(self) -> None:
        self.setMinimumSize(px(220), px(160))
        self._place_button()
        self._stale()

    def sizeHint(self) -> QSize:
        return QSize(px(440), px(340))

    def showEvent(self, event: QShowEvent) -> None:
        self.redraw()
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._picture = None
        self._place_button()
        super().resizeEvent(event)

    def _place_button(self) -> None:
        self.more.move(self.width() - self.more.width() - px(10), px(11))

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
        set_tip(self, warned_of(self._plot.warning, self._plot.visible()))
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
            most = MOST_ROWS if self.underMouse() or self.hasFocus() else FEW_ROWS
            self._plot.draw_pointer(painter, self.frame, self._pointer, bounds, self._closest, most)
        if self._box is not None:
            painter.setPen(QPen(color("accent"), 1))
            painter.setBrush(tint("accent", 0.12))
            painter.drawRect(self._boxed())
        if shows_ring(self):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)

    def _draw_picture(self, old: QPixmap | None) -> QPixmap:
        """The picture, made by drawing only the newest strip of the old one where the axes and all else stay."""
        frame = self._plot.measure(self.size())
        if old is not None and frame == self.frame and self._fresh_from is not None and not self._plot.groups:
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

    def point_at(self, x: float | None, closest: str = "") -> None:
        """Show the values at x, None for none; the curves of the closest run stand out."""
        if (x, closest) != (self._pointer, self._closest):
            self._pointer, self._closest = x, closest
            self.update()

    def _boxed(self) -> QRectF:
        assert self._box is not None
        box = QRectF(*self._box).normalized()
        box.setHeight(max(box.height(), 1.0))  # of a line Qt gives no intersection
        return box.intersected(self.frame.area)
