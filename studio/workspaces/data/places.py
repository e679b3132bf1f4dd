"""Data that is not where a document looks for it: ready sets that can be downloaded, and files that were moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, Signal

from models.basics.quantities import bytes_text
from studio.data import DataError
from studio.data.kept.moved import remember
from studio.data.kept.ready_set import PREFIX, ReadySet
from studio.data.kept.sets import READY, ready_named
from studio.data.paths import resolved
from studio.services.background import Background, Queue
from widgets.controls.note import Note
from widgets.data.middle import DataPage
from widgets.data.source_list import Source


class _Left(Exception):
    """Ends a download that nobody waits for; what came so far is gone on with later."""


class Places(QObject):
    """Offers ready sets, downloads them, and remembers where what was moved is now."""

    progressed = Signal(int, int)

    def __init__(self, page: DataPage, use: Callable[[dict[str, Any]], object], parent: QObject) -> None:
        """``use`` takes settings as the document's data."""
        super().__init__(parent)
        self._page, self._use = page, use
        self._downloading, self._writing = Background(self), Queue(self)
        self._wanted = ""
        self.progressed.connect(self._show_progress)
        page.cancel_requested.connect(self.cancel)

    @property
    def is_busy(self) -> bool:
        """Whether something is being downloaded or noted."""
        return self._downloading.is_busy or self._writing.is_busy

    @staticmethod
    def rows() -> list[Source]:
        """The ready sets as rows of the list of sources."""
        return [Source(item.path, item.title, item.about, "db", _told(item)) for item in READY.values()]

    def choose(self, path: str) -> None:
        """Take a ready set as the document's data; ask first where it must be downloaded."""
        item = READY[path.removeprefix(PREFIX)]
        if item.file.exists():
            self._take(item)
        else:
            self._page.show_notes([Note("info", _told(item), [("Download", partial(self.download, item))])])

    def remedies(self, settings: Mapping[str, Any]) -> list[tuple[str, Callable[[], object]]]:
        """What can be done where the data of these settings cannot be read."""
        item = ready_named(str(settings.get("path", "")))
        return [("Download", partial(self.download, item))] if item and not item.file.exists() else []

    def download(self, item: ReadySet) -> None:
        """Download a set, then take it."""
        self._wanted = item.name
        self._page.show_notes(())
        self._page.show_progress(0, item.size)
        job = partial(_fetch, item, partial(self._tell, item.name))
        self._downloading.run(job, lambda _: self._take(item), self._fail, (DataError, _Left))

    def cancel(self) -> None:
        """Want no download any more."""
        self._wanted = ""

    def note_moved(self, settings: Mapping[str, Any], base: Path | None, now: Path) -> None:
        """The user has named a place for data that was elsewhere before: if nothing is there any more, whoever
        names it is led to the new one."""
        if named := str(settings.get("path", "")).strip():
            self._writing.run(partial(_note, resolved(named, base), now), expected=(OSError,))

    def close(self) -> None:
        """Want nothing any more."""
        self.cancel()
        self._downloading.forget()
        self._writing.forget()

    def _take(self, item: ReadySet) -> None:
        self._page.end_progress()
        self._use(item.settings)

    def _fail(self, error: Exception) -> None:
        self._page.end_progress()
        kept = "The download was left; it goes on where it was."
        again = [("Try again", partial(self.download, item))] if (item := READY.get(self._wanted)) else []
        self._page.show_notes([Note("info", kept) if isinstance(error, _Left) else Note("error", str(error), again)])

    def _tell(self, name: str, done: int, total: int) -> None:
        """From the thread that downloads."""
        if self._wanted != name:
            raise _Left
        self.progressed.emit(done, total)

    def _show_progress(self, done: int, total: int) -> None:
        if self._downloading.is_busy:
            self._page.show_progress(done, total)


def _told(item: ReadySet) -> str:
    host = urlsplit(item.url).hostname
    return f"{item.title}: {item.about}. {bytes_text(item.size)} from {host}, license {item.license}."


def _fetch(item: ReadySet, progress: Callable[[int, int], None]) -> Path:
    from studio.data.kept.download import fetch

    return fetch(item, progress)


def _note(old: Path, now: Path) -> None:
    if not old.exists() and old != now.absolute():
        remember(old, now.absolute())
