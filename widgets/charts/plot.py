"""What a chart shows, apart from the widget that shows it: curves, remarks, ranges, and how they become a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen

from models.basics.quantities import figures, percent
from widgets.charts.axis import (
    FLATTENS,
    LEAST_X,
    Frame,
    SettlingRange,
    ValueFormat,
    calm_extent,
    log_ceiling,
    log_floor,
    write_tick,
    write_value,
)
from widgets.charts.curve import HUGEST, Curve, Series, room_among
from widgets.charts.extents import extent_of
from widgets.charts.group import Band, Group
from widgets.charts.painting.furniture import Cut, Marker, draw_axes, draw_best, draw_cuts, draw_live_end, draw_marker
from widgets.charts.painting.happenings import Colored, Happening, draw_happenings, draw_told, near, room_above
from widgets.charts.painting.header import Header, draw_header, legend_of, warned_of
from widgets.charts.painting.labels import EndName, draw_end_names, room_for
from widgets.charts.painting.pointer import closest, draw_dots, snapped, stops
from widgets.charts.painting.readout import MOST_ROWS, draw_readout, read_at
from widgets.theme import color, px

FLATTENS_RATES = 20.0
"""As `FLATTENS`, of what is set rather than measured: it is all meant."""
TABLE_ROWS = 20
CLOSEST_ZOOM = 1e-4
MOST_WITH_STEPS = 6
"""Runs up to which the single steps of finished ones are drawn."""
BANDED: tuple[Series, ...] = ("training", "validation")
ORDER: dict[Series, int] = {"steps": 0, "training": 1, "planned": 2, "validation": 3}


class Plot:
    """The curves of several runs, and the ranges that hold them.

    `groups` are runs that are shown as one, `happenings` what is told on the x axis of each run. `zoomed` is the part
    of x in view, None for all of it, `zoomed_y` the part of y; `fixed_x` is the part of x that is shown at least.
    `live` are the runs that still grow, `dropped` those whose training was measured with dropout on. `smoothing` is the
    part of the axis over which lines are averaged. `warning` says what should be known before curves are compared.
    """

    def __init__(self, title: str, form: ValueFormat, x_name: str) -> None:
        self.x_name = x_name
        self.note = self.warning = ""
        self.log = self.log_x = False
        self.from_zero = False
        self.smoothing = 0.0
        self.curves: dict[tuple[str, Series], Curve] = {}
        self.live: set[str] = set()
        self.dropped: set[str] = set()
        self.markers: list[tuple[str | None, Marker]] = []
        self.happenings: dict[str, Sequence[Happening]] = {}
        self.groups: Sequence[Group] = ()
        self.has_names = True
        self.fixed_x: tuple[float, float] | None = None
        self.zoomed: tuple[float, float] | None = None
        self.zoomed_y: tuple[float, float] | None = None
        self._x_range = SettlingRange(0.0, parts=5)
        self._bands: dict[tuple[str, Series], Band] = {}
        self._family: Sequence[Plot] = (self,)
        self.set_measure(title, form)

    def set_measure(self, title: str, form: ValueFormat, best: str = "") -> None:
        """Show another measure; shares leave 0 to 100 % with their values alone.

        `best` is "least" or "greatest" where one is.
        """
        self.title, self.form, self.best = title, form, best
        self._y_range = SettlingRange(0.0, 1.0) if form == "percent" else SettlingRange()

    def share_scale(self, plots: Sequence[Plot]) -> None:
        """Let the axes hold what all of these show, itself among them, so that they compare."""
        self._family = plots
        self._x_range, self._y_range = plots[0]._x_range, plots[0]._y_range

    @property
    def scale(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The ranges that the axes have settled on."""
        return self._x_range.ends, self._y_range.ends

    def set_groups(self, groups: Sequence[Group]) -> None:
        """Show runs as one, or none any more."""
        self.groups, self._bands = groups, {}
        for curve in self.curves.values():
            curve.inside = False
        self.forget_ranges()

    def of_run(self, run_id: str) -> list[Curve]:
        """The curves of one run."""
        return [curve for curve in self.curves.values() if curve.run_id == run_id]

    def visible(self) -> list[Curve]:
        """The curves in sight, with points or still without."""
        return [curve for curve in self.curves.values() if curve.visible]

    def told(self) -> list[Curve]:
        """The curves in sight that have points, without the steps of runs that have means of them; means of groups in
        place of their members."""
        curves = [curve for curve in self.visible() if len(curve.points)]
        whole = {curve.run_id for curve in curves if curve.series in ("training", "validation")}
        curves = [curve for curve in curves if curve.series != "steps" or curve.run_id not in whole]
        bands = self._grouped()
        return [curve for curve in curves if not curve.inside] + [band.curve for band in bands] if bands else curves

    def drawn(self) -> list[Curve]:
        """The curves in sight that have points, the backmost first; of many runs without the steps of most."""
        told, curves = self.told(), [curve for curve in self.visible() if len(curve.points)]
        if len({curve.run_id for curve in curves}) > MOST_WITH_STEPS or self.groups:
            kept = set(map(id, told))
            curves = [c for c in curves if c.inside or id(c) in kept or (c.run_id in self.live and not self.groups)]
        known = set(map(id, curves))
        curves += [curve for curve in told if id(curve) not in known]
        return sorted(curves, key=lambda curve: (not curve.inside, ORDER[curve.series]))

    def _grouped(self) -> list[Band]:
        """The bands of groups of which at least two are in sight; the members lie inside."""
        bands: list[Band] = []
        if not self.groups:
            return bands
        for curve in self.curves.values():
            curve.inside = False
        for group in self.groups:
            for series in BANDED:
                members = [c for id in sorted(group.members) if (c := self.curves.get((id, series))) and c.visible]
                members = [curve for curve in members if len(curve.points)]
                if len(members) < 2:
                    continue
                for curve in members:
                    curve.inside = True
                band = self._bands.setdefault((group.id, series), Band(group, series))
                band.take(members)
                bands.append(band)
        return bands

    def forget_ranges(self) -> None:
        """Let the axes settle anew, since other curves are shown."""
        self._y_range.forget()
        self._x_range.forget()

    def draw(self, painter: QPainter, size: QSize, frame: Frame) -> None:
        """Draw the card without the pointer, or what of it the painter's clip lets through."""
        draw_header(painter, size, self._header())
        draw_axes(painter, frame, self.form, self.x_name)
        self._draw_curves(painter, frame, size.width())
        draw_happenings(painter, frame, self._happenings())
        for run_id, marker in self.markers:
            run = next(iter(self.of_run(run_id)), None) if run_id is not None else None
            if run is None or run.visible:
                draw_marker(painter, frame, marker, run.hue() if run else color("warning"))

    def table(self) -> list[tuple[str, ...]]:
        """The curves as rows of text, the heads first: one row a validation point, or 20 evenly spaced ones."""
        curves = self.told()
        marks = [curve.points.xs for curve in curves if curve.series == "validation"]
        if marks:
            xs = np.unique(np.concatenate(marks))
        elif curves:
            longest = max(curves, key=lambda curve: len(curve.points)).points.xs
            xs = longest[np.linspace(0, len(longest) - 1, min(TABLE_ROWS, len(longest))).astype(int)]
        else:
            xs = np.empty(0)
        heads = (self.x_name, *(f"{curve.name} {curve.series}" for curve in curves))
        return [heads, *((f"{x:g}", *(self._cell(curve, float(x)) for curve in curves)) for x in xs)]

    def summary(self) -> str:
        """The last value of each curve in a sentence, for those who do not see the chart."""
        ends = [
            f"{curve.name} {curve.series} {write_value(float(curve.points.ys[-1]), self.form)}" for curve in self.told()
        ]
        return f"{self.title}: {', '.join(ends)}" if ends else f"{self.title}: no points yet"

    def take_changed_ways(self) -> bool:
        """Whether a curve was drawn in another way than before since this was last asked."""
        changed = any(curve.way_changed for curve in self.curves.values())
        for curve in self.curves.values():
            curve.way_changed = False
        return changed

    def _happenings(self) -> list[Colored]:
        """What happened in the runs in sight, each in the color of its run."""
        seen = {curve.run_id: curve.hue() for curve in self.visible()}
        return [(seen[id], each) for id, those in self.happenings.items() if id in seen for each in those]

    # At the pointer

    def stops(self, frame: Frame) -> NDArray[np.float64]:
        """The x the pointer stops at: the points of validation, or 50 places across."""
        return stops(self.told(), frame)

    def closest(self, frame: Frame, x: float, pixel: float) -> str:
        """The run whose curve passes nearest to a place, given by its x and its pixel from the top; "" without any."""
        return closest(self.told(), frame, x, pixel)

    def draw_pointer(
        self, painter: QPainter, frame: Frame, pointer: float, bounds: QRectF, closest: str = "", most: int = MOST_ROWS
    ) -> None:
        """Draw a line at x `pointer` and at most so many values there, inside `bounds`; the curves of the closest run
        stand out."""
        curves = self.told()
        x = snapped(curves, pointer)
        across = frame.point(x, frame.y1).x()
        if not curves or not frame.area.left() - 1 <= across <= frame.area.right() + 1:
            return
        painter.save()
        painter.setClipRect(frame.area.adjusted(0, -1, 2, 1))
        for curve in curves if len(curves) > 2 else []:
            if curve.run_id == closest:
                curve.draw_line(painter, frame, wider=1.2)
                curve.way_changed = False
        painter.restore()
        painter.setPen(QPen(color("text3"), 1))
        painter.drawLine(QPointF(across, frame.area.top()), QPointF(across, frame.area.bottom()))
        draw_dots(painter, frame, curves, x)
        readout = read_at(curves, x, self.form, self.best == "least")
        title = f"{self.x_name.capitalize()} {write_tick(x, 0.01 if x % 1 else 1, 'number')}"
        if told := near(frame, pointer, self._happenings()):
            draw_told(painter, frame, told)
            bounds = QRectF(bounds.topLeft(), QPointF(bounds.right(), room_above(frame, told)))
        draw_readout(painter, QPointF(across, frame.area.top() + px(16)), bounds, title, readout, closest, most)

    def _cell(self, curve: Curve, x: float) -> str:
        found = curve.nearest(x)
        return write_value(found[1] if found else math.nan, self.form)

    # Ranges

    def shown_x(self) -> tuple[float, float]:
        """The part of x in view."""
        return self.zoomed or self._whole_x()

    def show_x(self, low: float, high: float) -> None:
        """Zoom to a part of x; what is as wide as everything ends zooming."""
        whole_low, whole_high = self._whole_x()
        width = max(high - low, (whole_high - whole_low) * CLOSEST_ZOOM)
        if width >= whole_high - whole_low:
            self.zoomed = None
        else:
            low = min(max(low, whole_low), whole_high - width)
            self.zoomed = (low, low + width)

    def measure(self, size: QSize) -> Frame:
        """Where values lie in a card of `size`; lets the axes settle on the points there are."""
        x0, x1 = self.shown_x()
        if self.log_x:
            x0 = max(x0, self._least_x())
        across = Frame(self._area(size), x0, x1, 0.0, 1.0, log_x=self.log_x and x0 < x1)
        y0, y1 = self.zoomed_y or self._whole_y(across)
        return replace(across, y0=y0, y1=y1, log=self.log and y0 > 0)

    def _area(self, size: QSize) -> QRectF:
        left = px(60)
        edge = self.shown_x()[1] * (1 - CLOSEST_ZOOM)
        names = [curve.name for curve in self._named() if curve.points.xs[-1] >= edge]  # others lie beside their ends
        right = room_for(names, size.width()) if self.visible() and self.has_names else px(20)
        return QRectF(left, px(52), max(size.width() - left - right, 40), max(size.height() - px(52) - px(54), 40))

    def _whole_x(self) -> tuple[float, float]:
        curves = (curve for plot in self._family for curve in plot.visible())
        ends = (float(curve.points.xs[-1]) for curve in curves if len(curve.points))
        last = min(max(ends, default=0.0), HUGEST)
        if self.fixed_x is not None:
            return self.fixed_x[0], max(self.fixed_x[1], last)
        return self._x_range.fit(0.0, last) if last > CLOSEST_ZOOM else (0.0, 1.0)

    def _least_x(self) -> float:
        """Where a logarithmic axis begins: at the first point above 0."""
        firsts = []
        for curve in self.visible():
            above = int(np.searchsorted(curve.points.xs, 0.0, side="right"))
            firsts += curve.points.xs[above : above + 1].tolist()
        return max(min(firsts, default=LEAST_X), LEAST_X)

    def _whole_y(self, across: Frame) -> tuple[float, float]:
        seen = (across, self.log, self.form)
        extents: list[tuple[Curve, tuple[float, float]]] = []
        told = [curve for plot in self._family for curve in plot.told()]
        for curve in told:
            extent = curve.remembered("extent", seen, partial(extent_of, curve, across, log=self.log, form=self.form))
            if math.isfinite(extent[0]) and math.isfinite(extent[1]):
                extents.append((curve, extent))
        if not extents:
            return (1e-3, 1.0) if self.log else self._y_range.ends
        if self.log:
            low, high = min(extent[0] for _, extent in extents), max(extent[1] for _, extent in extents)
            return log_floor(low * 0.999), log_ceiling(high * 1.001)
        runs = len({curve.run_id for curve in told})
        factor = FLATTENS if self.best else FLATTENS_RATES
        low, high = calm_extent([extent for _, extent in extents], len(extents) // 2 if runs > 1 else 0, factor)
        for curve, extent in extents:  # what one waits for is never out of sight
            if any(curve.run_id in plot.live for plot in self._family):
                low, high = min(low, extent[0]), max(high, extent[1])
        return self._y_range.fit(min(low, 0.0) if self.from_zero else low, high)

    # Drawing

    def _header(self) -> Header:
        look = ["log"] if self.log else []
        look += ["log x"] if self.log_x else []
        if self.smoothing:
            look.append(f"smoothed over {percent(self.smoothing)}")
        shown = self.visible()
        legend = legend_of({curve.series for curve in shown}, any(curve.run_id in self.dropped for curve in shown))
        return Header(self.title, " · ".join(look), warned_of(self.warning, shown), self.note, legend)

    def _draw_curves(self, painter: QPainter, frame: Frame, right: float) -> None:
        painter.save()
        painter.setClipRect(frame.area.adjusted(0, -1, 2, 1), Qt.ClipOperation.IntersectClip)
        curves = self.drawn()
        room = room_among(len({curve.run_id for curve in curves}))
        for band in self._grouped():
            band.draw(painter, frame)
        for curve in curves:
            curve.smoothing, curve.room = self.smoothing, room
            if not curve.inside:
                curve.draw_spread(painter, frame)
        for curve in curves:
            curve.draw_line(painter, frame)
        painter.restore()
        self._draw_bests(painter, frame)
        draw_cuts(painter, frame, self._cuts(frame))
        named = self._named()
        ends = [(end, curve) for curve in named if (end := self._end_of(curve, frame)) is not None]
        for end, curve in ends:
            if curve.run_id in self.live and frame.area.adjusted(-1, -1, 1, 1).contains(end):
                draw_live_end(painter, end, curve.hue())
        if self.has_names:
            draw_end_names(painter, frame, [self._end_name(end, curve, frame) for end, curve in ends], right)

    def _draw_bests(self, painter: QPainter, frame: Frame) -> None:
        """Mark the best point of validation: of each run where they are few, else the best of all."""
        if not self.best:
            return
        least = self.best == "least"
        found = []
        for curve in self.told():
            if curve.series == "validation" and (best := curve.best()):
                found.append((best.least if least else best.greatest, curve))
        found.sort(key=lambda item: item[0][1] if least else -item[0][1])
        for point, curve in found if len(found) <= MOST_WITH_STEPS else found[:1]:
            at = frame.point(*point)
            if not math.isnan(at.y()) and frame.area.adjusted(-1, -1, 1, 1).contains(at):
                draw_best(painter, at, curve.hue())

    def _cuts(self, frame: Frame) -> list[Cut]:
        """What lies beyond the axes by more than their height."""
        if frame.log or self.zoomed_y:
            return []
        height, cuts = frame.y1 - frame.y0, []
        for curve in self.told():
            if (best := curve.best()) is None:
                continue
            ways = ((best.greatest, best.greatest[1] - frame.y1), (best.least, frame.y0 - best.least[1]))
            for (x, y), beyond in ways:
                if beyond > height and frame.x0 <= x <= frame.x1:
                    text = f"{figures(100 * y, 3)} %" if self.form == "percent" else figures(y, 3)
                    cuts.append(Cut(frame.point(x, frame.y0).x(), text, curve.hue(), y > frame.y1))
        return cuts

    def _named(self) -> list[Curve]:
        """One curve a run carries its name, validation where there is any; those that still grow come first, then the
        best."""
        named: dict[str, Curve] = {}
        for curve in self.told():
            if curve.series != "planned" and (curve.run_id not in named or curve.series == "validation"):
                named[curve.run_id] = curve
        return sorted(named.values(), key=lambda curve: (curve.run_id not in self.live, self._rank(curve)))

    def _rank(self, curve: Curve) -> float:
        """Less for a better curve."""
        best = curve.best()
        return 0.0 if best is None else -best.greatest[1] if self.best == "greatest" else best.least[1]

    def _end_of(self, curve: Curve, frame: Frame) -> QPointF | None:
        if (last := curve.last_known()) is None:
            return None
        end = frame.point(*last)
        inside = frame.area.left() - 1 <= end.x() <= frame.area.right() + 1
        return end if inside and not math.isnan(end.y()) else None

    def _end_name(self, end: QPointF, curve: Curve, frame: Frame) -> EndName:
        """The name of a curve, with an arrow where it has left the axes."""
        area = frame.area.adjusted(-1, -1, 1, 1)
        text = curve.name if area.contains(end) else f"{'↑' if end.y() < area.top() else '↓'} {curve.name}"
        on_edge = QPointF(end.x(), min(max(end.y(), frame.area.top()), frame.area.bottom()))
        return EndName(on_edge, text, curve.hue())
