"""A table of numbers between brackets: cells that are looked at, changed, hidden, filled in, and that light up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from models.byhand.notation import number
from widgets.basics.painted import painted
from widgets.controls import Themed
from widgets.theme import color, font, px, round_menu, tint

Place = tuple[int, ...]
HEIGHT, LEAST, GAP, BRACKET, CAPTION = 26, 44, 14, 7, 18
ACROSS = 640
"""Logical pixels that planes beside one another may take."""
MOST_CELLS = 4096
UNKNOWN = "?"


class MatrixView(Themed, QWidget):
    """Shows a table of any dimensions: the last two as a plane, the others as planes beside one another.

    Emits `chosen` with the place that the keyboard or mouse went to, `edited` with a place and the text typed there,
    `menu_wanted` with a place and a point of the screen, and `pointed` with the place under the mouse, or None.
    """

    chosen = Signal(tuple)
    edited = Signal(tuple, str)
    menu_wanted = Signal(tuple, object)
    pointed = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table: NDArray[Any] = np.zeros((0, 0))
        self.editable = False
        self.fills: Mapping[Place, tuple[str, str]] = {}
        """Cells that are hidden: what stands in them instead, and "right", "wrong" or ""."""
        self.lit: frozenset[Place] = frozenset()
        self.changed: NDArray[np.bool_] | None = None
        self.current: Place | None = None
        self._texts: list[str] = []
        self._width = float(LEAST)
        self._field: QLineEdit | None = None
        self._under: Place | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    # What is shown

    def show_table(self, table: NDArray[Any], changed: NDArray[np.bool_] | None = None) -> None:
        """Show these numbers; those that are ``changed`` light up."""
        self._give_up()
        if table is self.table and changed is self.changed:
            return
        same = self.table.shape == table.shape
        self.table, self.changed = table, changed
        if not same or self.current is None or len(self.current) != table.ndim:
            self.current = None
        self._measure()

    def show_fills(self, fills: Mapping[Place, tuple[str, str]]) -> None:
        """Hide cells: show what was filled in."""
        if fills != self.fills:
            self.fills = fills
            self._measure()

    def light(self, places: Collection[Place]) -> None:
        """Light the cells that a number was made of."""
        found = frozenset(places)
        if found != self.lit:
            self.lit = found
            self.update()

    def choose(self, place: Place | None) -> None:
        """Mark a cell, without telling."""
        if place != self.current:
            self.current = place
            self.update()

    def text_at(self, place: Place) -> str:
        """What is read in a cell."""
        if place in self.fills:
            return self.fills[place][0] or UNKNOWN
        written = number(float(self.table[place])).replace("·10^(", "e")
        return written.replace("10^(", "1e").rstrip(")")

    # Where cells lie

    @property
    def _plane(self) -> tuple[int, int]:
        shape = self.table.shape
        return (shape[-2], shape[-1]) if len(shape) > 1 else (1, shape[0] if shape else 1)

    @property
    def _planes(self) -> int:
        return prod(self.table.shape[:-2])

    @property
    def _is_too_large(self) -> bool:
        return self.table.size > MOST_CELLS

    def _step(self) -> tuple[float, float, int]:
        """Width and height of a plane with what lies between, and how many stand beside one another."""
        rows, columns = self._plane
        width = columns * self._width + 2 * px(BRACKET) + px(GAP)
        height = rows * px(HEIGHT) + px(GAP) + (px(CAPTION) if self._planes > 1 else 0)
        return width, height, max(1, min(self._planes, int(px(ACROSS) // width)))

    def area(self, place: Place) -> QRectF:
        """Where a cell lies."""
        width, height, across = self._step()
        lead, at = place[:-2], (0, 0, *place)[-2:]
        plane = int(np.ravel_multi_index(lead, self.table.shape[:-2])) if lead else 0
        left = plane % across * width + px(BRACKET) + at[1] * self._width
        top = plane // across * height + (px(CAPTION) if self._planes > 1 else 0) + at[0] * px(HEIGHT)
        return QRectF(left, top, self._width, px(HEIGHT))

    def place_at(self, point: QPointF) -> Place | None:
        """The cell at a point."""
        if self._is_too_large or not self.table.size or point.x() < 0 or point.y() < 0:
            return None
        width, height, across = self._step()
        plane = int(point.y() // height) * across + min(int(point.x() // width), across - 1)
        if plane >= self._planes:
            return None
        lead = tuple(map(int, np.unravel_index(plane, self.table.shape[:-2]))) if self.table.ndim > 2 else ()
        first = self.area((*lead, *(0,) * min(self.table.ndim, 2)))
        rows, columns = self._plane
        row, column = int((point.y() - first.top()) // px(HEIGHT)), int((point.x() - first.left()) // self._width)
        if not (0 <= row < rows and 0 <= column < columns):
            return None
        return (*lead, row, column)[-self.table.ndim :] if self.table.ndim else ()

    def _places(self) -> list[Place]:
        return list(np.ndindex(*self.table.shape))

    def sizeHint(self) -> QSize:
        if self._is_too_large or not self.table.size:
            return QSize(px(240), px(HEIGHT))
        width, height, across = self._step()
        down = -(-self._planes // across)
        return QSize(round(across * width - px(GAP)) + 1, round(down * height - px(GAP)) + 1)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def restyle(self) -> None:
        self._measure()

    def _measure(self) -> None:
        self._texts = [] if self._is_too_large else [self.text_at(place) for place in self._places()]
        metrics = QFontMetrics(font(12, mono=True))
        widest = max((metrics.horizontalAdvance(text) for text in self._texts), default=0)
        self._width = float(max(px(LEAST), widest + px(16)))
        self.updateGeometry()
        self.setFixedSize(self.sizeHint())
        self.update()

    # Painting

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(12, mono=True))
        if self._is_too_large or not self.table.size:
            painter.setPen(color("text3"))
            shown = f"{'×'.join(map(str, self.table.shape))} numbers: too many to show"
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)
            return
        columns = self._plane[1]
        for start in range(0, self.table.size, columns):
            # A row at a time, as most of a large table is out of sight.
            lead = tuple(map(int, np.unravel_index(start, self.table.shape)))[:-1] if self.table.ndim else ()
            first = self.area((*lead, 0) if self.table.ndim else ())
            if first.top() > event.rect().bottom() or first.bottom() < event.rect().top():
                continue
            for column in range(columns):
                area = first.translated(column * self._width, 0)
                if area.right() >= event.rect().left() and area.left() <= event.rect().right():
                    place = (*lead, column) if self.table.ndim else ()
                    self._paint_cell(painter, place, area, self._texts[start + column])
        self._paint_brackets(painter)

    def _paint_cell(self, painter: QPainter, place: Place, area: QRectF, text: str) -> None:
        inside = area.adjusted(1, 1, -1, -1)
        ground = self._ground(place)
        if ground is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(inside, 4, 4)
        if place == self.current and self.hasFocus():
            painter.setPen(QPen(color("accent"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(inside, 4, 4)
        painter.setPen(color(self._ink(place)))
        aligned = Qt.AlignmentFlag.AlignCenter if place in self.fills else Qt.AlignmentFlag.AlignRight
        painter.drawText(inside.adjusted(0, 0, -px(6), 0), aligned | Qt.AlignmentFlag.AlignVCenter, text)

    def _ground(self, place: Place) -> QColor | None:
        if place in self.fills:
            return tint({"right": "good", "wrong": "error_text"}.get(self.fills[place][1], "hint"), 0.16)
        if place == self.current or place in self.lit:
            return color("accent_soft")
        return tint("warning", 0.2) if self.changed is not None and self.changed[place] else None

    def _ink(self, place: Place) -> str:
        if place in self.fills:
            return {"right": "good", "wrong": "error_text"}.get(self.fills[place][1], "text2")
        return "text1" if self.isEnabled() else "text3"

    def _paint_brackets(self, painter: QPainter) -> None:
        rows, columns = self._plane
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for plane, lead in enumerate(np.ndindex(*self.table.shape[:-2])):
            first = self.area((*lead, 0, 0)[-self.table.ndim :] if self.table.ndim else ())
            left, right = first.left() - px(3), first.left() + columns * self._width + px(3)
            top, bottom = first.top() + 1, first.top() + rows * px(HEIGHT) - 1
            painter.setPen(QPen(color("wire"), 1.25))
            for edge, inward in ((left, px(4)), (right, -px(4))):
                corners = ((edge + inward, top), (edge, top), (edge, bottom), (edge + inward, bottom))
                painter.drawPolyline([QPointF(*corner) for corner in corners])
            if self._planes > 1:
                painter.setPen(color("text3"))
                painter.setFont(font(11))
                words = " · ".join(str(at + 1) for at in lead)
                painter.drawText(QPointF(first.left(), first.top() - px(5)), words or str(plane + 1))

    # Hand and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if place is not None:
            self.setFocus()
            self._go(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.place_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(None)

    def _point(self, place: Place | None) -> None:
        if place != self._under:
            self._under = place
            self.pointed.emit(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if place is not None and self._may_edit(place):
            self._begin(place)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_hand = event.reason() == QContextMenuEvent.Reason.Mouse
        place = self.place_at(QPointF(event.pos())) if by_hand else self.current
        if place is not None:
            self._go(place)
            self.menu_wanted.emit(place, event.globalPos() if by_hand else self.mapToGlobal(self.area(place).center()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if by_key and self.current is None and self.table.size and not self._is_too_large:
            self._go((0,) * self.table.ndim)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        place, typed = self.current, event.text()
        if place is None:
            super().keyPressEvent(event)
        elif event.key() in moves:
            self._move(place, moves[Qt.Key(event.key())])
        elif self._may_edit(place) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self._begin(place)
        elif self._may_edit(place) and typed and typed in "0123456789.-−+":
            self._begin(place, typed)
        else:
            super().keyPressEvent(event)

    def _move(self, place: Place, by: tuple[int, int]) -> None:
        down, across = by
        moved = list(place)
        if moved:
            moved[-1] = min(max(moved[-1] + across, 0), self.table.shape[-1] - 1)
        if len(moved) > 1:
            moved[-2] = min(max(moved[-2] + down, 0), self.table.shape[-2] - 1)
        self._go(tuple(moved))

    def _go(self, place: Place) -> None:
        self._give_up()
        self.current = place
        self.update()
        self.setAccessibleDescription(self.text_at(place))
        self.chosen.emit(place)

    def _may_edit(self, place: Place) -> bool:
        return self.editable or place in self.fills

    def _begin(self, place: Place, text: str = "") -> None:
        """Open a field over a cell."""
        self._give_up()
        shown = self.fills[place][0] if place in self.fills else repr(float(self.table[place]))
        self._field = field = QLineEdit(text or shown, self)
        field.setAccessibleName(f"{self.accessibleName()}, number")
        field.setFont(font(12, mono=True))
        round_menu(field)
        field.setStyleSheet("QLineEdit { padding: 0 2px; }")
        area = self.area(place).toRect()
        field.setGeometry(area)
        if not text:
            field.selectAll()
        field.show()
        field.setFocus()
        field.installEventFilter(self)
        field.returnPressed.connect(lambda: self._end(place))

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        field = self._field
        if field is None or watched is not field:
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self._give_up()
            self.setFocus()
            return True
        if event.type() == QEvent.Type.FocusOut and self.current is not None:
            self._end(self.current, back=False)
        return False

    def _end(self, place: Place, back: bool = True) -> None:
        field = self._field
        if field is None:
            return
        text, was_new = field.text(), field.isModified() or not field.hasSelectedText()
        self._give_up()
        if back:
            self.setFocus()
        if was_new:
            self.edited.emit(place, text)

    def _give_up(self) -> None:
        if self._field is not None:
            field, self._field = self._field, None
            field.removeEventFilter(self)
            field.hide()
            field.deleteLater()
