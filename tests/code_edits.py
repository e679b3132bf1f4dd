"""Documents whose code is edited as in the Code panel."""

from __future__ import annotations

from models.document import Document
from models.sources import Code, Problem, code_of, editing, read

TITLE = "Net"


def code(document: Document) -> Code:
    """The code of a document, as the panel shows it."""
    return code_of(document, TITLE)


def typed(document: Document, *changes: tuple[str, str], text: str = "") -> tuple[Problem, ...]:
    """Type changes into the code of a document; returns what keeps them from being drawn."""
    present = code(document)
    edited = text or present.text
    for before, after in changes:
        assert before in edited, f"{before!r} is not in\n{edited}"
        edited = edited.replace(before, after)
    reading = read(edited, present.before, present.text)
    if not reading.problems:
        document.apply(editing(document, present, edited, reading))
    return reading.problems
