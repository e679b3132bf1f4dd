"""A measure of every layer over the time of a run: a strip a layer, colored by size, with a reading at the pointer."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets.basics.heat import LEVELS, SCALES, Scale, shade
from widgets.basics.painted import painted
from widgets.controls import ChoiceField, Label, Themed
from widgets.theme import color, font, px

NAMES, VALUES, TALLEST, LEAST = 92, 58, 30, 4
"""Widths of the columns of names and values, heights of a strip."""
LEGEND = 40
SHADES = 24
ROW_OF_WORDS = 15
"""Height from which each strip has its name beside it."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Course(NamedTuple):
    """A measure over time: layers, the epochs at which they were looked at, and a row a look, a column a layer."""

    layers: tuple[str, ...]
    epochs: NDArray[np.float64]
    values: NDArray[np.float32]


NOTHING = Course((), np.empty(0), np.empty((0, 0), np.float32))


class HealthStrips(Themed, QWidget):
    """A card with a title, the choice of a measure, and the strips. `measure_chosen` carries its name."""

    measure_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)

        self._title = Label("", 13, 600)
        self._run = Label("", 12, token="text2")
        self.choice = ChoiceField("Measure of layers", [(name, scale.label) for name, scale in SCALES.items()])
        self.strips = Strips()
        top = QHBoxLayout()
        top.addWidget(self._title)
        top.addStretch(1)
        top.addWidget(self._run)
        top.addWidget(self.choice)
        self._column = QVBoxLayout(self)
        self._column.addLayout(top)
        self._column.addWidget(self.strips, 1)
        self.choice.changed.connect(self._choose)
        self.follow_theme()

    @property
    def measure(self) -> str:
        """The measure that is shown."""
        return self.choice.value()

    def show_course(self, course: Course, run: str) -> None:
        """Show the chosen measure of a run."""
        self._run.setText(run)
        self._title.setText(SCALES[self.measure].title)
        self.strips.show_course(course, SCALES[self.measure])

    def say(self, words: str) -> None:
        """Say why there is nothing to show."""
        self.show_course(NOTHING, "")
        self.strips.say(words)

    def restyle(self) -> None:
        self._column.setContentsMargins(px(14), px(10), px(14), px(8))
        self._column.setSpacing(px(6))
        self.update()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color("separator"), 1))
        painter.setBrush(color("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), px(12), px(12))

    def _choose(self, name: str) -> None:
        self.measure_chosen.emit(name)


class Strips(Themed, QWidget):
    """The strips themselves. The pointer, or the arrow keys, read one value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._course, self._scale = NOTHING, SCALES["gradient"]
        self._picture: tuple[int, QImage] | None = None
        self._at: tuple[int, int] | None = None
        self._words = "Nothing was recorded of this run’s layers."
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Layers over time")
        self.follow_theme()

    def show_course(self, course: Course, scale: Scale) -> None:
        """Show another course, or one that has grown."""
        if course.layers != self._course.layers:
            self._at = None
        self._course, self._scale, self._picture = course, scale, None
        last = [f"{name} {text}" for place, name in enumerate(course.layers) if (text := self._text(-1, place))]
        self.setAccessibleDescription(f"{scale.title}, last: {', '.join(last)}" if last else self._words)
        self.update()

    def say(self, words: str) -> None:
        """Why there is nothing to show."""
        self._words = words
        if not len(self._course.epochs):
            self.setAccessibleDescription(words)
        self.update()

    def reading(self) -> str:
        """What the pointer reads, in words; "" where it is elsewhere."""
        if self._at is None or not len(self._course.epochs):
            return ""
        look, layer = self._at
        text = self._text(look, layer)
        return f"{self._course.layers[layer]} at epoch {self._course.epochs[look]:.1f}: {text}" if text else ""

    def sizeHint(self) -> QSize:
        return QSize(px(360), px(LEGEND) + len(self._course.layers) * px(18))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(240), px(120))

    def restyle(self) -> None:
        self._picture = None
        self.update()

    # The pointer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._read(self._place(event.position()))

    def leaveEvent(self, event: object) -> None:
        self._read(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        move = moves.get(Qt.Key(event.key()))
        if move is None or not len(self._course.epochs):
            super().keyPressEvent(event)
            return
        looks, layers = len(self._course.epochs), len(self._course.layers)
        look, layer = self._at if self._at else (looks - 1, 0)
        self._read((min(max(look + move[0], 0), looks - 1), min(max(layer + move[1], 0), layers - 1)))

    def _read(self, at: tuple[int, int] | None) -> None:
        if at != self._at:
            self._at = at
            self.setAccessibleDescription(self.reading() or self.accessibleDescription())
            self.update()

    def _place(self, point: QPointF) -> tuple[int, int] | None:
        area, height = self._area()
        if not area.contains(point) or not len(self._course.epochs):
            return None
        epoch = self._start() + (point.x() - area.left()) / area.width() * self._length()
        look = int(np.searchsorted(self._course.epochs, epoch, "right")) - 1
        return max(look, 0), min(int((point.y() - area.top()) / height), len(self._course.layers) - 1)

    # Painting

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(font(11))
        if not len(self._course.epochs):
            painter.setPen(color("text3"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
            return
        area, height = self._area()
        painter.drawImage(area, self._image(int(area.width())))
        self._paint_rows(painter, area, height)
        self._paint_axis(painter, area)
        if self.hasFocus() or self.underMouse():
            self._paint_reading(painter, area, height)

    def _paint_rows(self, painter: QPainter, area: QRectF, height: float) -> None:
        """Lines between the strips; names and last values, or as many of them as there is room for."""
        every = max(1, -(-px(ROW_OF_WORDS) // max(int(height), 1)))
        painter.setPen(QPen(color("panel"), 1))
        if height >= 3:
            for place in range(1, len(self._course.layers)):
                y = round(area.top() + place * height)
                painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        metrics = painter.fontMetrics()
        for place in range(0, len(self._course.layers), every):
            row = QRectF(0, area.top() + place * height, px(NAMES) - px(8), max(height, px(ROW_OF_WORDS)))
            painter.setPen(color("text2"))
            name = metrics.elidedText(self._course.layers[place], Qt.TextElideMode.ElideMiddle, int(row.width()))
            painter.drawText(row, _RIGHT, name)
            row.setRect(area.right() + px(8), row.top(), px(VALUES), row.height())
            painter.drawText(row, _LEFT, self._text(-1, place))

    def _paint_axis(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(color("text3"))
        line = QRectF(area.left(), area.bottom() + px(3), area.width(), px(16))
        painter.drawText(line, _LEFT, f"epoch {self._start():.3g}")
        if self._course.epochs[-1] > self._start():  # after one look it has a beginning alone
            painter.drawText(line, _RIGHT, f"{self._course.epochs[-1]:.3g}")
        cold, hot = self._scale.ends
        line.translate(0, px(18))
        # In the midst of the whole width, and as narrow as leaves both words whole.
        words = max(painter.fontMetrics().horizontalAdvance(word) for word in (cold, hot))
        wide = max(px(20), min(px(120), self.width() - 2 * (words + px(10))))
        bar = QRectF((self.width() - wide) / 2, line.top() + px(5), wide, px(6))
        piece = bar.width() / SHADES
        for step in range(SHADES):
            level = step / (SHADES - 1) if self._scale.is_share else 2 * step / (SHADES - 1) - 1
            painter.fillRect(QRectF(bar.left() + step * piece, bar.top(), piece + 1, bar.height()), shade(level))
        painter.drawText(QRectF(bar.left() - words - px(6), line.top(), words, line.height()), _RIGHT, cold)
        painter.drawText(QRectF(bar.right() + px(6), line.top(), words, line.height()), _LEFT, hot)

    def _paint_reading(self, painter: QPainter, area: QRectF, height: float) -> None:
        words = self.reading()
        if not words or self._at is None:
            return
        look, layer = self._at
        share = (self._course.epochs[look] - self._start()) / self._length()
        x, y = area.left() + share * area.width(), area.top() + layer * height
        painter.setPen(QPen(color("text1"), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setFont(font(11, 600))
        metrics = painter.fontMetrics()
        box = QRectF(0, 0, metrics.horizontalAdvance(words) + px(16), metrics.height() + px(8))
        left = min(max(x + px(8), area.left()), self.width() - box.width())
        box.moveTo(left, max(y - box.height() - px(2), 0.0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color("card_line"), 1))
        painter.setBrush(color("raised"))
        painter.drawRoundedRect(box, px(6), px(6))
        painter.setPen(color("text1"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _area(self) -> tuple[QRectF, float]:
        """Where the strips lie, and how high each is."""
        count = max(len(self._course.layers), 1)
        room = max(self.height() - px(LEGEND), px(20))
        height = min(px(TALLEST), room / count)
        return QRectF(px(NAMES), 0, max(self.width() - px(NAMES) - px(VALUES), px(40)), height * count), height

    def _image(self, width: int) -> QImage:
        """A pixel a layer and a place in time; each place shows the latest look before it."""
        if self._picture is None or self._picture[0] != width:
            times = self._start() + (np.arange(width) + 0.5) / width * self._length()
            looks = np.maximum(np.searchsorted(self._course.epochs, times, "right") - 1, 0)
            self._picture = width, self._colored(self._course.values[looks].T)
        return self._picture[1]

    def _colored(self, values: NDArray[np.float32]) -> QImage:
        hues = [shade(place / LEVELS).rgb() for place in range(-LEVELS, LEVELS + 1)]
        picture = QImage(values.shape[1], values.shape[0], QImage.Format.Format_RGB32)
        picture.fill(color("field"))
        for row, known in enumerate(values):
            for start, end in _runs(known):
                if known[start] == known[start]:
                    hue = hues[round(self._scale.level(float(known[start])) * LEVELS) + LEVELS]
                    for column in range(start, end):
                        picture.setPixel(column, row, hue)
        return picture

    def _text(self, look: int, layer: int) -> str:
        return self._scale.text(float(self._course.values[look, layer])) if len(self._course.epochs) else ""

    def _start(self) -> float:
        return float(self._course.epochs[0]) if len(self._course.epochs) else 0.0

    def _length(self) -> float:
        return max(float(self._course.epochs[-1]) - self._start(), 1e-6) if len(self._course.epochs) else 1.0


def _runs(values: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Where equal values lie side by side."""
    same = (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
    cuts = [0, *(np.flatnonzero(~same) + 1).tolist(), len(values)]
    return list(pairwise(cuts))
