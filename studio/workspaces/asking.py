"""A page that looks at one run at a time and asks a worker about it: which runs there are, and which one it shows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QWidget

from studio.controllers.asking.probing import Probing
from studio.controllers.preparation import TrustQuestion
from studio.controllers.training import TrainingController
from studio.runs.source import ForeignSourceError
from studio.runs.summary import RunSummary
from studio.services.background import Background
from studio.services.message import Action
from studio.services.settings import Settings
from studio.workspaces.choosing import run_to_show
from studio.workspaces.inspect.subject import Opened
from studio.workspaces.staged import StagedPage

MOST_RUNS = 200


class AskingPage(StagedPage):
    """Base of these pages. ``opened`` is the run that is shown, once it was looked at."""

    def __init__(
        self, training: TrainingController, probing: Probing, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(settings, parent)
        self.training, self.probing = training, probing
        self.opened: Opened | None = None
        self._run = self._document = ""
        self._trained_before: str | None = ""
        """The last run of documents that were open before; None once one of the open document was shown."""
        training.documents.opened.connect(self._on_document)
        self._opening = Background(self)
        self.training.runs.changed.connect(self._show_runs)

    @abstractmethod
    def _show_runs(self, summaries: list[RunSummary]) -> None:
        """The runs that there are."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.probing.warm_up()
        self.training.runs.refresh()
        if self.training.runs.summaries is not None:
            self._show_runs(self.training.runs.summaries)

    def _chosen(self, summaries: list[RunSummary]) -> str:
        """The run to show among these: the present one, that of another document, or the first that it trained."""
        document, latest = str(self.training.documents.path or ""), self.training.run
        name = latest.name if latest else ""
        is_first = self._trained_before not in (None, name) and any(run.id == name for run in summaries)
        present = "" if is_first else self._run
        chosen = run_to_show(summaries, present, document, self._document, name)
        if self.isVisible():  # else nothing is shown yet
            self._document = document
            self._trained_before = None if is_first else self._trained_before
        return chosen

    def _on_document(self) -> None:
        latest = self.training.run
        self._trained_before = latest.name if latest else ""

    def _trust_action(self, error: ForeignSourceError, again: Callable[[], object]) -> Action:
        """What shows source from elsewhere, and looks ``again`` where it is to run all the same."""
        question = TrustQuestion(str(error), error.difference, again)
        return "Show it…", partial(self.training.preparation.trust_asked.emit, question)

    def _part(self, name: str, splitter: QSplitter) -> None:
        """Let the parts of the page have their widths and heights from one time to the next, by a name."""
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(14)
        splitter.setStyleSheet("QSplitter::handle { background: transparent; }")
        self.remember(name, splitter)
