"""What the user keeps for later, apart from documents: folders of them in the user's data folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path

from models.storage.atomic import refusal
from models.storage.files import SUFFIX, FileError, save_text

TEMPLATES, BLOCKS = "templates", "blocks"


def folder(name: str) -> Path:
    """Where things of a sort lie; it need not be there yet."""
    from platformdirs import user_data_path

    return user_data_path("netloom", appauthor=False) / name


def kept(name: str) -> dict[str, Path]:
    """The files of a sort by what they are called; none where the folder cannot be read."""
    try:
        return {file.stem: file for file in sorted(folder(name).glob(f"*{SUFFIX}"))}
    except OSError:
        return {}


def stamps(name: str) -> dict[str, float]:
    """When each file of a sort was written; other than before where one came, went or changed."""
    found = {}
    for stem, file in kept(name).items():
        with suppress(OSError):
            found[stem] = file.stat().st_mtime
    return found


def put(name: str, wanted: str, content: bytes, taken: Iterable[str] = ()) -> Path:
    """Write a new file of a sort, called as is wanted, as far as any disk takes that, and like no other, nor like one
    that is ``taken``; returns where it lies. Raises `FileError` where the disk refuses."""
    stem = re.sub(r"[^\w-]+", "-", wanted.lower()).strip("-")[:60] or "untitled"
    names = {*kept(name), *taken}
    free = next(other for number in count(1) if (other := stem if number == 1 else f"{stem}-{number}") not in names)
    path = folder(name) / f"{free}{SUFFIX}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(refusal(path.name, error)) from None
    save_text(content, path)
    return path
