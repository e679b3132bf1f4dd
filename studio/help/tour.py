"""A tour of the studio in a few steps: one part of the window is lit, a card beside it says what it is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from widgets.basics.painted import painted
from widgets.controls import Button, Card, Label, Paragraph, announce
from widgets.theme import color, px, tint

_WIDE, _GAP, _AROUND = 340, 14, 4

_ARROWS: dict[int, int] = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}


class Step(NamedTuple):
    """A step: its title, what it says, and the part of the window that it is about."""

    title: str
    text: str
    part: Callable[[], QWidget]


class Tour(QWidget):
    """Lies over the whole window until the last step or Escape. Left and Right walk, as the buttons do."""

    ended = Signal()

    def __init__(self, window: QWidget, steps: Sequence[Step]) -> None:
        super().__init__(window)
        self._before = window.focusWidget()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Tour")
        self._window, self._steps, self.place = window, steps, 0
        self.card = Card("raised", 10)
        self.card.setParent(self)
        self._column = QVBoxLayout(self.card)
        self.title, self.text, self.count = Label("", 15, 600), Paragraph(""), Label("", token="text3")
        self.skip, self.back, self.on = Button("Skip", role="quiet"), Button("Back"), Button("Next", role="main")
        self._lay_out()
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self.show()
        self.raise_()
        self._show()

    def walk(self, step: int) -> None:
        """Go to the next step or the one before; after the last one the tour ends."""
        place = self.place + step
        if place >= len(self._steps):
            self.end()
        elif place >= 0:
            self.place = place
            self._show()

    def end(self) -> None:
        """Give the window back."""
        self._window.removeEventFilter(self)
        # First of all: a widget that is hidden with the keyboard in it looks for another among its own.
        before = self._before if self._before is not None and isValid(self._before) else self._window
        before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
        self.deleteLater()
        self.ended.emit()

    def _lay_out(self) -> None:
        column, row = self._column, QHBoxLayout()
        column.setContentsMargins(px(18), px(16), px(18), px(14))
        column.setSpacing(px(10))
        for part in (self.title, self.text):
            column.addWidget(part)
        row.addWidget(self.count)
        row.addStretch(1)
        for button in (self.skip, self.back, self.on):
            row.addWidget(button)
            button.installEventFilter(self)
        column.addLayout(row)
        self.skip.clicked.connect(self.end)
        self.back.clicked.connect(lambda: self.walk(-1))
        self.on.clicked.connect(lambda: self.walk(1))

    def _show(self) -> None:
        step, last = self._steps[self.place], self.place == len(self._steps) - 1
        self.title.setText(step.title)
        self.text.setText(step.text)
        self.count.setText(f"{self.place + 1} of {len(self._steps)}")
        self.back.setVisible(self.place > 0)
        self.skip.setVisible(not last)
        self.on.setText("Done" if last else "Next")
        self._arrange()
        self.on.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, f"{step.title}. {step.text}")

    def lit(self) -> QRect:
        """The part that the present step is about."""
        part = self._steps[self.place].part()
        if not part.isVisible():
            return QRect()
        area = QRect(part.mapTo(self._window, QPoint()), part.size())
        return area.adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND) & self.rect()

    def _arrange(self) -> None:
        """Put the card beside the lit part where there is room, within the window."""
        self._column.activate()
        self.card.resize(px(_WIDE), self.card.heightForWidth(px(_WIDE)))
        lit, card, gap = self.lit(), self.card.size(), px(_GAP)
        places = (
            QPoint(lit.right() + gap, lit.center().y() - card.height() // 2),
            QPoint(lit.left() - gap - card.width(), lit.center().y() - card.height() // 2),
            QPoint(lit.center().x() - card.width() // 2, lit.bottom() + gap),
            QPoint(lit.center().x() - card.width() // 2, lit.top() - gap - card.height()),
        )
        room = self.rect().adjusted(gap, gap, -gap, -gap)
        fitting = (place for place in map(self._within, places) if not QRect(place, card).intersects(lit))
        middle = room.center() - QPoint(card.width() // 2, card.height() // 2)
        self.card.move(next(fitting, middle) if lit.isValid() else middle)
        self.update()

    def _within(self, place: QPoint) -> QPoint:
        room, gap = self.rect(), px(_GAP)
        return QPoint(
            max(gap, min(place.x(), room.right() - gap - self.card.width())),
            max(gap, min(place.y(), room.bottom() - gap - self.card.height())),
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ARROWS:
            self.walk(_ARROWS[event.key()])  # a button would give the keyboard to the one beside it
            return True
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
            self._arrange()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.walk(1)
        elif event.key() in _ARROWS:
            self.walk(_ARROWS[event.key()])

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab walks among the buttons of the card alone."""
        buttons = [button for button in (self.skip, self.back, self.on) if button.isVisible()]
        if not buttons:
            return False
        now = self.focusWidget()
        place = buttons.index(now) if now in buttons else -1
        buttons[(place + (1 if next else -1)) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shade, lit = QPainterPath(), QRectF(self.lit())
        shade.addRect(QRectF(self.rect()))
        if lit.isValid():
            hole = QPainterPath()
            hole.addRoundedRect(lit, 8, 8)
            shade -= hole
        painter.fillPath(shade, tint("#000000", 0.55))
        if lit.isValid():
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(lit.adjusted(1, 1, -1, -1), 8, 8)
