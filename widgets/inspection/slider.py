"""A slider with its name and its value in words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from widgets.controls import Label, Themed
from widgets.theme import px


class NamedSlider(Themed, QWidget):
    """Whole steps from ``low`` to ``high``, written by ``words``. `changed` tells what the user chose.

    With ``in_line`` name, slider and value stand side by side.
    """

    changed = Signal(int)

    def __init__(
        self,
        name: str,
        low: int,
        high: int,
        words: Callable[[int], str],
        start: int = 0,
        *,
        in_line: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._words = words
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(low, high)
        self.slider.setValue(start)
        self.slider.setPageStep(max((high - low) // 10, 1))
        self.slider.setAccessibleName(name)
        self._value = Label(words(start), 12, token="text2")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        top = QHBoxLayout()
        column.addLayout(top)
        self._name = Label(name, 12)
        top.addWidget(self._name)
        if in_line:
            top.addWidget(self.slider, 1)
        else:
            top.addStretch(1)
            column.addWidget(self.slider)
        top.addWidget(self._value)
        self.slider.valueChanged.connect(self._on_value)
        self.follow_theme()

    def set_name(self, name: str) -> None:
        """Call it otherwise."""
        self._name.setText(name)
        self.slider.setAccessibleName(name)

    def value(self) -> int:
        """The chosen step."""
        return self.slider.value()

    def set_words(self, high: int, words: Callable[[int], str]) -> None:
        """Other steps, up to ``high``, with other words; without emitting `changed`."""
        self._words = words
        blocked = self.slider.blockSignals(True)
        self.slider.setMaximum(high)
        self.slider.setPageStep(max((high - self.slider.minimum()) // 10, 1))
        self.slider.blockSignals(blocked)
        self._value.setText(words(self.slider.value()))

    def set_value(self, value: int) -> None:
        """Choose a step without emitting `changed`."""
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(value)
        self.slider.blockSignals(blocked)
        self._value.setText(self._words(value))

    def say(self, text: str) -> None:
        """Say more than the value; the room for it stays, so that the slider does not move under the hand."""
        self._value.setText(text)
        self._value.setMinimumWidth(max(self._value.minimumWidth(), self._value.sizeHint().width()))

    def restyle(self) -> None:
        self.slider.setMinimumHeight(px(24))
        self._value.setMinimumWidth(0)

    def _on_value(self, value: int) -> None:
        self._value.setText(self._words(value))
        self.changed.emit(value)
