"""A form that grows out of a spec's fields: layers in the inspector, optimizers, data sets, any `Spec`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from models.specs.expression import Names, holds_expression
from models.specs.fields import (
    Field,
    FieldError,
    Float,
    Int,
    OptionalFloat,
    OptionalInt,
    OptionalSize,
    Padding,
    Size,
    Text,
    shown,
)
from models.specs.lists import SpecList
from models.specs.spec import Spec, SpecOf, SpecProblem
from widgets.basics.showing import bring_into_view
from widgets.forms.computed import Computed, plain
from widgets.forms.editors import BoolEditor, ChoiceEditor, Editor, ListedEditor, editor_for
from widgets.forms.label import FieldLabel
from widgets.forms.lines import FloatLine, IntLine, Prompt
from widgets.forms.more import More
from widgets.forms.section import Section
from widgets.forms.sizes import NumbersEditor, PaddingEditor
from widgets.forms.spec_list import ListEditor

LABEL_WIDTH = 112
STEPPED = (Int, OptionalInt, Float, OptionalFloat, Size, OptionalSize, Padding)
"""Fields whose label can be dragged."""
KEPT_FORMS = 8
"""Kinds whose widgets are kept, so that walking from layer to layer makes none anew."""


class _Built(NamedTuple):
    """The widgets of one kind's form."""

    content: QWidget
    editors: dict[str, QWidget]
    labels: dict[str, FieldLabel]
    folds: dict[str, More | Section]
    """Behind what the rarely used fields lie, by their names."""


class SpecForm(QWidget):
    """Editors for all fields of a spec.

    ``changed(name, value)`` carries each valid edit while it is typed, as JSON data. Nonsense keeps the last valid
    value and turns its field red after 300 ms. The form keeps no truth: call `set_spec` after every change.
    """

    changed = Signal(str, object)
    hint_clicked = Signal(str)
    vary_requested = Signal(str)

    def __init__(
        self, label_width: int = LABEL_WIDTH, parent: QWidget | None = None, *, varies: bool = False, about: str = ""
    ) -> None:
        """``about`` names the setting whose own settings these are. ``varies`` offers in the menu of each field to
        train with several values: `vary_requested` with its name, that of a nested setting behind that of its owner,
        as in “optimizer.lr”."""
        super().__init__(parent)
        self._label_width, self._varies, self._about = label_width, varies, about
        self._spec: Spec | None = None
        self._skipped: frozenset[str] = frozenset()
        self._editors: dict[str, QWidget] = {}
        self._labels: dict[str, FieldLabel] = {}
        self._folds: dict[str, More | Section] = {}
        self._built: dict[tuple[type[Spec], frozenset[str]], _Built] = {}
        self.units: Mapping[str, str] = {}
        """What numbers count, in place of the words of their fields."""
        self._units_of: dict[str, Mapping[str, str]] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def set_spec(
        self,
        spec: Spec | None,
        params: Mapping[str, object] | None = None,
        problems: Iterable[SpecProblem] = (),
        skip: Iterable[str] = (),
        names: Names | None = None,
    ) -> None:
        """Show a spec. ``params`` are the settings as a document holds them, ``problems`` those that cannot be used:
        they are shown as they are, in red. ``skip`` names fields that are shown elsewhere. Numbers may be expressions
        over ``names``; with None they may not."""
        skipped = frozenset(skip)
        if spec is None or type(spec) is not type(self._spec) or skipped != self._skipped:
            self._skipped = skipped
            self._switch(spec)
        self._spec = spec
        if spec is None:
            return
        wrong = {problem.field: problem for problem in problems}
        for name, editor in self._editors.items():
            if isinstance(editor, Prompt | NumbersEditor):
                editor.set_names(names)
            self._show(spec, name, cast(Editor, editor), wrong.get(name), (params or {}).get(name))
            self._labels[name].set_changed(_differs(spec, name, (params or {}).get(name)) or name in wrong)
        self._unfold(wrong)

    def show_mixed(self, names: Iterable[str]) -> None:
        """Let these fields stand for several values that differ; what is edited there next counts for all of them."""
        for name in names:
            if name in self._editors:
                cast(Editor, self._editors[name]).show_mixed()
                self._labels[name].set_changed(True)
        self._unfold(names)

    def spec(self) -> Spec | None:
        """The spec as it is shown, valid edits included."""
        return self._spec

    def editor(self, name: str) -> QWidget:
        """The editor of a field; raises KeyError for a field that is not shown."""
        return self._editors[name]

    def focus_field(self, name: str) -> None:
        """Put the keyboard into a field, unfolding the advanced ones if it is among them."""
        self._unfold((name,))
        editor = self._editors[name]
        editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        QTimer.singleShot(0, editor, lambda: bring_into_view(editor))  # once it has its place

    def offer(self, name: str, options: Sequence[tuple[str, str]]) -> None:
        """Offer values for a field of listed text, each with its words; raises KeyError where that is not shown."""
        editor = self._editors[name]
        assert isinstance(editor, ListedEditor)
        editor.offer(options)

    def attach(self, section: str, widget: QWidget) -> None:
        """Show a widget at the end of a section of the present form; raises StopIteration where there is none."""
        found = next(part for part in self.findChildren(Section) if part.line.text() == section)
        found.common.addWidget(widget)

    def count_as(self, name: str, units: Mapping[str, str]) -> None:
        """From the next `set_spec` on, let numbers of a nested spec count other things than their fields say."""
        self._units_of[name] = units

    def set_hints(self, hints: Mapping[str, tuple[str, str]]) -> None:
        """Offer (label, tip) beside switches, by field; `hint_clicked` tells which was taken."""
        for name, editor in self._editors.items():
            if isinstance(editor, BoolEditor):
                editor.set_hint(*hints.get(name, ("", "")))

    def reset(self) -> None:
        """Bring every field back to its default, as if each had been typed."""
        spec = self._spec
        if spec:
            for name in list(spec.settings()):
                self._reset_field(name)

    def _show(self, spec: Spec, name: str, editor: Editor, problem: SpecProblem | None, found: object) -> None:
        if isinstance(editor, PaddingEditor):
            editor.set_context(spec)
        if isinstance(editor, Prompt):
            editor.unit = self.units.get(spec.fields[name].unit, "")
        elif isinstance(editor, SpecEditor):
            editor.form.units = self._units_of.get(name, {})
        value, computed = getattr(spec, name), spec.fields[name].computes and holds_expression(found)
        editor.set_value(Computed(found, value) if computed and not problem else value)
        if problem:
            words = spec.fields[name].as_text(found) if computed else found
            editor.show_found(words if isinstance(words, str) else shown(words), problem.message)

    def _switch(self, spec: Spec | None) -> None:
        """Bring the widgets for another kind into sight, made anew or kept from the last time."""
        for built in self._built.values():
            built.content.hide()
        self._folds, self._editors, self._labels = {}, {}, {}
        if spec is None:
            return
        key = type(spec), self._skipped
        built = self._built.pop(key) if key in self._built else self._build(spec)
        self._built[key] = built
        self._editors, self._labels, self._folds = built.editors, built.labels, built.folds
        for fold in set(self._folds.values()):
            fold.set_expanded(False)
        self._unfold(name for name in self._folds if getattr(spec, name) != spec.fields[name].default)
        built.content.show()
        if len(self._built) > KEPT_FORMS:
            oldest = self._built.pop(next(iter(self._built)))
            self._column.removeWidget(oldest.content)
            oldest.content.deleteLater()

    def _unfold(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self._folds:
                self._folds[name].set_expanded(True)

    def _build(self, spec: Spec) -> _Built:
        built = _Built(QWidget(), {}, {}, {})
        column = QVBoxLayout(built.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        shown = [field for name, field in spec.fields.items() if name not in self._skipped]
        for title in spec.sections or ("",):
            fields = [field for field in shown if field.section == title]
            if fields:
                self._add_section(title, fields, column, built)
        self._column.addWidget(built.content)
        return built

    def _add_section(self, title: str, fields: list[Field[Any]], column: QVBoxLayout, built: _Built) -> None:
        """Fields beneath a title; those without one stand by themselves, the rarely used ones behind a fold."""
        common, rare = [f for f in fields if not f.advanced], [f for f in fields if f.advanced]
        wide = next((field for field in common if isinstance(field, Size)), None)
        fold = Section(title, len(rare)) if title else More(self._more()) if rare else None
        (fold.common if isinstance(fold, Section) else column).addLayout(self._grid(common, wide, built))
        if fold:
            fold.body.addLayout(self._grid(rare, None, built))
            column.addWidget(fold)
            built.folds.update(dict.fromkeys((field.name for field in rare), fold))

    def _more(self) -> str:
        return f"More settings of the {self._about}" if self._about else "More settings"

    def _grid(
        self,
        fields: list[Field[Any]],
        wide: Field[Any] | None,
        built: _Built,
    ) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, field in enumerate(fields):
            built.labels[field.name], built.editors[field.name] = self._add(grid, row, field, field is wide)
        return grid

    def _add(self, grid: QGridLayout, row: int, field: Field[Any], wide: bool) -> tuple[FieldLabel, QWidget]:
        name = field.name
        label = FieldLabel(field, self._label_width, steps=isinstance(field, STEPPED))
        label.reset_requested.connect(partial(self._reset_field, name))
        if self._varies and not isinstance(field, SpecList):
            label.offer_varying()
            label.vary_requested.connect(partial(self.vary_requested.emit, name))
        if isinstance(field, SpecOf):
            nested = SpecEditor(field, self._label_width, label, varies=self._varies)
            nested.form.vary_requested.connect(lambda inner: self.vary_requested.emit(f"{name}.{inner}"))
            editor: QWidget = nested
            grid.addWidget(editor, row, 0, 1, 2)
        elif isinstance(field, SpecList):
            editor = ListEditor(field, label, self._label_width, SpecForm)
            grid.addWidget(editor, row, 0, 1, 2)
        else:
            editor = editor_for(field, wide)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(editor, row, 1)
        if isinstance(editor, BoolEditor):
            editor.hint_clicked.connect(partial(self.hint_clicked.emit, name))
        cast(Editor, editor).set_tip(field.help)
        cast(Editor, editor).changed.connect(partial(self._changed, name))
        label.clicked.connect(partial(editor.setFocus, Qt.FocusReason.MouseFocusReason))
        if isinstance(editor, IntLine | FloatLine | NumbersEditor):
            label.stepped.connect(editor.step)
        return label, editor

    def _changed(self, name: str, value: Any) -> None:
        if self._spec is None:
            return
        field = self._spec.fields[name]
        try:
            self._spec = self._spec.replace(**{name: field.to_json(plain(value))})
        except FieldError as problem:
            cast(Editor, self._editors[name]).set_error(f"{field.label}: {problem}")
            return
        for editor in self._editors.values():
            if isinstance(editor, PaddingEditor):
                editor.set_context(self._spec)
                editor.set_value(editor.value())
        self.changed.emit(name, value.setting if isinstance(value, Computed) else field.to_json(value))

    def _reset_field(self, name: str) -> None:
        if self._spec is not None and name in self._editors:
            default = self._spec.fields[name].default
            cast(Editor, self._editors[name]).set_value(default)
            self._changed(name, default)


class SpecEditor(QWidget):
    """The kind of a nested spec, such as the optimizer, with the form of that kind's own fields beneath."""

    changed = Signal(object)

    def __init__(self, field: SpecOf, label_width: int, label: QWidget, *, varies: bool = False) -> None:
        super().__init__()
        self.field = field
        self._value: Spec = field.default
        self.choice = ChoiceEditor(field, [(kind, kind) for kind in field.registry])
        self.form = SpecForm(label_width, varies=varies, about=field.label.lower())
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.choice, 0, 1)
        grid.addWidget(self.form, 1, 0, 1, 2)
        self.setFocusProxy(self.choice)
        self.choice.changed.connect(self._choose)
        self.form.changed.connect(lambda *_: self._offer(self.form.spec()))
        self._mixed = False
        self.set_error, self.error = self.choice.set_error, self.choice.error
        self.show_found = self.choice.show_found

    def set_value(self, value: Any) -> None:
        """Show a spec."""
        self._value, self._mixed = value, False
        self.choice.set_value(value.kind)
        self.choice.set_tip(_told(value) or self.field.help)
        before = type(self.form.spec())
        self.form.set_spec(value, value.settings())
        self.form.setVisible(bool(value.fields))
        if type(value) is not before:
            self._chain()

    def show_mixed(self) -> None:
        """Stand for several kinds, or one kind with several settings: the kind that is chosen next counts for all."""
        self._mixed = True
        self.choice.show_mixed()
        self.form.hide()

    def _chain(self) -> None:
        """Let Tab go from the kind into its settings: they are younger than what stands beneath them."""
        previous: QWidget = self.choice
        for part in self.form.findChildren(QWidget):
            if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.window() is self.window():
                QWidget.setTabOrder(previous, part)
                previous = part

    def set_tip(self, tip: str) -> None:
        """What the field is for; the chosen kind says more."""
        self.choice.set_tip(_told(self._value) or tip)

    def _choose(self, kind: str) -> None:
        if kind != self._value.kind or self._mixed:
            spec = self.field.registry[kind]()
            self.set_value(spec)
            self.changed.emit(spec)

    def _offer(self, spec: Spec | None) -> None:
        if spec is not None and spec != self._value:
            self._value = spec
            self.changed.emit(spec)


def _told(spec: Spec) -> str:
    """What a kind is called in words, and what it is for."""
    return f"{spec.title}. {spec.help}" if spec.title and spec.help else spec.help


def _differs(spec: Spec, name: str, found: object) -> bool:
    """Whether a field is marked as one that is not as it would be by itself; a path never is, as it must be chosen."""
    field = spec.fields[name]
    if isinstance(field, Text) and field.path:
        return False
    return getattr(spec, name) != field.default or (field.computes and holds_expression(found))
