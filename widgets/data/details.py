"""The settings of a data set beside what came of them: split, normalization, remarks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from models.specs.spec import Spec, SpecProblem
from widgets.controls import Paragraph, Section, Separator, keep_bar_room
from widgets.controls.note import Note
from widgets.data.columns import Binding, Columns
from widgets.data.split_bar import SplitBar
from widgets.forms.spec_form import SpecForm

LABEL_WIDTH = 122
SHOWN_ELSEWHERE = ("inputs", "targets", "corrections")
"""Settings that have a place of their own: which column goes where, and what a note tells."""


class Details(QScrollArea):
    """Emits `changed(name, value)` for each valid edit of a setting."""

    changed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = SpecForm(LABEL_WIDTH, varies=True)
        self.form.changed.connect(self.changed)
        self.help = Paragraph("", 12, token="text2")
        self.split_bar = SplitBar()
        self.normalization = Paragraph("", 12, token="text2")
        self.split_section = Section("Split", collapsible=False)
        self.split_section.add(self.split_bar)
        self.normalization_section = Section("Normalization", collapsible=False)
        self.normalization_section.add(self.normalization)
        self.remarks_section = Section("Remarks", collapsible=False)
        self.columns = Columns(LABEL_WIDTH)
        self.columns_section = Section("Columns", collapsible=False)
        self.columns_section.add(self.columns)
        self.settings_section = Section("Settings", collapsible=False)
        self.settings_section.add(self.form)
        self._line = Separator()
        self.notes: list[Note] = []
        self._lay_out()
        self.show_bindings(())
        self.clear()

    def set_spec(
        self, spec: Spec | None, params: Mapping[str, object], problems: Iterable[SpecProblem], skip: Iterable[str] = ()
    ) -> None:
        """Show the settings of a data set; `skip` names those that do nothing for it."""
        focused = self._focused_field()
        self.form.set_spec(spec, params, problems, (*SHOWN_ELSEWHERE, *skip))
        self.settings_section.setVisible(spec is not None)
        self.help.setText(spec.help if spec else "")
        self.help.setVisible(bool(spec and spec.help))
        if focused and spec and focused in spec.fields and self._focused_field() != focused:
            self.form.focus_field(focused)

    def show_bindings(self, bindings: Sequence[Binding]) -> None:
        """Show which column goes where, where there is a choice."""
        self.columns.show_bindings(bindings)
        self.columns_section.setVisible(bool(bindings))

    def show_result(self, counts: tuple[int, ...], split_note: str, normalization: str, remarks: Iterable[str]) -> None:
        """Show what came of the settings."""
        self.split_bar.show_counts(*counts)
        self.split_section.set_note(split_note)
        self.normalization.setText(normalization)
        self._show_remarks(remarks)
        for part in (self.split_section, self.normalization_section, self._line):
            part.show()

    def clear(self) -> None:
        """Show settings alone, while nothing has come of them."""
        self._show_remarks(())
        for part in (self.split_section, self.normalization_section, self._line):
            part.hide()

    def _show_remarks(self, remarks: Iterable[str]) -> None:
        for note in self.notes:
            self.remarks_section.body.removeWidget(note)
            note.hide()
            note.deleteLater()
        self.notes = [Note("warning", text) for text in remarks]
        for note in self.notes:
            self.remarks_section.add(note)
        self.remarks_section.setVisible(bool(self.notes))

    def _focused_field(self) -> str:
        focus, spec = QApplication.focusWidget(), self.form.spec()
        if spec is None or focus is None or not self.form.isAncestorOf(focus):
            return ""
        for name in spec.fields:
            try:
                editor = self.form.editor(name)
            except KeyError:
                continue
            if editor is focus or editor.isAncestorOf(focus):
                return name
        return ""

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(18, 14, 8, 18)
        column.setSpacing(14)
        for part in (self.columns_section, self.split_section, self.normalization_section):
            column.addWidget(part)
        column.addWidget(self.remarks_section)
        column.addWidget(self._line)
        self.settings_section.body.setSpacing(8)
        column.addWidget(self.settings_section)
        column.addWidget(self.help)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(page)
        keep_bar_room(self)
