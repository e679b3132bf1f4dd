"""Offering what a session that ended without closing had left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject

from models.storage import journal
from models.storage.journal import Recovery
from studio.controllers.document_files import Then
from studio.controllers.documents import DocumentController
from studio.services.background import Queue
from studio.services.message import Message


class RecoveryOffer(QObject):
    """Offers one piece of unsaved work after another, until each is recovered or discarded.

    ``take_up`` gets a piece, and what follows once it has taken the place of the present document.
    """

    def __init__(self, controller: DocumentController, take_up: Callable[[Recovery, Then], object]) -> None:
        super().__init__(controller)
        self._controller = controller
        self._take_up = take_up
        self._queue = Queue(self)
        self._answered: set[Path] = set()

    @property
    def is_looking(self) -> bool:
        """Whether it is not known yet what there is."""
        return self._queue.is_busy

    def make(self) -> None:
        """Look for what there is and say it, the latest first; nothing where there is nothing."""
        self._queue.run(journal.recoverable, self._offer, expected=(OSError,))

    def close(self) -> None:
        """Offer nothing any more."""
        self._queue.forget()

    def _offer(self, found: list[Recovery]) -> None:
        # A disk that can only be read keeps what was answered; once is enough.
        waiting = [recovery for recovery in found if recovery.path not in self._answered]
        if not waiting:
            return
        latest = waiting[0]
        more = f" ({len(waiting) - 1} more wait.)" if len(waiting) > 1 else ""
        text = f"{_what_is_kept(latest)}{more}"
        actions = ("Recover", lambda: self._recover(latest)), ("Discard", lambda: self._discard(latest))
        self._controller.said.emit(Message(text, "warning", actions, waits=True))

    def _recover(self, recovery: Recovery) -> None:
        def recovered() -> None:
            self._answered.add(recovery.path)
            self.make()

        self._take_up(recovery, recovered)

    def _discard(self, recovery: Recovery) -> None:
        self._answered.add(recovery.path)
        self._queue.run(lambda: journal.discard(recovery), expected=(OSError,))
        self.make()


def _what_is_kept(recovery: Recovery) -> str:
    if not recovery.elsewhere:
        return f"{recovery.title} was not closed properly. Its last edits are kept."
    when = datetime.fromtimestamp(recovery.saved_at).strftime("%d %b %Y, %H:%M").lstrip("0")
    return f"{recovery.title} may still be open on {recovery.elsewhere}. Its edits of {when} are kept."
