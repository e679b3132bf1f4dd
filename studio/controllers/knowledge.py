"""What is known beside the document: the facts of its data, read on a thread, and the devices of this computer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal

from models.data import Facts, Unreadable
from models.data.held import SECTION, FilesNow, noted
from models.document import Document
from models.findings.computer import Devices
from studio.services.background import Background

WORKED, REST = 0.01, 0.002
"""Seconds in which a look at many files goes on, and in which it then rests, so that the window draws what was read."""
Named = tuple[dict[str, Any], Path | None]
"""A document's "data", and the folder where its relative paths start."""


class _Unwanted(Exception):
    """Ends a look at files that nobody waits for."""


class Knowledge(QObject):
    """Learns of the data that a document names, and says so by `changed`. Nothing here waits for a file."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reading, self._noticing = Background(self), Background(self)
        self._look: object = None
        self._section: Mapping[str, Any] = {}
        self._chosen = WeakKeyDictionary[Document, dict[str, object]]()
        self.files: FilesNow | None = None
        """What the files of the data hold, once they were read."""
        self._named: Named | None = None
        self._data: Facts | Unreadable | None = None
        self._told: tuple[Named, Facts | Unreadable] | None = None
        self._devices: Devices | None = None
        self._is_reading = False

    @property
    def known(self) -> tuple[object, ...]:
        """All that is known, for `models.checks.findings`."""
        return tuple(item for item in (self._data, self._devices, self.files) if item is not None)

    @property
    def gap(self) -> str:
        """What is not known of the data, as a sentence; "" where nothing is missing."""
        if self._named is None or self._data is not None:
            return ""
        return "The data is being read." if self._is_reading else "The data has not been read yet."

    def follow_document(self, document: Document, base: Path | None) -> None:
        """Learn of the data of a document; where neither a layer nor data was chosen there is nothing to fit."""
        self._section = document.content.section(SECTION)
        self.follow(document.data if len(document.network) or "source" in document.data else None, base)

    def follow(self, settings: Mapping[str, Any] | None, base: Path | None) -> None:
        """Learn of the data that a document names now, relative paths from ``base``; None where none is needed yet."""
        named = None if settings is None else (dict(settings), base)
        if named == self._named:
            return
        self._named, self._data, self._is_reading, self.files = named, None, False, None
        self._reading.drop()
        self._noticing.drop()
        self._look = None
        told, self._told = self._told, None  # used once: files may have changed when the document comes back to it
        if told and named == told[0]:
            self._learned(told[1])
        elif named is not None:
            self.refresh()

    def refresh(self) -> None:
        """Read the facts again: files may have changed. What was known stays until then."""
        if self._named is None:
            return
        (settings, base), section = self._named, self._section
        self._is_reading = True
        self._reading.run(lambda: _look(settings, base, section), self._learned, lambda _: self._learned(None), ())

    def learn(self, settings: Mapping[str, Any], base: Path | None, data: Facts | Unreadable) -> None:
        """Take what somebody else has read of some data, now or when the document is found to name that."""
        named = dict(settings), base
        if named == self._named:
            self._reading.drop()
            self._learned(data)
        else:
            self._told = named, data

    def note_files(self, document: Document) -> None:
        """Have a document tell what its files hold, of those that it did not know or names in place of others."""
        if self.files is None:
            return
        named = {name: document.data.get(name) for name in self.files.now}
        before = self._chosen.get(document, {})
        anew = [name for name, path in named.items() if before.get(name, path) != path]
        self._chosen[document] = named
        section = document.content.section(SECTION)
        if (now := noted(section, self.files, anew)) != section:
            document.note(SECTION, now)

    def learn_devices(self, memory: Mapping[str, int]) -> None:
        """Take the devices that the worker found, each with its bytes of memory, 0 where these are not known."""
        devices = Devices(tuple(memory), dict(memory)) if memory else None
        if devices != self._devices:
            self._devices = devices
            self.changed.emit()

    def close(self) -> None:
        """Want to know nothing any more."""
        self._look = None
        self._reading.forget()
        self._noticing.forget()

    def _learned(self, data: Facts | Unreadable | None) -> None:
        self._is_reading = False
        self._data = data
        self.changed.emit()
        if isinstance(data, Facts) and self._named is not None:
            self._notice(self._named)

    def _notice(self, named: Named) -> None:
        """Find out what the files hold of data that could be read."""
        settings, base = named
        self._look = look = object()
        rested = 0.0

        def go_on() -> None:
            nonlocal rested
            if self._look is not look:
                raise _Unwanted
            if time.monotonic() - rested > WORKED:
                time.sleep(REST)
                rested = time.monotonic()

        if any(isinstance(value, str) for name, value in settings.items() if name != "source"):
            job = partial(_look_at_files, settings, base, go_on)
            self._noticing.run(job, self._noticed, lambda _: None, (_Unwanted,))

    def _noticed(self, files: FilesNow) -> None:
        if files.now and files != self.files:
            self.files = files
            self.changed.emit()


def _look_at_files(settings: Mapping[str, Any], base: Path | None, go_on: Callable[[], None]) -> FilesNow:
    from studio.data.kept.noticing import files_now

    return files_now(settings, base, go_on=go_on)


def _look(settings: Mapping[str, Any], base: Path | None, section: Mapping[str, Any]) -> Facts | Unreadable | None:
    # Imported with the first look: the window opens without it.
    from studio.data.kept.noticing import find_moved
    from studio.data.known import is_at_hand, known_data

    find_moved(settings, section, base)
    return known_data(settings, base) if is_at_hand(settings, base) else None
