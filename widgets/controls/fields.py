"""Fields for numbers and words: they keep the last valid value and say in a sentence what is wrong."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets.basics.painted import painted
from widgets.controls.base import Themed, set_tip, show_complaint
from widgets.controls.choice import MIXED
from widgets.theme import font, pixmap, px, round_menu

COMMIT_AFTER = 150
COMPLAIN_AFTER = 300

Value = int | float | str | None


class Field(Themed, QLineEdit):
    """A line of text that stands for a value. Subclasses say how to read and write it.

    `changed` carries each new valid value shortly after it is typed. Text that cannot be read turns the field red after
    300 ms; leaving the field or pressing Escape brings the last valid value back.
    """

    changed = Signal(object)
    mixed_words = MIXED

    def __init__(self, name: str, mono: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value: Value = None
        self._mixed = False
        self._placeholder = ""
        self._mono = mono
        self._error = ""
        self._tip = ""
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._settle)
        round_menu(self)
        self.setAccessibleName(name)
        self.setProperty("invalid", False)
        self.textEdited.connect(self._typed)
        self.returnPressed.connect(self._settle)
        self.follow_theme()

    @abstractmethod
    def read(self, text: str) -> Value:
        """The value that `text` stands for; raises ValueError with a sentence for the user."""

    @abstractmethod
    def write(self, value: Value) -> str:
        """The text that stands for `value`."""

    def value(self) -> Value:
        """The last valid value."""
        return self._value

    def set_value(self, value: Value) -> None:
        """Show `value`; text that is being typed for the same value is left alone."""
        self._timer.stop()
        self.set_error(None)
        self._set_mixed(False)
        if not (self._is_edited() and self._reads_as(value)):
            self.setText(self.write(value))
            self.setCursorPosition(0)  # the beginning of what is long
        self._value = value

    def show_mixed(self) -> None:
        """Stand for several values that differ: what is typed next counts for all of them."""
        if self._mixed or (self._is_edited() and self.isModified() and self.text()):
            return
        self._timer.stop()
        self.set_error(None)
        self._set_mixed(True)
        self.clear()

    def is_mixed(self) -> bool:
        """Whether it stands for several values that differ."""
        return self._mixed

    def _set_mixed(self, mixed: bool) -> None:
        if mixed != self._mixed:
            self._mixed = mixed
            self._placeholder, before = self.placeholderText(), self._placeholder
            self.setPlaceholderText(self.mixed_words if mixed else before)

    def set_tip(self, tip: str) -> None:
        """What the field is for; shown while nothing is wrong."""
        self._tip = tip
        if not self._error:
            set_tip(self, tip)

    def error(self) -> str:
        """The sentence that says what is wrong, or nothing."""
        return self._error

    def set_error(self, sentence: str | None) -> None:
        """Turn the field red and say why, or back to normal with None."""
        if (sentence or "") == self._error:
            return
        self._error = sentence or ""
        show_complaint(self, self._error, self._tip)

    def restyle(self) -> None:
        self.setFont(font(12, 400, self._mono))
        self.setFixedHeight(px(28))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self._reads_as(self._value):
            self._restore()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._settle()
            self._restore()
        super().focusOutEvent(event)

    def _is_edited(self) -> bool:
        """Whether somebody may be typing here."""
        return self.hasFocus()

    def _reads_as(self, value: Value) -> bool:
        if self._mixed:
            return not self.text()
        try:
            return self.read(self.text()) == value
        except ValueError:
            return False

    def _restore(self) -> None:
        if self._mixed:
            self.set_error(None)
            self.clear()
            return
        self.set_value(self._value)
        self.setText(self.write(self._value))

    def _typed(self) -> None:
        if self._mixed and not self.text():
            self._restore()
            return
        try:
            self.read(self.text())
        except ValueError:
            self._timer.start(COMPLAIN_AFTER)
        else:
            self.set_error(None)
            self._timer.start(COMMIT_AFTER)

    def _settle(self) -> None:
        self._timer.stop()
        if self._mixed and not self.text():
            return
        try:
            value = self.read(self.text())
        except ValueError as problem:
            self.set_error(str(problem))
            return
        self.set_error(None)
        self._commit(value)

    def _commit(self, value: Value) -> None:
        if value != self._value or self._mixed:
            self._set_mixed(False)
            self._value = value
            self.changed.emit(value)


class _NumberField(Field):
    def __init__(
        self, name: str, minimum: float | None, maximum: float | None, optional: bool, parent: QWidget | None = None
    ) -> None:
        self._minimum, self._maximum, self._optional = minimum, maximum, optional
        super().__init__(name, parent=parent)

    def restyle(self) -> None:
        super().restyle()
        self.setTextMargins(0, 0, px(14), 0)

    def read(self, text: str) -> Value:
        text = text.strip()
        if not text and self._optional:
            return None
        try:
            number = self._number(text)
        except (ValueError, OverflowError):
            raise ValueError(self._wanted(text)) from None
        low, high = self._minimum, self._maximum
        if (low is not None and number < low) or (high is not None and number > high):
            raise ValueError(self._wanted(text))
        return number

    def step(self, count: int) -> None:
        """Go `count` steps up or down, inside the range."""
        start = self._value if isinstance(self._value, int | float) else self._minimum or 0
        number = self._stepped(start, count)
        low = -math.inf if self._minimum is None else self._minimum
        high = math.inf if self._maximum is None else self._maximum
        number = type(number)(min(max(number, low), high))
        self.set_error(None)
        self.setText(self.write(number))
        self._timer.stop()
        self._commit(number)

    def _number(self, text: str) -> int | float:
        raise NotImplementedError

    def _stepped(self, start: int | float, count: int) -> int | float:
        raise NotImplementedError

    def _kind(self) -> str:
        raise NotImplementedError

    def _wanted(self, text: str) -> str:
        low, high = self._minimum, self._maximum
        ends = ""
        if low is not None and high is not None:
            ends = f" from {self.write(low)} to {self.write(high)}"
        elif low is not None:
            ends = f", {self.write(low)} or more"
        elif high is not None:
            ends = f", {self.write(high)} or less"
        found = f"“{text[:20]}” is not" if text else "it is empty"
        return f"{self.accessibleName() or 'This'} needs {self._kind()}{ends}; {found}."

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        if direction:
            self.step(direction * (10 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1))
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # A wheel over a field that has no focus is meant for the panel behind it.
        if self.hasFocus() and event.angleDelta().y():
            self.step(1 if event.angleDelta().y() > 0 else -1)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._arrows().contains(event.position().toPoint()):
            self.step(1 if event.position().y() < self.height() / 2 else -1)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._arrows().contains(event.position().toPoint())
        self.setCursor(Qt.CursorShape.ArrowCursor if over else Qt.CursorShape.IBeamCursor)
        super().mouseMoveEvent(event)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        token = "text2" if self.isEnabled() else "control_line"
        size = px(10)
        middle = self.height() // 2
        for name, top in (("chev_u", middle - size), ("chev_d", middle)):
            painter.drawPixmap(self._arrows().left() + px(6), top, pixmap(name, token, size, self.devicePixelRatioF()))

    def _arrows(self) -> QRect:
        return QRect(self.width() - px(24), 0, px(24), self.height())


class IntField(_NumberField):
    """An integer. Up and Down step by one, with Ctrl by ten; empty is None where `optional`."""

    def __init__(
        self,
        name: str,
        minimum: int | None = None,
        maximum: int | None = None,
        optional: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, minimum, maximum, optional, parent)

    def write(self, value: Value) -> str:
        return "" if value is None else str(value)

    def _number(self, text: str) -> int:
        return int(text.replace(",", "").replace(" ", ""))

    def _stepped(self, start: int | float, count: int) -> int:
        return int(start) + count

    def _kind(self) -> str:
        return "an integer"


class FloatField(_NumberField):
    """A number. A step is one unit of its first digit: 0.05 steps to 0.06, 0.9 to 1."""

    def write(self, value: Value) -> str:
        return "" if value is None else f"{value:.12g}"

    def __init__(
        self,
        name: str,
        minimum: float | None = None,
        maximum: float | None = None,
        optional: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, minimum, maximum, optional, parent)

    def _number(self, text: str) -> float:
        number = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
        if not math.isfinite(number):
            raise ValueError(text)
        return number

    def _stepped(self, start: int | float, count: int) -> float:
        unit = 0.01 if start == 0 else 10.0 ** math.floor(math.log10(abs(start)) + 1e-9)
        if start > 0 > count and math.isclose(start, unit):
            unit /= 10  # 0.1 steps down to 0.09, not to nothing
        return float(f"{start + count * unit:.12g}")

    def _kind(self) -> str:
        return "a number"


class TextField(Field):
    """Words. `check(text)` may object with a sentence; then the last valid text stays the value."""

    def __init__(
        self,
        name: str,
        check: Callable[[str], str | None] | None = None,
        mono: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        self._check = check
        super().__init__(name, mono, parent)
        self._value = ""

    def read(self, text: str) -> Value:
        objection = self._check(text) if self._check else None
        if objection:
            raise ValueError(objection)
        return text

    def write(self, value: Value) -> str:
        return "" if value is None else str(value)
