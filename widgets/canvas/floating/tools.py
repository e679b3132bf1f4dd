"""The strip of tools at the canvas's left edge, and the choice of colors at its upper right."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSlider, QVBoxLayout, QWidget

from widgets.canvas.floating.panel import FloatingPanel
from widgets.canvas.painting.heat import COLORS
from widgets.controls import ChoiceField, IconButton, Label
from widgets.theme import px, theme


class ToolStrip(FloatingPanel):
    """Add a layer, arrange, show the table of layers, fit."""

    add_requested = Signal()
    arrange_requested = Signal()
    layers_requested = Signal()
    fit_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        deeds = (
            ("plus", "Add a layer (Tab)", self.add_requested),
            ("arrange", "Arrange all layers (L)", self.arrange_requested),
            ("layers", "Show the table of layers", self.layers_requested),
            ("fit", "Show the whole network (Home)", self.fit_requested),
        )
        for icon, tip, signal in deeds:
            button = IconButton(icon, tip)
            button.clicked.connect(signal)
            self._layout.addWidget(button)
        theme().changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        inner = px(4)
        self._layout.setContentsMargins(inner, inner, inner, inner)
        self._layout.setSpacing(px(6))
        self.adjustSize()


class ColorChoice(FloatingPanel):
    """What cards are colored by."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = ChoiceField("Color cards by", list(COLORS.items()))
        self.field.setStyleSheet("QComboBox { border: none; background: transparent; }")
        self.time = QSlider(Qt.Orientation.Horizontal)
        self.time.setAccessibleName("Time of the run")
        self._when = Label("", 11, token="text2")
        self._layout = QGridLayout(self)
        self._label = Label("Color by", token="text2")
        self._layout.addWidget(self._label, 0, 0)
        self._layout.addWidget(self.field, 0, 1)
        self._layout.addWidget(self._when, 1, 0, 1, 2)
        self._layout.addWidget(self.time, 2, 0, 1, 2)
        self.show_time("", 0, 0)
        theme().changed.connect(self._restyle)
        self._restyle()

    def show_time(self, words: str, looks: int, at: int) -> None:
        """Say of which run and time the numbers are, and let one of several looks be chosen; "" for nothing."""
        with QSignalBlocker(self.time):
            self.time.setRange(0, max(looks - 1, 0))
            self.time.setValue(at)
        self._when.setText(words)
        self._when.setVisible(bool(words))
        self.time.setVisible(looks > 1)
        right = self.geometry().right()
        self.adjustSize()
        self.move(right - self.width() + 1, self.y())

    def choose(self, by: str) -> None:
        """Choose as if by hand."""
        self.field.set_value(by)
        self.field.changed.emit(by)

    def set_compact(self, compact: bool) -> None:
        """Leave out the words before the choice."""
        self._label.setVisible(not compact)
        self.adjustSize()

    def _restyle(self) -> None:
        self._layout.setContentsMargins(px(10), px(3), px(4), px(3))
        self._layout.setSpacing(px(6))
        self.adjustSize()
