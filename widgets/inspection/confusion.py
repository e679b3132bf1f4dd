"""The confusion matrix: rows are the truth, columns the answers; a cell can be chosen by mouse and keyboard.

Where cells have room, each shows its number; smaller ones are one picture, drawn in one go whatever their count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from models.basics.quantities import percent
from models.basics.text import told_apart
from models.scoring.classes import Confusion
from widgets.basics.painted import painted
from widgets.controls import Themed, announce, escape_tip
from widgets.theme import color, font, px, theme

WITH_NUMBERS = 12
"""Pixels of a cell that has room for a number, whatever the size of text."""
SIZES = (12, 11, 10, 9, 8, 7)
"""Sizes of numbers, the largest first that fits."""
LARGEST, WIDEST = 40, 104
"""Height and width of a cell, at most: names above the columns need more room than numbers."""
LONGEST_NAME = 92
"""Room for names at the left, at most; a third of the width where that is more."""
SHARES = 48
Cell = tuple[int, int]


class ConfusionMatrix(Themed, QWidget):
    """Shows a `Confusion`. `chosen` carries the numbers of the true class and of the answer, or None twice."""

    chosen = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.confusion: Confusion | None = None
        self.names: Sequence[str] = ()
        self.order: list[int] = []
        self.as_shares = False
        self.cell: Cell | None = None
        """The chosen cell, by its places in the order."""
        self._cursor: Cell = (0, 0)
        self._picture: QImage | None = None
        self._step = 1
        self._longest = 0
        """The width of the longest name."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Confusion matrix")
        self.setMinimumSize(160, 120)
        self.follow_theme()

    def show_confusion(self, confusion: Confusion | None, names: Sequence[str], order: Sequence[int]) -> None:
        """Show counts, the classes in an order; while that stays, so does the chosen cell."""
        if list(order) != self.order:
            self.cell, self._cursor = None, (0, 0)
        self.confusion, self.names, self.order = confusion, names, list(order)
        self._picture = None
        self._measure()
        self.setAccessibleDescription(
            f"{len(self.order):,} classes. Arrow keys walk, Enter shows the samples of a cell."
        )
        self.update()

    def set_shares(self, shares: bool) -> None:
        """Write shares of the true class rather than counts."""
        self.as_shares = shares
        self.update()

    def choose(self, cell: Cell | None) -> None:
        """Choose a cell, by its places, as a click does; None chooses none."""
        self.cell = cell
        self.update()
        if cell is None or self.confusion is None:
            self.chosen.emit(None, None)
            return
        self._cursor = cell
        self.chosen.emit(self.order[cell[0]], self.order[cell[1]])

    def describe(self, cell: Cell) -> str:
        """A cell in words."""
        assert self.confusion is not None
        truth, answer = self.order[cell[0]], self.order[cell[1]]
        count, all = int(self.confusion.counts[truth, answer]), int(self.confusion.occurring[truth])
        share = percent(count / all, 1) if all else "never occurs"
        what = "recognized" if truth == answer else f"read as {self._name(answer)}"
        return f"{count:,} of {all:,} ({share})\n{self._name(truth)} {what}"

    def restyle(self) -> None:
        self._picture = None
        self._measure()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(460), px(400))

    # Places

    def _step_sizes(self) -> tuple[float, float]:
        """Width and height of a cell: what has no room for a number is square, so that it is one picture."""
        count = max(len(self.order), 1)
        across = (self.width() - self._names_width - px(SHARES + 8)) / count
        height = max(min(across, (self.height() - px(30)) / count, px(LARGEST)), 0.05)
        return (max(min(across, px(WIDEST)), height) if height >= WITH_NUMBERS else height), height

    def _measure(self) -> None:
        metrics = QFontMetrics(font(12))
        self._longest = max((metrics.horizontalAdvance(self._name(number)) for number in self.order), default=0)

    @property
    def _names_width(self) -> int:
        return min(max(self._longest + px(12), px(40)), max(px(LONGEST_NAME), self.width() // 3))

    def _corner(self) -> QPoint:
        return QPoint(self._names_width, px(26))

    def _area(self, cell: Cell) -> QRectF:
        (width, height), corner = self._step_sizes(), self._corner()
        gap = 1.0 if height >= 8 else 0.0
        return QRectF(corner.x() + cell[1] * width, corner.y() + cell[0] * height, width - gap, height - gap)

    def cell_at(self, point: QPoint) -> Cell | None:
        """The cell under a point."""
        (width, height), corner = self._step_sizes(), self._corner()
        row, column = int((point.y() - corner.y()) // height), int((point.x() - corner.x()) // width)
        count = len(self.order)
        return (row, column) if 0 <= row < count and 0 <= column < count else None

    def _name(self, number: int) -> str:
        return self.names[number] if number < len(self.names) else str(number)

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.cell_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and found is not None:
            self.choose(None if found == self.cell else found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}
        key = Qt.Key(event.key())
        if not self.order:
            event.ignore()
        elif key in steps:
            last = len(self.order) - 1
            row, column = (min(max(a + b, 0), last) for a, b in zip(self._cursor, steps[key], strict=True))
            self._cursor = (row, column)
            announce(self, self.describe(self._cursor))
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.choose(None if self._cursor == self.cell else self._cursor)
        elif key == Qt.Key.Key_Escape and self.cell:
            self.choose(None)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self.cell_at(event.pos()) if self.confusion is not None else None
            if cell is None:
                QToolTip.hideText()
            else:
                text = escape_tip(f"{self.describe(cell)}\nClick to show them").replace("\n", "<br>")
                QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    # Painting

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.confusion is None or not self.order:
            return
        painter = QPainter(self)
        if self._step_sizes()[1] >= WITH_NUMBERS:
            self._paint_cells(painter)
            self._paint_names(painter)
        else:
            self._paint_picture(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.cell is not None:
            painter.setPen(QPen(color("text1"), 2))
            painter.drawRoundedRect(_at_least(self._area(self.cell), px(6)), 4, 4)
        if self.hasFocus():
            painter.setPen(QPen(color("accent"), 2))
            painter.drawRoundedRect(_at_least(self._area(self._cursor), px(8)).adjusted(-2, -2, 2, 2), 5, 5)

    def _paint_cells(self, painter: QPainter) -> None:
        assert self.confusion is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fonts = [(font(size, 600), QFontMetrics(font(size, 600))) for size in SIZES]
        for row, truth in enumerate(self.order):
            for column, answer in enumerate(self.order):
                area, count = self._area((row, column)), int(self.confusion.counts[truth, answer])
                share = float(self.confusion.shares[truth, answer])
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(_fill(share, row == column))
                painter.drawRoundedRect(area, 3, 3)
                if count:
                    painter.setPen(color("text1"))
                    text = f"{share:.0%}".replace("%", "") if self.as_shares else f"{count:,}"
                    if self.as_shares and text == "0":
                        text = "<1"
                    fitting = (item for item, metrics in fonts if fits(metrics, text, area))
                    if (found := next(fitting, None)) is not None:
                        painter.setFont(found)
                        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_names(self, painter: QPainter) -> None:
        assert self.confusion is not None
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setPen(color("text2"))
        height = self._step_sizes()[1]
        large, small = (font(min(size, max(int(80 * height / px(100)), 7))) for size in (12, 11))
        names, room = [self._name(number) for number in self.order], self._step_sizes()[0] - 3
        metrics, above_metrics = QFontMetrics(large), QFontMetrics(small)
        fit = all(above_metrics.horizontalAdvance(name) <= room for name in names)
        above_names = names if fit else told_apart(names)
        for place, number in enumerate(self.order):
            painter.setFont(large)
            area = self._area((place, place))
            row = QRectF(0, area.top(), self._names_width - px(8), area.height())
            name = metrics.elidedText(self._name(number), Qt.TextElideMode.ElideRight, int(row.width()))
            painter.drawText(row, flags | Qt.AlignmentFlag.AlignRight, name)
            painter.setFont(small)
            above = QRectF(area.left() - 2, 0, area.width() + 4, px(24))
            short = above_metrics.elidedText(above_names[place], Qt.TextElideMode.ElideRight, int(above.width()))
            painter.drawText(above, flags | Qt.AlignmentFlag.AlignHCenter, short)
            recall = self.confusion.recall[number]
            right = QRectF(
                self._area((place, len(self.order) - 1)).right() + px(6), area.top(), px(SHARES), area.height()
            )
            text = "–" if np.isnan(recall) else f"{100 * recall:.1f}"
            painter.drawText(right, flags | Qt.AlignmentFlag.AlignRight, text)
        painter.setFont(font(11))
        last = self._area((0, len(self.order) - 1)).right()
        painter.drawText(QRectF(last + px(6), 0, px(SHARES), px(24)), flags | Qt.AlignmentFlag.AlignRight, "right, %")

    def _paint_picture(self, painter: QPainter) -> None:
        side, corner = self._step_sizes()[1] * len(self.order), self._corner()
        step = max(1, math.ceil(len(self.order) / (side * self.devicePixelRatioF())))
        if self._picture is None or step != self._step:
            assert self.confusion is not None
            self._picture, self._step = (
                matrix_picture(self.confusion.shares[np.ix_(self.order, self.order)], step),
                step,
            )
        place = QRectF(corner.x(), corner.y(), side, side)
        painter.drawImage(place, self._picture)
        painter.setPen(QPen(color("card_line"), 1))
        painter.drawRect(place)
        painter.setFont(font(11))
        painter.setPen(color("text3"))
        painter.drawText(QRectF(corner.x(), 0, side, px(24)), Qt.AlignmentFlag.AlignVCenter, "answers")
        painter.drawText(QRectF(0, corner.y(), self._names_width - px(8), px(24)), Qt.AlignmentFlag.AlignRight, "truth")


def matrix_picture(shares: NDArray[np.float64], step: int = 1) -> QImage:
    """A matrix of shares in the colors of `_fill`, a pixel for ``step`` × ``step`` cells: the strongest of them, so
    that no mistake is lost."""
    right_shares = _strongest(np.diag(shares.diagonal()), step)
    wrong_shares = shares.copy()
    np.fill_diagonal(wrong_shares, 0.0)
    wrong_shares = _strongest(wrong_shares, step)
    ground, wrong, right = (_rgb(color(name)) for name in (_ground(), *_hues()))
    count = len(wrong_shares)
    pixels = ground + (wrong - ground) * _strength(wrong_shares)[..., None]
    diagonal = np.arange(count)
    pixels[diagonal, diagonal] = ground + (right - ground) * _strength(right_shares.diagonal())[:, None]
    whole = np.concatenate([pixels, np.full((count, count, 1), 255.0)], -1).astype(np.uint8)
    return QImage(whole.tobytes(), count, count, 4 * count, QImage.Format.Format_RGBA8888).copy()


def _strongest(shares: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """The largest of each ``step`` × ``step`` cells."""
    padded = np.pad(shares, (0, -len(shares) % step))
    count = len(padded) // step
    return np.asarray(padded.reshape(count, step, count, step).max((1, 3)))


def _ground() -> str:
    """The token of an empty cell, which is told from the card in either theme."""
    return "raised" if theme().is_dark else "hover"


def _hues() -> tuple[str, str]:
    """The colors of a mistake and of a right answer where they are most."""
    return ("#B55A10", "#2B6CC4") if theme().is_dark else ("#EFA968", "#86B0F0")


def _strength(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """How strong a color is: seen from the first mistake on, as rare ones are what one looks for."""
    return np.asarray(np.where(share > 0, 0.18 + 0.82 * np.sqrt(np.clip(share, 0, 1)), 0.0))


def _fill(share: float, is_right: bool) -> QColor:
    wrong, right = _hues()
    ground, hue = color(_ground()), color(right if is_right else wrong)
    strength = float(_strength(np.array(share)))
    ends = zip((ground.red(), ground.green(), ground.blue()), (hue.red(), hue.green(), hue.blue()), strict=True)
    return QColor(*(round(start + (end - start) * strength) for start, end in ends))


def _rgb(found: QColor) -> NDArray[np.float64]:
    return np.array([found.red(), found.green(), found.blue()], np.float64)


def fits(metrics: QFontMetrics, text: str, area: QRectF) -> bool:
    """Whether a number has room in a cell."""
    return metrics.horizontalAdvance(text) <= area.width() and metrics.capHeight() + 2 <= area.height()


def _at_least(area: QRectF, side: float) -> QRectF:
    grown = QRectF(0, 0, max(area.width(), side), max(area.height(), side))
    grown.moveCenter(area.center())
    return grown
