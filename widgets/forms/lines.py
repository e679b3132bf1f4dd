"""Lines of text that stand for a spec's field: its own `parse_text` reads them and says what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QWidget

from models.kinds.layer import times
from models.specs.expression import MARK, Names
from models.specs.fields import Dims, Field, FieldError, Int, OptionalInt
from models.specs.values import LARGEST_INT
from widgets.controls import FloatField, IntField, Label, TextField, set_tip
from widgets.forms.computed import Computed, NameCompleter
from widgets.theme import font, px, theme

if TYPE_CHECKING:
    from widgets.controls import Field as _Line
else:
    _Line = object  # a widget class with two widget bases would crash

COMPLAIN_AFTER = 300
"""Milliseconds of typing in peace before a line turns red."""


class Prompt(_Line):
    """Makes a line speak up at once when it holds a new valid value, and after a while when it holds none.

    With names its number may be an expression over them, such as ``=width * 4``: its value is then a `Computed`, and
    what it comes to stands at the right.
    """

    field: Field[Any]
    _names: Names | None = None
    _completer: NameCompleter | None = None
    _result: Label | None = None
    unit = ""
    """What the number counts, where that is not what the field says."""

    def set_names(self, names: Names | None) -> None:
        """Let expressions use these names; None allows no expressions."""
        self._names = names if self.field.computes else None
        if self._names and self._completer is None:
            self._completer = NameCompleter(self)
        if self._completer:
            self._completer.set_names(self._names or ())

    def set_value(self, value: Any) -> None:
        super().set_value(value)
        self._show_result()

    def _is_edited(self) -> bool:
        return super()._is_edited() or (self._completer is not None and self._completer.is_offering())

    def _commit(self, value: Any) -> None:
        super()._commit(value)
        self._show_result()

    def step(self, count: int) -> None:
        """Up or down; an expression stays what it is."""
        if not isinstance(self.value(), Computed):
            super().step(count)  # type: ignore[misc]

    def write(self, value: Any) -> str:
        return self.field.as_text(value.setting) if isinstance(value, Computed) else super().write(value)  # type: ignore[safe-super]

    def _show_result(self) -> None:
        """What an expression comes to, beside it where there is room, and in the tip."""
        value: Any = self.value()
        computed = isinstance(value, Computed)
        words = f"= {_brief(value.value)}" if computed else self._aside()
        if words and self._result is None:
            self._result = Label("", 12, token="text3", parent=self)
            self._result.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            theme().changed.connect(self._place_result)  # after the label has taken its new font
        if self._result is None:
            return
        self._result.setText(words)
        self._place_result()
        if not self.error():
            set_tip(self, f"{self.write(value)} {words}" if computed else self._tip)
            self.setAccessibleDescription(f"comes to {_brief(value.value)}" if computed else "")

    def _aside(self) -> str:
        """What stands beside a plain value: while it is typed, what it may be; else what it counts."""
        return (self.field.bounds() if self.hasFocus() else "") or self.unit or self.field.unit

    def _place_result(self) -> None:
        if self._result is None:
            return
        self._result.adjustSize()
        taken, room = self._result.width(), self.width() - self.textMargins().right()
        fits = self.fontMetrics().horizontalAdvance(self.text()) + taken + px(20) <= room
        self._result.setVisible(bool(self._result.text()) and fits)
        self._result.move(room - taken - px(8), (self.height() - self._result.height()) // 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_result()

    def _typed(self) -> None:
        self._place_result()
        if self.is_mixed() and not self.text():
            self._restore()
            return
        try:
            value: Any = self.read(self.text())
        except ValueError:
            self._timer.start(COMPLAIN_AFTER)
        else:
            self._timer.stop()
            self.set_error(None)
            self._commit(value)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._leaves_undo(event):
            event.ignore()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._leaves_undo(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _leaves_undo(self, event: QKeyEvent) -> bool:
        """Whether a key asks the document for undo or redo: it has each valid value at once, this line the rest."""
        asks = event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
        return asks and self._reads_as(self.value())

    def restyle(self) -> None:
        super().restyle()
        self.setFont(font(13, 400, self._mono))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_result()
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_result()

    def show_mixed(self) -> None:
        super().show_mixed()
        self._show_result()

    def show_found(self, text: str, sentence: str) -> None:
        """Show what a document holds here although it cannot be used."""
        self.setText(text)
        self.set_error(sentence)

    def _parsed(self, text: str) -> Any:
        try:
            if self._names is None or MARK not in text:
                return self.field.parse_text(text)
            setting = self.field.from_text(text)
            return Computed(setting, self.field.parse_with(setting, self._names))
        except FieldError as problem:
            raise ValueError(f"{self.field.label}: {problem}") from None


def _brief(value: Any) -> str:
    """What an expression comes to, in as few letters as it takes."""
    return times(value) if isinstance(value, tuple) else f"{value:g}" if isinstance(value, float) else str(value)


class IntLine(Prompt, IntField):
    """An integer within the bounds of its field; empty where that is allowed."""

    def __init__(self, field: Int | OptionalInt, parent: QWidget | None = None) -> None:
        self.field = field
        top = None if field.maximum == LARGEST_INT else field.maximum
        IntField.__init__(self, field.label, field.minimum, top, isinstance(field, OptionalInt), parent)
        if isinstance(field, OptionalInt):
            self.setPlaceholderText("none")

    def read(self, text: str) -> Any:
        return self._parsed(text)


class FloatLine(Prompt, FloatField):
    """A number within the bounds of its field; a comma may stand for the point."""

    def __init__(self, field: Field[Any], parent: QWidget | None = None) -> None:
        self.field = field
        FloatField.__init__(self, field.label, optional=field.default is None, parent=parent)
        if field.default is None:
            self.setPlaceholderText("none")

    def read(self, text: str) -> Any:
        decimal = text.count(",") == 1 and "." not in text and MARK not in text
        point = text.replace(",", ".") if decimal else text
        return self._parsed(point)

    def step(self, count: int) -> None:
        start = self.value()
        if isinstance(start, int | float):
            try:
                self.field.parse(self._stepped(start, count))
            except FieldError:
                return
        super().step(count)


class TextLine(Prompt, TextField):
    """Free text."""

    def __init__(self, field: Field[Any], mono: bool = False, parent: QWidget | None = None) -> None:
        self.field = field
        TextField.__init__(self, field.label, mono=mono, parent=parent)

    def read(self, text: str) -> Any:
        return self._parsed(text)


class DimsLine(TextLine):
    """A shape, written 3×32×32."""

    def __init__(self, field: Dims, parent: QWidget | None = None) -> None:
        super().__init__(field, mono=True, parent=parent)
        self.setPlaceholderText("such as 3×32×32")

    def write(self, value: Any) -> str:
        return super().write(value) if isinstance(value, Computed) else times(tuple(value)) if value else ""


class BindingsLine(TextLine):
    """Names by names, written a=b, c=d."""

    def write(self, value: Any) -> str:
        return ", ".join(f"{name}={other}" for name, other in value)


class SizeLine(IntLine):
    """One dimension's number of a field that has a number per dimension."""

    mixed_words = "–"

    def restyle(self) -> None:
        super().restyle()
        self.setMinimumWidth(px(44))
