"""Documents to compare, each with a name for people: by file, by run, or as git holds them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from models.document import Document
from models.storage import files
from models.storage.files import FileError, FileProblem
from studio.runs.folder import RunFolder
from studio.versions.git import committed


class Version(NamedTuple):
    """A document with what it is called where versions stand side by side, and what was wrong with its file."""

    title: str
    document: Document
    problems: list[FileProblem]


def on_disk(file: Path) -> Version:
    """The document in a file; raises `FileError`."""
    return Version(file.name, *files.read(file))


def of_run(run: RunFolder) -> Version:
    """The document that a run was trained from; raises `FileError`."""
    return Version(run.name, *files.read(run.document_path))


def in_git(file: Path) -> Version:
    """The document as the last commit holds it; raises `FileError`."""
    return Version(f"{file.name} in git (HEAD)", *files.parse(committed(file), name=f"{file.name} in the last commit"))


def version(named: str, runs_dir: Path) -> Version:
    """What a person names: a file, the folder of a run, or the id of one in the folder for runs.

    Raises `FileError` and `RunError`.
    """
    path = Path(named)
    if path.is_file():
        return on_disk(path)
    folder = path if path.is_dir() else runs_dir / named
    if not folder.is_dir():
        raise FileError(f"There is no file and no run ‘{named}’. netloom runs lists the runs there are.")
    return of_run(RunFolder.open(folder))
