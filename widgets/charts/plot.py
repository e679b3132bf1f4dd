"""What a chart shows, apart from the widget that shows it: curves, remarks, ranges, and how they become a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen

from widgets.charts.axis import Frame, SettlingRange, ValueFormat, log_ceiling, log_floor, write_tick, write_value
from widgets.charts.curve import HUGEST, Curve, Series
from widgets.charts.furniture import (
    Marker,
    Row,
    draw_axes,
    draw_end_names,
    draw_live_end,
    draw_marker,
    draw_table,
)
from widgets.theme import color, font, px

MANY_COLUMNS = 20
TABLE_ROWS = 20
CLOSEST_ZOOM = 1e-4


class Plot:
    """The curves of several runs, and the ranges that hold them.

    `zoomed` is the part of x in view, None for all of it; `fixed_x` is the part that is shown at least.
    """

    def __init__(self, title: str, form: ValueFormat, x_name: str) -> None:
        self.x_name = x_name
        self.note = ""
        self.log = False
        self.from_zero = False
        self.curves: dict[tuple[str, Series], Curve] = {}
        self.markers: list[tuple[str | None, Marker]] = []
        self.fixed_x: tuple[float, float] | None = None
        self.zoomed: tuple[float, float] | None = None
        self._x_range = SettlingRange(0.0, parts=5)
        self.set_measure(title, form)

    def set_measure(self, title: str, form: ValueFormat) -> None:
        """Show another measure; shares never leave 0 to 100 %."""
        self.title, self.form = title, form
        self._y_range = SettlingRange(0.0, 1.0) if form == "percent" else SettlingRange()

    def of_run(self, run_id: str) -> list[Curve]:
        """The curves of one run."""
        return [curve for curve in self.curves.values() if curve.run_id == run_id]

    def visible(self) -> list[Curve]:
        """The curves in sight, with points or still without."""
        return [curve for curve in self.curves.values() if curve.visible]

    def drawn(self) -> list[Curve]:
        """The curves in sight that have points."""
        return [curve for curve in self.visible() if len(curve.points)]

    def forget_ranges(self) -> None:
        """Let the axes settle anew, since other curves are shown."""
        self._y_range.forget()
        self._x_range.forget()

    def draw(self, painter: QPainter, size: QSize, frame: Frame) -> None:
        """Draw the card without the pointer, or what of it the painter's clip lets through."""
        self._draw_card(painter, size)
        draw_axes(painter, frame, self.form, self.x_name)
        self._draw_curves(painter, frame, size.width())
        for run_id, marker in self.markers:
            run = next(iter(self.of_run(run_id)), None) if run_id is not None else None
            if run is None or run.visible:
                draw_marker(painter, frame, marker, run.hue() if run else color("warning"))

    def table(self) -> list[tuple[str, ...]]:
        """The curves as rows of text, the heads first: one row a validation point, or 20 evenly spaced ones."""
        curves = self.drawn()
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
            f"{curve.name} {curve.series} {write_value(float(curve.points.ys[-1]), self.form)}"
            for curve in self.visible()
            if len(curve.points)
        ]
        return f"{self.title}: {', '.join(ends)}" if ends else f"{self.title}: no points yet"

    def take_changed_ways(self) -> bool:
        """Whether a curve was drawn in another way than before since this was last asked."""
        changed = any(curve.way_changed for curve in self.curves.values())
        for curve in self.curves.values():
            curve.way_changed = False
        return changed

    def stops(self, frame: Frame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """The x the pointer stops at: the points of validation, or 50 places across."""
        marks = [curve.points.xs for curve in self.drawn() if curve.series == "validation"]
        return np.unique(np.concatenate(marks)) if marks else np.linspace(frame.x0, frame.x1, 50)

    def draw_pointer(self, painter: QPainter, frame: Frame, pointer: float, bounds: QRectF) -> None:
        """Draw a line at x `pointer` and the values there, inside `bounds`."""
        curves = self.drawn()
        x = self._snapped(curves, pointer)
        across = frame.point(x, frame.y1).x()
        if not curves or not frame.area.left() - 1 <= across <= frame.area.right() + 1:
            return
        painter.setPen(QPen(color("text3"), 1))
        painter.drawLine(QPointF(across, frame.area.top()), QPointF(across, frame.area.bottom()))
        for curve in curves:
            if curve.series == "validation" and (found := curve.nearest(x)) and math.isfinite(found[1]):
                dot = frame.point(*found)
                if not math.isnan(dot.y()) and frame.area.contains(dot):
                    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                    painter.setPen(QPen(color("panel"), 1.5))
                    painter.setBrush(curve.hue())
                    painter.drawEllipse(dot, 4, 4)
        heads, rows = self._values_at(curves, x)
        title = f"{self.x_name.capitalize()} {write_tick(x, 0.01 if x % 1 else 1, 'number')}"
        draw_table(painter, QPointF(across, frame.area.center().y()), bounds, title, heads, rows)

    def shown_x(self) -> tuple[float, float]:
        """The part of x in view."""
        return self.zoomed or self._whole_x(self.drawn())

    def show_x(self, low: float, high: float) -> None:
        """Zoom to a part of x; what is as wide as everything ends zooming."""
        whole_low, whole_high = self._whole_x(self.drawn())
        width = max(high - low, (whole_high - whole_low) * CLOSEST_ZOOM)
        if width >= whole_high - whole_low:
            self.zoomed = None
        else:
            low = min(max(low, whole_low), whole_high - width)
            self.zoomed = (low, low + width)

    def _cell(self, curve: Curve, x: float) -> str:
        found = curve.nearest(x)
        return write_value(found[1] if found else math.nan, self.form)

    def _area(self, size: QSize) -> QRectF:
        left, right = px(60), px(64) if self.visible() else px(20)
        return QRectF(left, px(52), max(size.width() - left - right, 40), max(size.height() - px(52) - px(54), 40))

    def measure(self, size: QSize) -> Frame:
        """Where values lie in a card of `size`; lets the axes settle on the points there are."""
        curves = self.drawn()
        x0, x1 = self.shown_x()
        across = Frame(self._area(size), x0, x1, 0.0, 1.0)
        y0, y1 = self._whole_y(curves, across)
        return replace(across, y0=y0, y1=y1, log=self.log and y0 > 0)

    def _whole_x(self, curves: Sequence[Curve]) -> tuple[float, float]:
        last = min(max((float(curve.points.xs[-1]) for curve in curves), default=0.0), HUGEST)
        if self.fixed_x is not None:
            return self.fixed_x[0], max(self.fixed_x[1], last)
        return self._x_range.fit(0.0, last) if last > CLOSEST_ZOOM else (0.0, 1.0)

    def _whole_y(self, curves: Sequence[Curve], across: Frame) -> tuple[float, float]:
        lows, highs = [], []
        for curve in curves:
            low, high = self._extent(curve, across)
            if math.isfinite(low) and math.isfinite(high):
                lows.append(low)
                highs.append(high)
        if not lows:
            return (1e-3, 1.0) if self.log else self._y_range.ends
        if self.from_zero and not self.log:
            lows.append(0.0)
        if self.log:
            return log_floor(min(lows) * 0.999), log_ceiling(max(highs) * 1.001)
        return self._y_range.fit(min(lows), max(highs))

    def _extent(self, curve: Curve, across: Frame) -> tuple[float, float]:
        """What the y axis should hold of a curve: all but the few per cent at its wild beginning."""
        _, low, high, _ = curve.view(across.x0, across.x1, across.pixels)
        if self.log:
            low, high = np.where(low > 0, low, np.nan), np.where(high > 0, high, np.nan)
        low, high = low[~np.isnan(low)], high[~np.isnan(high)]
        if not len(low) or not len(high):
            return math.nan, math.nan
        if len(low) < MANY_COLUMNS or self.log:
            return float(low.min()), float(high.max())
        if self.form == "percent":
            return float(np.quantile(low, 0.03)), float(high.max())
        return float(low.min()), float(np.quantile(high, 0.97))

    def _draw_card(self, painter: QPainter, size: QSize) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color("card_line"), 1))
        painter.setBrush(color("panel"))
        painter.drawRoundedRect(QRectF(0, 0, size.width(), size.height()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
        line = QRectF(px(18), px(12), size.width() - px(36), px(24))
        painter.setPen(color("text1"))
        painter.setFont(font(13, 600))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.title)
        painter.setFont(font(12))
        painter.setPen(color("text2"))
        if self.note:
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.note)
        elif len({curve.series for curve in self.visible()} & {"validation", "training"}) == 2:
            self._draw_legend(painter, line)

    def _draw_legend(self, painter: QPainter, line: QRectF) -> None:
        right = line.right()
        for name, thick, token in (("training", 1.1, "text3"), ("validation", 2.4, "text2")):
            width = painter.fontMetrics().horizontalAdvance(name)
            painter.setPen(color("text2"))
            painter.drawText(
                QRectF(right - width, line.top(), width + 1, line.height()), Qt.AlignmentFlag.AlignVCenter, name
            )
            painter.setPen(QPen(color(token), thick))
            y = line.center().y()
            painter.drawLine(QPointF(right - width - px(26), y), QPointF(right - width - px(7), y))
            right -= width + px(40)

    def _draw_curves(self, painter: QPainter, frame: Frame, right: float) -> None:
        painter.save()
        painter.setClipRect(frame.area.adjusted(0, -1, 2, 1), Qt.ClipOperation.IntersectClip)
        order = {"training": 0, "planned": 1, "validation": 2}
        curves = sorted(self.drawn(), key=lambda curve: order[curve.series])
        for curve in curves:
            curve.draw_spread(painter, frame)
        for curve in curves:
            curve.draw_line(painter, frame)
        painter.restore()
        ends = [(end, curve) for curve in self._named() if (end := self._end_of(curve, frame)) is not None]
        live = [(end, curve) for end, curve in ends if end.x() < frame.area.right() - 2]
        for end, curve in live:
            draw_live_end(painter, end, curve.hue())
        for group in (live, [entry for entry in ends if entry not in live]):
            draw_end_names(painter, frame, [(end, curve.name, curve.hue()) for end, curve in group], right)

    def _named(self) -> list[Curve]:
        """One curve a run carries its name: validation where there is any."""
        named: dict[str, Curve] = {}
        for curve in self.drawn():
            if curve.series != "planned" and (curve.run_id not in named or curve.series == "validation"):
                named[curve.run_id] = curve
        return list(named.values())

    def _end_of(self, curve: Curve, frame: Frame) -> QPointF | None:
        known = np.flatnonzero(np.isfinite(curve.points.ys[-64:]))
        if not len(known):
            return None
        place = max(len(curve.points) - 64, 0) + int(known[-1])
        end = frame.point(float(curve.points.xs[place]), float(curve.points.ys[place]))
        area = frame.area.adjusted(-1, -1, 1, 1)
        return end if not math.isnan(end.y()) and area.contains(end) else None

    def _snapped(self, curves: Sequence[Curve], x: float) -> float:
        """The closest epoch end, where any curve has them; else the place itself."""
        found = [point[0] for curve in curves if curve.series == "validation" and (point := curve.nearest(x))]
        return min(found, key=lambda place: abs(place - x)) if found else x

    def _values_at(self, curves: Sequence[Curve], x: float) -> tuple[list[str], list[Row]]:
        kinds = [
            (series, head)
            for series, head in (("validation", "val"), ("training", "train"), ("planned", "plan"))
            if any(curve.series == series for curve in curves)
        ]
        runs: dict[str, dict[str, Curve]] = {}
        for curve in curves:
            runs.setdefault(curve.run_id, {})[curve.series] = curve
        rows = []
        for of_run in runs.values():
            some = next(iter(of_run.values()))
            cells = tuple(self._cell(of_run[kind], x) if kind in of_run else "" for kind, _ in kinds)
            rows.append(Row(some.hue(), some.name, cells))
        return [head for _, head in kinds], rows
