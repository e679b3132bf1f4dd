"""The inspector's page of one layer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.analysis.blocks import is_port
from models.analysis.reports import Report
from models.document import MAIN, Sheet
from models.document.edits import Edit, Rename, SetParam
from models.document.remarks import SetLayerNote
from models.document.shared_settings import reset_all
from models.document.sharing import OwnWeights, ShareWeights
from models.explaining.costs import costs
from models.findings.finding import Finding, Mend
from models.kinds.layer import Layer, TensorType
from models.network import NetworkError, Node
from models.specs.expression import IN_CHANNELS
from widgets.controls import Button, ElidedLabel, Label, Paragraph, Section, Separator
from widgets.explain import ExplainView
from widgets.forms.spec_form import LABEL_WIDTH, SpecForm
from widgets.inspector.note_box import NoteBox
from widgets.inspector.parts import IssueCard, NameField, ShapeBox
from widgets.inspector.settings_menu import SettingsMenu
from widgets.inspector.weights import ShareMenu, WeightsRow
from widgets.kinds.tile import Tile
from widgets.theme import px

Apply = Callable[[Edit, bool], bool]
MARGIN, RIGHT_MARGIN = 20, 10
"""The scroll bar takes 10 more at the right."""


class _NameLabel(Label):
    """As wide as the labels of the form beneath it, at every text size."""

    def restyle(self) -> None:
        super().restyle()
        self.setFixedWidth(px(LABEL_WIDTH))


class NodePage(QWidget):
    """Everything about one layer: shapes, name, settings, what is wrong, formulas, help. `vary_requested` carries the
    dotted name of a setting."""

    vary_requested = Signal(str)

    def __init__(self, apply: Apply) -> None:
        super().__init__()
        self._apply = apply
        self._document: Sheet | None = None
        self._id = ""
        self._issues: tuple[Finding, ...] = ()
        self._cards: list[QWidget] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 18, 0, 20)
        column.setSpacing(0)
        top = _padded(column)
        top.addLayout(self._header())
        top.addSpacing(18)
        self.shapes = ShapeBox()
        top.addWidget(self.shapes)
        top.addSpacing(12)
        top.addLayout(self._properties())
        self._problems = QVBoxLayout()
        self._problems.setSpacing(8)
        top.addLayout(self._problems)
        column.addSpacing(16)
        column.addWidget(Separator())
        column.addSpacing(8)
        rest = _padded(column)
        rest.setSpacing(8)
        self._explain = Section("Explain")
        self.explain = ExplainView()
        self._explain.add(self.explain)
        rest.addWidget(self._explain)
        self.note = NoteBox()
        self.note.edited.connect(lambda text: self._apply(SetLayerNote(self._id, text), True))
        rest.addWidget(self.note)
        self._help = Section("Help")
        self._help_text = Paragraph("", 12, 400, "text2")
        self._help.add(self._help_text)
        rest.addWidget(self._help)
        column.addStretch()

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        self.tile = Tile(36)
        self.kind, self.title = ElidedLabel("", 15, 600), ElidedLabel("", 12, 400, "text3")
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.kind)
        words.addWidget(self.title)
        self.menu = SettingsMenu(self._apply, self)
        self.menu_button = self.menu.button("More about this layer")
        self.menu.addSeparator()
        self._open_page = self.menu.addAction("Open PyTorch page", self._open)
        self._copy_code = self.menu.addAction("Copy as PyTorch", self._copy)
        self.share_menu = ShareMenu(self.menu)
        self.share_menu.chosen.connect(self._share)
        self.menu.addMenu(self.share_menu)
        row.addWidget(self.tile)
        row.addLayout(words, 1)
        row.addWidget(self.menu_button)
        return row

    def _properties(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(8)
        heading = QHBoxLayout()
        heading.addWidget(Label("Properties", 13, 600), 1)
        self.reset = Button("Reset", role="quiet", height=26)
        self.reset.clicked.connect(self._reset)
        keeps_place = self.reset.sizePolicy()
        keeps_place.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(keeps_place)
        heading.addWidget(self.reset)
        row = QHBoxLayout()
        row.setSpacing(0)
        self._name_label = _NameLabel("Name", 13, 400, "text2")
        self.name = NameField("Name", check=self._objection, mono=True)
        self.name.changed.connect(self._rename)
        row.addWidget(self._name_label)
        row.addWidget(self.name, 1)
        self.weights = WeightsRow(_NameLabel("Weights", 13, 400, "text2"))
        self.weights.own_requested.connect(self._part)
        self.form = SpecForm(varies=True)
        self.form.changed.connect(self._set)
        self.form.vary_requested.connect(lambda name: self.vary_requested.emit(f"{self._id}.{name}"))
        self.form.hint_clicked.connect(self._take_hint)
        self._unknown = Paragraph("", 12, 400, "text2", mono=True)
        for item in (heading, row):
            column.addLayout(item)
        column.addWidget(self.weights)
        column.addWidget(self.form)
        column.addWidget(self._unknown)
        column.addSpacing(4)
        return column

    # What is shown

    def show_node(self, document: Sheet, id: str, issues: Sequence[Finding]) -> None:
        """Show a node as it is now."""
        self._document, self._id = document, id
        node, report = document.network[id], document.analysis[id]
        self._show_head(node, report)
        self.name.set_value(node.id)
        self.weights.show_node(document, id)
        self.share_menu.set_node(document, id)
        self.note.show_note(node.note)
        self.menu.set_nodes([node])
        # Inputs and Outputs of a block are its ports: what their own settings say counts nowhere.
        spec = None if document.scope != MAIN and is_port(node.own_layer) else node.own_layer
        self.form.set_spec(spec, node.params, node.problems, names=names_for(document, report))
        self._unknown.setText(_settings_text(node.params) if node.own_layer is None else "")
        self._unknown.setVisible(node.own_layer is None and bool(node.params))
        self.reset.setVisible(bool(self._resettable(node)))
        self._show_issues(tuple(issue for issue in issues if issue.node == id))
        self._show_formulas(node.layer, report)

    def focus_first(self) -> None:
        """Put the keyboard into the first setting, or into the name where there is none."""
        layer = self._document.network[self._id].own_layer if self._document and self._id else None
        common = [name for name, field in layer.fields.items() if not field.advanced] if layer else []
        if common:
            self.form.focus_field(common[0])
        else:
            self.name.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_head(self, node: Node, report: Report) -> None:
        layer = node.own_layer
        self.tile.set_kind(type(layer) if layer else None)
        self.kind.setText(node.kind)
        title = layer.title if layer else "Unknown kind, kept as it is"
        self.title.setText(f"{title}, bypassed" if node.bypassed else title)
        # Add, ReLU6 and others are called what they are: once is enough.
        self.title.setHidden(layer is not None and layer.title == node.kind and not node.bypassed)
        self.shapes.show_types(report.inputs, report.outputs)
        self._open_page.setEnabled(bool(layer and layer.url))
        self._help_text.setText(layer.help if layer else "")
        self._help.setVisible(bool(layer and layer.help))

    def _show_formulas(self, layer: Layer | None, report: Report) -> None:
        inputs, outputs = known(report.inputs), known(report.outputs)
        if layer is None or inputs is None or outputs is None or report.parameters is None:
            self._explain.hide()
            return
        assert self._document is not None
        more = costs(self._document.network, self._document.analysis, self._id)
        self.explain.explain(layer, inputs, outputs, more)
        self._explain.setVisible(not self.explain.is_empty())

    def _show_issues(self, issues: tuple[Finding, ...]) -> None:
        hints: dict[str, tuple[str, str]] = {}
        for issue in issues:
            for mend in issue.mends:
                if isinstance(mend.edit, SetParam) and mend.edit.id == self._id:
                    hints.setdefault(mend.edit.name, (mend.label, issue.message))
        self.form.set_hints(hints)
        if issues == self._issues:
            return
        self._issues = issues
        for card in self._cards:
            self._problems.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = []
        for issue in issues:
            card = IssueCard(issue)
            card.mend_requested.connect(self._mend)
            self._problems.addWidget(card)
            self._cards.append(card)

    # What is asked for

    def _objection(self, text: str) -> str | None:
        if self._document is None or text == self._id:
            return None
        try:
            self._document.network.check_name(text)
        except NetworkError as problem:
            return str(problem)
        return None

    def _rename(self, name: object) -> None:
        if name != self._id:
            self._apply(Rename(self._id, str(name)), False)

    def _share(self, other: str) -> None:
        self._apply(ShareWeights(self._id, other), False)

    def _part(self) -> None:
        self._apply(OwnWeights(self._id), False)

    def _set(self, name: str, value: Any) -> None:
        self._apply(SetParam(self._id, name, value), True)

    def _reset(self) -> None:
        if self._document:
            names = self._resettable(self._document.network[self._id])
            self._apply(reset_all([self._document.network[self._id]], names), False)

    @staticmethod
    def _resettable(node: Node) -> list[str]:
        """The known settings among the params, if any of them is not as it would be without; what is unknown stays."""
        layer = node.own_layer
        if layer is None:
            return []
        changed = layer.settings().keys() | {problem.field for problem in node.problems}
        names = [name for name in node.params if name in layer.fields]
        return names if changed & set(names) else []

    def _mend(self, mend: Mend) -> None:
        self._apply(mend.edit, False)

    def _take_hint(self, name: str) -> None:
        for issue in self._issues:
            for mend in issue.mends:
                if isinstance(mend.edit, SetParam) and (mend.edit.id, mend.edit.name) == (self._id, name):
                    self._apply(mend.edit, False)
                    return

    def _open(self) -> None:
        node = self._document.network[self._id] if self._document else None
        if node and node.own_layer:
            QDesktopServices.openUrl(QUrl(node.own_layer.url))

    def _copy(self) -> None:
        if self._document:
            node, report = self._document.network[self._id], self._document.analysis[self._id]
            QGuiApplication.clipboard().setText(as_pytorch(node, report))


def names_for(document: Sheet, report: Report) -> dict[str, object]:
    """What expressions in a layer's settings may use: the named numbers of the network, and the size that arrives."""
    first = report.inputs[0] if report.inputs else None
    arriving = {IN_CHANNELS: first.shape[0]} if first and first.shape else {}
    return {**document.network.parameters, **arriving}


def known(types: Sequence[TensorType | None]) -> tuple[TensorType, ...] | None:
    """The types if all of them are known."""
    found = tuple(given for given in types if given is not None)
    return found if len(found) == len(types) else None


def as_pytorch(node: Node, report: Report) -> str:
    """The expression that makes the layer, or its settings where the input is not known."""
    inputs = known(report.inputs)
    if node.own_layer is not None and inputs is not None and report.parameters is not None:
        expression = node.own_layer.module(inputs)
        if expression:
            return expression
    return repr(node.own_layer) if node.own_layer is not None else f"{node.kind}: {_settings_text(node.params)}"


def _settings_text(params: dict[str, Any]) -> str:
    text = json.dumps(params, ensure_ascii=False, indent=1, default=str)
    return text if len(text) <= 600 else text[:599] + "…"


def _padded(column: QVBoxLayout) -> QVBoxLayout:
    inner = QVBoxLayout()
    inner.setContentsMargins(MARGIN, 0, RIGHT_MARGIN, 0)
    inner.setSpacing(0)
    column.addLayout(inner)
    return inner


__all__ = ["Apply", "NodePage", "as_pytorch", "known"]
