"""Lines of text that stand for a spec's field: its own `parse_text` reads them and says what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget

from models.kinds.layer import times
from models.specs.fields import Dims, Field, FieldError, Int, OptionalInt
from models.specs.lists import SpecList
from models.specs.values import LARGEST_INT
from widgets.controls import FloatField, IntField, TextField
from widgets.theme import font, px

if TYPE_CHECKING:
    from widgets.controls import Field as _Line
else:
    _Line = object  # a widget class with two widget bases would crash

COMPLAIN_AFTER = 300
"""Milliseconds of typing in peace before a line turns red."""


class Prompt(_Line):
    """Makes a line speak up at once when it holds a new valid value, and after a while when it holds none."""

    field: Field[Any]

    def _typed(self) -> None:
        try:
            value = self.read(self.text())
        except ValueError:
            self._timer.start(COMPLAIN_AFTER)
        else:
            self._timer.stop()
            self.set_error(None)
            self._commit(value)

    def restyle(self) -> None:
        super().restyle()
        self.setFont(font(13, 400, self._mono))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()

    def show_found(self, text: str, sentence: str) -> None:
        """Show what a document holds here although it cannot be used."""
        self.setText(text)
        self.set_error(sentence)

    def _parsed(self, text: str) -> Any:
        try:
            return self.field.parse_text(text)
        except FieldError as problem:
            raise ValueError(f"{self.field.label}: {problem}") from None


class IntLine(Prompt, IntField):
    """A whole number within the bounds of its field; empty where that is allowed."""

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
        point = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
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
        return times(tuple(value)) if value else ""


class ListLine(TextLine):
    """Specs in an order, written ``Accuracy, TopKAccuracy(k=3)``."""

    def __init__(self, field: SpecList, parent: QWidget | None = None) -> None:
        self._text_of = field.text
        super().__init__(field, parent=parent)
        self.setPlaceholderText("none")

    def write(self, value: Any) -> str:
        return self._text_of(value) if value else ""


class BindingsLine(TextLine):
    """Names by names, written a=b, c=d."""

    def write(self, value: Any) -> str:
        return ", ".join(f"{name}={other}" for name, other in value)


class SizeLine(IntLine):
    """One dimension's number of a field that has a number per dimension."""

    def restyle(self) -> None:
        super().restyle()
        self.setMinimumWidth(px(44))
