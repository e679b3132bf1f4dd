"""Documents as files: JSON text in a stable order, read as far as it can be read, saved whole or not at all.

docs/file-format.md describes the format. Reading refuses only what is no document at all (`FileError`); everything
else opens, and each thing that was left out or renamed is named by a `FileProblem`.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

from models.document import Document
from models.specs.fields import shown
from models.storage import atomic, json_text
from models.storage.migrations import VERSION, migrate
from models.storage.reading import FileProblem, read_document
from models.storage.writing import compact_json, content_to_json, format_json, snapshot, to_json

__all__ = [
    "VERSION",
    "FileError",
    "FileProblem",
    "content_of",
    "content_to_json",
    "format_json",
    "from_json",
    "parse",
    "read",
    "read_whole",
    "readable_json",
    "snapshot",
    "to_json",
    "write",
]

LARGEST_FILE = 32 * 2**20
"""Bytes; a document of 100,000 layers has some 15 MB."""
MOST_ENTRIES = {"nodes": 100_000, "edges": 400_000}
SUFFIX = ".netloom"


class FileError(Exception):
    """A file that cannot be read or written; the text says what was expected, what was found and what to do."""


def read(path: str | os.PathLike[str]) -> tuple[Document, list[FileProblem]]:
    """Open a document as far as it can be read; raises `FileError` where it is none or cannot be reached."""
    file = Path(path)
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            found = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or a pipe"
            raise FileError(f"{file} is {found}; expected a file of Netloom’s.")
        _check_size(status.st_size, file.name)
        content = file.read_bytes()
    except FileNotFoundError:
        raise FileError(f"There is no file {file}. Check its name.") from None
    except OSError as error:
        raise FileError(f"{file} cannot be read: {error.strerror or error}.") from error
    except ValueError:
        raise FileError(f"{str(file)!r} cannot be the name of a file.") from None
    return parse(content, name=file.name)


def read_whole(path: str | os.PathLike[str]) -> Document:
    """Open a document of which nothing is lost; raises `FileError` with the first thing that is, as for a file that
    cannot be read."""
    document, problems = read(path)
    for problem in problems:
        if problem.lost:
            raise FileError(f"{Path(path).name} is damaged. {problem}")
    return document


def parse(content: bytes, *, name: str = "The file") -> tuple[Document, list[FileProblem]]:
    """Read a document from bytes, of a file or a clipboard; raises `FileError`, in which ``name`` stands for it."""
    _check_size(len(content), name)
    try:
        value, damage, text = json_text.loads(content)
    except json_text.TextError as error:
        raise FileError(f"{name} is no Netloom document, which is JSON text. {error}") from None
    document, problems = from_json(value, name=name)
    found = json_text.lines(text, [problem.path for problem in problems if problem.path])
    located = [problem._replace(line=found.get(problem.path, 0)) for problem in problems]
    return document, [FileProblem(sentence) for sentence in damage] + located


def from_json(value: Any, *, name: str = "The file") -> tuple[Document, list[FileProblem]]:
    """A document from JSON data and what was left out or renamed; raises `FileError` if it is no document at all."""
    if not isinstance(value, dict) or not value.keys() & {"netloom", "network"}:
        raise FileError(f"{name} is JSON, but no Netloom document: it has no entry ‘network’. Open another file.")
    version = value.get("netloom", VERSION)
    problems = []
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        problems.append(FileProblem(f"The version is not a number from 1 on; the file was read as version {VERSION}."))
        version = VERSION
    if version > VERSION:
        raise FileError(
            f"{name} has version {shown(version)}, but this Netloom reads versions up to {VERSION}. "
            "Update Netloom, or save the document from the newer one in an older form."
        )
    value = migrate(value, version)
    _check_count(value, name)
    document, found = read_document(value)
    return document, problems + found


def write(document: Document, path: str | os.PathLike[str]) -> None:
    """Save a document whole or not at all; raises `FileError` with the old file and the document untouched."""
    save_text(content_of(to_json(document), Path(path).name), path)


def content_of(value: dict[str, Any], name: str) -> bytes:
    """JSON data of a document as the content of its file; raises `FileError` if that could not be opened again."""
    content = readable_json(value)
    try:
        _check_size(len(content), name)
        _check_count(value, name)
    except FileError as error:
        raise FileError(f"{error} It was not saved: remove some layers first.") from None
    return content


def readable_json(value: dict[str, Any]) -> bytes:
    """As `format_json`, but without blanks where these alone would make a document too large to be opened."""
    content = format_json(value)
    return content if len(content) <= LARGEST_FILE else compact_json(value)


def save_text(content: bytes, path: str | os.PathLike[str]) -> None:
    """Save bytes made by `format_json`, as `write` does; safe in any thread."""
    try:
        atomic.replace_file(Path(path), content)
    except OSError as error:
        raise FileError(atomic.refusal(Path(path).name or str(path), error)) from error
    except ValueError:
        raise FileError(f"{str(path)!r} cannot be the name of a file. Save under another name.") from None


def _check_count(value: dict[str, Any], name: str) -> None:
    """Refuse a document of more nodes or edges, in all its networks together, than can be shown."""
    blocks = value.get("blocks")
    networks = [value.get("network"), *(blocks.values() if isinstance(blocks, dict) else ())]
    for part, most in MOST_ENTRIES.items():
        parts = [network.get(part) for network in networks if isinstance(network, dict)]
        count = sum(len(items) for items in parts if isinstance(items, list))
        if count > most:
            raise FileError(f"{name} has {count:,} {part}; Netloom opens up to {most:,}.")


def _check_size(size: int, name: str) -> None:
    if size > LARGEST_FILE:
        limit = LARGEST_FILE // 2**20
        raise FileError(f"{name} has {size / 2**20:,.0f} MB; Netloom opens documents up to {limit} MB.")
