"""The picture of a window on its input: which values one output value sees, the border around them, the output."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.kinds.layer import Layer, TensorType
from widgets.basics.painted import painted
from widgets.controls import Themed
from widgets.theme import color, font, px, tint
from widgets.theme.roles import role_color

SAMPLE = 5
"""Values along each side of the input that stand for however many there are."""
MOST_CELLS = 15
PITCH, TOP = 14, 6


class Axis(NamedTuple):
    """One direction: input values drawn, border before and after, kernel, stride, dilation, output values drawn."""

    size: int
    before: int
    after: int
    kernel: int
    stride: int
    dilation: int
    output: int

    @property
    def cells(self) -> int:
        """Input values and border together."""
        return self.before + self.size + self.after

    @property
    def seen(self) -> frozenset[int]:
        """The cells that the first output value sees, counted from the border's first."""
        return frozenset(range(0, self.kernel * self.dilation, self.dilation))


class Geometry(NamedTuple):
    """A window in two directions; for sequences the vertical one is trivial."""

    vertical: Axis
    horizontal: Axis

    @property
    def padded(self) -> bool:
        """Whether there is a border anywhere."""
        return any(axis.before or axis.after for axis in self)


def geometry_of(layer: Layer, inputs: tuple[TensorType, ...]) -> Geometry | None:
    """How a layer's window lies on a small sample of its input, or None for layers that have no window to show.

    Uses the window and the padding that the layer declares; a volume is shown by its last two dimensions.
    """
    window = layer.window(inputs)
    if window is None or "kernel_size" not in layer.fields or not inputs:
        return None
    rank = len(inputs[0].shape) - 1
    if rank < 1 or len(window.kernel) not in (1, rank):
        return None
    axes = [_axis(layer, inputs[0].shape[1:], place) for place in range(rank)][-2:]
    if any(axis is None for axis in axes):
        return None
    shown = [axis for axis in axes if axis is not None]
    return Geometry(shown[0] if len(shown) == 2 else Axis(1, 0, 0, 1, 1, 1, 1), shown[-1])


def _axis(layer: Layer, sizes: tuple[int, ...], place: int) -> Axis | None:
    window = layer.window((TensorType((1, *sizes)),))
    if window is None:
        return None
    kernel, stride, dilation = (
        values[place if len(values) > 1 else 0] for values in (window.kernel, window.stride, window.dilation)
    )
    span = (kernel - 1) * dilation + 1
    before, after = _border(getattr(layer, "padding", 0), place, span)
    # The sample is as small as shows the window and its next place, and never larger than the input itself.
    size = min(sizes[place], max(SAMPLE, span + stride - before - after, span - before))
    reach = size + before + after - span
    if reach < 0 or size + before + after > MOST_CELLS:
        return None
    return Axis(size, before, after, kernel, stride, dilation, reach // stride + 1)


def _border(padding: object, place: int, span: int) -> tuple[int, int]:
    if padding == "same":
        return (span - 1) // 2, span - 1 - (span - 1) // 2
    if isinstance(padding, tuple):
        padding = padding[place if len(padding) > 1 else 0]
    return (padding, padding) if isinstance(padding, int) else (0, 0)


class WindowPicture(Themed, QWidget):
    """Input and border at the left, output at the right, and an arrow from the window to the value it gives."""

    def __init__(self) -> None:
        super().__init__()
        self._geometry = Geometry(Axis(1, 0, 0, 1, 1, 1, 1), Axis(1, 0, 0, 1, 1, 1, 1))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def show_geometry(self, geometry: Geometry) -> None:
        """Show another window."""
        self._geometry = geometry
        across, down = geometry.horizontal, geometry.vertical
        self.setAccessibleName(
            f"A window of {down.kernel} by {across.kernel} over the input"
            f"{' and its padding' if geometry.padded else ''} gives one output value."
        )
        self.restyle()

    def restyle(self) -> None:
        self.setFixedHeight(self._rows() * self._pitch() + px(TOP + 24))
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(px(100), self.height())

    def _rows(self) -> int:
        return max(self._geometry.vertical.cells, self._geometry.vertical.output)

    def _pitch(self) -> int:
        columns = self._geometry.horizontal.cells + self._geometry.horizontal.output
        return min(px(PITCH), max(px(6), (px(256) - px(40)) // columns))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(0, px(TOP))
        pitch, across = self._pitch(), self._geometry.horizontal
        gap = min(px(66), max(px(34), self.width() - (across.cells + across.output) * pitch - px(20)))
        left = (self.width() - (across.cells + across.output) * pitch - gap) // 2
        right = left + across.cells * pitch + gap
        top = self._geometry.vertical.before * pitch
        self._paint_input(painter, left, pitch)
        self._paint_output(painter, right, top, pitch)
        self._paint_arrow(painter, left, right, top, pitch)
        self._paint_captions(painter, left, right, pitch)

    def _paint_input(self, painter: QPainter, left: int, pitch: int) -> None:
        down, across = self._geometry.vertical, self._geometry.horizontal
        for row in range(down.cells):
            for column in range(across.cells):
                inside = down.before <= row < down.before + down.size
                inside = inside and across.before <= column < across.before + across.size
                seen = row in down.seen and column in across.seen
                self._paint_cell(painter, QPointF(left + column * pitch, row * pitch), inside, seen)
        self._paint_next(painter, left, pitch)

    def _paint_cell(self, painter: QPainter, spot: QPointF, inside: bool, seen: bool) -> None:
        cell = QRectF(spot.x(), spot.y(), self._pitch() - px(2), self._pitch() - px(2))
        if seen or inside:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(role_color("kernel") if seen else _plain())
        else:
            painter.setPen(QPen(tint("Activation", 0.75), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            cell.adjust(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(cell, 2, 2)

    def _paint_next(self, painter: QPainter, left: int, pitch: int) -> None:
        """Where the window lies for the next output value, if that is a step of more than one away."""
        across, down = self._geometry.horizontal, self._geometry.vertical
        if across.stride == 1 or across.output < 2:
            return
        width, height = max(across.seen) * pitch + pitch, max(down.seen) * pitch + pitch
        painter.setPen(QPen(role_color("stride"), 1.5, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        area = QRectF(left + across.stride * pitch - px(1), 0, width, height - px(1))
        painter.drawRoundedRect(area.adjusted(0.75, 0.75, -0.75, -0.75), 3, 3)

    def _paint_output(self, painter: QPainter, left: int, top: int, pitch: int) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for row in range(self._geometry.vertical.output):
            for column in range(self._geometry.horizontal.output):
                painter.setBrush(color("accent") if row == column == 0 else _plain())
                cell = QRectF(left + column * pitch, top + row * pitch, pitch - px(2), pitch - px(2))
                painter.drawRoundedRect(cell, 2, 2)

    def _paint_arrow(self, painter: QPainter, left: int, right: int, top: int, pitch: int) -> None:
        start = left + (max(self._geometry.horizontal.seen) + 1) * pitch
        tip = QPointF(right - px(4), top + (pitch - px(2)) / 2)
        painter.setPen(QPen(color("accent"), 1.75, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(start, tip.y()), tip)
        painter.drawLine(tip, tip + QPointF(-px(4), -px(3)))
        painter.drawLine(tip, tip + QPointF(-px(4), px(3)))

    def _paint_captions(self, painter: QPainter, left: int, right: int, pitch: int) -> None:
        painter.setFont(font(11))
        painter.setPen(color("text2"))
        across = self._geometry.horizontal
        under = QRectF(0, self._rows() * pitch + px(4), 0, px(18))
        caption = "input and padding" if self._geometry.padded else "input"
        for start, cells, text in ((left, across.cells, caption), (right, across.output, "output")):
            middle = start + (cells * pitch - px(2)) / 2
            half = painter.fontMetrics().horizontalAdvance(text) / 2 + 2
            under.setLeft(max(middle - half, 0.0))
            under.setWidth(2 * half)
            painter.drawText(under, Qt.AlignmentFlag.AlignCenter, text)


def _plain() -> QColor:
    return color("control_line")
