"""What is said of the open file: whether it is saved and since when, and what is being opened if that takes a while."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

from models.basics.quantities import ago_text
from studio.controllers.documents import DocumentController
from studio.services.message import Message

PATIENCE = 300
"""Milliseconds before opening or saving is worth mentioning."""
_MINUTE = 30_000


class FileState(QObject):
    """Follows the life of the file. ``told`` carries a few words, ``said`` and ``taken_back`` a message on opening."""

    told = Signal(str)
    said = Signal(object)
    taken_back = Signal(object)

    def __init__(self, controller: DocumentController, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._saved_at: float | None = None
        self._on_opening: Message | None = None
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE)
        self._clock = QTimer(self, interval=_MINUTE)
        controller.opened.connect(self._forget)
        controller.saved.connect(self._on_saved)
        controller.busy_changed.connect(self._patience.start)
        controller.busy_changed.connect(self._on_busy)
        self._patience.timeout.connect(self._say_busy)
        self._clock.timeout.connect(self.tell)
        self._clock.start()

    def tell(self) -> None:
        """Say how it stands now."""
        controller = self._controller
        if controller.is_saving and not self._patience.isActive():
            text = "Saving…"
        elif controller.path is None:
            text = "Not saved yet"
        elif self._saved_at is None:
            text = "Edited" if controller.document.is_modified else "Saved"
        else:
            text = f"Saved {ago_text(time.monotonic() - self._saved_at)}"
        self.told.emit(text)

    def stop(self) -> None:
        """Say nothing any more."""
        for timer in (self._clock, self._patience):
            timer.stop()

    def _forget(self) -> None:
        self._saved_at = None

    def _on_saved(self) -> None:
        self._saved_at = time.monotonic()
        self.tell()

    def _on_busy(self) -> None:
        """What was said of opening is not true any more once that is over."""
        self.tell()
        if not self._controller.opening:
            self.taken_back.emit(self._on_opening)

    def _say_busy(self) -> None:
        self.tell()
        if name := self._controller.opening:
            cancel = ("Cancel", self._controller.cancel_opening)
            self._on_opening = Message(f"Opening {name}…", "info", (cancel,))
            self.said.emit(self._on_opening)
