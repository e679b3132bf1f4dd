"""Training as the window sees it: the workers, one current run, and what to say about them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from models.basics.quantities import epochs_text
from models.storage import files
from models.training import TrainingSettings
from studio.controllers.documents import DocumentController
from studio.controllers.mailbox import Mailbox
from studio.controllers.preparation import Preparation, all_runs
from studio.controllers.run_list import RunList
from studio.running.client import WorkerState
from studio.running.pool import WorkerPool
from studio.runs.errors import RunError
from studio.runs.location import default_runs_dir
from studio.services.background import Background
from studio.services.commands import Command
from studio.services.message import Action, Kind, Message
from widgets.runs.progress import NO_PROGRESS, Pace

if TYPE_CHECKING:
    from models.document import Document
    from models.findings.finding import Mend
    from studio.runs.folder import RunFolder
    from studio.runs.summary import RunSummary

# What runs are made of and listed with is imported where it is used: the window opens without it.


class TrainingController(QObject):
    """Starts runs and steers the worker. `changed` follows anything that the bars show of training; `progressed`
    carries a `Progress`; `run_started` and `run_ended` carry the run's folder, `trained_opened` the document of a run,
    as it was trained, and its title, to be opened in place of the present one. `preparation` has signals of its own."""

    changed = Signal()
    progressed = Signal(object)
    run_started = Signal(object)
    run_ended = Signal(object)
    trained_opened = Signal(object, str)
    origin_found = Signal(object, str)

    def __init__(self, controller: DocumentController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.runs = RunList(default_runs_dir(), self)
        self.runs.changed.connect(self._on_runs)
        self.preparation = Preparation(controller, self)
        self.preparation.changed.connect(self.changed)
        self._look, self._reading, self._examining = Background(self), Background(self), Background(self)
        self._pool = WorkerPool(Mailbox(self._on_state, self).put)
        self._state = "none"
        self._slow = ""
        self._trained: weakref.ref[Document] | None = None
        self._closed = False
        self.run: Path | None = None
        self.run_name = self.run_title = ""
        self._outcome = ""
        self._pace = Pace()
        self._progress = NO_PROGRESS

    @property
    def runs_dir(self) -> Path:
        """Where runs are kept."""
        return self.runs.folder

    @property
    def documents(self) -> DocumentController:
        """Whose document is trained."""
        return self._controller

    # What the bars show

    @property
    def is_training(self) -> bool:
        """Whether a run is going on, pauses and preparation included."""
        return self.preparation.is_going_on or self._pool.is_busy

    @property
    def trains_what_is_open(self) -> bool:
        """Whether steps are taken now with the document that is open, rather than with one that was."""
        trained = self._trained() if self._trained else None
        return self.is_training and not self.is_paused and trained is self._controller.document

    @property
    def is_paused(self) -> bool:
        """Whether the run rests."""
        return self._pool.trains(self.run) and self._state == "paused"

    @property
    def current_id(self) -> str:
        """The id of the run that is going on, "" if none is."""
        return self.run.name if self.run and self._pool.trains(self.run) else ""

    @property
    def devices(self) -> list[dict[str, Any]]:
        """The devices that the worker found."""
        return self._pool.devices

    @property
    def worker_pid(self) -> int | None:
        """The number of the first worker's process, None while there is none."""
        return next(iter(self._pool.pids), None)

    @property
    def device_text(self) -> str:
        """The best device, for the top bar, and how many take part in the next run."""
        if not self.devices:
            return "Looking for devices…" if self._state in ("none", "starting") else ""
        settings, _ = TrainingSettings.read(self._controller.document.training)
        best = next((one for one in self.devices if str(one["id"]).startswith(settings.device)), self.devices[0])
        name = str(best.get("name") or best.get("id"))
        if settings.devices == 1:
            return name
        return f"{settings.devices} {'processes' if best['id'] == 'cpu' else 'GPUs'} · {name}"

    @property
    def status_text(self) -> str:
        """What the worker does, in a few words."""
        if self._slow:
            return self._slow
        if self.preparation.is_going_on:
            return "Preparing the run"
        words = {"none": "Worker is off", "starting": "Worker is starting", "ready": "Worker ready",
                 "loading": "Reading the data", "training": "Training", "paused": "Paused",
                 "ended": "Worker ready", "died": "Worker is off"}  # fmt: skip
        return words.get(self._state, self._state)

    @property
    def run_text(self) -> str:
        """What the run does, or how it ended; of the worker where there was no run yet."""
        return self.status_text if self.is_training or not self._outcome else self._outcome

    @property
    def whose(self) -> str:
        """What the document of the run is called, "" where it is called as the one that is open."""
        return "" if self.run_title == self._controller.title or not self.current_id else self.run_title

    @property
    def has_progress(self) -> bool:
        """Whether the run has told how far it is."""
        return bool(self._progress.epochs)

    @property
    def farewell(self) -> str:
        """A sentence on the run that would end with the window, "" without one."""
        if not self.current_id:
            return ""
        far = f"at epoch {min(int(self._progress.epoch) + 1, self._progress.epochs):,} of {self._progress.epochs:,}"
        return f"{self.run_name} is {far if self.has_progress else 'about to begin'}."

    # Commands

    def commands(self) -> list[Command]:
        """What steers a run that goes on."""
        return [
            Command(
                "pause", "Train", "Pause or continue", ("Ctrl+Shift+P",), self.toggle_pause,
                enabled=lambda: self._pool.is_busy,
            ),
            Command("stop", "Train", "Stop", ("Ctrl+.",), self.stop, enabled=lambda: self.is_training),
        ]  # fmt: skip

    def warm_up(self) -> None:
        """Start the worker ahead of need, and offer to go on with a run that was interrupted."""
        if self._closed:
            return  # asked for a moment ago, by a window that was closed since
        self._pool.start()
        self._look.run(self._interrupted, self._offer_resume, lambda _: None, (RunError,))

    def train(self) -> None:
        """Check and start a run of the document as it is now."""
        if self.is_training:
            return
        devices = [str(device["id"]) for device in self.devices] or None
        self._trained = weakref.ref(self._controller.document)

        def begin(folder: RunFolder, canceled: bool) -> None:
            self._begin(folder, self._pool.train)
            if canceled:
                self._pool.stop(folder.path)

        self.preparation.make(self.runs_dir, devices, begin)

    def resume(self, id: str, trust: str = "") -> None:
        """Go on with a run that stopped or was interrupted.

        One whose model.py is not what its network generates asks first (`Preparation.find`); ``trust`` is the answer.
        """
        if self.is_training:
            self._say("Another run is going on. Stop it first.", "warning")
            return

        def begin(folder: RunFolder) -> None:
            self._trained = None
            self._begin(folder, lambda path: self._pool.resume(path, trust=trust))

        self.preparation.find(self.runs_dir / id, trust, begin, partial(self.resume, id))

    def toggle_pause(self) -> None:
        """Pause the run, or let it go on."""
        if self.run and self.is_paused:
            self._pool.go_on(self.run)
        elif self.run:
            self._pool.pause(self.run)

    def stop(self) -> None:
        """End the run; its weights are kept. One that is being prepared never begins."""
        self.preparation.cancel()
        if self.run:
            self._pool.stop(self.run)

    def shutdown(self) -> None:
        """The window closes: the worker saves a checkpoint and ends."""
        self._closed = True
        self.preparation.forget()
        self._look.forget()
        self._reading.forget()
        self._examining.forget()
        self._pool.close()
        self.runs.close()

    # Runs

    def open_trained(self, id: str) -> None:
        """Ask for the network of a run, as it was trained, in place of the present document."""

        def read() -> tuple[Document, str]:
            from studio.data import with_absolute_paths
            from studio.runs.folder import RunFolder

            folder = RunFolder.open(self.runs_dir / id)
            document, _ = files.read(folder.document_path)
            if trained_at := folder.header["document_path"]:
                # It opens as a new document, which lies in no folder yet.
                document.content.sections["data"] = with_absolute_paths(document.data, Path(trained_at).parent)
            return document, str(folder.header["title"] or folder.name)

        def failed(error: Exception) -> None:
            self._say(str(error), "error")

        self._reading.run(read, lambda found: self.trained_opened.emit(*found), failed, (RunError, files.FileError))

    def show_document(self, run: Path, workspace: str) -> None:
        """Ask for the document that a run is of, to be looked at in a workspace: its file where that is still there
        (`origin_found`), else the network as it was trained. What cannot be read is said by the run itself."""

        def find() -> Path | None:
            from studio.runs.folder import RunFolder

            origin = Path(RunFolder.open(run).header["document_path"] or "")
            return origin if origin.is_file() else None

        def found(origin: Path | None) -> None:
            if origin:
                self.origin_found.emit(origin, workspace)
            else:
                self.open_trained(run.name)

        self._reading.run(find, found, lambda _: None, (RunError, OSError))

    def _on_runs(self, summaries: list[RunSummary]) -> None:
        """The run may have another name now."""
        name = next((run.name for run in summaries if self.run and run.id == self.run.name), self.run_name)
        if name != self.run_name:
            self.run_name = name
            self.changed.emit()

    def _begin(self, folder: RunFolder, command: Callable[[Path], None]) -> None:
        self.run, self.run_name = folder.path, folder.name
        self.run_title = str(folder.header["title"])
        self._state = "loading"
        self._pace, self._progress = Pace(), NO_PROGRESS
        command(folder.path)
        self.run_started.emit(folder.path)
        self.changed.emit()

    # What the worker says

    def _on_state(self, state: WorkerState) -> None:
        if self._closed:
            return
        if state.name in ("frozen", "stuck"):
            seconds = state.facts.get("seconds", 0)
            self._slow = f"The worker has not answered for {seconds:.0f} s"
            self._say(
                f"{self._slow}. It may be swapping memory.",
                "warning",
                (("End it", partial(self._pool.kill, state.worker)),),
            )
        elif state.name == "alive":
            self._slow = ""
        elif state.name == "refused":
            self._say(str(state.facts.get("message", "")), "warning")
        else:
            self._slow = ""
            if state.name == "paused":
                self._pace = Pace()
            self._state = state.name
            self._controller.knowledge.learn_devices(self._memory())
            self._follow(state)
        self.changed.emit()

    def _memory(self) -> dict[str, int]:
        """The bytes of each device."""
        return {str(device["id"]): int(device.get("memory", 0)) for device in self.devices}

    def _follow(self, state: WorkerState) -> None:
        if state.name == "training":
            self._progress = self._pace.progress(state.facts)
            self.progressed.emit(self._progress)
        elif state.name == "ended":
            self._ended(Path(state.run), str(state.facts.get("outcome")), str(state.facts.get("reason", "")))
        elif state.name == "died":
            self._died(state)
        elif state.name == "paused" and state.facts.get("reason"):
            self._say(
                str(state.facts["reason"]), "warning", (("Continue", partial(self._pool.go_on, Path(state.run))),)
            )

    def _ended(self, run: Path, outcome: str, reason: str) -> None:
        self._outcome = outcome.capitalize()
        if outcome == "failed":
            self._explain(run, reason or "The run failed.")
        elif outcome == "finished":
            self._controller.said.emit(Message(f"{self.run_name} has finished.", "good", shown_by="train"))
        self.run_ended.emit(run)

    def _explain(self, run: Path, reason: str, memory: dict[str, int] | None = None, *more: Action) -> None:
        """Say why a run failed, with a button for each setting that is worth a try; ``memory`` is that of devices where
        it ran out and ended the worker."""

        def look() -> list[Mend]:
            from studio.doctor.failures import remedies

            return remedies(run, memory)

        def say(mends: list[Mend]) -> None:
            acts = tuple((mend.label, partial(self._controller.apply, mend.edit)) for mend in mends)
            self._say(reason, "error", (*acts, *more))

        self._examining.run(look, say, lambda _: say([]), (RunError,))

    def _died(self, state: WorkerState) -> None:
        reason = str(state.facts.get("reason", ""))
        if state.run:
            run = Path(state.run)
            self._outcome = "Interrupted"
            self.run_ended.emit(run)
            text, again = f"{reason} Every point is kept.", ("Resume", lambda: self.resume(run.name))
            if state.facts.get("memory"):
                self._explain(run, text, self._memory(), again)
            else:
                self._say(text, "error", (again,))
        elif not state.facts.get("restarts"):
            self._say(f"The training worker does not start. {reason}", "error")

    def _interrupted(self) -> list[RunSummary]:
        """The latest run of this computer's own that was interrupted, if there is one; experiments see to theirs."""
        from studio.runs.folder import RunFolder
        from studio.runs.source import was_made_here

        for run in all_runs(self.runs_dir):
            if (
                run.state == "interrupted"
                and not run.experiment
                and was_made_here(RunFolder.open(self.runs_dir / run.id))
            ):
                return [run]
        return []

    def _offer_resume(self, runs: list[RunSummary]) -> None:
        if runs and not self.is_training:
            run = runs[0]
            text = f"{run.name} was interrupted at epoch {epochs_text(run.epochs)}."
            self._say(text, "info", (("Resume", lambda: self.resume(run.id)),), waits=True)

    def _say(self, text: str, kind: Kind, actions: tuple[Action, ...] = (), *, waits: bool = False) -> None:
        self._controller.said.emit(Message(text, kind, actions, waits))
