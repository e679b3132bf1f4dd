"""Editors for fields with a number per spatial dimension: linked numbers, and padding."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from models.specs.expression import Names, holds_expression
from models.specs.fields import FieldError, Int, OptionalInt, OptionalSize, Padding, Size
from models.specs.spec import Spec
from widgets.controls import IconButton, Segmented, set_tip
from widgets.forms.computed import Computed, plain, together
from widgets.forms.lines import SizeLine

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


class _AxisLine(SizeLine):
    """A line that also reads words that stand for the whole field, such as “same”."""

    def __init__(self, field: Int | OptionalInt, axis: str) -> None:
        super().__init__(field)
        self.word = ""
        self.setAccessibleName(f"{field.label}, {axis}" if axis else field.label)

    def write(self, value: Any) -> str:
        return self.word or super().write(value)


class NumbersEditor(QWidget):
    """One line a dimension and a link between them: while linked, a number typed in one holds for all.

    ``wide`` shows all lines even while they are linked; otherwise one line then stands for all.
    """

    changed = Signal(object)

    def __init__(self, field: Size | OptionalSize | Padding, wide: bool = False) -> None:
        super().__init__()
        self.field = field
        self.numbers: Size = field if isinstance(field, Size) else field.numbers()
        self.rank = self.numbers.rank or 1
        self._wide = wide
        self._value: Any = field.default
        self.lines = [self._line(axis) for axis in AXES.get(self.rank, tuple(str(n + 1) for n in range(self.rank)))]
        self.link = IconButton("link", "", 24, checkable=True)
        self.link.setChecked(True)
        self.link.setStyleSheet("QToolButton:checked:!hover { background: transparent; }")  # its color says it
        self.link.toggled.connect(self._relink)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.row, self.below = QHBoxLayout(), QHBoxLayout()
        self.row.setSpacing(4 if self.rank < 3 else 2)
        column.addLayout(self.row)
        column.addLayout(self.below)
        self._room = QWidget(self)
        self._lay_out()
        self._show_link()

    def _line(self, axis: str) -> _AxisLine:
        kind = OptionalInt if isinstance(self.field, OptionalSize) else Int
        default: Any = None if isinstance(self.field, OptionalSize) else self.numbers.minimum
        part = kind(default, minimum=self.numbers.minimum, maximum=self.numbers.maximum, label=self.field.label)
        line = _AxisLine(part, axis if self.rank > 1 else "")
        if isinstance(self.field, OptionalSize):
            line.setPlaceholderText("auto")
        line.changed.connect(lambda value, line=line: self._edited(line, value))
        return line

    def _lay_out(self) -> None:
        for place, line in enumerate(self.lines):
            if place == 1:
                self.row.addWidget(self.link)
            self.row.addWidget(line, 1)
        if self.rank == 1:
            self.link.setParent(self)
            self.link.hide()
        self._add_room()

    def _add_room(self) -> None:
        """While one line stands for all, room stays where the second would be, so that numbers form a column."""
        self.row.addWidget(self._room, 1)

    def value(self) -> Any:
        """The last valid value, as the field holds it."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a value of the field."""
        self._value = value
        parts = self.parts(value)
        if len(set(parts)) > 1:
            self.link.setChecked(False)
        for line, part in zip(self.lines, parts, strict=True):
            line.set_value(part)
        self._show_link()

    def show_mixed(self) -> None:
        """Stand for several values that differ."""
        self._value = None
        self.link.setChecked(True)
        for line in self.lines:
            line.show_mixed()
        self._show_link()

    def is_mixed(self) -> bool:
        """Whether it stands for several values that differ."""
        return self.lines[0].is_mixed()

    def step(self, count: int) -> None:
        """Every number up or down."""
        for line in self.lines[: 1 if self.linked() else None]:
            line.step(count)

    def parts(self, value: Any) -> tuple[Any, ...]:
        """What each line shows."""
        if isinstance(value, Computed):
            setting = value.setting
            settings = setting if isinstance(setting, list | tuple) else [setting] * self.rank
            return tuple(map(_part, settings, value.value))
        return tuple(value) if isinstance(value, tuple) else (None,) * self.rank

    def set_names(self, names: Names | None) -> None:
        """Let expressions use these names; None allows no expressions."""
        for line in self.lines:
            line.set_names(names)

    def set_tip(self, tip: str) -> None:
        """What the field is for."""
        for line in self.lines:
            line.set_tip(tip)

    def set_error(self, sentence: str | None) -> None:
        """Turn the lines red and say why."""
        for line in self.lines:
            line.set_error(sentence)

    def error(self) -> str:
        """What is wrong, or nothing."""
        return next((line.error() for line in self.lines if line.error()), "")

    def show_found(self, text: str, sentence: str) -> None:
        """Show what a document holds here although it cannot be used."""
        self.lines[0].show_found(text, sentence)

    def linked(self) -> bool:
        """Whether one number holds for all dimensions."""
        return self.link.isChecked()

    def _edited(self, line: _AxisLine, value: Any) -> None:
        parts: list[Any]
        if self.linked() or value is None:
            parts = [value] * self.rank
        else:
            parts = [value if other is line or other.is_mixed() else other.value() for other in self.lines]
            parts = [value if part is None else part for part in parts]
        for other, part in zip(self.lines, parts, strict=True):
            if other is not line:
                other.set_value(part)
        self._offer(None if None in parts else tuple(map(plain, parts)), together(parts))

    def _offer(self, value: Any, setting: Any = None) -> None:
        """Take a value, or what it comes to with the setting that holds its expressions."""
        try:
            parsed: Any = self.field.parse(value)
        except FieldError as problem:
            self.set_error(f"{self.field.label}: {problem}")
            return
        if setting is not None:
            parsed = Computed(setting, parsed)
        if parsed != self._value:
            self._value = parsed
            self.changed.emit(parsed)

    def _relink(self, linked: bool) -> None:
        self._show_link()
        first = self.lines[0].value()
        if linked and any(line.value() != first for line in self.lines):
            self._edited(self.lines[0], first)

    def _show_link(self) -> None:
        linked = self.linked()
        self.link.set_icon("link", "accent" if linked else "text3")
        axes = " and ".join(AXES.get(self.rank, ("each",)))
        self.link.set_tip(f"{self.field.label}: {'one number for' if linked else 'link'} {axes}")
        for line in self.lines[1:]:
            line.setVisible(self._wide or not linked)
        self._room.setVisible(self.rank == 1 or (linked and not self._wide))


def _part(setting: Any, value: Any) -> Any:
    """What one line shows: an expression with its value, or a number."""
    return Computed(setting, value) if holds_expression(setting) else value


class PaddingEditor(NumbersEditor):
    """Numbers, or “Same” (as much as keeps the size) and “Off” at one click.

    “Same” is PyTorch's word where the stride allows it, so that it follows the kernel; else the numbers themselves.
    """

    def __init__(self, field: Padding) -> None:
        self.choice = Segmented([("same", "Same"), ("off", "Off")], name=f"{field.label}, at one click")
        set_tip(self.choice.segment("same"), "As much padding as keeps the size at stride 1.")
        set_tip(self.choice.segment("off"), "No padding.")
        for widget in (self.choice, self.choice.segment("same"), self.choice.segment("off")):
            widget.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # narrow panels squeeze it
        self._same: tuple[int, ...] | None = None
        self._word_allowed = True
        super().__init__(field)
        self.choice.changed.connect(self._choose)

    def _lay_out(self) -> None:
        super()._lay_out()
        self.row.addWidget(self.choice)
        self.below.addStretch()

    def _add_room(self) -> None:
        self._room.hide()

    def _show_link(self) -> None:
        super()._show_link()
        self._room.hide()
        # Unlinked numbers need the whole row.
        above = self.linked() or self.rank == 1
        here, there = (self.row, self.below) if above else (self.below, self.row)
        there.removeWidget(self.choice)
        here.addWidget(self.choice)

    def set_context(self, spec: Spec) -> None:
        """Learn from the other fields how much padding keeps the size."""
        kernel = getattr(spec, "kernel_size", None)
        dilation = getattr(spec, "dilation", (1,) * self.rank)
        self._word_allowed = set(getattr(spec, "stride", None) or (1,)) == {1}
        self._same = None
        if isinstance(kernel, tuple) and len(kernel) == len(dilation) == self.rank:
            reach = [(size - 1) * step for size, step in zip(kernel, dilation, strict=True)]
            self._same = tuple(each // 2 for each in reach) if not any(each % 2 for each in reach) else None

    def set_value(self, value: Any) -> None:
        for line in self.lines:
            line.word = "same" if value == "same" and self._same is None else ""
        super().set_value(value)
        self._show_choice()

    def parts(self, value: Any) -> tuple[Any, ...]:
        if value == "same":
            return self._same or (0,) * self.rank
        return super().parts(value)

    def _offer(self, value: Any, setting: Any = None) -> None:
        for line in self.lines:
            line.word = ""
        super()._offer(value, setting)
        self._show_choice()

    def show_mixed(self) -> None:
        super().show_mixed()
        self.choice.clear()

    def _choose(self, choice: str) -> None:
        value: Any = 0 if choice == "off" else "same" if self._word_allowed or self._same is None else list(self._same)
        parsed = self.field.parse(value)
        changed = parsed != self._value
        self.set_value(parsed)
        if changed:
            self.changed.emit(parsed)

    def _show_choice(self) -> None:
        value = plain(self._value)
        if isinstance(value, tuple) and not any(value):
            self.choice.set_value("off")
        elif value == "same" or value == self._same:
            self.choice.set_value("same")
        else:
            self.choice.clear()
