"""How much memory and time a training takes, with a button that sets the largest batch for which there is room."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from models.basics.quantities import bytes_text, moment_text
from widgets.controls import Button, Label, set_tip


class MemoryLine(QWidget):
    """A sentence on the memory, and one on the time. `taken` carries the batch size of the first button, `timed` says
    that the second one was pressed."""

    taken = Signal(int)
    timed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fitting = 0
        self.words = Label("", 11, token="text3")
        self.words.setWordWrap(True)
        self.button = Button("", role="quiet", height=24)
        self.button.clicked.connect(lambda: self.taken.emit(self._fitting))
        self.time = Label("", 11, token="text3")
        self.time.setWordWrap(True)
        self.measure = Button("Measure", role="quiet", height=24)
        set_tip(self.measure, "Measures what this computer does in a second, once, for a moment")
        self.measure.clicked.connect(self.timed)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        for row, (words, button) in enumerate(((self.words, self.button), (self.time, self.measure))):
            grid.addWidget(words, row, 0)
            grid.addWidget(button, row, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def show_memory(
        self, size: int, batch: int, device: str = "", room: int = 0, fitting: int = 0, examples: int = 0
    ) -> None:
        """Say what a ``batch`` takes, and how many examples would fit on a device of which the ``room`` is known; more
        than all ``examples``, where these are counted, are not offered."""
        self._fitting = fitting
        text = f"Takes about {bytes_text(size)} in training."
        if room:
            most = f"up to {fitting:,} a batch fit" if fitting else "not one example fits"
            if 0 < examples <= fitting:
                most = f"all {examples:,} examples would fit"
            text = f"Takes about {bytes_text(size)} of {bytes_text(room)} on {device}; {most}."
        self.words.setText(text)
        self.button.setText(f"Use {fitting:,}")
        self.button.setVisible(bool(fitting) and fitting != batch and not 0 < examples <= fitting)

    def show_time(self, step: float, steps: int = 0) -> None:
        """Say how many seconds a step takes, about, and an epoch of so many ``steps`` where these are known."""
        epoch = f", an epoch {moment_text(step * steps)}" if steps else ""
        self.time.setText(f"A step takes roughly {moment_text(step)}{epoch}.")
        self.measure.setText("Again")
        self.measure.setVisible(True)

    def show_no_time(self, why: str = "How long a step takes is not known yet.") -> None:
        """Say that the time is not known, and why; with a button that measures it."""
        self.time.setText(why)
        self.measure.setText("Measure")
        self.measure.setVisible(True)
