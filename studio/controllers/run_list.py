"""The runs as the window knows them: the index is read, and runs are renamed and deleted, on a thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from studio.runs.errors import RunError
from studio.services.background import Queue

if TYPE_CHECKING:
    from studio.runs.index import RunIndex
    from studio.runs.summary import RunSummary
    from studio.runs.table.marks import Marks

# What runs are listed with is imported where it is used: the window opens without it.

TELL_EVERY = 0.5
"""Seconds between two lists while many runs are read for the first time."""


class RunList(QObject):
    """All runs below a folder, the latest first.

    `changed` carries the list of their summaries whenever a look at the folder found another one, and after the first
    look at any rate; `failed` a sentence.
    """

    changed = Signal(object)
    failed = Signal(str)
    _heard = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.summaries: list[RunSummary] | None = None
        """The last list; None before the first look."""
        self._told: list[RunSummary] | None = None
        self._index: RunIndex | None = None
        self._asked = self._closed = False
        self._queue = Queue(self)
        self._heard.connect(self._take)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._queue.is_busy

    def refresh(self) -> None:
        """Look for what is new."""
        if not (self._asked or self._closed):
            self._asked = True
            self._do(self._look)

    def rename(self, id: str, name: str) -> None:
        """Give a run another name."""
        self._change(lambda index: index.rename(id, name))

    def mark(self, id: str, change: Callable[[Marks], Marks]) -> None:
        """Note other things of a run, given what is noted now."""
        self._change(lambda index: index.mark(id, change))

    def delete(self, ids: Sequence[str], then: Callable[[list[str], str], object]) -> None:
        """Move runs to the trash before anybody looks at the folder again; ``then`` is given those that could be, and a
        sentence on those that could not, "" where all could."""
        gone: list[str] = []
        problems: list[str] = []

        def act(index: RunIndex) -> None:
            for id in ids:
                try:
                    index.delete(id)
                    gone.append(id)
                except RunError as error:
                    problems.append(str(error))

        def told() -> None:
            problem = problems[0] if problems else ""
            if gone:
                then(gone, problem)
            elif problem:
                self.failed.emit(problem)

        self._change(act, told)

    def restore(self, id: str) -> None:
        """Take a run back from the trash."""
        self._change(lambda index: index.restore(id))

    def close(self) -> None:
        """Look no more."""
        self._closed = True
        self._queue.forget()
        if self._index:
            self._index.close()

    def _change(self, act: Callable[[RunIndex], None], then: Callable[[], object] = lambda: None) -> None:
        self._do(lambda: act(self._open()), then)
        self._asked = False  # a look that was asked for before comes too early
        self.refresh()

    def _do(self, job: Callable[[], None], then: Callable[[], object] = lambda: None) -> None:
        self._queue.run(job, lambda _: then(), lambda error: self.failed.emit(str(error)), (RunError,))

    def _take(self, summaries: list[RunSummary]) -> None:
        self.summaries = summaries
        self.changed.emit(summaries)

    # On the thread

    def _open(self) -> RunIndex:
        from studio.runs.index import RunIndex

        if self._index is None or self._index.runs_dir != self.folder:
            self._index = RunIndex(self.folder)
        return self._index

    def _look(self) -> None:
        """Tell the list while it is read for the first time, and when it is up to date, unless it is as it was."""
        self._asked = False
        index, told = self._open(), time.monotonic()
        for batch in index.updates():
            if self._closed:
                return
            if batch.done < batch.total and time.monotonic() - told > TELL_EVERY:
                self._tell(index.runs())
                told = time.monotonic()
        self._tell(index.runs())

    def _tell(self, summaries: list[RunSummary]) -> None:
        if summaries != self._told:
            self._told = summaries
            self._heard.emit(summaries)
