"""A controller of documents and one of training, and what they said in a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from documents import mlp
from pytestqt.qtbot import QtBot

from models.document import Document
from studio.controllers.documents import DocumentController
from studio.controllers.training import TrainingController
from studio.running.launch import new_run
from studio.runs.folder import RunFolder
from studio.runs.summary import RunSummary
from studio.services.message import Message
from widgets.runs.progress import Progress

LONG = 100_000


class Studio:
    """A controller of documents and one of training, and what they said."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.documents = DocumentController()
        self.training = TrainingController(self.documents)
        self.said: list[Message] = []
        self.progress: list[Progress] = []
        self.ended: list[Path] = []
        self.documents.said.connect(self.said.append)
        self.training.progressed.connect(self.progress.append)
        self.training.run_ended.connect(self.ended.append)

    def until(self, condition: Callable[[], object], seconds: float = 120) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=round(seconds * 1000))

    def ready(self) -> None:
        self.training.warm_up()
        self.until(lambda: self.training.devices)

    def begin(self, document: Document) -> Path:
        """Train and wait until it is under way."""
        self.documents.show_run(document, "exam")
        before = self.training.run
        self.training.train()
        self.until(lambda: self.training.run not in (None, before) or self.said)
        assert self.training.run, self.said
        count = len(self.progress)
        self.until(lambda: len(self.progress) > count + 1)
        return self.training.run

    def act(self, label: str) -> None:
        """Press what the last message offers."""
        dict(self.said[-1].actions)[label]()

    @property
    def pid(self) -> int:
        pid = self.training.worker_pid
        assert pid
        return pid

    def close(self) -> None:
        self.training.shutdown()
        self.documents.close()


def runs(studio: Studio) -> list[RunSummary]:
    """The list of runs after another look."""
    studio.training.runs.refresh()
    studio.until(lambda: not studio.training.runs.is_busy)
    studio.qtbot.wait(1)
    return studio.training.runs.summaries or []


def states(studio: Studio) -> dict[str, str]:
    return {run.name: run.state for run in runs(studio)}


def interrupted(studio: Studio, name: str) -> RunFolder:
    run = new_run(mlp(), None, studio.training.runs_dir, name=name)
    with run.event_log() as events:
        events.write("started")
        events.write("interrupted", reason="The window was closed")
    return run
