"""How many examples each class has, its parts stacked; or how many fall into each range of numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QVBoxLayout, QWidget

from models.basics.quantities import count_text
from models.basics.text import told_apart
from widgets.charts.axis import linear_ticks
from widgets.charts.plots import PlotView
from widgets.controls import Card, ElidedLabel, Label, escape_tip
from widgets.controls.marks import Icon
from widgets.data.bars import Bar, few
from widgets.data.split_bar import part_color, swatch
from widgets.theme import color, font, px

PARTS = ("training", "validation", "test")
MOST_BARS = 200
WIDEST_TITLE = 110
"""Pixels of the design that a title always has: “Rows per class”."""
LEAST_GAP = 20
"""Pixels that the gaps of the heading can do without."""
LEAST_REMARK = 90
"""Pixels of the design below which a remark is its icon alone, with the words as its tip."""

WIDEST_NAME = 56
"""Pixels of the design that a name below the bars has at least, if it needs them: fewer names that can be read."""


class ClassBars(Card):
    """A card with the bars. A click, or Enter on the bar that Left and Right have reached, emits `chosen(index)`."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.title = ElidedLabel("", 13, 600)
        self.remark = ElidedLabel("", 12, 500, token="warning")
        self.remark_icon = Icon("warn", "warning")
        self.readout = Label("", 12, token="text2")
        self.counts = tuple(Label("", 12, token="text2") for _ in PARTS)
        self._swatches = [swatch(place) for place in range(len(PARTS))]
        self._parts = 0
        self.plot = BarPlot()
        self.plot.pointed.connect(self._point)
        self.plot.chosen.connect(self.chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 8)
        column.setSpacing(8)
        column.addLayout(self._heading())
        column.addWidget(self.plot, 1)

    def _heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.title)
        row.addSpacing(10)
        for place, label in enumerate(self.counts):
            row.addWidget(self._swatches[place])
            row.addWidget(label)
            row.addSpacing(8)
        row.addStretch(1)
        row.addWidget(self.readout)
        row.addWidget(self.remark_icon)
        row.addWidget(self.remark)
        return row

    def show_bars(self, title: str, bars: Sequence[Bar], *, classes: bool) -> None:
        """Show these bars; those of `classes` are remarked on where one has few examples."""
        shown = list(bars[:MOST_BARS])
        place = few(shown) if classes else None
        self.title.setText(title)
        # The title keeps its words: what is remarked has its own tip, and is told by the bar.
        self.title.setMinimumWidth(min(self.title.sizeHint().width(), px(WIDEST_TITLE)))
        totals = [sum(getattr(bar, part) for bar in bars) for part in PARTS]
        for label, part, total in zip(self.counts, PARTS, totals, strict=True):
            label.setText(f"{part} {total:,}")
        self._parts = len(PARTS) if totals[-1] else len(PARTS) - 1
        words = "" if place is None else f"{_brief(shown[place].name)} has the fewest examples"
        if len(bars) > MOST_BARS:
            words = f"The first {MOST_BARS} of {len(bars):,} classes"
        self.remark.setText(words)
        self.remark_icon.setToolTip(escape_tip(words))
        self.readout.hide()
        self._place_remark()
        self.plot.show_bars(shown, place)
        said = "; ".join(_words(bar) for bar in shown[:20])
        self.plot.setAccessibleName(title)
        self.plot.setAccessibleDescription(f"{said}. {words}".strip())

    def _point(self, place: int) -> None:
        bar = self.plot.bars[place] if place >= 0 else None
        self.readout.setText(_words(bar, brief=True) if bar else "")
        self.readout.setVisible(bar is not None)
        self._place_remark()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_remark()

    def _place_remark(self) -> None:
        """Show the remark while no bar is read, its words where the title and the counts leave them room; the counts,
        too, where there is room for all of them beside the title."""
        shown = self.readout.isHidden() and bool(self.remark.text())
        counts = self.counts[: self._parts]
        swatches = (px(13) + 14) * len(counts)
        left = self.width() - 80 - swatches - sum(part.sizeHint().width() for part in (self.title, *counts))
        for place, items in enumerate(zip(self.counts, self._swatches, strict=True)):
            for item in items:
                item.setVisible(place < self._parts and left > -LEAST_GAP)
        self.remark_icon.setVisible(shown)
        self.remark.setVisible(shown and left > px(LEAST_REMARK))


class BarPlot(PlotView):
    """The bars alone."""

    chosen = Signal(int)
    pointed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.bars: list[Bar] = []
        self._few: int | None = None
        self._current = -1
        super().__init__("panel", parent)
        self._stacks = [pg.BarGraphItem(x=[], height=[], width=0.5, pen=pg.mkPen(None)) for _ in PARTS]
        self._counts: list[pg.TextItem] = []
        for item in self._stacks:
            self.view.addItem(item)
        self.setMinimumHeight(px(110))
        self.setMouseTracking(True)
        self.restyle()

    def show_bars(self, bars: Sequence[Bar], few: int | None) -> None:
        """Show these bars, one of them marked."""
        self.bars, self._few, self._current = list(bars), few, -1
        self.redraw()

    def slot_width(self) -> float:
        """The room of one bar in pixels."""
        room: float = max(self.width() - self.left.width(), 1.0)
        return room / max(len(self.bars), 1)

    def bar_at(self, position: QPoint) -> int:
        """The bar under a point of the widget, -1 if none."""
        spot = self.view.mapSceneToView(self.mapToScene(position)).x()
        place = int(spot // 1)
        return place if 0 <= place < len(self.bars) and spot >= 0 else -1

    def redraw(self) -> None:
        if not hasattr(self, "_counts"):
            return
        top = max((bar.total for bar in self.bars), default=0) or 1
        # The counts above the bars need as much room as a line of text, whatever the height.
        height = max(self.height() - self.bottom.height(), 1.0)
        reach = top * height / max(height - px(24), height / 2)
        self.view.setRange(xRange=(0, max(len(self.bars), 1)), yRange=(0, reach), padding=0)
        ticks = linear_ticks(0, reach, 4 if height > px(130) else 3)
        highest = reach * (1 - px(8) / height)  # above it a label would be cut
        self.set_ticks([(v, count_text(round(v))) for v in ticks if v == round(v) and v <= highest], self._names())
        self._draw_stacks()
        self._draw_counts(top)

    def _draw_stacks(self) -> None:
        xs = [index + 0.5 for index in range(len(self.bars))]
        width = 0.52 if self.slot_width() > 8 else 0.9
        floors = [0] * len(xs)
        for part, item in enumerate(self._stacks):
            fills = [self._fill(part, index) for index in range(len(self.bars))]
            heights = [getattr(bar, PARTS[part]) for bar in self.bars]
            item.setOpts(x=xs, y0=floors, height=heights, width=width, brushes=fills, pen=pg.mkPen(None))
            floors = [floor + height for floor, height in zip(floors, heights, strict=True)]

    def _fill(self, part: int, index: int) -> QColor:
        fill = QColor(color("warning")) if index == self._few else QColor(part_color(part))
        if index == self._few and part:
            fill.setAlphaF(0.55**part)
        return fill.lighter(115) if index == self._current else fill

    def _names(self) -> list[tuple[float, str]]:
        room, metrics = self.slot_width(), QFontMetrics(font(11))
        ends = [bar.ends for bar in self.bars if bar.ends]
        if ends:
            return self._ends([*(first for first, _ in ends), ends[-1][1]], room, metrics)
        names = [" ".join(bar.name.split()) for bar in self.bars]
        every = self._every(px(26), room)
        if max(map(metrics.horizontalAdvance, names), default=0) > int(room * every) - px(6):
            names = told_apart(names)
            widest = max(map(metrics.horizontalAdvance, names)) + px(7)
            every = self._every(min(max(widest, px(26)), px(WIDEST_NAME)), room)
        space = int(room * every) - px(6)
        begin = every // 2 if names and self._reaches_out(names[0], metrics, space) else 0
        shown = range(begin, len(names), every)
        return [(index + 0.5, metrics.elidedText(names[index], Qt.TextElideMode.ElideRight, space)) for index in shown]

    def _reaches_out(self, name: str, metrics: QFontMetrics, space: int) -> bool:
        """Whether a name below the first bar would begin so far left of the axis that it is not drawn."""
        return (min(metrics.horizontalAdvance(name), space) - self.slot_width()) / 2 > px(8)

    @staticmethod
    def _every(width: float, room: float) -> int:
        """Each which bar has a name, where names are that wide."""
        return max(1, round(width / room + 0.49))

    def _ends(self, texts: Sequence[str], room: float, metrics: QFontMetrics) -> list[tuple[float, str]]:
        """Where ranges end, as many of them as have room; the first half of the first one lies over the axis."""
        widest = max(map(metrics.horizontalAdvance, texts)) + px(12)
        every = self._every(widest, room)
        last = len(texts) - 1 if widest / 2 < px(8) else len(texts) - 2
        return [(float(index), texts[index]) for index in range(0, last + 1, every)]

    def _draw_counts(self, top: int) -> None:
        for item in self._counts:
            self.view.removeItem(item)
        self._counts = []
        metrics, room = QFontMetrics(font(11, 500)), self.slot_width()
        if any(metrics.horizontalAdvance(count_text(bar.total)) + px(6) > room for bar in self.bars):
            return
        for index, bar in enumerate(self.bars):
            token = "warning" if index == self._few else "text1"
            item = pg.TextItem(count_text(bar.total), color=color(token), anchor=(0.5, 1))
            item.setFont(font(11, 500))
            self.view.addItem(item, ignoreBounds=True)
            item.setPos(index + 0.5, bar.total)
            self._counts.append(item)

    def _set_current(self, place: int) -> None:
        if place != self._current:
            self._current = place
            self._draw_stacks()
            self.pointed.emit(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._set_current(self.bar_at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self._set_current(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.bar_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self.chosen.emit(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step and self.bars:
            self._set_current(min(max(self._current + step, 0), len(self.bars) - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.chosen.emit(self._current)
        else:
            event.ignore()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.bar_at(event.pos())
            QToolTip.showText(event.globalPos(), escape_tip(_words(self.bars[place])) if place >= 0 else "", self)
            return True
        handled: bool = super().viewportEvent(event)
        return handled


def _words(bar: Bar, brief: bool = False) -> str:
    name = _brief(bar.name) if brief else bar.name
    test = f", {bar.test:,} test" if bar.test else ""
    return f"{name}: {bar.training:,} training, {bar.validation:,} validation{test}"


def _brief(name: str) -> str:
    words = " ".join(name.split())
    return words if len(words) <= 24 else words[:23] + "…"
