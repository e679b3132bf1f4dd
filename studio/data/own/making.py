"""The arrays that a program makes: asked of a child process that may not do much, and kept as long as they are those.

They are made anew when the program changes, what it is asked for, or a file that it read.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from models.basics.quantities import bytes_text
from studio.data.data import Progress
from studio.data.errors import DataError
from studio.data.own.trust import check_trusted

MODULE = "studio.worker.reading"
ARRAYS, ABOUT, DONE = "made.npz", "answer.json", "done"
KEPT = 8
"""How many makings are kept: what was used last."""
LEAST_ROOM = 1 << 28
"""Bytes of the disk that are left alone."""
LONGEST = 360
_LOCKS: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


class Ask(NamedTuple):
    """What to run: a file, what in it gives data ("" where there is one thing alone), its arguments as JSON, at most
    how many samples of each part, a further folder that it may read, and seconds that it may take."""

    file: Path
    name: str = ""
    arguments: str = ""
    samples: int | None = None
    folder: Path | None = None
    seconds: int = 600


class Made(NamedTuple):
    """The file of arrays, and what in the program gave them."""

    arrays: Path
    name: str


def made(ask: Ask, progress: Progress | None = None) -> Made:
    """What a program gives, run now if it is not known. Raises `DataError`, and `ProgramNotTrusted` before it is run
    as it never was."""
    digest = check_trusted(ask.file)
    key = hashlib.sha256(json.dumps([digest, *map(str, ask)]).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    place = _folder() / key
    with _LOCKS[key]:
        about = _standing(place)
        if about is None:
            about = _make(ask, place, progress)
        with suppress(OSError):
            os.utime(place)
    return Made(place / ARRAYS, str(about["name"]))


def _make(ask: Ask, place: Path, progress: Progress | None) -> dict[str, Any]:
    """Have a child make the arrays in a folder beside, and put that in its place."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix="making-", dir=place.parent))
    except OSError as error:
        raise DataError(f"{place.parent} cannot be written: {error.strerror}.") from error
    try:
        about = _answered(ask, work, progress)
        shutil.rmtree(place, ignore_errors=True)
        with suppress(OSError):  # another process was as quick, with the same
            os.replace(work, place)
        return about
    finally:
        shutil.rmtree(work, ignore_errors=True)
        _forget_oldest(place.parent)


def _answered(ask: Ask, work: Path, progress: Progress | None) -> dict[str, Any]:
    """What the child answers; raises `DataError`, and what ``progress`` raises."""
    from studio.processes import limited

    latest = [0.0]

    def look() -> None:
        if progress is not None:
            progress(*_done(work / DONE))
        if time.monotonic() > latest[0] + 1:
            latest[0] = time.monotonic()
            if (free := shutil.disk_usage(work).free) < LEAST_ROOM:
                raise DataError(f"{ask.file.name}: its data fills the disk, {bytes_text(free)} are left. Set samples.")

    order = {
        "name": ask.name,
        "arguments": ask.arguments,
        "samples": ask.samples,
        "folder": str(ask.folder.resolve()) if ask.folder else "",
    }
    try:
        about = limited.answer_of(MODULE, ask.file, order, work, ask.seconds, look)
    except limited.Failed as error:
        raise DataError(_sentence(str(error), ask)) from None
    if not (work / ARRAYS).is_file() or not isinstance(about.get("name"), str):
        raise DataError(f"{ask.file.name} gave no arrays. Have it return pairs of an input and a target.")
    if progress is not None:
        progress(*_done(work / DONE))
    return about


def _sentence(text: str, ask: Ask) -> str:
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    if "took longer" in text:
        return f"{text} Set samples to take the first ones, or allow more seconds."
    return text if text.endswith(".") else f"{text}."


def _done(path: Path) -> tuple[int, int]:
    """How many samples are done and will be, 0 of 0 where that is not known."""
    try:
        done, total = map(int, path.read_text().split())
    except (OSError, ValueError):
        return 0, 0
    return (done, total) if 0 <= done <= total else (0, 0)


def _standing(place: Path) -> dict[str, Any] | None:
    """What is kept of a making, None where there is none or a file has changed that it read."""
    try:
        about = json.loads((place / ABOUT).read_bytes())
        files, folders = about["files"], about["folders"]
        same = all(stamp(path) == known for path, known in files.items())
        same = same and all(listing(path) == known for path, known in folders.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return about if same and isinstance(about.get("name"), str) and (place / ARRAYS).is_file() else None


def stamp(path: str) -> list[int]:
    """By what a file is known to be as it was; empty where it is gone."""
    try:
        found = os.stat(path)
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns]


def listing(path: str) -> str:
    """By what the names in a folder are known to be those that they were; "" where it is gone."""
    try:
        names = sorted(os.listdir(path))
    except OSError:
        return ""
    return hashlib.sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _forget_oldest(folder: Path) -> None:
    with suppress(OSError):
        places = sorted(folder.iterdir(), key=lambda place: place.stat().st_mtime, reverse=True)
        for place in [place for place in places if not place.name.startswith("making-")][KEPT:]:
            shutil.rmtree(place, ignore_errors=True)


def _folder() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("netloom", appauthor=False) / "made"
