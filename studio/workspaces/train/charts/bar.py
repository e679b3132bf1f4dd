"""The line above the charts: charts or the table, what x is, seeds as one, another chart."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.workspaces.train.charts.axis import EPOCH, KINDS
from widgets.controls import Button, CheckBox, ChoiceField, Label, Segmented, set_tip
from widgets.theme import px

CHARTS, TABLE = "charts", "table"


class ChartBar(QWidget):
    """`page_chosen` carries `CHARTS` or `TABLE`, `x_chosen` one of `KINDS`, `bands_chosen` whether seeds are one,
    `add_requested` that another chart is wanted, `back_requested` all charts in place of one for each run."""

    page_chosen = Signal(str)
    x_chosen = Signal(str)
    bands_chosen = Signal(bool)
    add_requested = Signal()
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pages = Segmented([(CHARTS, "Charts"), (TABLE, "Table")], CHARTS)
        self._x_label = Label("x", 12, token="text3")
        self.x_choice = ChoiceField("What x is", list(KINDS.items()))
        self.bands = CheckBox("Seeds as one")
        self.add_button = Button("Add a chart", "plus", height=28)
        self.back_button = Button("Back to all charts", "chev_l", height=28)
        set_tip(self.bands, "The mean of runs that only the seed tells apart, with one standard deviation around it")
        self.back_button.hide()
        self.bands.hide()
        self.x_choice.set_value(EPOCH)
        self._line = line = QHBoxLayout(self)
        line.setContentsMargins(14, 10, 14, 0)
        line.setSpacing(10)
        for part in (self.pages, self.back_button, self._x_label, self.x_choice, self.bands):
            line.addWidget(part)
        line.addStretch(1)
        line.addWidget(self.add_button)
        self.pages.changed.connect(self._choose_page)
        self.x_choice.changed.connect(self.x_chosen)
        self.bands.toggled.connect(self.bands_chosen)
        self.add_button.clicked.connect(self.add_requested)
        self.back_button.clicked.connect(self.back_requested)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Without the words of the button, which gives way first."""
        least = super().minimumSizeHint()
        spare = 0 if self.add_button.isHidden() else self.add_button.width() - px(34)
        return QSize(least.width() - max(spare, 0), least.height())

    def _fit(self) -> None:
        """Leave out the words of the button that adds a chart where there is no room for them."""
        spare = self.add_button.full_width() - self.add_button.sizeHint().width()
        self.add_button.set_compact(self._line.sizeHint().width() + spare > self.width())

    def show_page(self, page: str) -> None:
        """Show which page is in front."""
        self.pages.set_value(page)
        for part in (self._x_label, self.x_choice, self.add_button):
            part.setVisible(page == CHARTS)
        if page == TABLE:
            self.bands.hide()
            self.back_button.hide()
        self._fit()

    def show_groups(self, there_are: bool) -> None:
        """Offer to show seeds as one where there are any."""
        self.bands.setVisible(there_are and self.pages.value() == CHARTS)
        self._fit()

    def _choose_page(self, page: str) -> None:
        self.show_page(page)
        self.page_chosen.emit(page)
