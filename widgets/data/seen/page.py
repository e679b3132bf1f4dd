"""The page of facts: what is doubtful with its remedies, then a card for each table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets.controls import Card, ElidedLabel, EmptyState, Label
from widgets.controls.note import Note
from widgets.data.seen.listing import Listing
from widgets.data.seen.table import FactTable
from widgets.theme import px

TWO_COLUMNS = 1180
"""Pixels of the design from which on two cards stand beside each other."""


class FactsPage(QWidget):
    """Shows what it is told; `chosen` carries the name of a listing and the key of its row."""

    chosen = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notes: list[Note] = []
        self.tables: dict[str, FactTable] = {}
        self.empty = EmptyState("", "db")
        self._cards: list[QWidget] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self._grid = QGridLayout()
        self._grid.setSpacing(14)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addWidget(self.empty)
        column.addLayout(self._rows)
        column.addLayout(self._grid)
        column.addStretch(1)

    def show_waiting(self, text: str) -> None:
        """Show a sentence in place of facts."""
        self._clear()
        self.show_notes(())
        self.empty.set_text(text)
        self.empty.show()

    def show_notes(self, notes: Sequence[Note]) -> None:
        """Show what is doubtful."""
        for note in self.notes:
            note.hide()
            note.deleteLater()
        self.notes = list(notes)
        for note in self.notes:
            self._rows.addWidget(note)

    def show_listings(self, listings: Sequence[Listing]) -> None:
        """Show these tables, one a card."""
        self._clear()
        self.empty.hide()
        for listing in listings:
            table = self.tables[listing.name] = FactTable(listing)
            table.chosen.connect(lambda key, name=listing.name: self.chosen.emit(name, key))
            self._cards.append(_card(listing, table))
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _clear(self) -> None:
        for card in self._cards:
            self._grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards, self.tables = [], {}

    def _place(self) -> None:
        """Cards beneath each other, or two beside each other where there is room."""
        columns = 2 if self.width() >= px(TWO_COLUMNS) and len(self._cards) > 1 else 1
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place // columns, place % columns, Qt.AlignmentFlag.AlignTop)
        for column in range(2):
            self._grid.setColumnStretch(column, int(column < columns))


def _card(listing: Listing, table: FactTable) -> Card:
    card = Card()
    card.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    column = QVBoxLayout(card)
    column.setContentsMargins(8, 12, 8, 8)
    column.setSpacing(6)
    head = QHBoxLayout()
    head.setContentsMargins(8, 0, 8, 0)
    head.setSpacing(10)
    head.addWidget(Label(listing.title, 13, 600))
    head.addWidget(ElidedLabel(listing.note, 12, token="text3"), 1)
    column.addLayout(head)
    column.addWidget(table)
    return card
