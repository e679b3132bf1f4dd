"""Looking for findings without keeping the window: check by check, as long as a frame has time for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer, Signal

from models.checks import Finding, in_order, search
from models.document import Document

Subject = Callable[[], tuple[Document, tuple[object, ...]]]
SLICE = 0.006
"""Seconds at a time: with the rest of an edit that stays within a frame."""
BEHIND_THE_PICTURE = 100
"""Milliseconds after which a window that was just made has been drawn."""


class Examination(QObject):
    """Looks through a document soon after it was asked to; `found` carries all findings in order.

    Asked again meanwhile it begins anew: of a burst of edits only the last is told of.
    """

    found = Signal(object)

    def __init__(
        self, subject: Callable[[], tuple[Document, tuple[object, ...]]], parent: QObject | None = None
    ) -> None:
        """``subject`` gives the document and what is known beside it, when the looking begins."""
        super().__init__(parent)
        self._subject = subject
        self._document: Document | None = None
        self._search: Iterator[list[Finding]] | None = None
        self._findings: list[Finding] = []
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._go_on)

    @property
    def is_going_on(self) -> bool:
        """Whether findings are still to come."""
        return self._turn.isActive()

    def begin(self, after: int = 0) -> None:
        """Look, from the beginning, when the present edits are done, or so many milliseconds later."""
        self._search = None
        self._turn.start(after)

    def stop(self) -> None:
        """Look no further."""
        self._search = None
        self._turn.stop()

    def _go_on(self) -> None:
        if self._search is None:
            self._document, known = self._subject()
            self._search, self._findings = search(self._document, *known), []
        assert self._document is not None
        end = time.monotonic() + SLICE
        for part in self._search:
            self._findings += part
            if time.monotonic() > end:
                self._turn.start(0)
                return
        self._search = None
        self.found.emit(in_order(self._document, self._findings))
