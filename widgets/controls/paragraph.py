"""Text of several lines with room between them."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.basics.painted import painted
from widgets.controls.base import Label
from widgets.theme import px

LEADING = 1.45
"""From one baseline to the next, in font sizes. QLabel takes the font's own 1.2, too tight to read."""
LONGEST_LINE = 72
"""Average letters in a line, where nothing else decides on the width."""
NARROWEST = 40
_ENDLESS = 1e6


class Paragraph(Label):
    """Plain text, wrapped at words, or within a word that is wider than the line."""

    def __init__(
        self,
        text: str = "",
        size: int = 12,
        weight: int = 400,
        token: str = "text1",
        mono: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        self._known = ("", "")
        self._counts: dict[int, int] = {}
        super().__init__(text, size, weight, token, mono, parent)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def line_height(self) -> int:
        """From one line to the next, in pixels."""
        return leading(self.font())

    def line_count(self) -> int:
        """Lines at the present width."""
        return self._lines_at(self.contentsRect().width())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        lines = self._lines_at(width - margins.left() - margins.right())
        return lines * self.line_height() + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        longest = self.fontMetrics().averageCharWidth() * LONGEST_LINE
        natural = ceil(self._lay_out(_ENDLESS).maximumWidth()) + 1
        width = min(natural, longest) + margins.left() + margins.right()
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        margins = self.contentsMargins()
        across, down = margins.left() + margins.right(), margins.top() + margins.bottom()
        return QSize(px(NARROWEST) + across, self.line_height() + down)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        area = self.contentsRect()
        layout = self._lay_out(area.width())
        height = layout.lineCount() * self.line_height()
        free = area.height() - height
        top = 0 if self.alignment() & Qt.AlignmentFlag.AlignTop else free / 2
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        layout.draw(painter, QPointF(area.left(), area.top() + max(top, 0)))

    def _lines_at(self, width: int) -> int:
        """Lines at a width, remembered: layouts ask for the same widths over and over."""
        known = (self.text(), self.font().key())
        if known != self._known:
            self._known, self._counts = known, {}
        if width not in self._counts:
            self._counts[width] = self._lay_out(width).lineCount()
        return self._counts[width]

    def _lay_out(self, width: float) -> QTextLayout:
        return lay_out(self.text(), self.font(), width, self.alignment())


def leading(font: QFont) -> int:
    """From one line to the next in this font, in pixels."""
    return ceil(font.pixelSize() * LEADING)


def lay_out(
    text: str, font: QFont, width: float, alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
) -> QTextLayout:
    """Lines of at most ``width``, each in the middle of its `leading`; broken within words that are wider."""
    layout = QTextLayout(text.replace("\n", "\u2028"), font)
    option = QTextOption(alignment & Qt.AlignmentFlag.AlignHorizontal_Mask)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    height, y = leading(font), 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(width, 1))
        line.setPosition(QPointF(0, y + (height - line.height()) / 2))
        y += height
    layout.endLayout()
    return layout
