"""Runs that come as files: sent by somebody, or written for TensorBoard. They become runs like those made here."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.controllers.training import TrainingController
from studio.runs.errors import RunError
from studio.services.background import Queue


class SentRuns(QObject):
    """Reads such a file on a thread. `opened` carries the ids of the runs that it holds, `failed` a sentence."""

    opened = Signal(object)
    failed = Signal(str)

    def __init__(self, training: TrainingController, parent: QObject) -> None:
        super().__init__(parent)
        self._training, self._reading = training, Queue(self)

    @property
    def is_busy(self) -> bool:
        """Whether one is still read."""
        return self._reading.is_busy

    def open(self, path: Path) -> None:
        """Make runs of a file or a folder; one that is here already is shown."""
        folder = self._training.runs_dir

        def read() -> list[str]:
            from studio.runs.exchange.pack import SUFFIX, unpack
            from studio.runs.exchange.tensorboard import open_events

            if path.name.endswith(SUFFIX):
                return [unpack(path, folder).id]
            return [run.id for run in open_events(path, folder)]

        self._reading.run(read, self.opened.emit, lambda error: self.failed.emit(str(error)), (RunError,))

    def forget(self) -> None:
        """Nobody waits for an answer any more."""
        self._reading.forget()


def holds_runs(path: Path) -> bool:
    """Whether a file or folder is a run, or holds some, by its name."""
    from studio.runs.exchange.pack import SUFFIX
    from studio.runs.exchange.tensorboard import holds_event_files, is_event_file

    return path.name.endswith(SUFFIX) or is_event_file(path) or holds_event_files(path)
