"""The samples of the Inspect workspace: as they are answered, or over time."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.workspaces.inspect.overtime.card import OverTimeCard
from studio.workspaces.inspect.samples import SamplesCard
from widgets.controls import Segmented

ANSWERED, OVER_TIME = "answered", "over time"
VIEWS = [(ANSWERED, "Samples"), (OVER_TIME, "Over time")]


class SampleSide(QStackedWidget):
    """One of two cards, each of which leads to the other. `retrain_requested` asks for a training."""

    retrain_requested = Signal()

    def __init__(self, probing: Probing, controller: DocumentController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.samples = SamplesCard(probing)
        self.over_time = OverTimeCard(probing, controller)
        self.views: list[Segmented] = []
        for card in (self.samples, self.over_time):
            view = Segmented(VIEWS, ANSWERED, name="Samples")
            view.changed.connect(self.show_view)
            card.title.hide()
            card.choices.addWidget(view)
            self.views.append(view)
            self.addWidget(card)
        self.over_time.retrain_requested.connect(self.retrain_requested)

    def show_view(self, name: str) -> None:
        """Bring one of `VIEWS` to the front."""
        for view in self.views:
            view.set_value(name)
        over_time = name == OVER_TIME
        self.setCurrentWidget(self.over_time if over_time else self.samples)
        self.views[over_time].setFocus()
        if over_time:
            self.over_time.look()

    def panels(self) -> tuple[QWidget, ...]:
        """The parts that F6 walks through."""
        front = self.over_time if self.currentWidget() is self.over_time else self.samples
        return front.wall, front.detail
