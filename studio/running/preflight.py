"""What is found in a document with its data and this computer in view, before training starts. No torch, no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.checks import Finding, findings
from models.data.held import SECTION, noted
from models.document import Document
from models.findings.computer import Devices
from studio.data import ask_before_reading
from studio.data.kept.contents import QUICK
from studio.data.kept.noticing import files_now, find_moved
from studio.data.known import known_data
from studio.running.starting import start_findings
from studio.runs.folder import RunFolder
from studio.runs.source import was_made_here


def examined(document: Document, document_path: Path | None, devices: Sequence[str] | None = None) -> list[Finding]:
    """All that is found in a document, errors first.

    ``document_path`` tells where relative data paths start. ``devices`` are the ids that the worker announced, such as
    "cuda:0" and "cpu"; None if they are not known yet. Reads no more of the data than its shape and classes need.
    """
    base = document_path.absolute().parent if document_path else None
    find_moved(document.data, document.content.section(SECTION), base)
    data, files = known_data(document.data, base), files_now(document.data, base, QUICK)
    return findings(document, data, files, None if devices is None else Devices(tuple(devices)))


def note_files(document: Document, base: Path | None) -> None:
    """Have a document tell what the files of its data hold now, as far as that is quick, for a run that begins."""
    files = files_now(document.data, base, QUICK)
    section = document.content.section(SECTION)
    if (now := noted(section, files, files.now)) != section:
        document.note(SECTION, now)


def preflight(document: Document, document_path: Path | None, devices: Sequence[str] | None = None) -> list[Finding]:
    """What of `examined` must be said before training: what stops it, and warnings that it may not be as meant."""
    base = document_path.absolute().parent if document_path else None
    found = [*examined(document, document_path, devices), *start_findings(document, base)]
    return [finding for finding in found if finding.stops_training or finding.severity == "warning"]


def ask_for_data(run: RunFolder, document: Document) -> None:
    """Raise `ConsentNeeded` where data must be allowed before a run with this document goes on.

    A run that was not made here says itself where its document lay: nothing lies beside that unasked.
    """
    trained_at = run.header["document_path"]
    folder = Path(trained_at).parent if trained_at else None
    base = folder if was_made_here(run) else None
    find_moved(document.data, document.content.section(SECTION), folder)
    ask_before_reading(document.data, folder, base)
