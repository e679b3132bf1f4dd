"""Writes how numbers came about on a thread, since one that thousands hang on takes a fifth of a second."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from models.byhand.pen import Line, NotWrittenError, Page, Place
from models.byhand.written.lookup import lines_of
from studio.services.background import Background

Show = Callable[[list[Line], str], object]
"""Takes the lines of a number, or a sentence where there are none."""


class Scribe:
    """Answers the newest request of each slot alone; what the lines of a page need is worked out once."""

    def __init__(self, parent: QObject) -> None:
        self._parent = parent
        self._slots: dict[str, Background] = {}
        self._newest: dict[str, int] = {}
        self._page = threading.Lock()
        """One writes at a time: a page remembers what it worked out."""

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return any(slot.is_busy for slot in self._slots.values())

    def write(self, slot: str, page: Page, table: str, place: Place, show: Show) -> None:
        """Write the lines of a number; ``show`` gets them unless the slot is asked for others before."""
        number = self._newest[slot] = self._newest.get(slot, 0) + 1
        background = self._slots.setdefault(slot, Background(self._parent))
        job = partial(self._write, slot, number, page, table, place)
        background.run(job, lambda lines: show(lines, ""), lambda why: show([], str(why)), (NotWrittenError,))

    def drop(self, slot: str) -> None:
        """Want no answer in a slot any more."""
        self._newest[slot] = self._newest.get(slot, 0) + 1
        if slot in self._slots:
            self._slots[slot].drop()

    def _write(self, slot: str, number: int, page: Page, table: str, place: Place) -> list[Line]:
        with self._page:
            return lines_of(page, table, place) if self._newest[slot] == number else []
