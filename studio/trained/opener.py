"""Opens the windows about trained runs, one of each at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.controllers.training import TrainingController

if TYPE_CHECKING:
    from studio.trained.averaging import AveragingWindow
    from studio.trained.pruning import PruningWindow


class TrainedWindows:
    """What of the windows is open; each is loaded with the first look at it."""

    def __init__(
        self, window: QWidget, probing: Probing, controller: DocumentController, training: TrainingController
    ) -> None:
        self._window, self._probing = window, probing
        self._controller, self._training = controller, training
        self.averaging: AveragingWindow | None = None
        self.pruning: PruningWindow | None = None

    def average(self, runs: Sequence[Path]) -> None:
        """Show how well runs do that answer together."""
        from studio.trained.averaging import AveragingWindow

        if self.averaging:
            self.averaging.close()
        self.averaging = AveragingWindow(self._probing, runs, self._window)
        self.averaging.closed.connect(self._forget_averaging)
        self.averaging.show()
        self.averaging.look()

    def prune(self, run: Path) -> None:
        """Show what a run comes to with its smallest weights taken away."""
        from studio.trained.pruning import PruningWindow

        if self.pruning:
            self.pruning.close()
        self.pruning = PruningWindow(self._probing, self._controller, self._training, run, self._window)
        self.pruning.closed.connect(self._forget_pruning)
        self.pruning.show()
        self.pruning.look()

    def close(self) -> None:
        """Want nothing any more."""
        if self.pruning:
            self.pruning.close()
        if self.averaging:
            self.averaging.close()

    def _forget_pruning(self) -> None:
        self.pruning = None

    def _forget_averaging(self) -> None:
        self.averaging = None
