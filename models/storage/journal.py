"""Recovery files: what is open and not yet saved is on the disk at most a second later, for the next start to offer.

Each open document has one file in the state folder: a line of JSON that says who has it open, then, while there are
unsaved edits, the document as it is. A clean end removes the file; one whose process is gone is a recovery. Files are
replaced whole, and a document is only copied between edits, so that what is there can always be read.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from models.document import Document, FrozenContent
from models.storage import atomic
from models.storage.files import FileError, content_to_json, parse, readable_json
from models.storage.process import Owner

QUIET = 0.3
"""Seconds without an edit after which the document is written."""
LONGEST = 0.5
"""Seconds after which it is written even while edits go on."""
RETRY = 2.0
"""Seconds after which a failed write is tried again."""
FORMAT = 1
ELSEWHERE = 24 * 3600
"""Seconds after which a file that another computer left in a shared home says nothing any more of who has it open."""
FAREWELL = 10.0
"""Seconds that closing waits for a disk that does not answer."""
_HEADER_BYTES = 65_536


class Recovery(NamedTuple):
    """Unsaved work of a session that is gone: its file, the document's own path if it had one, when, and its name.

    ``elsewhere`` names the computer where that session may still live, which can't be told from here; "" for one that
    is surely gone.
    """

    path: Path
    document_path: Path | None
    saved_at: float
    title: str
    elsewhere: str = ""


@cache
def state_folder() -> Path:
    """Where recovery files lie unless another folder is named."""
    from platformdirs import user_state_path

    return user_state_path("netloom", appauthor=False) / "journal"


class Journal:
    """Keeps the recovery file of an open document up to date until `close`, from a thread of its own.

    ``on_failure`` is called in that thread with a sentence when writing begins to fail; writing is tried again and
    again until it works.
    """

    def __init__(
        self,
        document: Document,
        path: Path | None = None,
        *,
        title: str = "",
        folder: Path | None = None,
        on_failure: Callable[[str], object] | None = None,
    ) -> None:
        self.document = document
        self.file = (folder or state_folder()) / f"{os.urandom(8).hex()}.journal"
        self._facts = {"path": str(path.absolute()) if path else None, "title": title or (path.stem if path else "")}
        self._on_failure = on_failure
        self._condition = threading.Condition()
        self._writing = threading.Lock()
        # Times of the first and the last edit that are not on the disk yet; a new journal announces itself.
        self._first: float | None = time.monotonic() if path or document.is_modified else None
        self._last = 0.0
        self._closed = False
        self._failing = False
        document.history_changed.connect(self._on_change)
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def flush(self) -> bool:
        """Write now; whether what is open is on the disk."""
        with self._condition:
            self._first = None
        return self._write()

    def close(self, *, wait: bool = True) -> None:
        """The document was closed by its user: stop, and have the journal's thread remove the recovery file.

        Returns at once without ``wait``, else as soon as that is done. A disk that refuses it is no failure.
        """
        self.document.history_changed.disconnect(self._on_change)
        with self._condition:
            self._closed = True
            self._condition.notify()
        if wait:
            self._thread.join(FAREWELL)
            _remove(self.file)

    def _on_change(self) -> None:
        with self._condition:
            self._last = time.monotonic()
            self._first = self._first or self._last
            self._condition.notify()

    def _run(self) -> None:
        try:
            while self._wait():
                if not self._write():
                    with self._condition:
                        self._condition.wait_for(lambda: self._closed, RETRY)
                        self._first = self._first or time.monotonic()
        finally:
            if self._closed:
                _remove(self.file)

    def _wait(self) -> bool:
        """Sleep until it is time to write; False when closed."""
        with self._condition:
            while not self._closed:
                if self._first is None:
                    self._condition.wait()
                    continue
                left = min(self._last + QUIET, self._first + LONGEST) - time.monotonic()
                if left <= 0:
                    self._first = None
                    return True
                self._condition.wait(left)
        return False

    def _write(self) -> bool:
        with self._writing:
            try:
                self.file.parent.mkdir(parents=True, exist_ok=True)
                atomic.replace_file(self.file, self._content())
            except OSError as error:
                self._complain(atomic.reason(error))
                return False
            self._failing = False
            return True

    def _content(self) -> bytes:
        with self.document.lock:
            frozen = FrozenContent(self.document.content) if self.document.is_modified else None
        unsaved = content_to_json(frozen.content()) if frozen else None
        facts = {"unsaved": unsaved is not None, "saved_at": time.time(), **self._facts}
        header = {"journal": FORMAT, "owner": Owner.current().facts(), **facts}
        first_line = json.dumps(header).encode() + b"\n"
        return first_line + (readable_json(unsaved) if unsaved else b"")

    def _complain(self, reason: str) -> None:
        if not self._failing and self._on_failure:
            self._on_failure(f"Edits cannot be kept safe against a crash: {reason}. Save the document soon.")
        self._failing = True


def recoverable(folder: Path | None = None) -> list[Recovery]:
    """Unsaved work of sessions that are gone or may be, newest first. Files of sessions that left none are removed."""
    found = []
    for file, header in _files(folder):
        owner = Owner.of(header.get("owner"))
        if owner and owner.is_alive():
            continue
        elsewhere = owner.host if owner and owner.is_elsewhere() else ""
        if header.get("unsaved"):
            path = header.get("path")
            document_path = Path(path) if isinstance(path, str) else None
            title = str(header.get("title") or "untitled")
            found.append(Recovery(file, document_path, _time(header), title, elsewhere))
        elif not elsewhere or _is_old(header):
            _remove(file)
    return sorted(found, key=lambda recovery: -recovery.saved_at)


def load(recovery: Recovery) -> Document:
    """The document in a recovery file, which stays until `discard`; raises `FileError`."""
    try:
        _, _, content = recovery.path.read_bytes().partition(b"\n")
    except OSError as error:
        raise FileError(f"The unsaved work on {recovery.title} cannot be read: {error.strerror or error}.") from error
    document, _ = parse(content, name=f"The unsaved work on {recovery.title}")
    return document


def discard(recovery: Recovery) -> None:
    """Remove a recovery file, if the disk allows it: what it held is saved elsewhere or not wanted."""
    _remove(recovery.path)


def others_on(path: Path, folder: Path | None = None) -> list[Owner]:
    """The other processes that have this very file open, or said so elsewhere within a day."""
    me = Owner.current()
    owners = []
    for _, header in _files(folder):
        named = header.get("path")
        owner = Owner.of(header.get("owner"))
        if (
            isinstance(named, str)
            and owner
            and owner != me
            and _is_open(owner, header)
            and _same_file(Path(named), path)
        ):
            owners.append(owner)
    return owners


def _files(folder: Path | None) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The recovery files and their headers; what has none is not one, and is left alone."""
    for file in sorted((folder or state_folder()).glob("*.journal")):
        try:
            with open(file, "rb") as opened:
                header = json.loads(opened.readline(_HEADER_BYTES))
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(header, dict) and header.get("journal") == FORMAT:
            yield file, header


def _is_open(owner: Owner, header: dict[str, Any]) -> bool:
    return owner.is_alive() or (owner.is_elsewhere() and not _is_old(header))


def _is_old(header: dict[str, Any]) -> bool:
    return time.time() - _time(header) >= ELSEWHERE


def _time(header: dict[str, Any]) -> float:
    """When it was written (Unix seconds), 0.0 where that is no time."""
    saved_at = header.get("saved_at")
    return float(saved_at) if isinstance(saved_at, int | float) and 0 <= saved_at < 2**32 else 0.0


def _remove(file: Path) -> None:
    with suppress(OSError):  # a folder that can only be read; what stays there is offered once more
        file.unlink(missing_ok=True)


def _same_file(first: Path, second: Path) -> bool:
    try:
        return first.samefile(second)
    except OSError:
        return first.absolute() == second.absolute()
