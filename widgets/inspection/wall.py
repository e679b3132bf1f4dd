"""Samples side by side, as many to a row as fit: a picture or a few lines, what was answered, and what is true.

Only what is in sight is asked for (`wanted`), however many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeGuard

import numpy as np
from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QWidget

from widgets.basics.painted import painted
from widgets.controls import Themed, announce
from widgets.inspection.pictures import paint_picture
from widgets.theme import color, font, px

SIDE = 92
CAPTION = 36
GAP = 12
MARGIN = 4
"""Room at the edges for the mark of the current sample."""
SMALL, SMALL_GAP, NAME = 44, 6, 16
"""Samples in a row beside one that is looked at."""
MOST_KEPT = 600
"""Pictures that are kept: some screens full of them."""


class Caption(NamedTuple):
    """What stands below a sample: the answer, the truth, a short figure, and whether the answer is right."""

    answer: str
    truth: str
    figure: str
    is_right: bool


Look = QImage | tuple[str, ...]
"""A sample to be seen: a picture, or lines of text; what follows a tab in a line is a value, which is never cut."""


class SampleWall(Themed, QAbstractScrollArea):
    """`current_changed` carries the number of a sample, `wanted` those whose looks are missing, `opened` one that was
    double-clicked or chosen with Enter."""

    current_changed = Signal(int)
    wanted = Signal(object)
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[int] = ()
        self.current = -1
        """The place of the current sample among the rows."""
        self._caption: Callable[[int], Caption] = lambda row: Caption("", "", "", True)
        self._looks: dict[int, Look] = {}
        self._asked: set[int] = set()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName("Samples")
        self.follow_theme()

    def show_rows(self, rows: Sequence[int], caption: Callable[[int], Caption]) -> None:
        """Show samples in an order; ``caption`` is asked for what is in sight. The first becomes current."""
        self.rows, self._caption = rows, caption
        self.current = 0 if len(rows) else -1
        self.setAccessibleDescription(f"{len(rows):,} samples. Arrow keys walk from one to the next.")
        self._fit()
        self.verticalScrollBar().setValue(0)
        self._ask()
        self.viewport().update()
        if self.current >= 0:
            self.current_changed.emit(int(rows[0]))

    def forget_looks(self) -> None:
        """The data is other data now."""
        self._looks.clear()
        self._asked.clear()

    def look_again(self) -> None:
        """Want the looks of what is in sight."""
        self._ask()
        self.viewport().update()

    def add_looks(self, looks: dict[int, Look]) -> None:
        """Take what was wanted."""
        self._looks |= looks
        self._asked -= set(looks)
        if len(self._looks) > MOST_KEPT:
            kept = set(self._in_sight()) | set(looks)
            self._looks = {row: look for row, look in self._looks.items() if row in kept}
        self.viewport().update()

    def look(self, row: int) -> Look | None:
        """What is known of the look of a sample."""
        return self._looks.get(row)

    def choose(self, place: int) -> None:
        """Make the sample at a place current and bring it into sight."""
        if not len(self.rows):
            return
        self.current = min(max(place, 0), len(self.rows) - 1)
        line = self.current // self.columns()
        bar, height = self.verticalScrollBar(), self._cell().height()
        bar.setValue(min(max(bar.value(), (line + 1) * height + MARGIN - self.viewport().height()), line * height))
        row = int(self.rows[self.current])
        caption = self._caption(row)
        announce(self, f"Sample {row + 1:,}: {caption.answer}, {caption.truth}, {caption.figure}")
        self.viewport().update()
        self.current_changed.emit(row)

    def choose_row(self, row: int) -> bool:
        """Make the sample of a number current, where it is shown; gives whether it is."""
        places = np.flatnonzero(np.asarray(self.rows) == row)
        if len(places):
            self.choose(int(places[0]))
        return len(places) > 0

    def columns(self) -> int:
        """Samples in a row."""
        return max(1, (self.viewport().width() - 2 * MARGIN + px(GAP)) // (px(SIDE) + px(GAP)))

    def restyle(self) -> None:
        self._fit()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self._ask()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._ask()
        self.viewport().update()

    # Places

    def _cell(self) -> QSize:
        columns = self.columns()
        return QSize((self.viewport().width() - 2 * MARGIN + px(GAP)) // columns, px(SIDE + CAPTION + GAP))

    def _fit(self) -> None:
        lines = -(-len(self.rows) // self.columns())
        bar, height = self.verticalScrollBar(), self._cell().height()
        bar.setRange(0, max(0, lines * height + MARGIN - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(height // 3, 1))

    def _places_in_sight(self) -> range:
        top, cell, columns = self.verticalScrollBar().value(), self._cell(), self.columns()
        first, last = top // cell.height(), (top + self.viewport().height()) // cell.height()
        return range(first * columns, min((last + 1) * columns, len(self.rows)))

    def _in_sight(self) -> list[int]:
        return [int(self.rows[place]) for place in self._places_in_sight()]

    def _area(self, place: int) -> QRectF:
        cell, columns = self._cell(), self.columns()
        top = MARGIN + place // columns * cell.height() - self.verticalScrollBar().value()
        return QRectF(MARGIN + place % columns * cell.width(), top, cell.width() - px(GAP), cell.height() - px(GAP))

    def _at(self, point: QPoint) -> int:
        return next((place for place in self._places_in_sight() if self._area(place).contains(point)), -1)

    def _ask(self) -> None:
        missing = [row for row in self._in_sight() if row not in self._looks and row not in self._asked]
        if missing:
            self._asked |= set(missing)
            self.wanted.emit(missing)

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position().toPoint())
        if place >= 0:
            self.choose(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._at(event.position().toPoint()) >= 0:
            self.opened.emit(int(self.rows[self.current]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns, last = self.columns(), len(self.rows) - 1
        page = max(1, self.viewport().height() // self._cell().height()) * columns
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns,
            Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page, Qt.Key.Key_Home: -last - 1, Qt.Key.Key_End: last + 1,
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self.choose(self.current + step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.opened.emit(int(self.rows[self.current]))
        else:
            super().keyPressEvent(event)

    # Painting

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in self._places_in_sight():
            self._paint_sample(painter, place)

    def _paint_sample(self, painter: QPainter, place: int) -> None:
        area, row = self._area(place), int(self.rows[place])
        caption = self._caption(row)
        if place == self.current:
            painter.setPen(QPen(color("accent"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(color("accent_soft"))
            painter.drawRoundedRect(area.adjusted(-3, -3, 3, 3), 7, 7)
        picture = QRectF(area.left(), area.top(), area.width(), px(SIDE))
        paint_look(painter, picture, self._looks.get(row), bool(caption.figure))
        if caption.figure:
            _paint_figure(painter, picture, caption)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
        for number, (text, weight, token) in enumerate(((caption.answer, 600, "text1"), (caption.truth, 400, "text2"))):
            painter.setFont(font(12, weight))
            painter.setPen(color(token))
            line = QRectF(area.left() + 1, picture.bottom() + px(2) + number * px(16), area.width(), px(16))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(line.width()))
            painter.drawText(line, flags, shown)


class Neighbors(Themed, QWidget):
    """Paints samples with their classes below."""

    def __init__(self, name: str = "Nearest neighbors", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.looks: Sequence[tuple[Look | None, str]] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def show_looks(self, looks: Sequence[tuple[Look | None, str]]) -> None:
        """Show these, the nearest first."""
        self.looks = looks
        self.setAccessibleDescription(", ".join(name for _, name in looks))
        self.update()

    def restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(SMALL) * 3, px(SMALL + NAME))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for area, (look, name) in zip(self.areas(), self.looks, strict=True):
            paint_look(painter, area, None if is_text(look) else look)
            painter.setFont(font(11))
            painter.setPen(color("text2"))
            below = QRectF(area.left(), area.bottom(), area.width(), px(NAME))
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(below.width()))
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextSingleLine, shown)
            if is_text(look):
                painter.drawText(area.adjusted(px(6), px(4), -px(6), -px(4)), Qt.TextFlag.TextWordWrap, " ".join(look))

    def areas(self) -> list[QRectF]:
        """Where each is painted, its name not counted: what is written shares the room beside the pictures."""
        written = [isinstance(look, tuple) for look, _ in self.looks]
        rest = self.width() - (len(written) - sum(written)) * px(SMALL + SMALL_GAP)
        wide = max(px(SMALL), rest // max(1, sum(written)) - px(SMALL_GAP))
        areas, left = [], 0
        for is_wide in written:
            areas.append(QRectF(left, 0, wide if is_wide else px(SMALL), px(SMALL)))
            left += (wide if is_wide else px(SMALL)) + px(SMALL_GAP)
        return areas


def is_text(look: Look | None) -> TypeGuard[tuple[str, ...]]:
    """Whether lines are words, not names with numbers."""
    return isinstance(look, tuple) and not any("\t" in line for line in look)


def paint_look(painter: QPainter, area: QRectF, look: Look | None, has_figure: bool = False) -> QRectF:
    """Paint a sample; gives the place that a picture takes. One that is still to come is an empty field. Lines leave
    room for a figure at the bottom."""
    if isinstance(look, QImage):
        return paint_picture(painter, area, look)
    painter.setPen(QPen(color("card_line"), 1))
    painter.setBrush(color("field"))
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
    painter.setFont(font(11))
    painter.setPen(color("text2"))
    height = painter.fontMetrics().height()
    room = int((area.height() - px(8)) // height) - has_figure
    for number, line in enumerate((look or ())[:room]):
        place = QRectF(area.left() + px(6), area.top() + px(4) + number * height, area.width() - px(12), height)
        _paint_line(painter, place, *line.split("\t", 1))
    return area


def _paint_line(painter: QPainter, place: QRectF, words: str, value: str = "") -> None:
    """A line whose words end in … where there is no room; never the value, which stands at its right end."""
    metrics = painter.fontMetrics()
    room = place.width() - (metrics.horizontalAdvance(value) + px(6) if value else 0)
    painter.drawText(
        place, Qt.TextFlag.TextSingleLine, metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(room))
    )
    painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextSingleLine, value)


def _paint_figure(painter: QPainter, picture: QRectF, caption: Caption) -> None:
    painter.setFont(font(11, 600))
    width = painter.fontMetrics().horizontalAdvance(caption.figure) + px(8)
    chip = QRectF(picture.right() - width - px(3), picture.bottom() - px(20), width, px(17))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("panel"))
    painter.drawRoundedRect(chip, 4, 4)
    painter.setPen(color("text2" if caption.is_right else "error_text"))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, caption.figure)
