"""Source that a person edits: read into edits of the document, and brought up to date with it. Nothing of it runs."""

from __future__ import annotations

from models.sources.editing import editing
from models.sources.places import lines_of
from models.sources.reading import Reading, read
from models.sources.syntax.merging import Merged, merged
from models.sources.syntax.outline import Problem
from models.sources.weaving import Code, code_of, kept_source

__all__ = [
    "Code",
    "Merged",
    "Problem",
    "Reading",
    "code_of",
    "editing",
    "kept_source",
    "lines_of",
    "merged",
    "read",
]
