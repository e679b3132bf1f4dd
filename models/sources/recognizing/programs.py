"""Lines of a card of code that a person edits in place: the function that they are, with its sizes as before."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import lru_cache

from models.kinds.layer import Layer
from models.layers import LAYERS
from models.sources.syntax.outline import attribute_of
from models.specs.tensor_code import BATCH, CodeError, CodeText, read_code


@lru_cache(maxsize=1)
def code_kind() -> tuple[type[Layer], str]:
    """The kind that keeps lines of code, and the setting that holds them."""
    pairs = ((kind, name) for kind in LAYERS.values() for name in kind.fields)
    return next((kind, name) for kind, name in pairs if isinstance(kind.fields[name], CodeText))


def edited(layer: Layer, lines: Sequence[ast.stmt], names: Sequence[str], attribute: str) -> Layer | None:
    """The layer whose code says what these lines say, which take values by ``names``; None where there is none.

    What it takes and gives keeps its sizes: only running the code would tell others.
    """
    field = code_kind()[1]
    text: str = getattr(layer, field)
    arguments = {given: value.name for given, value in zip(names, read_code(text).values, strict=False)}
    body = [statement for statement in deepcopy(list(lines)) if not _is_batch(statement)]
    if not body or not all(isinstance(statement, ast.Assign) for statement in body):
        return None
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef), "it was read before"
    back = _Back(arguments, attribute)
    said = [back.visit(statement) for statement in body[:-1]]
    last = body[-1]
    assert isinstance(last, ast.Assign), "all of them are"
    function.body = [*said, ast.Return(back.visit(last.value))]
    try:
        return layer.replace(**{field: ast.unparse(ast.fix_missing_locations(function))})
    except CodeError:
        return None


def _is_batch(statement: ast.stmt) -> bool:
    """Whether a statement looks up how many examples there are."""
    match statement:
        case ast.Assign([ast.Name(name)], ast.Subscript(ast.Attribute(_, "shape"), ast.Constant(0))):
            return name == f"_{BATCH}"
    return False


class _Back(ast.NodeTransformer):
    """Puts the names of the function in place of those that its lines have in a class."""

    def __init__(self, arguments: Mapping[str, str], attribute: str) -> None:
        self._arguments, self._attribute = arguments, attribute

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        own = attribute_of(node.value)
        return ast.Name(node.attr, node.ctx) if own and own == self._attribute else self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        known = self._arguments.get(node.id) or (node.id[1:] if node.id.startswith("_") else node.id)
        return ast.Name(known, node.ctx)
