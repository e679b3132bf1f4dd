"""A document and a file of its code kept in step: what each of them takes over from the other."""

from __future__ import annotations

from typing import NamedTuple

from models.document import Document
from models.document.edits import Batch
from models.sources.editing import editing
from models.sources.reading import read
from models.sources.syntax.merging import merged
from models.sources.syntax.outline import Problem
from models.sources.weaving import code_of

CODE_FIRST, CANVAS_FIRST = "code", "canvas"
"""Whose change counts where both changed the same lines."""


class Step(NamedTuple):
    """What brings both in step: the edit that the document takes over, None for none; what keeps a line of the file
    from being drawn; the lines that both changed, where nobody said whose counts."""

    edit: Batch | None = None
    problems: tuple[Problem, ...] = ()
    conflicts: tuple[int, ...] = ()

    @property
    def is_possible(self) -> bool:
        """Whether the file can be written anew once the edit is made."""
        return not (self.problems or self.conflicts)


def next_step(document: Document, title: str, content: str, base: str, first: str = "") -> Step:
    """What a document takes over from the content of its file, which was ``base`` when both were in step.

    Without a base, "", the file counts. ``first`` says whose change counts where both changed the same lines.
    """
    code = code_of(document, title)
    if content in (code.text, base):
        return Step()
    text, conflicts = content, tuple[int, ...]()
    if base and code.text != base:
        if first == CANVAS_FIRST:
            text = merged(base, code.text, content).text
        else:
            text, conflicts = merged(base, content, code.text)
    if conflicts and first != CODE_FIRST:
        return Step(conflicts=conflicts)
    reading = read(text, code.before, code.text)
    if reading.problems:
        return Step(problems=reading.problems)
    return Step(editing(document, code, text, reading))
