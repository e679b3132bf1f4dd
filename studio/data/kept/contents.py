"""The content of a file or a folder as a SHA-256: worked out once, then remembered until something is written there."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

from models.data.held import Held
from studio.data.kept.notes import note, noted

QUICK = 64_000_000
"""Bytes that are read unasked."""
MOST_FILES, MOST_QUICK = 1_000_000, 20_000
"""Files of a folder whose content is worked out, and of one that is looked at unasked."""
MOST = 2_000
"""Entries that are remembered."""
NAME = "contents"
_REMEMBERED_FROM = 1_000_000
"""Bytes below which reading again costs less than remembering."""
_SETTLED = 2.0
"""Seconds after which a file that is written again gets another time."""
_LEFT_BEHIND = ("__MACOSX", "@eaDir", "Thumbs.db", "desktop.ini")
GoOn = Callable[[], object]
"""Called between pieces of work; an exception from it ends the work."""


class _Entry(NamedTuple):
    """A file in a folder: its name from there, its size in bytes, when it was written in nanoseconds."""

    name: str
    size: int
    written: int


def content_of(path: Path, most: int | None = None, go_on: GoOn = lambda: None) -> Held | None:
    """What lies at a path: a file by its bytes, a folder by names, sizes and bytes of the files in it, however deep.

    Of more than ``most`` bytes that nobody has looked at before only the size is told. None for what is neither, is not
    there, cannot be read, is written meanwhile, or has more files than `MOST_FILES`, with ``most`` than `MOST_QUICK`.
    Links to folders are not followed.
    """
    try:
        found = path.stat()
        if S_ISREG(found.st_mode):
            entries, is_folder = [_Entry("", found.st_size, found.st_mtime_ns)], False
        elif S_ISDIR(found.st_mode):
            limit = MOST_FILES if most is None else MOST_QUICK
            entries, is_folder = [*_entries(path, limit, go_on)], True
        else:
            return None
        return _of_entries(path, entries, is_folder, most, go_on)
    except (OSError, ValueError, _TooMany):
        return None


def _of_entries(path: Path, entries: list[_Entry], is_folder: bool, most: int | None, go_on: GoOn) -> Held | None:
    size, count = sum(entry.size for entry in entries), len(entries) if is_folder else 0
    stamp = _stamp(entries)
    known = _remembered().get(str(path))
    if known is not None and known[0] == stamp:
        return Held(path.name, known[1], size, count)
    if most is not None and size > most:
        return Held(path.name, "", size, count)
    digest = _digest_of_folder(path, entries, go_on) if is_folder else _digest_of_file(path, go_on)
    again = [*_entries(path, len(entries), go_on)] if is_folder else [_entry_of(path, "")]
    if again != entries:
        return None
    newest = max((entry.written for entry in entries), default=0)
    if size >= _REMEMBERED_FROM and time.time() - newest / 1e9 > _SETTLED:
        _remember(str(path), stamp, digest)
    return Held(path.name, digest, size, count)


class _TooMany(Exception):
    """A folder of more files than anybody would wait for."""


def _entries(folder: Path, limit: int, go_on: GoOn) -> Iterator[_Entry]:
    """The files in a folder, then those in each of its folders, by name; without what file managers leave behind."""
    waiting, count = [""], 0
    while waiting:
        go_on()
        below = waiting.pop()
        with os.scandir(folder / below) as items:
            shown = [item for item in items if item.name[0] != "." and item.name not in _LEFT_BEHIND]
        inner = []
        for item in sorted(shown, key=lambda item: item.name):
            name = below + item.name
            if item.is_dir(follow_symlinks=False):
                inner.append(f"{name}/")
            elif item.is_file(follow_symlinks=False) or os.path.isfile(item.path):  # no link that leads nowhere
                count += 1
                found = item.stat()
                yield _Entry(name, found.st_size, found.st_mtime_ns)
        if count > limit:
            raise _TooMany
        waiting += reversed(inner)


def _entry_of(path: Path, name: str) -> _Entry:
    found = path.stat()
    return _Entry(name, found.st_size, found.st_mtime_ns)


def _stamp(entries: list[_Entry]) -> str:
    """What stands for names, sizes and times."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(f"{entry.name}\0{entry.size}\0{entry.written}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()[:32]


def _digest_of_file(path: Path, go_on: GoOn) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            go_on()
            digest.update(piece)
    return digest.hexdigest()


def _digest_of_folder(path: Path, entries: list[_Entry], go_on: GoOn) -> str:
    digest = hashlib.sha256()
    for entry in entries:
        content = _digest_of_file(path / entry.name, go_on)
        digest.update(f"{entry.name}\0{entry.size}\0{content}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


# What is remembered on this computer


def _remembered() -> dict[str, tuple[str, str]]:
    """By path what stood for the files there and what they held."""
    content = noted(NAME)
    pairs = content.items() if isinstance(content, dict) else ()
    return {path: (pair[0], pair[1]) for path, pair in pairs if _is_pair(pair)}


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value)


def _remember(path: str, stamp: str, digest: str) -> None:
    """Keep what a place holds; a disk that refuses only costs the next look."""
    known = {place: pair for place, pair in _remembered().items() if place != path} | {path: (stamp, digest)}
    with suppress(OSError):
        note(NAME, dict(list(known.items())[-MOST:]))
