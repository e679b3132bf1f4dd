"""The settings of an export, asked for before the place to write it: the same that the command line takes, and kept
from one time to the next."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.exports import Export
from studio.services.settings import Settings
from widgets.controls import Button, Paragraph
from widgets.forms.spec_form import SpecForm
from widgets.theme import px, round_dialog

WIDTH = 460
Then = Callable[[Export], object]


class ExportDialog(QDialog):
    """A form over the settings of a kind of export; ``then`` gets the export that was chosen."""

    def __init__(
        self, parent: QWidget, kind: type[Export], settings: Settings, then: Then, skip: tuple[str, ...] = ()
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Export {kind.title}")
        self._kind, self._settings, self._then, self._skip = kind, settings, then, skip
        self.params = kept(settings, kind)
        self.help = Paragraph(kind.help, 12, token="text2")
        self.form = SpecForm()
        self.cancel = Button("Cancel", height=30)
        self.go_on = Button("Choose where…", role="main", height=30)
        self.go_on.setDefault(True)
        self._lay_out()
        self.form.changed.connect(self._set)
        self.cancel.clicked.connect(self.reject)
        self.go_on.clicked.connect(self.accept)
        self._show()
        round_dialog(self)

    @property
    def export(self) -> Export:
        """The export as it is set now."""
        return self._kind.read(self.params)[0]

    def accept(self) -> None:
        export = self.export
        self._settings.set_text(_key(self._kind), json.dumps(export.settings()))
        super().accept()
        self._then(export)

    def sizeHint(self) -> QSize:
        return QSize(px(WIDTH), super().sizeHint().height())

    def _set(self, name: str, value: object) -> None:
        self.params[name] = value
        self._show()

    def _show(self) -> None:
        export, problems = self._kind.read(self.params)
        self.form.set_spec(export, self.params, problems, self._skip)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(px(10))
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.go_on)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(18), px(20), px(18))
        column.setSpacing(px(14))
        column.addWidget(self.help)
        column.addWidget(self.form)
        column.addStretch(1)
        column.addLayout(buttons)


def ask_settings(
    parent: QWidget, kind: type[Export], settings: Settings, then: Then, skip: tuple[str, ...] = ()
) -> ExportDialog | None:
    """Ask for the settings of an export, but for those to ``skip``; where there are none, ``then`` follows at once."""
    if not kind.fields.keys() - set(skip):
        then(kind())
        return None
    dialog = ExportDialog(parent, kind, settings, then, skip)
    dialog.open()
    return dialog


def kept(settings: Settings, kind: type[Export]) -> dict[str, Any]:
    """The settings of an export as they were chosen last, without any that it has no more or cannot use."""
    try:
        found = json.loads(settings.text(_key(kind), "{}"))
    except (ValueError, RecursionError):
        found = {}
    return kind.read(found)[0].settings() if isinstance(found, dict) else {}


def _key(kind: type[Export]) -> str:
    return f"export/{kind.kind}"
