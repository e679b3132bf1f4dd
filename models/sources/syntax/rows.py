"""Lines around statements: comments above and behind them, whether a person wrote them or Netloom did."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from models.sources.syntax.text import Splice, Text, last_line

_SHAPE = re.compile(r"# [\d×?]+(, called (twice|\d+ times))?(?=\s*$|\s+#)")
"""A comment that Netloom writes behind a module: the shape of what it gives. A person's may follow."""
Node = ast.stmt | ast.keyword


class Rows:
    """The lines of a text, of which some comments were ``said`` by notes and titles of the document."""

    def __init__(self, text: Text, said: frozenset[str]) -> None:
        self.text, self.said = text, said

    def of(self, node: Node, comment: str = "") -> list[str]:
        """The lines of a statement or an element, with another comment behind it if one is given."""
        rows = self.text.rows(node.lineno, last_line(node))
        return [*rows[:-1], self.with_comment(rows[-1], comment)]

    def above(self, node: Node) -> list[str]:
        """The comments directly above."""
        first = node.lineno
        while first > 1 and self.text.lines[first - 2].lstrip().startswith("#"):
            first -= 1
        return self.text.rows(first, node.lineno - 1)

    def own_above(self, node: Node) -> list[str]:
        """Those of them that a person wrote."""
        return [row for row in self.above(node) if row.strip() not in self.said]

    def comment(self, node: Node) -> str:
        """The comment behind a statement, if a person wrote it; else ""."""
        found = comment_behind(self.text, node)
        return "" if found is None else _SHAPE.sub("", found[1], count=1).strip()

    @staticmethod
    def with_comment(row: str, comment: str) -> str:
        """A line with a person's comment in place of the shape behind it."""
        if not comment:
            return row
        place = row.rfind("  # ")
        code = row[:place] if place >= 0 and _SHAPE.match(row[place + 2 :]) else row
        return f"{code}  {comment}"

    def said_anew(self, node: Node, wanted: Sequence[str]) -> Iterator[Splice]:
        """Take out what notes said above a statement and say no more, and put in what they say now."""
        present = self.above(node)
        rows = [row.strip() for row in wanted]
        first = node.lineno - len(present)
        for line, row in enumerate(present, first):
            if row.strip() in self.said and row.strip() not in rows:
                yield Splice(self.text.line_start(line), self.text.line_start(line + 1), "")
        missing = [row for row in wanted if row.strip() not in {each.strip() for each in present}]
        if missing:
            place = self.text.line_start(node.lineno)
            yield Splice(place, place, "\n".join([*missing, ""]))

    def without(self, node: Node) -> Iterator[Splice]:
        """Take out a statement with the comments directly above it."""
        first = node.lineno - len(self.above(node))
        yield Splice(self.text.line_start(first), self.text.line_start(last_line(node) + 1), "")


def comment_behind(text: Text, node: Node) -> tuple[int, str] | None:
    """Where the comment behind a statement or element begins, in bytes, and its text; None for none."""
    end, line_end = text.end(node), text.line_start(last_line(node) + 1)
    rest = text.bytes[end:line_end].decode()
    place = rest.find("#")
    if place < 0 or rest[:place].strip(" ,"):
        return None
    return end + len(rest[:place].encode()), rest[place:].rstrip("\n")


def trailing(mine: Text, node: Node, its: Text, other: Node) -> Iterator[Splice]:
    """The shape behind a module as it is now, where it was Netloom that wrote one."""
    found, wanted = comment_behind(mine, node), comment_behind(its, other)
    if found is None or wanted is None:
        return
    old, new = _SHAPE.match(found[1]), _SHAPE.match(wanted[1])
    if old is not None and new is not None and old[0] != new[0]:
        yield Splice(found[0], found[0] + len(old[0].encode()), new[0])
