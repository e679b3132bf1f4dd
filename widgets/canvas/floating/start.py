"""What an empty canvas offers: the network that the document's data begins with, at a click."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect, Signal
from PySide6.QtWidgets import QWidget

from models.findings.finding import Finding, Mend
from widgets.controls import Button
from widgets.theme import px

BENEATH = 30
"""Pixels beneath the middle of the canvas, where a sentence says how to begin."""


class StartOffer(Button):
    """A button in the middle of an empty canvas; `taken` carries the mend that it stands for."""

    taken = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", icon="plus", parent=parent)
        self._mend: Mend | None = None
        self.clicked.connect(self._take)
        self.hide()

    def offer(self, issues: Iterable[Finding]) -> None:
        """Offer the first mend of what is found in a network without layers; nothing where there is none."""
        self._mend = next((mend for issue in issues for mend in issue.mends), None)
        self.setText(self._mend.label if self._mend else "")
        self.setVisible(self._mend is not None)

    def place(self, room: QRect) -> None:
        """Stand beneath the sentence in the middle of the room."""
        self.adjustSize()
        self.move(room.center().x() - self.width() // 2, room.center().y() + px(BENEATH))

    def _take(self) -> None:
        if self._mend:
            self.taken.emit(self._mend)
