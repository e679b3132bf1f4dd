"""A layer with all its numbers: what it gives, its gradient, and each weight with gradient, memory and new value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.byhand.pen import weight_letter
from widgets.controls import Button, Card, Label
from widgets.numbers.matrix import MatrixView

STATE = {
    "momentum_buffer": "V", "exp_avg": "m", "exp_avg_sq": "v", "max_exp_avg_sq": "v max", "square_avg": "v",
    "grad_avg": "m", "sum": "v", "acc_delta": "u", "step": "t",
}  # fmt: skip
"""What optimizers remember, as books call it."""


def caption(table: str) -> str:
    """What stands above a table, by its name."""
    kind, _, rest = table.partition("/")
    name, _, entry = rest.partition("/")
    letter = weight_letter(name)
    port = name.partition(":")[2]
    if kind == "state":
        return f"{STATE.get(entry, entry)} of {letter}"
    words = {
        "value": port or "Value", "target": "Target", "gradient": f"∂L/∂{port or name}", "weight": letter,
        "slope": f"∂L/∂{letter}", "next": f"{letter} new", "probability": "Probability", "loss": "Loss L",
        "mask": "Mask m",
    }  # fmt: skip
    return words[kind]


class TableView(QWidget):
    """A table with its caption above."""

    def __init__(self, table: str, layer: str) -> None:
        super().__init__()
        self.table = table
        self.caption = Label(caption(table), 12, token="text2")
        self.matrix = MatrixView(f"{layer}: {caption(table)}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.caption)
        column.addWidget(self.matrix)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)


class LayerCard(Card):
    """Rows of tables below the name and kind of a layer."""

    def __init__(self, id: str, kind: str, rows: Iterable[Sequence[str]], actions: Sequence[Button] = ()) -> None:
        super().__init__()
        self.id = id
        self.tables: dict[str, TableView] = {}
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Label(id, 13, 600))
        head.addWidget(Label(kind, 12, token="text3"))
        for button in actions:
            head.addWidget(button)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(8)
        column.addLayout(head)
        for row in rows:
            line = QHBoxLayout()
            line.setSpacing(22)
            for table in row:
                self.tables[table] = TableView(table, id)
                line.addWidget(self.tables[table], 0, Qt.AlignmentFlag.AlignTop)
            line.addStretch(1)
            column.addLayout(line)
