"""The inspector's page of several layers: what they sum up to, and the settings that they share, edited at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QHBoxLayout

from models.basics.quantities import bytes_text
from models.document import Sheet
from models.document.shared_settings import mixed_fields, reset_all, set_in_all, shared_fields
from models.network import Node
from models.specs.expression import IN_CHANNELS
from widgets.controls import Button, Label, Paragraph, Separator
from widgets.forms.spec_form import SpecForm
from widgets.inspector.node_page import names_for
from widgets.inspector.pages import Page, uncounted
from widgets.inspector.parameters import Apply
from widgets.inspector.parts import Numbers
from widgets.inspector.settings_menu import SettingsMenu


class SelectionPage(Page):
    """Sums over several selected layers, and a form of the fields that all of them have."""

    def __init__(self, apply: Apply) -> None:
        super().__init__("")
        self._apply = apply
        self._nodes: list[Node] = []
        self.note = Paragraph("", 12, 400, "warning")
        self.column.addWidget(self.note)
        self.column.addWidget(Separator())
        self.column.addLayout(self._heading())
        self.form = SpecForm()
        self.form.changed.connect(self._set)
        self.column.addWidget(self.form)
        self.nothing = Paragraph("These layers have no setting in common.", 12, 400, "text2")
        self.column.addWidget(self.nothing)
        self.column.addWidget(Separator())
        self.kinds = Numbers()
        self.column.addWidget(self.kinds)
        self.column.addStretch()

    def _heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(Label("Shared properties", 13, 600), 1)
        self.reset = Button("Reset", role="quiet", height=26)
        self.reset.clicked.connect(self._reset)
        self.settings_menu = SettingsMenu(self._apply, self)
        row.addWidget(self.reset)
        row.addWidget(self.settings_menu.button("More about these layers"))
        return row

    def show_nodes(self, document: Sheet, ids: Sequence[str]) -> None:
        """Show how many they are, what they sum up to, of which kinds they are, and what can be set for all."""
        self._nodes = [document.network[id] for id in ids]
        self._show_sums(document, ids)
        self._show_form(document)
        kinds = Counter(node.kind for node in self._nodes)
        self.kinds.show_rows([(f"{kind:.40}", f"× {count:,}") for kind, count in kinds.most_common(12)])
        self.settings_menu.set_nodes(self._nodes)

    def _show_sums(self, document: Sheet, ids: Sequence[str]) -> None:
        reports = [document.analysis[id] for id in ids]
        modules = {document.network[id].attribute: report for id, report in zip(ids, reports, strict=True)}
        self.title.setText(f"{len(ids):,} layers")
        parameters = sum(report.parameters or 0 for report in modules.values())
        frozen = sum(report.frozen for report in modules.values())
        self.numbers.show_rows(
            [
                ("Parameters", f"{parameters:,}"),
                *([("Trainable", f"{parameters - frozen:,}")] if frozen else []),
                ("Multiply-adds", f"{sum(report.multiply_adds or 0 for report in reports):,}"),
                ("Activations per example", bytes_text(sum(report.activation_bytes or 0 for report in reports))),
            ]
        )
        unknown = tuple(id for id, report in zip(ids, reports, strict=True) if report.parameters is None)
        self.note.setText(uncounted(unknown))
        self.note.setVisible(bool(unknown))

    def _show_form(self, document: Sheet) -> None:
        """Show the shared fields as the first layer has them, and as mixed where others differ."""
        shared = shared_fields(self._nodes)
        first = self._nodes[0]
        layer = first.own_layer if shared else None
        skipped = [name for name in layer.fields if name not in shared] if layer else ()
        names = dict(names_for(document, document.analysis[first.id]))
        names.pop(IN_CHANNELS, None)  # another number for each layer
        mixed = mixed_fields(self._nodes, shared)
        problems = [problem for problem in first.problems if problem.field in shared and problem.field not in mixed]
        self.form.set_spec(layer, first.params, problems, skipped, names)
        self.form.show_mixed(mixed)
        self.form.setVisible(bool(shared))
        self.nothing.setVisible(not shared)
        self.reset.setEnabled(any(name in node.params for name in shared for node in self._nodes))

    def _set(self, name: str, value: Any) -> None:
        self._apply(set_in_all(self._nodes, name, value), True)

    def _reset(self) -> None:
        self._apply(reset_all(self._nodes, shared_fields(self._nodes)), False)
