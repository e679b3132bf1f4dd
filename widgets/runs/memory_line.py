"""How much memory a training takes, and a button that sets the largest batch for which there is room."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.basics.quantities import bytes_text
from widgets.controls import Button, Label


class MemoryLine(QWidget):
    """A sentence on the memory; `taken` carries the batch size of the button."""

    taken = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fitting = 0
        self.words = Label("", 11, token="text3")
        self.words.setWordWrap(True)
        self.button = Button("", role="quiet", height=24)
        self.button.clicked.connect(lambda: self.taken.emit(self._fitting))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)

    def show_memory(self, size: int, batch: int, device: str = "", room: int = 0, fitting: int = 0) -> None:
        """Say what a ``batch`` takes, and how many examples would fit on a device of which the ``room`` is known."""
        self._fitting = fitting
        text = f"Takes about {bytes_text(size)} in training."
        if room:
            most = f"up to {fitting:,} a batch fit" if fitting else "not one example fits"
            text = f"Takes about {bytes_text(size)} of {bytes_text(room)} on {device}; {most}."
        self.words.setText(text)
        self.button.setText(f"Use {fitting:,}")
        self.button.setVisible(bool(fitting) and fitting != batch)
