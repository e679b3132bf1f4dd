"""Edited source as one edit of the document: what it changes in networks, and the source itself, which is kept."""

from __future__ import annotations

from models.document import Document
from models.document.content import CODE
from models.document.edits import Batch, Edit, SetSection
from models.sources.reading import Reading
from models.sources.weaving import Code, section_of

LABEL = "Edit code"


def editing(document: Document, code: Code, text: str, reading: Reading) -> Batch:
    """The edit that takes source over which was read without problems. Typing on is one undo."""
    keep = SetSection(CODE, section_of(text, code.before, document), field="text")
    edits: list[Edit] = [*reading.edits, keep]
    return Batch(reading.edits[0].label if len(reading.edits) == 1 else LABEL, edits)
