"""The cards of the layers, one below the other, as far as they do not fit into sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from models.network import Network
from studio.workspaces.numbers.cards import Tables, signature
from widgets.controls import Button
from widgets.numbers.layer_card import LayerCard, TableView


class Column(QScrollArea):
    """Makes the cards anew where other tables need others, and brings them into sight."""

    def __init__(self, actions: Callable[[str], list[Button]]) -> None:
        super().__init__()
        self.cards: dict[str, LayerCard] = {}
        self.views: dict[str, TableView] = {}
        self._actions = actions
        self._made: object = None
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(14, 14, 14, 14)
        self._column.setSpacing(10)
        self._column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self._list)
        self.setCornerWidget(QWidget())  # else Qt draws a frame there
        for part in (self.viewport(), self._list):
            part.setAutoFillBackground(False)

    @property
    def holds_focus(self) -> bool:
        """Whether the keyboard is in one of the cards."""
        focused = QApplication.focusWidget()
        return focused is not None and self._list.isAncestorOf(focused)

    def fits(self, rows: Mapping[str, list[list[str]]], tables: Tables) -> bool:
        """Whether the cards are made for these tables."""
        return self._made == signature(rows, tables)

    def fill(self, network: Network, rows: Mapping[str, list[list[str]]], tables: Tables) -> None:
        """A card a layer, with its rows of tables, in place of those before."""
        self._made = signature(rows, tables)
        for card in self.cards.values():
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards, self.views = {}, {}
        for id, tables_by_row in rows.items():
            card = LayerCard(id, network[id].kind, tables_by_row, self._actions(id))
            self._column.addWidget(card)
            self.cards[id] = card
            self.views |= card.tables

    def bring_into_sight(self, id: str) -> None:
        """Show the card of a layer as soon as all of them have their places."""
        if (card := self.cards.get(id)) is not None:
            QTimer.singleShot(0, card, partial(self._scroll_to, card))

    def _scroll_to(self, card: QWidget) -> None:
        """Bring a card into sight up and down alone: one that is wider than the view stays at its beginning."""
        across = self.horizontalScrollBar()
        before = across.value()
        self.ensureWidgetVisible(card)
        across.setValue(before)
