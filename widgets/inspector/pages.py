"""The inspector's pages of the whole network and of several layers."""

from __future__ import annotations

from collections import Counter
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


class _Page(QWidget):
    def __init__(self, title: str) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 18, 10, 20)
        self.column.setSpacing(12)
        self.title = Paragraph(title, 15, 600)
        self.numbers = Numbers()
        self.column.addWidget(self.title)
        self.column.addWidget(self.numbers)


class NetworkPage(_Page):
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
                ("Buffers", f"{totals.buffers:,}"),
                ("Multiply-adds", f"{totals.multiply_adds:,}"),
                ("Activations per example", bytes_text(totals.activation_bytes)),
            ]
        )
        self.note.setText(_uncounted(totals.uncounted))
        self.note.setVisible(bool(totals.uncounted))
        self.parameters.show_parameters(document.network.parameters)


class SelectionPage(_Page):
    """Sums over several selected layers."""

    def __init__(self) -> None:
        super().__init__("")
        self.note = Paragraph("", 12, 400, "warning")
        self.column.addWidget(self.note)
        self.column.addWidget(Separator())
        self.kinds = Numbers()
        self.column.addWidget(self.kinds)
        self.column.addStretch()

    def show_nodes(self, document: Sheet, ids: Sequence[str]) -> None:
        """Show how many they are, what they sum up to and of which kinds they are."""
        reports = [document.analysis[id] for id in ids]
        modules = {document.network[id].attribute: report for id, report in zip(ids, reports, strict=True)}
        self.title.setText(f"{len(ids):,} layers")
        self.numbers.show_rows(
            [
                ("Parameters", f"{sum(report.parameters or 0 for report in modules.values()):,}"),
                ("Multiply-adds", f"{sum(report.multiply_adds or 0 for report in reports):,}"),
                ("Activations per example", bytes_text(sum(report.activation_bytes or 0 for report in reports))),
            ]
        )
        unknown = tuple(id for id, report in zip(ids, reports, strict=True) if report.parameters is None)
        self.note.setText(_uncounted(unknown))
        self.note.setVisible(bool(unknown))
        kinds = Counter(document.network[id].kind for id in ids)
        self.kinds.show_rows([(f"{kind:.40}", f"× {count:,}") for kind, count in kinds.most_common(12)])


def _uncounted(ids: Sequence[str]) -> str:
    if not ids:
        return ""
    more = f" and {len(ids) - 1:,} more" if len(ids) > 1 else ""
    return f"Not counted: {ids[0]:.40}{more}, as long as the problems there are not solved."
