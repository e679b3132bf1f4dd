"""The user's word on programs: for what they say today, file and imports, and asked anew when that changes."""

from __future__ import annotations

import ast
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

from studio.data.errors import ConsentNeeded, DataError
from studio.data.kept.notes import note, noted

LARGEST = 1 << 22
"""Bytes of a file of Python."""
MOST_FILES, MOST = 1_000, 1_000
NAME = "programs"
_LOCK = threading.Lock()


class ProgramNotTrusted(ConsentNeeded):
    """The user has not said yet that a program may be run as it is now."""

    deed, request = "Run it", "Run it only if you trust who wrote it."

    def __init__(self, path: Path, digest: str) -> None:
        why = f"{path.name} is a program that was not run here as it is now."
        how = f"Allow it in the Data workspace, or with --trust {path.name}, if you trust who wrote it."
        super().__init__(why, how, path)
        self.digest = digest
        contents = ((file.name, _content(file).decode(errors="replace")) for file in files_of(path))
        self.program = "\n\n".join(f"# {name}\n\n{content}" for name, content in contents)

    def allow(self) -> None:
        trust(self.digest)


def trust(digest: str) -> None:
    """The user means what has this digest to be run; raises `OSError` where the disk refuses."""
    with _LOCK:
        known = [item for item in _known() if item != digest]
        note(NAME, [*known, digest][-MOST:])


def check_trusted(path: Path) -> str:
    """The digest of a program that may be run; raises `ProgramNotTrusted`, and `DataError` where it can't be read."""
    digest = digest_of(path)
    if digest not in _known():
        raise ProgramNotTrusted(path, digest)
    return digest


def _known() -> list[str]:
    content = noted(NAME)
    return [item for item in content if isinstance(item, str)] if isinstance(content, list) else []


def digest_of(path: Path) -> str:
    """The SHA-256 of a program: of its file, and of those beside and below it that it imports; raises `DataError`."""
    found = hashlib.sha256()
    for file in files_of(path):
        content = _content(file)
        found.update(f"{file.relative_to(path.parent).as_posix()} {len(content)}\n".encode("utf-8", "surrogateescape"))
        found.update(content)
    return found.hexdigest()


def files_of(path: Path) -> list[Path]:
    """The file of a program and the files of Python that it imports from its own folder; raises `DataError`."""
    found, todo = {path: None}, [path]
    while todo and len(found) < MOST_FILES:
        for file in _imported(todo.pop(), path.parent):
            if file not in found and file.is_file():
                found[file] = None
                todo.append(file)
    return [path, *sorted(file for file in found if file != path)]


def _imported(file: Path, root: Path) -> Iterator[Path]:
    """Where the modules would lie that a file imports, if they are of its folder."""
    try:
        tree = ast.parse(_content(file))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _places(root, alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            start = file.parents[node.level - 1] if 0 < node.level <= len(file.parents) else root
            if start.is_relative_to(root):
                names = node.module.split(".") if node.module else []
                for alias in node.names:
                    yield from _places(start, [*names, alias.name])


def _places(folder: Path, names: list[str]) -> Iterator[Path]:
    for name in names:
        yield folder / f"{name}.py"
        folder = folder / name
        yield folder / "__init__.py"


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise DataError(f"{file.name}: expected a program, found a file of over 4 MB. Choose another file.")
        return file.read_bytes()
    except OSError as error:
        raise DataError(f"Could not read {file}: {error.strerror}.") from error
