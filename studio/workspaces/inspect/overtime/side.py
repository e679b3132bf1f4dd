"""The samples of the Inspect workspace: as they are answered, or over time."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.workspaces.inspect.overtime.card import OverTimeCard
from studio.workspaces.inspect.remarking import Remarking
from studio.workspaces.inspect.samples import SamplesCard
from studio.workspaces.inspect.subject import About, Opened, Subject
from widgets.controls import Segmented

ANSWERED, OVER_TIME = "answered", "over time"
VIEWS = [(ANSWERED, "Samples"), (OVER_TIME, "Over time")]


class SampleSide(QStackedWidget):
    """One of two cards, each of which leads to the other. `retrain_requested` asks for a training, `document_requested`
    for the document of the run."""

    retrain_requested = Signal()
    document_requested = Signal()

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
        self.over_time.document_requested.connect(self.document_requested)
        self.remarkings = [self._remarking(card, probing, controller) for card in (self.samples, self.over_time)]

    def _remarking(
        self, card: SamplesCard | OverTimeCard, probing: Probing, controller: DocumentController
    ) -> Remarking:
        """The data note beside the samples of a card."""
        remarking = Remarking(card.detail.remark, probing, controller, card.choose, card.enclose, card.words.setText)
        card.current_changed.connect(remarking.show_sample)
        return remarking

    def show_subject(self, subject: Subject | None, about: About | None, opened: Opened | None) -> None:
        """Other samples are looked at, so that the data note speaks of these."""
        of_training = subject.of_training() if subject is not None else None
        for remarking, own in zip(self.remarkings, (subject, of_training), strict=True):
            remarking.show_subject(own, about, opened)

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
