"""Before a run begins: what may stop it, whose source it would run, and what it would read, looked at on a thread."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from models.checks import Finding, is_about
from models.data import Facts, Unreadable
from models.document import FrozenContent
from models.document.edits import Edit
from models.storage import files
from studio.controllers.documents import DocumentController
from studio.runs.errors import RunError
from studio.services.background import Background
from studio.services.message import Action, Kind, Message

if TYPE_CHECKING:
    from studio.data.errors import ConsentNeeded
    from studio.runs.folder import RunFolder
    from studio.runs.summary import RunSummary

# What runs are made of and listed with is imported where it is used: the window opens without it.

RUN_NAME = re.compile(r"run (\d{1,9})")


class TrustQuestion(NamedTuple):
    """Whether source that a run brought along may run: a sentence, the lines that differ, and what runs it."""

    text: str
    difference: str
    accept: Callable[[], object]


class Preparation(QObject):
    """Makes or finds the folder of one run at a time. `changed` says that it began or came to nothing; `data_wanted`
    asks for the data, `trust_asked` a `TrustQuestion`."""

    changed = Signal()
    data_wanted = Signal()
    trust_asked = Signal(object)

    def __init__(self, controller: DocumentController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._work = Background(self)
        self.is_going_on = False

    def cancel(self) -> None:
        """The run is not wanted any more."""
        if self.is_going_on:
            self.is_going_on = False
            self.changed.emit()

    def forget(self) -> None:
        """Nobody waits for an answer any more."""
        self._work.forget()

    def make(self, runs_dir: Path, devices: list[str] | None, begin: Callable[[RunFolder, bool], None]) -> None:
        """Make a run of the document as it is now, unless a problem stops it, which is said with its mends.

        Args:
            devices: what the worker found, None while that is not known.
            begin: takes the folder, and whether the run was canceled when it was made already.
        """
        document, path, title = self._controller.document, self._controller.path, self._controller.title
        frozen = FrozenContent(document.content)

        def prepare() -> RunFolder | list[Finding]:
            from studio.running.launch import new_run
            from studio.running.preflight import preflight

            document, _ = files.from_json(files.content_to_json(frozen.content()))
            problems = preflight(document, path, devices)
            if not self.is_going_on or any(problem.stops_training for problem in problems):
                return problems
            name = next_name(run.name for run in all_runs(runs_dir))
            return new_run(document, path, runs_dir, title=title, name=name)

        def prepared(result: RunFolder | list[Finding]) -> None:
            canceled, self.is_going_on = not self.is_going_on, False
            if not isinstance(result, list):
                begin(result, canceled)
            elif not canceled:
                self._refuse(next(problem for problem in result if problem.stops_training))

        self._start()
        self._work.run(prepare, prepared, self._failed, (RunError, files.FileError))

    def find(self, path: Path, trust: str, begin: Callable[[RunFolder], None], again: Callable[[str], object]) -> None:
        """Open a run to go on with. One whose model.py is not what its network generates asks for ``trust`` in it, one
        that reads what the user has not named for that; ``again`` takes the answer, as the trust to go on with."""
        from studio.data.errors import ConsentNeeded

        def look() -> RunFolder:
            from studio.running.preflight import ask_for_data
            from studio.runs.folder import RunFolder
            from studio.runs.source import approved_source

            folder = RunFolder.open(path)
            document = files.read_whole(folder.document_path)
            approved_source(folder, document, trust)
            ask_for_data(folder, document)
            return folder

        def found(folder: RunFolder) -> None:
            if self.is_going_on:
                self.is_going_on = False
                begin(folder)

        self._start()
        self._work.run(look, found, partial(self._ask, trust, again), (RunError, files.FileError, ConsentNeeded))

    def _start(self) -> None:
        self.is_going_on = True
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        if self.is_going_on:
            self.is_going_on = False
            self._say(str(error), "error")
            self.changed.emit()

    def _refuse(self, problem: Finding) -> None:
        self._say(f"{problem.message} {problem.detail}".strip(), "error", self._mends(problem))
        self._controller.knowledge.refresh()
        self.changed.emit()

    def _mends(self, problem: Finding) -> tuple[Action, ...]:
        def action(edit: Edit) -> Callable[[], object]:
            return lambda: self._controller.apply(edit)

        mends = tuple((mend.label, action(mend.edit)) for mend in problem.mends)
        about_data = is_about(problem, Facts, Unreadable)
        return (*mends, ("Choose other data", self.data_wanted.emit)) if about_data else mends

    def _ask(self, trust: str, again: Callable[[str], object], error: Exception) -> None:
        """Turn an error that a yes would mend into its question."""
        from studio.data.errors import ConsentNeeded
        from studio.runs.source import ForeignSourceError

        if isinstance(error, ForeignSourceError) and self.is_going_on:
            self.trust_asked.emit(TrustQuestion(str(error), error.difference, partial(again, error.trust)))
            self.cancel()
        elif isinstance(error, ConsentNeeded) and self.is_going_on:
            self.cancel()
            allow = partial(self._allow_data, error, partial(again, trust))
            self._say(f"{error.why} {error.request}", "warning", ((error.deed, allow),))
        else:
            self._failed(error)

    def _allow_data(self, question: ConsentNeeded, again: Callable[[], object]) -> None:
        question.allow()
        again()

    def _say(self, text: str, kind: Kind, actions: tuple[Action, ...] = ()) -> None:
        self._controller.said.emit(Message(text, kind, actions))


def all_runs(folder: Path) -> list[RunSummary]:
    """The runs in a folder, for threads, at times when the window's own index may be closed."""
    from studio.runs.index import RunIndex

    with RunIndex(folder) as index:
        index.refresh()
        return index.runs()


def next_name(names: Iterable[str]) -> str:
    """The name of a new run: one more than the highest number so far."""
    numbers = (int(match[1]) for name in names if (match := RUN_NAME.fullmatch(name)))
    return f"run {max(numbers, default=0) + 1}"
