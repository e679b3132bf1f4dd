"""What the studio remembers between starts: the window's place, recent files, theme, text size, panel widths."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

RECENT_LIMIT = 12


class Settings:
    """A typed front to the user's settings file; values of the wrong type count as absent."""

    def __init__(self) -> None:
        self._store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Netloom", "netloom")

    def text(self, key: str, default: str = "") -> str:
        """A text setting."""
        value = self._store.value(key, default)
        return value if isinstance(value, str) else default

    def set_text(self, key: str, value: str) -> None:
        """Remember a text."""
        self._store.setValue(key, value)

    def state(self, key: str) -> QByteArray | None:
        """The saved state of a window or splitter."""
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None

    def set_state(self, key: str, value: QByteArray) -> None:
        """Remember the state of a window or splitter."""
        self._store.setValue(key, value)

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

    def recent(self) -> list[Path]:
        """Recently used documents that still exist, the latest first."""
        value = self._store.value("recent", [])
        entries = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        paths = [Path(entry) for entry in entries if isinstance(entry, str) and entry]
        return [path for path in paths if path.is_file()][:RECENT_LIMIT]

    def add_recent(self, path: Path) -> None:
        """Put a document at the head of the recent ones."""
        path = path.resolve()
        entries = [path, *(other for other in self.recent() if other != path)]
        self._store.setValue("recent", [str(entry) for entry in entries[:RECENT_LIMIT]])
        self._store.sync()
