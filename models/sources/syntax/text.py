"""Python source by its bytes: where the parts of a tree stand, and other text in their place.

Offsets of `ast` count the bytes of UTF-8 within a line, so that everything here does as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple


class Splice(NamedTuple):
    """Other text in place of the bytes from ``start`` to ``end``."""

    start: int
    end: int
    text: str


class Overlap(ValueError):
    """Two splices that want the same bytes to be others."""


class Text:
    """Source with the places of its lines. Lines count from 1, as those of a tree do."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.bytes = text.encode()
        self._starts = [0, *accumulate(len(line.encode()) + 1 for line in self.lines)]

    def start(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        """Where a part of the tree begins."""
        return self._starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        """Where a part of the tree ends."""
        assert node.end_lineno is not None and node.end_col_offset is not None, "parsed from text"
        return self._starts[node.end_lineno - 1] + node.end_col_offset

    def of(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        """The text of a part of the tree."""
        return self.bytes[self.start(node) : self.end(node)].decode()

    def line_start(self, line: int) -> int:
        """Where a line begins, or the text ends."""
        return min(self._starts[line - 1], len(self.bytes))

    def rows(self, first: int, last: int) -> list[str]:
        """The lines from ``first`` to ``last``, both included."""
        return self.lines[first - 1 : last]

    def spliced(self, splices: Iterable[Splice]) -> str:
        """The text with all splices made. Of those at one place the first comes first; raises `Overlap`."""
        parts, at = [], 0
        for splice in sorted(splices, key=lambda each: (each.start, each.end)):
            if splice.start < at:
                raise Overlap
            parts += [self.bytes[at : splice.start], splice.text.encode()]
            at = splice.end
        return b"".join([*parts, self.bytes[at:]]).decode()


def last_line(node: ast.expr | ast.stmt | ast.keyword) -> int:
    """The line on which a part of a tree ends."""
    return node.end_lineno or node.lineno


def targets_of(statement: ast.stmt) -> list[str]:
    """The variables that a statement gives values to, in order, those of no interest as ``_``."""
    parts = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AugAssign):
        parts = [statement.target]
    return [node.id for part in parts for node in ast.walk(part) if isinstance(node, ast.Name)]


def shape(nodes: Iterable[ast.AST]) -> str:
    """Text that is equal for equal statements, however they are laid out and whatever their variables for themselves,
    those that begin with ``_``, are called. A list is as good as a tuple."""
    names: dict[str, str] = {}
    found = []
    for node in nodes:
        dumped = ast.dump(node)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and inner.id.startswith("_"):
                names.setdefault(inner.id, f"_{len(names)}")
        found.append(dumped)
    text = "\n".join(found).replace("List(elts=", "Tuple(elts=")
    for name, other in names.items():
        text = text.replace(f"Name(id='{name}'", f"Name(id='<{other}>'")
    return text
