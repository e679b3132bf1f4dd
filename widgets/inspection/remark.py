"""What is said of a sample in the data note, and the way to all that it holds."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.basics.text import counted
from widgets.controls import Button, TextField, set_tip

PUT, CHANGE, OUT = "Note it", "Change", "Take out"


class RemarkField(QWidget):
    """`put_requested` carries the words that the data note is to have of the sample, `out_requested` that it is to be
    taken out of it, `list_requested` that all of the note is wanted."""

    put_requested = Signal(str)
    out_requested = Signal()
    list_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = TextField("Remark on the sample, for the data note")
        self.words.setPlaceholderText("Remark for the data note")
        self.put = Button(PUT, height=28)
        self.out = Button(OUT, height=28)
        self.all = Button("", height=28)
        line, below = QHBoxLayout(), QHBoxLayout()
        for layout, parts in ((line, (self.words, self.put)), (below, (self.all, self.out))):
            layout.setSpacing(6)
            for part in parts:
                layout.addWidget(part)
        line.setStretch(0, 1)
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(line)
        column.addLayout(below)
        self.put.clicked.connect(self._put)
        self.words.returnPressed.connect(self._put)
        self.out.clicked.connect(self.out_requested)
        self.all.clicked.connect(self.list_requested)
        self.show_remark(None, 0, "")

    def show_remark(self, text: str | None, count: int, why_not: str) -> None:
        """Show what the data note says of the sample (None for nothing), how many it holds, and why none can be put."""
        self.words.set_value(text or "")
        self.put.setText(PUT if text is None else CHANGE)
        self.out.setVisible(text is not None)
        self.all.setVisible(count > 0)
        self.all.setText(f"Data note: {counted(count, 'sample')}")
        for part in (self.words, self.put, self.out):
            part.setEnabled(not why_not)
            set_tip(part, why_not)

    def _put(self) -> None:
        self.put_requested.emit(self.words.text().strip())
