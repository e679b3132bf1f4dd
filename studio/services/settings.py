"""What the studio remembers between starts: the window's place, recent files, theme, text size, panel widths."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

RECENT_LIMIT = 12
LONGEST_FAREWELL = 5.0
"""Seconds that the end of the program waits for the file to be written."""

Change = Callable[[QSettings], object]


class Settings:
    """A typed front to the user's settings file; values of the wrong type count as absent.

    The file is read once, before the window is there, and written on a thread.
    """

    def __init__(self) -> None:
        store = _store()
        self._values: dict[str, Any] = {key: store.value(key) for key in store.allKeys()}
        self._lock = threading.Lock()
        self._changes: list[Change] = []
        self._writer: threading.Thread | None = None

    def text(self, key: str, default: str = "") -> str:
        """A text setting."""
        value = self._values.get(key, default)
        return value if isinstance(value, str) else default

    def set_text(self, key: str, value: str) -> None:
        """Remember a text."""
        self._set(key, value)

    def state(self, key: str) -> QByteArray | None:
        """The saved state of a window or splitter."""
        value = self._values.get(key)
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None

    def set_state(self, key: str, value: QByteArray) -> None:
        """Remember the state of a window or splitter."""
        self._set(key, value)

    @property
    def scale(self) -> float:
        """Text size, 1.0 to 1.5."""
        try:
            return min(max(float(self.text("scale", "1.0")), 1.0), 1.5)
        except ValueError:
            return 1.0

    @scale.setter
    def scale(self, value: float) -> None:
        self.set_text("scale", f"{value:.2f}")

    def data_paths(self) -> list[str]:
        """Paths of data that the user has named, in other folders than the document's."""
        return [str(path) for path in _paths(self._values.get("data/paths"))]

    def set_data_paths(self, paths: Sequence[str]) -> None:
        """Remember paths of data that the user has named."""
        self._set("data/paths", list(paths))

    def recent(self) -> list[Path]:
        """Recently used documents, the latest first, whether they still exist or not: that takes a look at the disk."""
        return _paths(self._values.get("recent"))

    def add_recent(self, path: Path) -> None:
        """Put a document, named by its absolute path, at the head of the recent ones."""
        self._values["recent"] = _with_recent(self._values.get("recent"), path)
        # Another window may have added some: its list, as the file has it, goes on.
        self._write(lambda store: store.setValue("recent", _with_recent(store.value("recent"), path)))

    def flush(self) -> None:
        """Wait, for a moment at most, until everything is written."""
        writer = self._writer
        if writer:
            writer.join(LONGEST_FAREWELL)

    def _set(self, key: str, value: Any) -> None:
        if self._values.get(key) != value:
            self._values[key] = value
            self._write(lambda store: store.setValue(key, value))

    def _write(self, change: Change) -> None:
        with self._lock:
            self._changes.append(change)
            if self._writer is None:
                self._writer = threading.Thread(target=self._work, name="settings", daemon=True)
                self._writer.start()

    def _work(self) -> None:
        store = _store()
        while changes := self._take():
            for change in changes:
                change(store)
            store.sync()

    def _take(self) -> list[Change]:
        with self._lock:
            changes, self._changes = self._changes, []
            if not changes:
                self._writer = None
            return changes


def _store() -> QSettings:
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Netloom", "netloom")


def _paths(value: object) -> list[Path]:
    entries = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [Path(entry) for entry in entries if isinstance(entry, str) and entry]


def _with_recent(value: object, path: Path) -> list[str]:
    others = (other for other in _paths(value) if other != path)
    return [str(entry) for entry in (path, *others)][:RECENT_LIMIT]
