"""The queue of experiments: what is in it, and a crew of workers of its own that trains one run after another."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from models.document import Document, FrozenContent
from studio.controllers.documents import DocumentController
from studio.controllers.experiments.planning import Plan, measured, planned
from studio.runs.errors import RunError
from studio.runs.location import default_runs_dir
from studio.services.background import Background, Queue
from studio.services.message import Action, Kind, Message

if TYPE_CHECKING:
    from studio.experiments.experiment import Experiment
    from studio.experiments.folder import ExperimentFolder
    from studio.experiments.progress import Progress
    from studio.experiments.runner import Crew, Outcome

# What experiments are made of is imported where it is used: the window opens without it.

WAITING, STOPPED = "waiting", "stopped"


class Standing(NamedTuple):
    """An experiment and how it stands; ``state`` is as the queue has it. Counted once, on a thread: there may be
    thousands of runs."""

    folder: ExperimentFolder
    progress: Progress
    state: str
    total: int
    ended: int
    failed: int

    @property
    def is_left(self) -> bool:
        """Whether there are runs left that have not ended."""
        return self.ended < self.total


class ExperimentsController(QObject):
    """`changed` follows another queue, or other runs in it; `progressed` runs that are further; `trained` each run that
    begins or ends; `started` carries the id of a new experiment."""

    changed = Signal()
    progressed = Signal()
    trained = Signal()
    started = Signal(str)
    _heard = Signal(str, object)

    def __init__(self, controller: DocumentController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.runs_dir = default_runs_dir()
        self.standings: list[Standing] | None = None
        """The experiments in the order of the queue; None before the first look."""
        self.is_paused = False
        self._crew: Crew | None = None
        self._again = self._asked = self._closed = False
        self._disk, self._work = Queue(self), Background(self)
        self._heard.connect(self._hear)

    @property
    def is_working(self) -> bool:
        """Whether workers train what is in the queue."""
        return self._crew is not None

    @property
    def farewell(self) -> str:
        """A sentence on what would end with the window, "" where nothing goes on."""
        jobs = self._crew.jobs if self._crew else []
        return f"{len(jobs)} {'run' if len(jobs) == 1 else 'runs'} of an experiment would end." if jobs else ""

    def going_on(self, id: str) -> dict[str, float]:
        """How far the runs of an experiment are that are being trained here: shares of 1, by their names."""
        jobs = [job for job in self._crew.jobs if job.folder.id == id] if self._crew else []
        return {job.words: _share(job.facts) for job in jobs}

    def refresh(self) -> None:
        """Look at the queue and its runs."""
        if not self._asked and not self._closed:
            self._asked = True
            self._disk.run(self._look, self._show, self._fail, (RunError,))

    def offer(self) -> None:
        """Look at the queue at the start of the window, and offer to go on with what was left."""
        self._disk.run(self._look, self._offer, self._fail, (RunError,))

    # New experiments

    def plan(self, experiment: Experiment, *, measuring: bool = False) -> Callable[[], Plan]:
        """A job for a thread that tells what would come of an experiment with the document as it is now; ``measuring``
        trains one epoch to tell how long it takes."""
        if measuring:
            return measured(self._controller, experiment)
        return planned(self._controller, experiment, self.runs_dir)

    def start(self, experiment: Experiment) -> None:
        """Put an experiment with the document as it is now at the end of the queue, and work on it."""
        frozen, path = FrozenContent(self._controller.document.content), self._controller.path

        def make() -> str:
            from studio.experiments.folder import ExperimentFolder

            document = Document(content=frozen.content())
            folder = ExperimentFolder.create(self.runs_dir, experiment, document, path)
            folder.set_queue(state=WAITING)
            return folder.id

        def made(id: str) -> None:
            self.started.emit(id)
            self.refresh()
            self.work()

        self._disk.run(make, made, self._fail, (RunError,))

    # The queue

    def work(self) -> None:
        """Let workers train what waits, unless they do."""
        from studio.experiments.folder import all_experiments
        from studio.experiments.runner import Crew

        if self._closed:
            return
        if self._crew is not None:
            self._again = True
            return

        def waiting() -> list[ExperimentFolder]:
            return [folder for folder in all_experiments(self.runs_dir) if folder.state == WAITING]

        self._again, self.is_paused = False, False
        self._crew = Crew(self.runs_dir, waiting, self._tell)
        self._work.run(self._crew.work, self._ended, self._fail, (RunError,))
        self.changed.emit()

    def toggle_pause(self) -> None:
        """Let all runs of experiments rest, or go on."""
        if self._crew is not None:
            self.is_paused = not self.is_paused
            (self._crew.pause if self.is_paused else self._crew.go_on)()
            self.changed.emit()

    def stop(self, id: str) -> None:
        """Stop an experiment as a whole: its runs are saved, and none is begun until `go_on`."""
        self._change(id, lambda folder: folder.set_queue(state=STOPPED), self._begin_anew)

    def go_on(self, id: str) -> None:
        """Let an experiment go on that was stopped, or that was left when the program ended."""
        self._change(id, lambda folder: folder.set_queue(state=WAITING), self.work)

    def move(self, id: str, by: int) -> None:
        """Change places with the experiment before (-1) or behind (1) in the queue."""
        folders = [standing.folder for standing in self.standings or ()]
        place = next((place for place, folder in enumerate(folders) if folder.id == id), -1)
        if place < 0 or not 0 <= place + by < len(folders):
            return
        folders.insert(place + by, folders.pop(place))

        def write() -> None:
            for number, folder in enumerate(folders):
                folder.set_queue(place=number)

        self._disk.run(write, lambda _: self.refresh(), self._fail, (RunError,))

    def remove(self, id: str) -> None:
        """Take an experiment off the list; its runs stay."""
        self._change(id, lambda folder: folder.remove(), self._begin_anew)

    def shutdown(self) -> None:
        """The window closes: what is being trained is saved, and can be gone on with."""
        self._closed = True
        if self._crew is not None:
            self._crew.stop()
        self._work.forget()
        self._disk.forget()

    def _change(self, id: str, act: Callable[[ExperimentFolder], object], then: Callable[[], object]) -> None:
        folder = next((standing.folder for standing in self.standings or () if standing.folder.id == id), None)

        def changed(_: object) -> None:
            self.refresh()
            then()

        if folder is not None:
            self._disk.run(partial(act, folder), changed, self._fail, (RunError,))

    def _begin_anew(self) -> None:
        """Have the present runs saved, and go on with what still waits: all that is left of another experiment."""
        if self._crew is not None:
            self._again = True
            self._crew.stop()

    # Answers

    def _look(self) -> list[Standing]:
        from studio.experiments.folder import all_experiments
        from studio.experiments.progress import Progress
        from studio.runs.index import RunIndex

        self._asked = False
        folders = all_experiments(self.runs_dir)
        if not folders:
            return []
        with RunIndex(self.runs_dir) as index:
            index.refresh()
            return [_standing(folder, Progress.of(folder.experiment, index.runs_of(folder.id))) for folder in folders]

    def _show(self, standings: list[Standing]) -> None:
        self.standings = standings
        self.changed.emit()

    def _offer(self, standings: list[Standing]) -> None:
        self._show(standings)
        left = [one for one in standings if one.state == WAITING and one.is_left and one.progress.trials]
        if left and not self._closed:
            words = f"{left[0].folder.experiment.title}: {left[0].ended:,} of {left[0].total:,} runs are done."
            self._say(f"An experiment was left. {words}", "info", (("Go on", self.work),), waits=True)

    def _tell(self, event: str, facts: dict[str, Any]) -> None:
        """On the crew's thread."""
        with suppress(RuntimeError):  # the window may be gone by now, and its signals with it
            self._heard.emit(event, facts)

    def _hear(self, event: str, facts: dict[str, Any]) -> None:
        if event == "progress":
            self.progressed.emit()
            return
        if event == "given up":
            self._say(str(facts["reason"]), "warning")
        elif event == "died":
            self._say(f"{facts['job'].words}: {facts['reason']}", "warning")
        self.trained.emit()
        self.refresh()

    def _ended(self, outcome: Outcome) -> None:
        self._crew = None
        self.refresh()
        if outcome.state == "failed":
            self._say(f"{outcome.reason} What was trained is kept.", "error", (("Go on", self.work),))
        elif self._again:
            self.work()
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        self._asked = False
        self._say(str(error), "error")

    def _say(self, text: str, kind: Kind, actions: tuple[Action, ...] = (), *, waits: bool = False) -> None:
        self._controller.said.emit(Message(text, kind, actions, waits))


def _standing(folder: ExperimentFolder, progress: Progress) -> Standing:
    return Standing(folder, progress, folder.state, progress.total, progress.ended, progress.count("failed"))


def _share(facts: dict[str, Any]) -> float:
    steps = facts.get("steps", 0)
    return float(facts.get("step", 0)) / steps if steps else 0.0
