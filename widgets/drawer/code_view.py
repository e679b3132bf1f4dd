"""Python source to read: line numbers, the theme's colors, and the lines of chosen nodes marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLayout,
)
from PySide6.QtWidgets import QPlainTextDocumentLayout, QPlainTextEdit, QWidget

from widgets.basics.painted import painted
from widgets.controls import Themed
from widgets.theme import color, font, px, round_menu

ROW = 22
_WALKS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
_WORDS = (
    "and|as|assert|async|await|break|class|continue|def|del|elif|else|except|False|finally|for|from|global|if|import|"
    "in|is|lambda|None|nonlocal|not|or|pass|raise|return|True|try|while|with|yield|super"
)
_TOKEN = re.compile(
    r"(?P<comment>#.*)"
    r"|(?P<string>[rbfu]*(?:\"\"\".*?(?:\"\"\"|$)|'''.*?(?:'''|$)|\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?))"
    rf"|(?P<keyword>\b(?:{_WORDS})\b)"
    r"|(?P<call>\b[A-Z]\w*\b|(?<=def )\w+|__\w+__)"
    r"|(?P<number>\b\d[\d_]*(?:\.\d*)?(?:e[+-]?\d+)?\b)"
)
_TOKENS = {
    "comment": "text3",
    "string": "Pooling",
    "keyword": "Attention",
    "call": "Convolution",
    "number": "Activation",
}


def spans(line: str, inside: bool) -> list[tuple[int, int, str]]:
    """(start, length, what) of the colored parts of a line; ``inside`` tells that it starts within a docstring."""
    start = 0
    found: list[tuple[int, int, str]] = []
    if inside:
        end = line.find('"""')
        start = len(line) if end < 0 else end + 3
        found.append((0, start, "string"))
    for match in _TOKEN.finditer(line, start):
        found.append((match.start(), match.end() - match.start(), str(match.lastgroup)))
    return found


def docstring_lines(lines: Iterable[str]) -> list[bool]:
    """Which lines start within a string of three quotes that an earlier line opened."""
    inside, result = False, []
    for line in lines:
        result.append(inside)
        if line.count('"""') % 2:
            inside = not inside
    return result


class _Gutter(QWidget):
    """Line numbers, and a bar beside the marked lines."""

    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self) -> QSize:
        return QSize(self._view.gutter_width(), 0)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        self._view.paint_gutter(self, event)


class _Spaced(QPlainTextDocumentLayout):
    """Rows of a height of our own, each line in the middle of its row."""

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        area = super().blockBoundingRect(block)  # lays the block out if nothing has yet
        if block.layout().lineCount() and area.height():
            line, row = block.layout().lineAt(0), px(ROW)
            line.setPosition(QPointF(line.x(), max(row - line.height(), 0) / 2))
            area.setHeight(row)
        return area


class CodeView(Themed, QPlainTextEdit):
    """Source to read. `line_clicked` carries a line's number, from 1, after a click on it, or when keys lead there."""

    line_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        flags = Qt.TextInteractionFlag
        self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setAccessibleName("Generated code")
        round_menu(self)
        self._inside: list[bool] = []
        self._colored: set[int] = set()
        self._marked: frozenset[int] = frozenset()
        self._problems: Mapping[int, str] = {}
        document = QTextDocument(self)
        document.setDocumentLayout(_Spaced(document))
        self.setDocument(document)
        self.setUndoRedoEnabled(False)
        self._gutter = _Gutter(self)
        self.updateRequest.connect(self._scroll_gutter)
        self.verticalScrollBar().valueChanged.connect(self._color_visible)
        self.follow_theme()

    def set_text(self, text: str) -> None:
        """Show other source, at the same place; lines that stay keep the cursor that stands in them."""
        before = self.toPlainText()
        if text == before:
            return
        down, across = self.verticalScrollBar().value(), self.horizontalScrollBar().value()
        stands = self.textCursor().block()
        line, row = stands.blockNumber(), stands.text()
        self._exchange(before.split("\n"), text.split("\n"))
        if self.hasFocus() and row and self.textCursor().block().text() == row:
            down += self.textCursor().blockNumber() - line  # where somebody writes, that line stays
        self.document().clearUndoRedoStacks()
        self._look_again()
        self.verticalScrollBar().setValue(down)
        self.horizontalScrollBar().setValue(across)
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)
        self._color_visible()

    def _exchange(self, before: list[str], after: list[str]) -> None:
        """Put other lines in place of those that differ."""
        first, most = 0, min(len(before), len(after))
        while first < most and before[first] == after[first]:
            first += 1
        last = 0
        while last < most - first and before[-1 - last] == after[-1 - last]:
            last += 1
        if first == most - last:  # lines come or go: one that stays is written again, with what divides them
            first, last = (first - 1, last) if first else (first, last - 1)
        if first < 0 or last < 0:
            self.setPlainText("\n".join(after))
            return
        cursor = QTextCursor(self.document().findBlockByNumber(first))
        end = self.document().findBlockByNumber(len(before) - last - 1)
        cursor.setPosition(end.position() + end.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText("\n".join(after[first : len(after) - last]))

    def _look_again(self) -> None:
        """See anew which lines lie in docstrings, and color what is in sight."""
        self._inside = docstring_lines(self.toPlainText().split("\n"))
        self._colored.clear()
        self._color_visible()

    def mark_problems(self, problems: Mapping[int, str]) -> None:
        """Mark lines, from 1, that cannot be drawn, each with the reason behind it."""
        self._problems = dict(problems)
        self._show_marks()

    def problems(self) -> Mapping[int, str]:
        """The lines that are marked so."""
        return self._problems

    def mark_lines(self, lines: Iterable[int], reveal: bool = True) -> None:
        """Mark lines, from 1, and scroll to the first if none of them is in sight."""
        self._marked = frozenset(lines)
        self._show_marks()
        if reveal and self._marked:
            self.reveal(min(self._marked))

    def marked_lines(self) -> frozenset[int]:
        """The marked lines."""
        return self._marked

    def restyle(self) -> None:
        self.setFont(font(12, 400, mono=True))
        bare = f"border: none; border-radius: 0; padding: 0; background: {color('panel').name()};"
        self.setStyleSheet(f"QPlainTextEdit, QPlainTextEdit:focus {{ {bare} }}")
        self.document().setDocumentMargin(0)
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)
        self._colored.clear()
        self._show_marks()
        self._color_visible()

    def gutter_width(self) -> int:
        """Room for the line numbers."""
        digits = max(len(str(self.blockCount())), 2)
        return self.fontMetrics().horizontalAdvance("9" * digits) + px(34)

    def paint_gutter(self, gutter: QWidget, event: QPaintEvent) -> None:
        """Draw the numbers of the lines in sight."""
        painter = QPainter(gutter)
        painter.fillRect(event.rect(), color("panel"))
        painter.setFont(self.font())
        for block, top, height in self._visible_blocks():
            number = block.blockNumber() + 1
            marked = number in self._marked
            if marked:
                painter.fillRect(QRectF(0, top, gutter.width(), height), color("accent_soft"))
                painter.fillRect(QRectF(0, top, px(3), height), color("accent"))
            if number in self._problems:
                painter.fillRect(QRectF(0, top, gutter.width(), height), color("error_soft"))
                painter.fillRect(QRectF(0, top, px(3), height), color("error_text"))
            painter.setPen(color("error_text" if number in self._problems else "text2" if marked else "text3"))
            area = QRectF(0, top, gutter.width() - px(12), height)
            painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(number))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        width = self.viewport().width()
        rows = list(self._visible_blocks())
        for block, top, height in rows:
            number = block.blockNumber() + 1
            if number in self._problems:
                painter.fillRect(QRectF(0, top, width, height), color("error_soft"))
            elif number in self._marked:
                painter.fillRect(QRectF(0, top, width, height), color("accent_soft"))
        painter.end()
        super().paintEvent(event)
        self._paint_reasons(rows)

    def _paint_reasons(self, rows: Iterable[tuple[QTextBlock, float, float]]) -> None:
        """Say behind each marked line why it cannot be drawn."""
        if not self._problems:
            return
        painter = QPainter(self.viewport())
        painter.setFont(font(12, 500))
        painter.setPen(color("error_text"))
        metrics = painter.fontMetrics()
        for block, top, height in rows:
            reason = self._problems.get(block.blockNumber() + 1)
            if reason is None:
                continue
            left = self.contentOffset().x() + self.fontMetrics().horizontalAdvance(block.text()) + px(24)
            room = max(int(self.viewport().width() - left - px(12)), 0)
            text = metrics.elidedText(reason, Qt.TextElideMode.ElideRight, room)
            area = QRectF(left, top, room, height)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        area = self.contentsRect()
        self._gutter.setGeometry(QRect(area.left(), area.top(), self.gutter_width(), area.height()))
        self._color_visible()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._color_visible()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.line_clicked.emit(self.cursorForPosition(event.position().toPoint()).blockNumber() + 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.textCursor().blockNumber()
        super().keyPressEvent(event)
        line = self.textCursor().blockNumber()
        enter = self.isReadOnly() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter or (event.key() in _WALKS and line != before and not self.textCursor().hasSelection()):
            self.line_clicked.emit(line + 1)

    def _visible_blocks(self) -> Iterable[tuple[QTextBlock, float, float]]:
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= self.viewport().height():
            height = self.blockBoundingRect(block).height()
            yield block, top, height
            block, top = block.next(), top + height

    def _color_visible(self) -> None:
        """Color the lines in sight that are not colored yet: long sources cost only what is looked at."""
        if not self.isVisible():
            return
        for block, _, _ in list(self._visible_blocks()):
            number = block.blockNumber()
            if number not in self._colored and number < len(self._inside):
                self._colored.add(number)
                block.layout().setFormats(self._formats(block.text(), self._inside[number]))
        self.viewport().update()

    def _formats(self, line: str, inside: bool) -> list[QTextLayout.FormatRange]:
        formats = []
        for start, length, what in spans(line, inside):
            part = QTextLayout.FormatRange()
            part.start, part.length = start, length
            dress = QTextCharFormat()
            dress.setForeground(color(_TOKENS[what]))
            part.format = dress
            formats.append(part)
        return formats

    def _show_marks(self) -> None:
        self.viewport().update()
        self._gutter.update()

    def reveal(self, line: int) -> None:
        """Scroll to a line, from 1, if it is not in sight."""
        first = self.firstVisibleBlock().blockNumber()
        rows = max(self.viewport().height() // px(ROW), 1)
        if not first <= line - 1 < first + rows - 1:
            self.verticalScrollBar().setValue(max(line - 1 - rows // 3, 0))

    def _scroll_gutter(self, area: QRect, down: int) -> None:
        if down:
            self._gutter.scroll(0, down)
        else:
            self._gutter.update(0, area.y(), self._gutter.width(), area.height())
