"""One editor for each kind of field. All share a small set of methods, so that a form treats them alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QSignalBlocker, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSizePolicy, QWidget

from models.specs.bindings import Bindings
from models.specs.fields import (
    Bool,
    Choice,
    Dims,
    Field,
    Float,
    Int,
    OptionalFloat,
    OptionalInt,
    OptionalSize,
    Padding,
    Size,
    Text,
)
from models.specs.tensor_code import CodeText
from widgets.controls import Button, ChoiceField, IconButton, Switch, set_tip, show_complaint
from widgets.forms.code_box import CodeBox
from widgets.forms.lines import BindingsLine, DimsLine, FloatLine, IntLine, TextLine
from widgets.forms.sizes import NumbersEditor, PaddingEditor
from widgets.theme import px, round_dialog

if TYPE_CHECKING:
    _Mixin = QWidget
else:
    _Mixin = object


NONE = "none"
"""What a list of texts begins with: no text."""


class Editor(Protocol):
    """What a form asks of an editor. ``changed`` carries each new valid value, in the field's own type."""

    changed: SignalInstance

    def set_value(self, value: Any) -> None: ...
    def set_tip(self, tip: str) -> None: ...
    def set_error(self, sentence: str | None) -> None: ...
    def error(self) -> str: ...
    def show_found(self, text: str, sentence: str) -> None: ...
    def show_mixed(self) -> None: ...


class _Complaint(_Mixin):
    """A tip, or instead of it what is wrong, for editors in which nothing wrong can be typed."""

    _tip = ""
    _error = ""

    def set_tip(self, tip: str) -> None:
        """What the field is for."""
        self._tip = tip
        set_tip(self, self._error or tip)

    def set_error(self, sentence: str | None) -> None:
        """Say what is wrong with what the document holds."""
        self._error = sentence or ""
        show_complaint(self, self._error, self._tip)

    def error(self) -> str:
        """What is wrong, or nothing."""
        return self._error

    def show_found(self, text: str, sentence: str) -> None:
        """Show that a document holds something that cannot be used."""
        self.set_error(sentence)


class BoolEditor(_Complaint, QWidget):
    """A switch, with room beside it for a hint that offers to turn it."""

    changed = Signal(object)
    hint_clicked = Signal()

    def __init__(self, field: Field[Any]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(8)
        self.switch = Switch(field.label)
        self.hint = Button("", icon="bulb", role="quiet", height=24)
        self.hint.hide()
        row.addWidget(self.switch)
        row.addWidget(self.hint)
        row.addStretch()
        self.setFocusProxy(self.switch)
        self.switch.toggled.connect(self.changed.emit)
        self.hint.clicked.connect(self.hint_clicked)

    def set_value(self, value: Any) -> None:
        """Turn the switch without a word."""
        with QSignalBlocker(self.switch):
            self.switch.setChecked(bool(value))
        self.switch.set_mixed(False)
        self.set_error(None)

    def show_mixed(self) -> None:
        """Stand for several values that differ; a press turns all of them on."""
        self.set_value(False)
        self.switch.set_mixed(True)

    def set_hint(self, label: str, tip: str = "") -> None:
        """Offer something beside the switch, or nothing."""
        self.hint.setText(self.hint.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, px(100)))
        self.hint.setAccessibleName(label)
        set_tip(self.hint, tip or label)
        self.hint.setVisible(bool(label))


class ChoiceEditor(_Complaint, ChoiceField):
    """One of a few words."""

    def __init__(self, field: Field[Any], options: list[tuple[str, str]]) -> None:
        ChoiceField.__init__(self, field.label, options)

    def set_value(self, value: Any) -> None:
        """Choose a value without a word."""
        ChoiceField.set_value(self, str(value))
        self.set_error(None)


class ListedEditor(ChoiceEditor):
    """One of the texts that are offered, or whatever else a document holds."""

    _offered: Mapping[str, str] = MappingProxyType({})

    def __init__(self, field: Text) -> None:
        super().__init__(field, [("", NONE)])

    def offer(self, options: Sequence[tuple[str, str]]) -> None:
        """Offer these values, each with its words; what is chosen stays."""
        if (offered := dict(options)) != self._offered:  # an open list stays open
            self._offered = offered
            self.set_value(self.value())

    def set_value(self, value: Any) -> None:
        """Choose a value without a word, also one that is not offered."""
        known = {"": NONE, **self._offered}
        options = list((known if value in known else {value: str(value)} | known).items())
        if options != [(self.itemData(place), self.itemText(place)) for place in range(self.count())]:
            self.clear()
            for text, words in options:
                self.addItem(words, text)
        super().set_value(value)


class PathEditor(QWidget):
    """The path of a file or folder, typed or picked."""

    changed = Signal(object)

    def __init__(self, field: Text) -> None:
        super().__init__()
        self.field = field
        self.line = TextLine(field)
        what = "folder" if field.folder else "file"
        self.browse = IconButton("folder", f"Choose a {what}", 28)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        row.addWidget(self.browse)
        self.setFocusProxy(self.line)
        self.line.changed.connect(self.changed)
        self.browse.clicked.connect(self._ask)
        self.set_value, self.set_tip = self.line.set_value, self.line.set_tip
        self.set_error, self.error, self.show_found = self.line.set_error, self.line.error, self.line.show_found
        self.show_mixed = self.line.show_mixed

    def _ask(self) -> None:
        dialog = QFileDialog(self, self.browse.accessibleName(), str(self.line.value() or ""))
        round_dialog(dialog)
        dialog.setFileMode(QFileDialog.FileMode.Directory if self.field.folder else QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.pick)
        dialog.open()

    def pick(self, path: str) -> None:
        """Take a path as if it had been typed."""
        if path != self.line.value():
            self.line.set_value(path)
            self.changed.emit(path)


def editor_for(field: Field[Any], wide: bool = False) -> QWidget:
    """The editor of a field; ``wide`` shows all dimensions even while they are equal. Not for specs and their lists."""
    if isinstance(field, Padding):
        return PaddingEditor(field)
    if isinstance(field, Size | OptionalSize):
        return NumbersEditor(field, wide)
    if isinstance(field, Bool):
        return BoolEditor(field)
    if isinstance(field, Choice):
        return ChoiceEditor(field, [(option, option) for option in field.options])
    if isinstance(field, Text) and field.path:
        return PathEditor(field)
    if isinstance(field, Text) and field.listed:
        return ListedEditor(field)
    if isinstance(field, CodeText):
        return CodeBox(field)
    line = _line_for(field)
    line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return line


def _line_for(field: Field[Any]) -> QWidget:
    if isinstance(field, Int | OptionalInt):
        return IntLine(field)
    if isinstance(field, Float | OptionalFloat):
        return FloatLine(field)
    if isinstance(field, Dims):
        return DimsLine(field)
    if isinstance(field, Bindings):
        return BindingsLine(field)
    return TextLine(field)


__all__ = ["BoolEditor", "ChoiceEditor", "Editor", "ListedEditor", "PathEditor", "editor_for"]
