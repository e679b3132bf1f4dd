"""What a screen reader hears: a sentence per card, and the cards as a list in network order.

The canvas is painted, so it is silent. Beside it stands a real list, out of sight, whose items are the cards: Qt
offers it to assistive technology as any list. The canvas itself says its selected card. Where a card lies on the screen
cannot be told this way: a reader finds cards by name and order, not by touching them.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QListView, QWidget

from models.specs.fields import Field
from widgets.canvas.scene.scene import Scene

Index = QModelIndex | QPersistentModelIndex
FOLLOWS_AFTER = 100
"""Milliseconds after which the list follows an edit."""


def describe(scene: Scene, id: str, *, selected: bool) -> str:
    """“Conv2d conv1, filters 16, kernel size 3 by 3, output 16 by 32 by 32, 448 parameters, selected, from …, to …”"""
    card, network = scene.cards[id], scene.network
    face, layer = card.face, network[id].own_layer
    parts = [f"{face.kind} {face.name}"]
    if layer:
        parts += [_spoken(field, getattr(layer, name)) for name, field in layer.fields.items() if not field.advanced]
    parts.append(f"output {face.shape}" if face.shape != "?" else "output unknown")
    if face.amount:
        amount = face.amount.removesuffix("s").removesuffix(" param")
        parts.append("parameters unknown" if amount == "?" else f"{amount} parameters")
    if face.module:
        parts.append(f"shares the module {face.module}")
    if face.problem:
        parts.append(f"error: {face.problem.message.rstrip('.')}")
    elif face.warns:
        parts.append("warning")
    if selected:
        parts.append("selected")
    parts += [f"from {_titled(scene, edge.source)}" for edge in network.edges_into(id)]
    parts += [f"to {_titled(scene, edge.target)}" for edge in network.edges_from(id)]
    return ", ".join(part for part in parts if part).replace("×", " by ") + "."


def _spoken(field: Field[Any], value: Any) -> str:
    """A setting in words: “kernel size 3 by 3”, “no bias”."""
    name = field.label.lower()
    if isinstance(value, bool):
        return name if value else f"no {name}"
    if isinstance(value, tuple):
        return f"{name} {' by '.join(str(item) for item in value)}"
    return f"{name} {value}" if value is not None else ""


def _titled(scene: Scene, id: str) -> str:
    card = scene.cards.get(id)
    return f"{card.gist.kind} {id}" if card else id


class CardModel(QAbstractListModel):
    """The cards in network order; each row's text is the card's sentence."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._scene: Scene | None = None
        self._order: list[str] = []

    def show(self, scene: Scene | None) -> None:
        """Follow another scene, or the same one after nodes came or went."""
        order = list(scene.document.analysis.order) if scene else []
        if scene is self._scene and order == self._order:
            return
        self.beginResetModel()
        self._scene, self._order = scene, order
        self.endResetModel()

    def index_of(self, id: str) -> QModelIndex:
        """The row of a card; invalid for none."""
        return self.index(self._order.index(id)) if id in self._order else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._order)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        wanted = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        if self._scene is None or role not in wanted or self._order[index.row()] not in self._scene.cards:
            return None
        return describe(self._scene, self._order[index.row()], selected=False)


class CardList(QListView):
    """The list that screen readers find: just outside what is seen, and out of the way of keyboard and mouse.

    It follows a network a moment later, once for a burst of edits: sorting thousands of cards takes more than a frame.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = parent
        self._scene: Scene | None = None
        self._selection: frozenset[str] = frozenset()
        self._late = QTimer(self, singleShot=True, interval=FOLLOWS_AFTER)
        self._late.timeout.connect(self._catch_up)
        self.cards = CardModel(self)
        self.setModel(self.cards)
        self.setAccessibleName("Layers on the canvas")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setGeometry(-1, -1, 1, 1)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)

    def follow(self, scene: Scene | None) -> None:
        """List the cards of another scene at once, those of the same one soon, for what has come and gone."""
        if scene is self._scene and scene is not None:
            self._late.start()
        else:
            self._late.stop()
            self._scene = scene
            self.cards.show(scene)

    def _catch_up(self) -> None:
        self.cards.show(self._scene)
        self.point_at(self._selection)

    def point_at(self, selection: frozenset[str]) -> None:
        """Make the one selected card the current row, and say so while the canvas has the keyboard.

        The list never has the keyboard itself, so Qt would say nothing of its rows.
        """
        self._selection = selection
        if self._late.isActive():
            return
        index = self.cards.index_of(next(iter(selection))) if len(selection) == 1 else QModelIndex()
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if index.isValid() and self._canvas.hasFocus():
            event = QAccessibleEvent(self, QAccessible.Event.Focus)
            event.setChild(index.row())
            QAccessible.updateAccessibility(event)
