"""One choice from a list that opens."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from widgets.basics.painted import painted
from widgets.controls.base import Themed
from widgets.theme import font, pixmap, px, round_list

MIXED = "mixed values"
"""What stands in a field for several values that differ."""

Options = Sequence[str] | Sequence[tuple[str, str]]


def option_pairs(options: Options) -> list[tuple[str, str]]:
    """Each option as (value, shown text); a bare string is both."""
    return [(option, option) if isinstance(option, str) else option for option in options]


class ChoiceField(Themed, QComboBox):
    """One choice from a list; `changed` tells what the user chose."""

    changed = Signal(str)

    def __init__(self, name: str, options: Options = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.set_options(options)
        self.activated.connect(lambda _: self.changed.emit(self.value()))
        self.follow_theme()

    def set_options(self, options: Options) -> None:
        """Replace the list, keeping the choice where it is still there."""
        kept = self.value()
        self.setPlaceholderText("")  # with one, none would be chosen of itself
        self.clear()
        for value, text in option_pairs(options):
            self.addItem(text, value)
        self.set_value(kept)

    def value(self) -> str:
        """The chosen value; empty when nothing is chosen."""
        return str(self.currentData() or "")

    def set_value(self, value: str) -> None:
        """Choose `value`; one that is not in the list leaves the choice as it is."""
        place = self.findData(value)
        if place >= 0:
            self.setCurrentIndex(place)

    def show_mixed(self) -> None:
        """Stand for several choices that differ."""
        self.setPlaceholderText(MIXED)
        self.setCurrentIndex(-1)

    def is_mixed(self) -> bool:
        """Whether it stands for several choices that differ."""
        return self.currentIndex() < 0

    def restyle(self) -> None:
        self.setFont(font(12))
        self.setFixedHeight(px(28))

    def showPopup(self) -> None:
        round_list(self)
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        text = option.currentText if self.currentIndex() >= 0 else self.placeholderText()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        option.currentText = self.fitting(text, self.room())
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        mark = pixmap("chev_d", "text2", px(12), self.devicePixelRatioF())
        painter.drawPixmap(self.width() - px(20), (self.height() - px(12)) // 2, mark)

    def room(self) -> int:
        """The pixels that a text has."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        # Qt cuts letters where there is too little.
        return self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width() - 2

    def fitting(self, text: str, room: int) -> str:
        """As much of a text as fits; with its end, too, where others of the list begin alike."""
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
        begins = shown.removesuffix("…")
        if shown == text or sum(self.itemText(place).startswith(begins) for place in range(self.count())) < 2:
            return shown
        return self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room)
