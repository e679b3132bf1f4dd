"""Opens the windows about trained runs, one of each at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from studio.controllers.asking.probing import Probing

if TYPE_CHECKING:
    from studio.trained.averaging import AveragingWindow


class TrainedWindows:
    """What of the windows is open; each is loaded with the first look at it."""

    def __init__(self, window: QWidget, probing: Probing) -> None:
        self._window, self._probing = window, probing
        self.averaging: AveragingWindow | None = None

    def average(self, runs: Sequence[Path]) -> None:
        """Show how well runs do that answer together."""
        from studio.trained.averaging import AveragingWindow

        if self.averaging:
            self.averaging.close()
        self.averaging = AveragingWindow(self._probing, runs, self._window)
        self.averaging.closed.connect(self._forget_averaging)
        self.averaging.show()
        self.averaging.look()

    def close(self) -> None:
        """Want nothing any more."""
        if self.averaging:
            self.averaging.close()

    def _forget_averaging(self) -> None:
        self.averaging = None
