"""What a training takes, beneath the batch size: memory, room and, once the computer was measured, time."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QObject

from models.analysis.pace import Pace
from models.data import Facts
from models.findings.computer import Devices
from models.findings.memory import chosen, fitting_batch, memory_of, room_of, step_time
from models.training import TrainingSettings
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.runs.files.paces import known_paces, pace_from, remember_paces
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import Question
from studio.services.background import Background, Queue
from widgets.runs.memory_line import MemoryLine

SLOT = "pace"
K = TypeVar("K")


class TrainingCosts(QObject):
    """Fills the line; whoever shows it says when (`show`)."""

    def __init__(self, controller: DocumentController, probing: Probing, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._probing = controller, probing
        self._paces: dict[str, Pace] | None = None
        self._reading, self._keeping = Background(self), Queue(self)
        self.line = MemoryLine()
        self.line.timed.connect(self._measure)
        self.line.destroyed.connect(self._reading.forget)

    def show(self) -> None:
        """Say what the training of the document takes as it is now."""
        document, devices = self._controller.document, self._known(Devices) or Devices(())
        id, room = room_of(document, devices)
        fitting = fitting_batch(document, room) if room else 0
        batch = TrainingSettings.read(document.training)[0].batch_size
        self.line.show_memory(memory_of(document).total, batch, id, room, fitting, self._examples())
        if self._paces is None:
            self._paces = {}
            self._reading.run(known_paces, self._learn, lambda _: None, ())
        self._show_time(batch)

    def _show_time(self, batch: int) -> None:
        document, paces = self._controller.document, self._paces or {}
        if id := chosen(document, paces):
            self.line.show_time(step_time(document, paces[id]), -(-self._examples() // batch))
        elif not self._probing.asks(SLOT):
            self.line.show_no_time()

    def _examples(self) -> int:
        """How many there are to train on, 0 where that is not known."""
        facts = self._known(Facts)
        return (facts.training_examples if facts else None) or 0

    def _known(self, kind: type[K]) -> K | None:
        return next((item for item in self._controller.knowledge.known if isinstance(item, kind)), None)

    def _learn(self, paces: dict[str, Pace]) -> None:
        self._paces = paces
        self.show()

    def _measure(self) -> None:
        self.line.show_no_time("Measuring this computer…")
        self.line.measure.setVisible(False)
        self._probing.ask(Question("pace", "", slot=SLOT), self._take, self.line.show_no_time)

    def _take(self, answer: Answer) -> None:
        found = {str(id): pace_from(numbers) for id, numbers in answer.facts["paces"].items()}
        paces = {id: pace for id, pace in found.items() if pace is not None}
        self._reading.drop()  # what was kept before is older, whenever it comes
        # Where they cannot be kept they are measured again the next time.
        self._keeping.run(lambda: remember_paces(paces), lambda _: None, lambda _: None, (OSError,))
        self._learn(paces)
