"""Images of a data set in rows, as many to a row as fit; the name of the class shows under the pointer."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from shiboken6 import isValid

from widgets.controls import escape_tip
from widgets.data.samples import Example, Samples
from widgets.theme import color, font, px, theme

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIDE = 70
GAP = 8
MOST_ASKED = 300
"""Pictures that wait to be read; earlier ones have long been scrolled away."""
TELL_EVERY = 0.03
"""Seconds between two words about pictures that were read."""
LONGEST_TURN, FEWEST = 0.012, 12
"""Seconds that pictures are made in one turn of the event loop, and how many at least: the others follow."""
Index = QModelIndex | QPersistentModelIndex
Asked = tuple[Samples, Example, int]
"""A picture of an example, with its side in pixels."""


class _GridModel(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.samples: Samples | None = None
        self.examples: Sequence[Example] = ()

    def show(self, samples: Samples | None, examples: Sequence[Example]) -> None:
        self.beginResetModel()
        self.samples, self.examples = samples, examples
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.examples)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.samples is None:
            return None
        example = self.examples[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.samples.target(example)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.samples.describe(example)
        return escape_tip(self.samples.describe(example)) if role == Qt.ItemDataRole.ToolTipRole else None


class Pictures(QObject):
    """Reads pictures of examples on a thread, those that were asked for last first; `read` tells that some are there.

    One of these is never destroyed while its thread works.
    """

    read = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._asked: deque[Asked] = deque(maxlen=MOST_ASKED)
        self._found: dict[Asked, NDArray[np.uint8]] = {}
        self._lock = threading.Lock()
        self._working = False

    def find(self, samples: Samples, example: Example, side: int) -> NDArray[np.uint8] | None:
        """A picture that has been read, handed out once; what has not is read soon."""
        asked = samples, example, side
        with self._lock:
            found = self._found.pop(asked, None)
            if found is None and asked not in self._asked:
                self._asked.append(asked)
            if self._asked and not self._working:
                self._working = True
                threading.Thread(target=self._work, name="pictures", daemon=True).start()
        return found

    def forget(self) -> None:
        """Read nothing more of what was asked for."""
        with self._lock:
            self._asked.clear()
            self._found.clear()

    def _work(self) -> None:
        told = time.monotonic()
        try:
            while asked := self._next():
                self._have(asked)
                if time.monotonic() - told > TELL_EVERY:
                    told = time.monotonic()
                    self._tell()
        finally:
            with self._lock:
                self._working = False
            self._tell()

    def _have(self, asked: Asked) -> None:
        """Read one, which is asked for no more however that ends."""
        import numpy as np

        (samples, example, side), found = asked, np.zeros((1, 1, 1), np.uint8)
        try:
            found = samples.picture(example, side)
        finally:
            with self._lock:
                if asked in self._asked:
                    self._asked.remove(asked)
                    self._found[asked] = found

    def _tell(self) -> None:
        if isValid(self):  # at the very end of the program there is nobody left
            self.read.emit()

    def _next(self) -> Asked | None:
        with self._lock:
            self._working = bool(self._asked)
            return self._asked[-1] if self._asked else None


@cache
def pictures() -> Pictures:
    """The one of the program."""
    return Pictures()


class SampleGrid(QListView):
    """Arrow keys walk from image to image; only what can be seen is ever turned into a picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _GridModel(self)
        self._pictures: dict[int, QPixmap] = {}
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._paint_more)
        self._began, self._made = 0.0, 0
        self.setModel(self._model)
        self.setItemDelegate(_PictureDelegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAccessibleName("Samples")
        self.setStyleSheet("QListView { background: transparent; }")
        theme().changed.connect(self._fit)
        pictures().read.connect(self._paint_more)

    def show_samples(self, samples: Samples | None, examples: Sequence[Example]) -> None:
        """Show these examples, replacing those before."""
        self._pictures.clear()
        if self._model.samples is not None and self._model.samples.waits:
            pictures().forget()
        self._model.show(samples, examples)
        self._fit()
        count = len(examples)
        self.setAccessibleDescription(f"{count:,} images. Arrow keys walk from one to the next.")
        self.scrollToTop()

    def examples(self) -> Sequence[Example]:
        """What is shown, in order."""
        return self._model.examples

    def columns(self) -> int:
        """How many images stand in a row."""
        return max(1, (self.viewport().width() + px(GAP)) // px(self._room() + GAP))

    def cell(self) -> QSize:
        """The room of one image with the gap beside and below it."""
        # One pixel is kept back: a row that fills the width to the last one is wrapped.
        return QSize((self.viewport().width() - 1) // self.columns(), px(SIDE + GAP))

    def side(self) -> int:
        """The width of one image in logical pixels."""
        return min(self.cell().width() - px(GAP), px(self._room() + 12))

    def _room(self) -> int:
        """The width that an image has at least: pairs have that of two."""
        samples = self._model.samples
        return 2 * SIDE if samples is not None and samples.are_pairs else SIDE

    def picture_size(self) -> QSize:
        """The room of one picture: as wide as the cell, less high where images are wide."""
        samples = self._model.samples
        height, width = samples.sides if samples and samples.form == "images" else (1, 1)
        return QSize(self.side(), max(min(self.side(), round(self.side() * height / width)), px(24)))

    def picture(self, row: int) -> QPixmap:
        """The image in a row of the model, as it is drawn."""
        found = self._pictures.get(row)
        if found is None and self._model.samples is not None:
            ratio = self.devicePixelRatioF()
            pixels = round(self.side() * ratio)
            values = self._values(self._model.samples, self._model.examples[row], pixels)
            if values is None:
                return QPixmap()
            found = self._pictures[row] = thumbnail(values, pixels, ratio)
        return found or QPixmap()

    def _has_time(self) -> bool:
        """Whether another picture is made in this turn of the event loop; else it is painted once more."""
        if not self._turn.isActive():
            self._turn.start()
            self._began, self._made = time.monotonic(), 0
        self._made += 1
        return self._made <= FEWEST or time.monotonic() - self._began < LONGEST_TURN

    def _values(self, samples: Samples, example: Example, side: int) -> NDArray[np.uint8] | None:
        """An image as numbers; None as long as its file is still to be read, or until the next turn."""
        if samples.waits:
            return pictures().find(samples, example, side)
        return samples.picture(example, side) if self._has_time() else None

    def _paint_more(self) -> None:
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        before = self.gridSize()
        size = self.cell()
        size.setHeight(self.picture_size().height() + px(GAP))
        if size != before:
            self._pictures.clear()
            self.setGridSize(size)
        self.viewport().update()


class _PictureDelegate(QStyledItemDelegate):
    def __init__(self, grid: SampleGrid) -> None:
        super().__init__(grid)
        self._grid = grid

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self._grid.gridSize()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        place = QRect(area.topLeft(), self._grid.picture_size())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        picture = self._grid.picture(index.row())
        # Pictures are square with a margin; of wide ones only the middle is room to draw in.
        margin = (place.height() - self._grid.side()) // 2
        painter.drawPixmap(place.left(), place.top() + margin, picture)
        current = bool(state & QStyle.StateFlag.State_HasFocus) and self._grid.hasFocus()
        if current or state & QStyle.StateFlag.State_MouseOver:
            self._paint_name(painter, place, str(index.data()))
        if current:
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), 5, 5)
        painter.restore()

    def _paint_name(self, painter: QPainter, place: QRect, name: str) -> None:
        strip = QRectF(place.left(), place.bottom() - px(18) + 1, place.width(), px(18))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 190))
        painter.drawRoundedRect(strip, 4, 4)
        painter.setFont(font(11, 500))
        painter.setPen(QColor("#FFFFFF"))
        words = " ".join(name.split())
        text = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(strip.width()) - 6)
        painter.drawText(strip, int(Qt.AlignmentFlag.AlignCenter) | Qt.TextFlag.TextSingleLine, text)

    def helpEvent(self, event: Any, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        handled: bool = super().helpEvent(event, view, option, index)
        return handled if event.type() == QEvent.Type.ToolTip else False


def thumbnail(values: Any, side: int, ratio: float = 1.0) -> QPixmap:
    """H×W×C bytes (C is 1 or 3) as a rounded picture of `side` device pixels, its proportions kept.

    Small images keep their hard pixels; large ones are smoothed.
    """
    height, width, channels = values.shape
    form = QImage.Format.Format_Grayscale8 if channels == 1 else QImage.Format.Format_RGB888
    image = QImage(values.tobytes(), width, height, width * channels, form)
    smooth = max(width, height) > side
    mode = Qt.TransformationMode.SmoothTransformation if smooth else Qt.TransformationMode.FastTransformation
    scaled = image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, mode)
    result = QPixmap(side, side)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate((side - scaled.width()) // 2, (side - scaled.height()) // 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(scaled))
    painter.drawRoundedRect(scaled.rect(), 4 * ratio, 4 * ratio)
    painter.end()
    result.setDevicePixelRatio(ratio)
    return result
