"""The inspector's page of the whole network, and what it has in common with others."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.basics.quantities import bytes_text
from models.document import Sheet
from widgets.controls import Paragraph, Separator
from widgets.inspector.parameters import Apply, ParametersBox
from widgets.inspector.parts import Numbers

GUIDE = (
    "Select a layer to see its settings and where its numbers come from.",
    "Drag layers from the left, or press Tab on the canvas to search for one.",
    "Drag from a port to another to connect two layers; drop a layer on a wire to insert it.",
    "F2 renames a layer, Delete removes it and heals the wire.",
)


class Page(QWidget):
    """A title with numbers beneath, and a column for more."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 18, 10, 20)
        self.column.setSpacing(12)
        self.title = Paragraph(title, 15, 600)
        self.numbers = Numbers()
        self.column.addWidget(self.title)
        self.column.addWidget(self.numbers)


class NetworkPage(Page):
    """Totals of the network, and how to begin."""

    def __init__(self, apply: Apply) -> None:
        super().__init__("Network")
        self.note = Paragraph("", 12, 400, "warning")
        self.column.addWidget(self.note)
        self.column.addWidget(Separator())
        self.parameters = ParametersBox(apply)
        self.column.addWidget(self.parameters)
        self.column.addWidget(Separator())
        for sentence in GUIDE:
            self.column.addWidget(Paragraph(sentence, 12, 400, "text2"))
        self.column.addStretch()

    def clear(self) -> None:
        """Show no network."""
        self.numbers.show_rows([])
        self.parameters.show_parameters({})

    def show_network(self, document: Sheet) -> None:
        """Show the totals as they are now."""
        totals = document.analysis.totals()
        self.numbers.show_rows(
            [
                ("Layers", f"{len(document.network):,}"),
                ("Parameters", f"{totals.parameters:,}"),
                *([("Trainable", f"{totals.trainable:,}")] if totals.frozen else []),
                ("Buffers", f"{totals.buffers:,}"),
                ("Multiply-adds", f"{totals.multiply_adds:,}"),
                ("FLOPs", f"{2 * totals.multiply_adds:,}"),
                ("Activations per example", bytes_text(totals.activation_bytes)),
            ]
        )
        notes = uncounted(totals.uncounted), unmultiplied(totals.unmultiplied)
        self.note.setText("\n".join(filter(None, notes)))
        self.note.setVisible(any(notes))
        self.parameters.show_parameters(document.network.parameters)


def unmultiplied(ids: Sequence[str]) -> str:
    """Whose products of matrices are in no sum, as a sentence; "" where all are."""
    if not ids:
        return ""
    more = f" and {len(ids) - 1:,} more" if len(ids) > 1 else ""
    return f"Multiply-adds leave out {ids[0]:.40}{more}: code whose products are not counted."


def uncounted(ids: Sequence[str]) -> str:
    """Which layers are in no sum, as a sentence; "" where all are."""
    if not ids:
        return ""
    more = f" and {len(ids) - 1:,} more" if len(ids) > 1 else ""
    return f"Not counted: {ids[0]:.40}{more}, as long as the problems there are not solved."
