"""Where one is among blocks: main ▸ stage2 ▸ conv_block, each a way back, and how often the open block is used."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from widgets.controls import Label
from widgets.theme import px


class Breadcrumbs(QWidget):
    """A row of buttons, hidden in the main network. ``chosen`` carries how many steps of the way are left."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(px(12), px(4), px(12), px(4))
        self._row.setSpacing(px(4))
        self.setAccessibleName("Way to the open block")
        self.setVisible(False)

    def show_way(self, ids: Sequence[str], used: str) -> None:
        """Show the way through the uses of these ids, and a sentence on how often the last block is ``used``."""
        while item := self._row.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for place, name in enumerate(("main", *ids)):
            if place:
                self._row.addWidget(Label("▸", 12, token="text3"))
            if place < len(ids):
                self._row.addWidget(self._button(name, place))
            else:
                self._row.addWidget(Label(name, 12, weight=600))
        self._row.addStretch(1)
        self._row.addWidget(Label(used, 12, token="text3"))
        self.setVisible(bool(ids))

    def _button(self, name: str, place: int) -> QPushButton:
        button = QPushButton(name)
        button.setFlat(True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setToolTip(f"Go back to {name} (Esc goes up one step)")
        button.clicked.connect(lambda: self.chosen.emit(place))
        return button
