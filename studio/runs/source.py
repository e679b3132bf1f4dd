"""The source that a run trains: generated again from its document, so that nothing runs that came with the folder."""

from __future__ import annotations

import difflib
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from models.codegen.module import generate
from models.storage.seal import is_sealed
from studio.runs.errors import RunError, disk_error
from studio.runs.files.reading import read_file

if TYPE_CHECKING:
    from models.document import Document
    from studio.runs.folder import RunFolder

ANY = "any"
"""Trust in whatever a run brings along, as somebody at the command line gives it."""
LARGEST_SOURCE = 2**26
"""Bytes; 100,000 layers make some 15 MB."""
MOST_LINES = 1_000
LONGEST_LINE = 500
"""Lines of a difference, and letters of a line: nobody reads more."""


class ForeignSourceError(RunError):
    """A run whose model.py is not what its document generates.

    ``difference`` shows the lines that were expected (-) and found (+), ``trust`` is the word that lets this very text
    run, and no other.
    """

    def __init__(self, name: str, expected: str, found: bytes) -> None:
        super().__init__(f"{name} brings a model.py along that its network does not generate. It was not run.")
        self.expected, self.found = expected, found
        self.trust = _digest(found)

    @property
    def difference(self) -> str:
        """The lines that differ, with some around them, as far as anybody would read them."""
        expected, found = self.expected.splitlines(), self.found.decode(errors="replace").splitlines()
        # Comparing takes time by the square of the lines: what is the same at the start is left out, long ends are cut.
        pairs = enumerate(zip(expected, found, strict=False))
        same = next((at for at, (one, other) in pairs if one != other), min(len(expected), len(found)))
        start, end = max(0, same - 3), same + MOST_LINES
        before, after = ([line[:LONGEST_LINE] for line in side[start:end]] for side in (expected, found))
        lines = difflib.unified_diff(before, after, "what its network generates", "its model.py", lineterm="")
        left = max(len(expected), len(found)) - end
        more = [f"… and {left:,} more lines."] if left > 0 else []
        return "\n".join([*lines, *more]) or "Only the ends of lines differ."


def source_of(document: Document, title: str) -> str:
    """The text of the module that a run of this document trains."""
    return generate(document.network, document.analysis, title).text


def approved_source(run: RunFolder, document: Document, trust: str = "") -> str:
    """The text to be run for a run with this ``document``: the generated one where model.py holds nothing else.

    ``trust`` lets other text run: `ANY`, or the word of the `ForeignSourceError` that is raised without. Raises
    `RunError` where model.py cannot be read.
    """
    expected = source_of(document, str(run.header["title"] or run.name))
    found = _content(run.source_path)
    if found == expected.encode():
        return expected
    if trust not in (ANY, _digest(found)):
        raise ForeignSourceError(f"Run {run.name}", expected, found)
    try:
        return found.decode()
    except UnicodeDecodeError:
        raise RunError(f"{run.source_path} is no text in UTF-8, so it cannot be Python source.") from None


def was_made_here(run: RunFolder) -> bool:
    """Whether this user made the run, document and source, on this computer: nothing else is offered unasked."""
    try:
        document, source = (_content(path) for path in (run.document_path, run.source_path))
    except RunError:
        return False
    return is_sealed(run.header.get("seal"), document, source)


def _content(path: Path) -> bytes:
    try:
        return read_file(path, LARGEST_SOURCE)
    except OSError as error:
        raise disk_error("read", path, error) from error
    except ValueError as error:
        raise RunError(f"Could not read {path}: {error}.") from error


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
