"""Which module a layer calls: its own, or one that it shares with others."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.analysis.sharing import possible_partners
from models.document import Sheet
from widgets.controls import Button, ElidedLabel, Label
from widgets.theme import Menu

OWN = "Give it its own weights"
SHARE = "Share weights with"


class WeightsRow(QWidget):
    """Says with whom a layer shares its weights, and offers to part; out of sight where it shares none."""

    own_requested = Signal()

    def __init__(self, label: Label) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.words = ElidedLabel("", 13, 400)
        self.own = Button("Own", role="quiet", height=26)
        self.own.setToolTip(OWN)
        self.own.clicked.connect(self.own_requested)
        row.addWidget(label)
        row.addWidget(self.words, 1)
        row.addWidget(self.own)

    def show_node(self, document: Sheet, id: str) -> None:
        """Show the partners of a node."""
        others = [other for other in document.network.partners(id) if other != id]
        self.words.setText(f"shared with {_few(others)}")
        self.setVisible(bool(others))


class ShareMenu(Menu):
    """The layers whose weights a layer could share, found when the menu opens."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, SHARE)
        self._document: Sheet | None = None
        self._id = ""
        self.aboutToShow.connect(self.fill)

    def set_node(self, document: Sheet, id: str) -> None:
        """Offer partners for this node from now on."""
        self._document, self._id = document, id
        layer = document.network[id].own_layer
        self.menuAction().setVisible(layer is not None and layer.has_module)

    def fill(self) -> None:
        """List the layers as they are now."""
        self.clear()
        document = self._document
        found = possible_partners(document.network, document.analysis.__getitem__, self._id) if document else []
        for other in found:
            self.addAction(other).triggered.connect(partial(self.chosen.emit, other))
        if not found:
            self.addAction("No other layer of its kind fits").setEnabled(False)


def _few(ids: list[str]) -> str:
    first = ", ".join(ids[:2])
    return first if len(ids) <= 2 else f"{first} and {len(ids) - 2:,} more"
