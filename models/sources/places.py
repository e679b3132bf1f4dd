"""Which lines of source stand for which layers."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from models.sources.following.flow import drawn
from models.sources.following.steps import Drawing
from models.sources.plain.outlining import outline
from models.sources.reading import classes_of
from models.sources.recognizing.base import Base
from models.sources.syntax.outline import ClassOutline
from models.sources.syntax.text import last_line
from models.sources.weaving import Code


def lines_of(code: Code, scope: str) -> Mapping[str, tuple[int, ...]] | None:
    """The lines, from 1 on, that stand for each layer of a scope; None where no class is of it."""
    found = outline(code.text)
    parts = classes_of(found, code.before)
    for name, base in code.before.bases.items():
        if base.scope == scope and name in parts:
            return _lines(base, parts[name], drawn(base, found, parts[name], {}))
    return None


def _lines(base: Base, part: ClassOutline, drawing: Drawing) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for id, step in drawing.steps.items():
        made = part.made.get(step.attribute)
        of_module = [made.written, *made.beginnings] if made else []
        found[id] = _rows([*of_module, *step.statements])
    if part.forward is not None:
        heads = tuple(range(part.forward.lineno, part.forward.body[0].lineno))
        found |= dict.fromkeys(drawing.starts, heads)
        ends = [node for node in part.forward.body if isinstance(node, ast.Return)]
        found |= dict.fromkeys(base.ends, _rows(ends))
    return found


def _rows(parts: Iterable[ast.stmt | ast.keyword]) -> tuple[int, ...]:
    """The lines of parts of a tree; those of nested expressions that stand nowhere count as where they came from."""
    return tuple(dict.fromkeys(line for part in parts for line in range(part.lineno, last_line(part) + 1)))
