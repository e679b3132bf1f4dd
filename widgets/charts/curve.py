"""One curve: its points and how they are drawn, fast where they are dense and fine where they are few.

A wide pen over thousands of points costs the painter milliseconds to seconds. Dense curves are therefore several lines
of one pixel beside each other, which together look wide. Where the points of a pixel lie far apart, the line follows
their mean and a faint band behind it shows the extremes. Colors are mixed with the card beforehand instead of being
see-through, which lets the painter copy instead of blend (30 times as fast).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from widgets.charts.axis import Frame
from widgets.charts.painting.lines import Line, fill_boxes, line_through, unbroken
from widgets.charts.painting.style import Dashes, dashed_pen, dashes_of, hue_of, phase_of
from widgets.charts.pyramid import Pyramid, View
from widgets.theme import color

Series = Literal["steps", "training", "planned", "validation"]
"""From the back to the front: single steps, means over epochs, what is still to come, the validation part."""
Floats = NDArray[np.float64]
T = TypeVar("T")

VALIDATION_WIDTH, CROWDED_WIDTH, TRAINING_WIDTH = 2.4, 1.7, 1.1
MOST_WITH_ROOM, MOST_APART = 12, 40
"""Runs up to which lines have their full width, and some of it; beyond, they cover each other anyway."""
STRENGTHS: dict[Series, float] = {"steps": 0.35, "training": 0.55}
RAW_STRENGTH = 0.35
"""How much is left of a line behind its smoothed one."""
INSIDE_STRENGTH = 0.35
FEW_POINTS = 160
NEWEST = 64
WILD_ABOVE = 3.0
SPREAD_STRENGTH = 0.2
SPREAD_WIDTH = 2.0
MARGIN = 16.0
"""Pixels left of what is drawn anew from which a line is reckoned."""
HUGEST, TINIEST = 1e300, 1e-300
STRETCHES = 32
"""Parts of a logarithmic x axis, in each of which columns are equally wide."""
# Shifts in pixels, each from the one before it, of the thin lines that make up a line.
WIDE = ((0.0, 0.0), (0.7, 0.0), (-1.4, 0.0), (0.7, 0.7), (0.0, -1.4))
BETWEEN = ((-0.3, -0.3), (0.6, 0.0), (-0.3, 0.6))


class OnScreen(NamedTuple):
    """The columns of a view in pixels: x, and y of the greatest, least and mean value of each."""

    x: Floats
    top: Floats
    bottom: Floats
    mean: Floats


class Best(NamedTuple):
    """The least and the greatest value of a curve and where they are, each as (x, y)."""

    least: tuple[float, float]
    greatest: tuple[float, float]


def _no_spread(x: float) -> float:
    return math.nan


@dataclass
class Curve:
    """The points of one series of one run; `color_index` counts through the styles of runs."""

    run_id: str
    series: Series
    color_index: int
    name: str
    points: Pyramid = field(default_factory=Pyramid)
    visible: bool = True
    smoothing: float = 0.0
    """The part of the axis over which the line is averaged; the line as it is then lies behind, fainter."""
    room: float = VALIDATION_WIDTH
    """Pixels that a line may be wide: fewer where many are drawn."""
    inside: bool = False
    """Whether it is one of several that are drawn as one: a faint line within their band."""
    spread_at: Callable[[float], float] = field(default=_no_spread)
    """How far those that it is the mean of lie apart at an x; NaN for a curve of its own."""
    way_changed: bool = False  # drawn in another way than the last time, so that an older picture does not fit it
    _way: tuple[bool, bool] = (False, False)
    _view: View | None = None
    _drawable: View | None = None
    _seen: tuple[float, float, int, int] = (0.0, 0.0, 0, 0)
    _extremes: Best | None = None
    _edition: int = 0
    _memo: dict[str, tuple[object, Any]] = field(default_factory=dict)

    def remembered(self, what: str, key: object, work: Callable[[], T]) -> T:
        """What `work` gives, worked out again only for another key or when points have come: of many runs most are
        drawn as they were."""
        full = (key, self._edition)
        known = self._memo.get(what)
        if known is None or known[0] != full:
            known = self._memo[what] = (full, work())
        value: T = known[1]
        return value

    @property
    def edition(self) -> int:
        """Another number whenever points have come."""
        return self._edition

    @property
    def width(self) -> float:
        """The line's width in pixels."""
        return TRAINING_WIDTH if self.series != "validation" or self.inside else self.room

    @property
    def dashes(self) -> Dashes:
        """From the fourth color on, dashes tell curves apart too; what is only planned is always dashed."""
        if self.series == "steps":
            return ()
        return dashes_of(self.color_index) or ((9, 5) if self.series == "planned" else ())

    def hue(self) -> QColor:
        """The run's color."""
        return hue_of(self.color_index)

    def shade(self) -> QColor:
        """The color the line is drawn in: training is fainter, as if 55 % opaque on the card, its steps still more."""
        strength = INSIDE_STRENGTH if self.inside else STRENGTHS.get(self.series, 1.0)
        return mixed(self.hue(), color("panel"), strength)

    def add(self, xs: Floats, ys: Floats) -> None:
        """Append points; points that begin before the last one replace what follows them (a resumed run)."""
        self._edition += 1
        if len(xs) and len(self.points) and xs[0] < self.points.xs[-1]:
            self.points.cut(float(xs[0]))
            self._view = self._drawable = self._extremes = None
            found = self._found(self.points.xs, self.points.ys)
        else:
            found = self._extremes
        self.points.append(xs, ys)
        new = self._found(xs, ys)
        if found and new:
            new = Best(min(found.least, new.least, key=_height), max(found.greatest, new.greatest, key=_height))
        self._extremes = new or found

    def best(self) -> Best | None:
        """The extreme points; None without any finite one."""
        return self._extremes

    def last_known(self) -> tuple[float, float] | None:
        """The last point that is no gap, if one of the newest is none."""
        return self.remembered("last", None, self._last_known)

    def _last_known(self) -> tuple[float, float] | None:
        known = np.flatnonzero(np.isfinite(self.points.ys[-NEWEST:]))
        if not len(known):
            return None
        place = max(len(self.points) - NEWEST, 0) + int(known[-1])
        return float(self.points.xs[place]), float(self.points.ys[place])

    def _found(self, xs: Floats, ys: Floats) -> Best | None:
        finite = np.flatnonzero(np.isfinite(ys))
        if not len(finite):
            return None
        least, greatest = finite[np.argmin(ys[finite])], finite[np.argmax(ys[finite])]
        return Best((float(xs[least]), float(ys[least])), (float(xs[greatest]), float(ys[greatest])))

    def nearest(self, x: float) -> tuple[float, float] | None:
        """The point closest to `x` as (x, y), or None without points or outside their range."""
        xs = self.points.xs
        if not len(xs) or x < xs[0] - 1e-9 or x > xs[-1] + 1e-9:
            return None
        right = min(int(np.searchsorted(xs, x)), len(xs) - 1)
        left = max(right - 1, 0)
        best = left if x - xs[left] < xs[right] - x else right
        return float(xs[best]), float(self.points.ys[best])

    def view_of(self, frame: Frame) -> View:
        """The columns that a frame shows. Along a logarithmic x they are those of stretches, each as good as linear."""
        if not frame.log_x:
            return self.view(frame.x0, frame.x1, frame.pixels)
        return self.remembered("view", frame, lambda: self._view_of_log(frame))

    def _view_of_log(self, frame: Frame) -> View:
        edges = np.geomspace(frame.x0, frame.x1, STRETCHES + 1)
        pixels = -(-frame.pixels // STRETCHES)
        parts = [self.points.envelope(float(a), float(b), pixels) for a, b in pairwise(edges)]
        x = np.concatenate([part.x for part in parts])
        # Each stretch gives a point beyond its ends as well, which is one of its neighbor's.
        order = np.unique(x, return_index=True)[1]
        rest = zip(*(part[1:] for part in parts), strict=True)
        return View(x[order], *(_within_reach(np.concatenate(values)[order]) for values in rest))

    def view(self, x0: float, x1: float, pixels: int) -> View:
        """The columns between `x0` and `x1`; while the view stays the same, only the newest are worked out."""
        size = len(self.points)
        if self._view is None or self._seen[:3] != (x0, x1, pixels):
            self._view, self._drawable = self.points.envelope(x0, x1, pixels), None
        elif size > self._seen[3]:
            self._view, self._drawable = self._with_newest(self._view, x0, x1, pixels), None
        self._seen = (x0, x1, pixels, size)
        if self._drawable is None:
            self._drawable = View(self._view.x, *(_within_reach(values) for values in self._view[1:]))
        return self._drawable

    def _with_newest(self, old: View, x0: float, x1: float, pixels: int) -> View:
        width = (x1 - x0) / pixels
        latest = float(self.points.xs[self._seen[3] - 1]) if self._seen[3] else x0
        column = min(max(math.floor((latest - x0) / width), 0), pixels - 1)
        edge = x0 + column * width
        newest = self.points.envelope(edge, x1, pixels - column)
        kept, fresh = old.x < edge, newest.x >= edge
        return View(*(np.concatenate((a[kept], b[fresh])) for a, b in zip(old, newest, strict=True)))

    def _is_wild(self, frame: Frame) -> bool:
        return self.remembered("wild", frame, lambda: _is_wild(self.view_of(frame), frame))

    def _on_screen(self, frame: Frame, left: float = -math.inf) -> OnScreen:
        """The columns in pixels; what lies left of `left` may be left out."""
        return self.remembered("screen", (frame, left), partial(self._to_screen, frame, left))

    def _to_screen(self, frame: Frame, left: float) -> OnScreen:
        view = self.view_of(frame)
        if left > frame.area.left():
            first = max(int(np.searchsorted(view.x, frame.x_at(left - MARGIN))) - 1, 0)
            view = View(*(values[first:] for values in view))
        top, bottom, mean = (frame.down(values) for values in (view.high, view.low, view.mean))
        return OnScreen(frame.across(view.x), top, bottom, mean)

    def draw_spread(self, painter: QPainter, frame: Frame) -> None:
        """Draw faintly how far the points of each pixel column lie apart, where that is much."""
        if not self._is_wild(frame):
            return
        x, top, bottom, _ = self._on_screen(frame, painter.clipBoundingRect().left())
        left = np.floor(x / SPREAD_WIDTH) * SPREAD_WIDTH
        first = np.flatnonzero(np.diff(left, prepend=left[0] - 1))
        top, bottom = np.fmin.reduceat(top, first), np.fmax.reduceat(bottom, first)
        boxes = np.stack((left[first], top, np.full(len(first), SPREAD_WIDTH), bottom - top), axis=1)
        boxes = boxes[~np.isnan(top)]
        boxes = boxes[boxes[:, 0] >= painter.clipBoundingRect().left() - SPREAD_WIDTH]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(self.hue(), color("panel"), SPREAD_STRENGTH))
        fill_boxes(painter, boxes)

    def draw_line(self, painter: QPainter, frame: Frame, *, wider: float = 0.0) -> None:
        """Draw the line, `wider` by so many pixels to stand out; the caller clips."""
        many = self.remembered("many", frame, lambda: len(self.view_of(frame).x) > FEW_POINTS)
        wild = self._is_wild(frame)
        self._way, self.way_changed = (wild, many), self.way_changed or self._way != (wild, many)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        smooths = self.smoothing > 0 and self.series != "planned"
        left = painter.clipBoundingRect().left()
        if many and not smooths and left > frame.area.left():
            lines = self._lines(frame, wild, left)
        else:
            lines = self.remembered("lines", (frame, self.smoothing), lambda: self._lines(frame, wild))
        for raw, smooth in lines:
            if smooth is None:
                self._draw(painter, raw, self.shade(), self.width + wider, many)
                continue
            if self.room == VALIDATION_WIDTH:
                self._draw(painter, raw, mixed(self.hue(), color("panel"), RAW_STRENGTH), TRAINING_WIDTH, many)
            self._draw(painter, smooth, self.shade(), self.width + wider, many)

    def _lines(self, frame: Frame, wild: bool, left: float = -math.inf) -> list[tuple[Line, Line | None]]:
        """The unbroken parts of the line, each as it is and smoothed, if it is to be."""
        x, top, bottom, mean = self._on_screen(frame, left)
        if wild:
            bottom = top = mean
        lines: list[tuple[Line, Line | None]] = []
        for part in unbroken(bottom):
            smooth = None
            if self.smoothing > 0 and self.series != "planned":
                smooth = Line(x[part], smoothed(x[part], mean[part], self.smoothing * frame.area.width()))
            lines.append((Line(*line_through(x[part], bottom[part], top[part])), smooth))
        return lines

    def _draw(self, painter: QPainter, line: Line, shade: QColor, width: float, many: bool) -> None:
        if many:
            self._draw_many(painter, line, shade, width)
            return
        dashes = self.dashes if len(line.xs) > 1 else ()
        painter.setPen(dashed_pen(shade.rgb(), width, dashes, phase_of(self.color_index) if dashes else 0.0))
        if len(line.xs) == 1:
            painter.drawPoint(QPointF(line.xs[0], line.ys[0]))
        else:
            painter.drawPolyline(line.polygon)

    def _draw_many(self, painter: QPainter, line: Line, shade: QColor, width: float) -> None:
        painter.setPen(QPen(shade, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if width <= TRAINING_WIDTH:
            line.draw(painter, self.dashes, phase_of(self.color_index))
            return
        painter.save()
        for across, down in BETWEEN if width <= CROWDED_WIDTH else WIDE:
            painter.translate(across, down)
            line.draw(painter, self.dashes, phase_of(self.color_index))
        painter.restore()


def room_among(runs: int) -> float:
    """Pixels that a line may be wide among the lines of so many runs."""
    return VALIDATION_WIDTH if runs <= MOST_WITH_ROOM else CROWDED_WIDTH if runs <= MOST_APART else TRAINING_WIDTH


def _height(point: tuple[float, float]) -> float:
    return point[1]


def smoothed(x: Floats, y: Floats, width: float) -> Floats:
    """The mean of y over all points within `width` / 2 of each x; without a lag, whatever the points' distances."""
    sums = np.concatenate(([0.0], np.cumsum(y)))
    first, last = np.searchsorted(x, x - width / 2), np.searchsorted(x, x + width / 2, side="right")
    means: Floats = (sums[last] - sums[first]) / (last - first)
    return means


def mixed(front: QColor, back: QColor, strength: float) -> QColor:
    """`front` as it would look at opacity `strength` on `back`."""
    return QColor.fromRgb(_mixed(front.rgb(), back.rgb(), strength))


@lru_cache(256)
def _mixed(front_rgb: int, back_rgb: int, strength: float) -> int:
    front, back = QColor.fromRgb(front_rgb), QColor.fromRgb(back_rgb)
    pairs = ((front.red(), back.red()), (front.green(), back.green()), (front.blue(), back.blue()))
    return QColor(*(round(f * strength + b * (1 - strength)) for f, b in pairs)).rgb()


def _within_reach(values: Floats) -> Floats:
    """Values with which an axis can reckon: the hugest cut off, the tiniest as 0."""
    return np.where(np.abs(values) < TINIEST, 0.0, np.clip(values, -HUGEST, HUGEST))


def _is_wild(view: View, frame: Frame) -> bool:
    """Whether most columns hold points far apart: the noise of batches rather than a line."""
    if frame.log:
        apart = frame.down(view.low) - frame.down(view.high)
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            apart = (view.high - view.low) * (frame.area.height() / (frame.y1 - frame.y0))
    return bool(2 * np.count_nonzero(apart > WILD_ABOVE) > np.count_nonzero(~np.isnan(apart)))
