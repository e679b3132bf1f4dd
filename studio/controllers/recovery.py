"""Offering what a session that ended without closing had left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from models.storage import journal
from studio.controllers.documents import DocumentController
from studio.services.message import Message


class RecoveryOffer:
    """Offers one piece of unsaved work after another, until each is recovered or discarded.

    ``open`` gets what takes the work up, as a function that returns whether it could; it calls it once the present
    document is safe, and shows the document.
    """

    def __init__(self, controller: DocumentController, open: Callable[[Callable[[], bool]], object]) -> None:
        self._controller = controller
        self._open = open
        self._answered: set[Path] = set()

    def make(self) -> None:
        """Say what there is, the latest first; nothing where there is nothing."""
        # A disk that can only be read keeps what was answered; once is enough.
        waiting = [recovery for recovery in journal.recoverable() if recovery.path not in self._answered]
        if not waiting:
            return
        latest = waiting[0]
        more = f" ({len(waiting) - 1} more wait.)" if len(waiting) > 1 else ""
        text = f"{_what_is_kept(latest)}{more}"
        actions = ("Recover", lambda: self._recover(latest)), ("Discard", lambda: self._discard(latest))
        self._controller.said.emit(Message(text, "warning", actions, waits=True))

    def _recover(self, recovery: journal.Recovery) -> None:
        def take_up() -> bool:
            recovered = self._controller.recover(recovery)
            if recovered:
                self._answered.add(recovery.path)
                self.make()
            return recovered

        self._open(take_up)

    def _discard(self, recovery: journal.Recovery) -> None:
        journal.discard(recovery)
        self._answered.add(recovery.path)
        self.make()


def _what_is_kept(recovery: journal.Recovery) -> str:
    if not recovery.elsewhere:
        return f"{recovery.title} was not closed properly. Its last edits are kept."
    when = datetime.fromtimestamp(recovery.saved_at).strftime("%d %b %Y, %H:%M").lstrip("0")
    return f"{recovery.title} may still be open on {recovery.elsewhere}. Its edits of {when} are kept."
