"""A slider with its name and its value in words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from widgets.controls import Label, Themed
from widgets.theme import px


class NamedSlider(Themed, QWidget):
    """Whole steps from ``low`` to ``high``, written by ``words``. `changed` tells what the user chose."""

    changed = Signal(int)

    def __init__(
        self, name: str, low: int, high: int, words: Callable[[int], str], start: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words = words
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(low, high)
        self.slider.setValue(start)
        self.slider.setPageStep(max((high - low) // 10, 1))
        self.slider.setAccessibleName(name)
        self._value = Label(words(start), 12, token="text2")
        top = QHBoxLayout()
        top.addWidget(Label(name, 12))
        top.addStretch(1)
        top.addWidget(self._value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.slider)
        self.slider.valueChanged.connect(self._on_value)
        self.follow_theme()

    def value(self) -> int:
        """The chosen step."""
        return self.slider.value()

    def set_value(self, value: int) -> None:
        """Choose a step without emitting `changed`."""
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(value)
        self.slider.blockSignals(blocked)
        self._value.setText(self._words(value))

    def restyle(self) -> None:
        self.slider.setMinimumHeight(px(24))

    def _on_value(self, value: int) -> None:
        self._value.setText(self._words(value))
        self.changed.emit(value)
