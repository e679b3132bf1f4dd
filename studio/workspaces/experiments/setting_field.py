"""A line in which a setting is named, by its dotted name or as the forms call it, with those that fit beneath it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QWidget

from models.document import Document
from models.specs.fields import Field
from models.specs.lists import SpecList
from models.specs.spec import SpecOf
from models.training import TrainingSettings
from studio.data import DATASETS
from studio.experiments.dotted import BYPASS
from widgets.controls import TextField
from widgets.theme import px, round_completions

Labels = Mapping[str, str]
"""What the forms call a setting, by its dotted name."""

_LOOKED_FOR, _NAME = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_WIDTH = 420


class SettingField(TextField):
    """Takes the dotted name of a setting; what the forms call it becomes that, where one setting alone is called so."""

    def __init__(self, name: str, labels: Labels, parent: QWidget | None = None) -> None:
        super().__init__(name, mono=True, parent=parent)
        self._labels = labels
        completer = _SettingCompleter(labels, self)
        self.setCompleter(completer)
        round_completions(completer, px(_WIDTH))

    def read(self, text: str) -> str:
        called = text.strip().casefold()
        found = [name for name, label in self._labels.items() if label.casefold() == called]
        return found[0] if len(found) == 1 and called not in self._labels else text


class _SettingCompleter(QCompleter):
    """Finds settings by any part of their name or label, and completes to the name."""

    def __init__(self, labels: Labels, parent: QWidget) -> None:
        super().__init__(parent)
        model = QStandardItemModel(self)
        for name, label in labels.items():
            item = QStandardItem(f"{name} · {label}" if label else name)
            item.setData(f"{name} {label}", _LOOKED_FOR)
            item.setData(name, _NAME)
            model.appendRow(item)
        self.setModel(model)
        self.setCompletionRole(_LOOKED_FOR)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        return str(index.data(_NAME))


def labels_of(document: Document) -> dict[str, str]:
    """All settings that a document has."""
    return dict(_labels_of(document))


def _labels_of(document: Document) -> Iterator[tuple[str, str]]:
    settings, _ = TrainingSettings.read(document.training)
    for name, field in TrainingSettings.fields.items():
        if not isinstance(field, SpecList):
            yield f"training.{name}", field.label
        if isinstance(field, SpecOf):
            yield from _prefixed(f"training.{name}", getattr(settings, name).fields)
    kind = DATASETS.get(str(document.data.get("source", "digits")))
    yield "data.source", "Data"
    yield from _prefixed("data", kind.fields if kind else {})
    yield from ((f"parameters.{name}", "") for name in document.network.parameters)
    for node in document.network:
        layer = node.own_layer
        yield from _prefixed(node.id, layer.fields if layer else {})
        if layer and layer.inputs and layer.outputs:
            yield f"{node.id}.{BYPASS}", "Bypass"


def _prefixed(owner: str, fields: Mapping[str, Field[Any]]) -> Iterator[tuple[str, str]]:
    return ((f"{owner}.{name}", field.label) for name, field in fields.items())
