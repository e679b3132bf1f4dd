"""Reading and writing the document of a window: everything here may wait for a disk, so it is called on a thread."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from models.checks import findings
from models.document import Document, FrozenContent
from models.findings.finding import Finding
from models.storage import files, journal, templates
from models.storage.files import FileProblem
from studio.controllers.file_watch import NOTHING, Sight, Stamp, stamp_of

Then = Callable[[], object]


class ChangedElsewhere(Exception):
    """The file is not any more what it was when it was opened here: replacing it needs a second thought."""


class Opened(NamedTuple):
    """A document that is ready to take the place of another, with all that was read for it."""

    document: Document
    title: str
    path: Path | None
    sight: Sight
    issues: list[Finding]
    problems: list[FileProblem]


class Saved(NamedTuple):
    """What was written: the state of the document that is on the disk now, and the file as it lies there."""

    state: object
    path: Path
    sight: Sight


class Loading(NamedTuple):
    """A document that is asked for, and the state of the present one when it was."""

    job: Callable[[], Opened]
    then: Then | None
    name: str
    document: Document
    state: object


@dataclass
class Saving:
    """A save that is asked for: where to (None for the present name), whether to replace whatever lies there."""

    path: Path | None
    replace: bool
    then: list[Then] = field(default_factory=list)
    written: bool = False


def fresh(document: Document | None = None, title: str = "untitled") -> Opened:
    """A document that has no file yet, empty if there is none."""
    document = document or Document()
    return Opened(document, title, None, NOTHING, findings(document), [])


def from_template(name: str) -> Opened:
    """A new document made from a template; raises `FileError`."""
    return fresh(templates.load(name), name)


def from_file(path: Path) -> Opened:
    """The document in a file, as far as it can be read; raises `FileError`."""
    # Looked at before it is read: what changes in between counts as a change.
    sight = Sight.of(path)
    document, problems = files.read(path)
    return Opened(document, path.stem, path, sight, findings(document), problems)


def from_recovery(recovery: journal.Recovery) -> Opened:
    """What a session that ended without closing had left; raises `FileError`."""
    document = journal.load(recovery)
    path = recovery.document_path
    sight = Sight.of(path) if path else NOTHING
    if sight.changed_at > recovery.saved_at:
        sight = sight._replace(stamp=None)  # the file is newer: replacing it asks first
    return Opened(document, path.stem if path else recovery.title, path, sight, findings(document), [])


def write(document: Document, path: Path, known: Stamp, *, replace: bool) -> Saved:
    """Save a document as it is when its turn has come, whole or not at all.

    Raises `FileError` where the disk refuses and, unless it is to be replaced all the same, `ChangedElsewhere` for a
    file that is another than the ``known`` one.
    """
    if not replace and stamp_of(path) not in (None, known):
        raise ChangedElsewhere(f"{path.name} was changed elsewhere since it was opened here.")
    with document.lock:
        state, frozen = document.state(), FrozenContent(document.content)
    value = files.content_to_json(frozen.content())
    if value.get("data"):
        from studio.data import with_relative_paths

        value["data"] = with_relative_paths(value["data"], path.absolute().parent)
    content = files.format_json(value)
    files.save_text(content, path)
    return Saved(state, path, _as_saved(path, content))


def _as_saved(path: Path, content: bytes) -> Sight:
    """A file right behind its save. What another program has made of it since has no stamp: it counts as changed."""
    sight = Sight.of(path)  # before it is read: what changes in between is found at the next look
    with suppress(OSError):
        if path.read_bytes() != content:
            return sight._replace(stamp=None)
    return sight
