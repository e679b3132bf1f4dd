"""Source that a person edits: read into edits of the document, and brought up to date with it. Nothing of it runs."""

from __future__ import annotations

from models.sources.editing import editing
from models.sources.offers import Offers, offers
from models.sources.opening import opened
from models.sources.places import lines_of
from models.sources.reading import Reading, read, read_in_pieces
from models.sources.syncing import CANVAS_FIRST, CODE_FIRST, next_step
from models.sources.syntax.merging import Merged, merged
from models.sources.syntax.outline import Problem
from models.sources.weaving import Code, code_in_pieces, code_of, kept_source, section_of

__all__ = [
    "CANVAS_FIRST",
    "CODE_FIRST",
    "Code",
    "Merged",
    "Offers",
    "Problem",
    "Reading",
    "code_in_pieces",
    "code_of",
    "editing",
    "kept_source",
    "lines_of",
    "merged",
    "next_step",
    "offers",
    "opened",
    "read",
    "read_in_pieces",
    "section_of",
]
