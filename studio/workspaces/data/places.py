"""Data that is not where a document looks for it: ready sets that can be downloaded, and files that were moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.data import DataError
from studio.data.kept.moved import remember
from studio.data.kept.ready_set import HUB, ReadySet
from studio.data.kept.sets import READY, ready_named
from studio.data.paths import resolved
from studio.services.background import Background, Queue
from studio.services.dialogs import ask_text
from widgets.controls.note import Note
from widgets.data.middle import DataPage
from widgets.data.source_list import Source

_ADDRESS = "https://huggingface.co/datasets/"


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
        found = [Source(item.path, item.title, item.about, "db", _told(item)) for item in READY.values()]
        return [*found, Source(HUB, "Hugging Face…", "a data set by its name", "db", adds=True)]

    def choose(self, path: str) -> None:
        """Take a ready set as the document's data; ask first where it must be downloaded, and for the name of one of
        Hugging Face."""
        item = ready_named(path)
        if item is None:
            ask_text(self._page, "Hugging Face", "Name, such as stanfordnlp/imdb:", "", self._choose_of_hub)
        elif item.file.exists():
            self._take(item)
        else:
            self._page.show_notes([Note("info", _told(item), [("Download", partial(self.download, item))])])

    def _choose_of_hub(self, name: str) -> None:
        path = f"{HUB}{name.strip().removeprefix(_ADDRESS)}"
        if ready_named(path) is not None:
            self.choose(path)
        elif name.strip():
            told = f"Expected OWNER/NAME, perhaps with :CONFIG behind it, found “{name.strip()[:40]}”."
            self._page.show_notes([Note("error", told)])

    def remedies(self, settings: Mapping[str, Any]) -> list[tuple[str, Callable[[], object]]]:
        """What can be done where the data of these settings cannot be read."""
        item = ready_named(str(settings.get("path", "")))
        return [("Download", partial(self.download, item))] if item and not item.file.exists() else []

    def download(self, item: ReadySet) -> None:
        """Download a set, then take it."""
        self._wanted = item.path
        self._page.show_notes(())
        self._page.show_progress(0, item.size)
        job = partial(_fetch, item, partial(self._tell, item.path))
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
        again = [("Try again", partial(self.download, item))] if (item := ready_named(self._wanted)) else []
        self._page.show_notes([Note("info", kept) if isinstance(error, _Left) else Note("error", str(error), again)])

    def _tell(self, path: str, done: int, total: int) -> None:
        """From the thread that downloads."""
        if self._wanted != path:
            raise _Left
        self.progressed.emit(done, total)

    def _show_progress(self, done: int, total: int) -> None:
        if self._downloading.is_busy:
            self._page.show_progress(done, total)


def _told(item: ReadySet) -> str:
    return f"{item.title}: {item.about}. {item.terms}."


def _fetch(item: ReadySet, progress: Callable[[int, int], None]) -> Path:
    from studio.data.kept.download import fetch

    return fetch(item, progress)


def _note(old: Path, now: Path) -> None:
    if not old.exists() and old != now.absolute():
        remember(old, now.absolute())
