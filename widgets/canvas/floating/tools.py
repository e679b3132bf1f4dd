"""The strip of tools at the canvas's left edge, and the choice of colors at its upper right."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.canvas.floating.panel import FloatingPanel
from widgets.canvas.painting.heat import FAMILY, MEASURES
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
        options = [(FAMILY, "Family"), *((name, measure.label) for name, measure in MEASURES.items())]
        self.field = ChoiceField("Color cards by", options)
        self.field.setStyleSheet("QComboBox { border: none; background: transparent; }")
        self._layout = QHBoxLayout(self)
        self._label = Label("Color by", token="text2")
        self._layout.addWidget(self._label)
        self._layout.addWidget(self.field)
        theme().changed.connect(self._restyle)
        self._restyle()

    def set_compact(self, compact: bool) -> None:
        """Leave out the words before the choice."""
        self._label.setVisible(not compact)
        self.adjustSize()

    def _restyle(self) -> None:
        self._layout.setContentsMargins(px(10), px(3), px(4), px(3))
        self._layout.setSpacing(px(6))
        self.adjustSize()
