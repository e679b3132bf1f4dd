"""Formulas within the lines of a document: what is marked as one becomes the drawing of it, or stays code."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, QRegularExpression, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFontMetricsF,
    QPainter,
    QPyTextObject,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from widgets.notes.formulas import formulas, paint_formula
from widgets.notes.typesetting import Drawn, Failed
from widgets.theme import color

INLINE, DISPLAY, END = "\ue000", "\ue001", "\ue002"
"""What stands before a formula, before one with a line of its own, and behind either."""
_MARKED = QRegularExpression(f"[{INLINE}{DISPLAY}][^{END}]*{END}")
_OBJECT = "\ufffc"
_KIND = int(QTextFormat.ObjectTypes.UserObject) + 1
_PLACE = int(QTextFormat.Property.UserProperty) + 1
_EM = 1.2
"""The size of a formula in that of the text: its letters are as high as those around it."""


class _Placed(NamedTuple):
    """A formula at its size, in pixels. ``below`` is what its line has beneath the baseline: what hangs lower is
    painted beneath the line, and the next one keeps away from it."""

    drawn: Drawn
    size: QSizeF
    above: float
    below: float


class _Painter(QPyTextObject):
    """Tells a document how large its formulas are, and paints them."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.placed: list[_Placed] = []
        document.documentLayout().registerHandler(_KIND, self)

    def intrinsicSize(self, document: QTextDocument, position: int, form: QTextFormat) -> QSizeF:
        """The room that a formula takes in its line."""
        placed = self.placed[form.property(_PLACE)]
        return QSizeF(placed.size.width(), placed.above + placed.below)

    def drawObject(
        self, painter: QPainter, area: QRectF | QRect, document: QTextDocument, position: int, form: QTextFormat
    ) -> None:
        """Paint a formula in the color of words."""
        placed = self.placed[form.property(_PLACE)]
        area = QRectF(area)
        top = area.bottom() - placed.below - placed.above
        paint_formula(painter, QRectF(QPointF(area.left(), top), placed.size), placed.drawn, color("text1"))


def insert_formulas(document: QTextDocument, width: float) -> None:
    """Put what is known of marked formulas in their places, none wider than ``width``; what is not stays code."""
    painter: _Painter | None = None
    cursor = document.find(_MARKED)
    while not cursor.isNull():
        text = cursor.selectedText()
        source, display = text[1:-1], text[0] == DISPLAY
        found = formulas().find(source, display)
        if isinstance(found, Drawn):
            painter = painter or _Painter(document)
            _insert(cursor, painter, found, width, display)
        else:
            _leave_as_code(cursor, source, found)
        cursor = document.find(_MARKED, cursor)


def _insert(cursor: QTextCursor, painter: _Painter, drawn: Drawn, width: float, display: bool) -> None:
    document = cursor.document()
    metrics = QFontMetricsF(document.defaultFont())
    em = _EM * document.defaultFont().pixelSize()
    em *= min(1.0, width / (drawn.width * em))
    form = QTextCharFormat()
    form.setObjectType(_KIND)
    form.setProperty(_PLACE, len(painter.placed))
    # Of all alignments of Qt, this one alone puts an object where it is to stand, whatever else is in its line.
    form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
    above, beneath = drawn.ascent * em, drawn.descent * em
    painter.placed.append(_Placed(drawn, QSizeF(drawn.width * em, above + beneath), above, metrics.descent()))
    cursor.insertText(_OBJECT, form)
    block = cursor.blockFormat()
    if display and cursor.block().text() == _OBJECT:
        block.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    if beneath > metrics.descent():
        apart = QTextBlockFormat.LineHeightTypes.LineDistanceHeight.value
        present = block.lineHeight() if block.lineHeightType() == apart else 0.0
        block.setLineHeight(max(present, beneath - metrics.descent()), apart)
    cursor.setBlockFormat(block)


def _leave_as_code(cursor: QTextCursor, source: str, found: Failed | None) -> None:
    form = cursor.charFormat()
    if found:
        form.setToolTip(found.reason)
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        form.setUnderlineColor(color("text3"))
    cursor.insertText(source, form)


def reason_at(document: QTextDocument, point: QPointF) -> str:
    """Why a formula at a point of a document is shown as code; "" where nothing is to be said."""
    layout: QAbstractTextDocumentLayout = document.documentLayout()
    return layout.formatAt(point).toCharFormat().toolTip()
