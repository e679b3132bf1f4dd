"""What a file reads while it runs, as far as Python tells: so that data is made anew when one of these has changed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from studio.data.own.making import listing, stamp

MOST = 20_000
_FILES, _FOLDERS = ("open", "sqlite3.connect"), ("os.listdir", "os.scandir")


class Watched:
    """Notes from now on which files are opened and which folders listed, but for what Python reads of itself and what
    lies in ``work``; those of the ``own`` folders count wherever these lie."""

    def __init__(self, work: Path, own: Sequence[Path], python: Sequence[Path]) -> None:
        self._work = str(work)
        self._own, self._python = [*map(str, own)], [*map(str, python)]
        self._files: set[str] = set()
        self._folders: set[str] = set()
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        seen = self._files if event in _FILES else self._folders if event in _FOLDERS else None
        if seen is None or len(seen) >= MOST or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        # What imports reads itself is known by the program's own digest.
        if not sys._getframe(1).f_code.co_filename.startswith("<frozen"):
            seen.add(os.path.abspath(os.fsdecode(arguments[0])))

    def seen(self) -> dict[str, Any]:
        """The files with their stamps, and the folders with their listings, that count."""
        files, folders = (
            [path for path in sorted(seen) if self._counts(path)] for seen in (self._files, self._folders)
        )
        return {
            "files": {path: known for path in files if (known := stamp(path))},
            "folders": {path: names for path in folders if (names := listing(path))},
        }

    def _counts(self, path: str) -> bool:
        if _is_in(path, [self._work]):
            return False
        return _is_in(path, self._own) or not _is_in(path, self._python)


def _is_in(path: str, folders: Sequence[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)
