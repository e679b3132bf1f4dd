"""Numbers in the source of modules: where they stand, what they follow from, and other source in their place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from models.kinds.layer import Layer, ShapeError, TensorType

Path = tuple["str | int", ...]
"""Names and places that lead to a number in an expression's tree."""


def leaves(tree: ast.expr, path: Path = ()) -> Iterator[tuple[Path, ast.Constant]]:
    """The numbers in an expression with the names and places that lead to them."""
    if isinstance(tree, ast.Constant) and isinstance(tree.value, int | float) and not isinstance(tree.value, bool):
        yield path, tree
    elif isinstance(tree, ast.UnaryOp):
        yield from leaves(tree.operand, (*path, "-"))
    elif isinstance(tree, ast.Tuple | ast.List):
        for place, item in enumerate(tree.elts):
            yield from leaves(item, (*path, place))
    elif isinstance(tree, ast.Call):
        for place, item in enumerate(tree.args):
            yield from leaves(item, (*path, place))
        for word in tree.keywords:
            yield from leaves(word.value, (*path, word.arg or ""))


def numbers_in(text: str) -> dict[Path, Any]:
    return {path: leaf.value for path, leaf in leaves(ast.parse(text, mode="eval").body)}


def places_of(layer: Layer, inputs: tuple[TensorType, ...], name: str, place: int | None) -> list[Path]:
    """Where a setting stands in the source of a layer: what becomes another number if the setting does."""
    value = layer.fields[name].to_json(getattr(layer, name)) if name in layer.fields else None
    if place is None and isinstance(value, int | float):
        other: Any = _other(value)
    elif isinstance(value, int | float | list) and place is not None:
        items = list(value) if isinstance(value, list) else list(getattr(layer, name))
        unlike = max(map(_other, items))  # equal sizes would be written as one
        other = [unlike if at == place else item for at, item in enumerate(items)]
    else:
        return []
    before = numbers_in(layer.module(inputs))
    after = _numbers_of(layer.replace(**{name: other}), inputs)
    return [path for path, number in after.items() if before.get(path) != number]


def _numbers_of(layer: Layer, inputs: tuple[TensorType, ...]) -> dict[Path, Any]:
    """The numbers in the source of a layer; none where it cannot be with these inputs."""
    try:
        return numbers_in(layer.module(inputs))
    except ShapeError:
        return {}


def _other(value: float) -> float:
    return value / 2 if isinstance(value, float) and not value.is_integer() else value + 1


def channel_places(layer: Layer, inputs: tuple[TensorType, ...]) -> set[Path]:
    """Which numbers are the first size of the first input."""
    if not inputs or not inputs[0].shape:
        return set()
    channels, *rest = inputs[0].shape
    wider = (inputs[0]._replace(shape=(channels + 1, *rest)), *inputs[1:])
    before, after = numbers_in(layer.module(inputs)), _numbers_of(layer, wider)
    return {path for path, number in before.items() if number == channels and after.get(path) == channels + 1}


def filled(text: str, found: Mapping[Path, str]) -> str:
    """Source with other source in place of some numbers, and with keywords that it did not have."""
    tree = ast.parse(text, mode="eval").body
    present = {path for path, _ in leaves(tree)}
    if isinstance(tree, ast.Call):
        for path, text in found.items():
            if path not in present and len(path) == 1 and isinstance(path[0], str):
                tree.keywords.append(ast.keyword(path[0], ast.parse(text, mode="eval").body))
    return _unparsed(_replaced(tree, found))


def _replaced(tree: ast.expr, found: Mapping[Path, str], path: Path = ()) -> ast.expr:
    if path in found and isinstance(tree, ast.Constant):
        return ast.parse(found[path], mode="eval").body
    if isinstance(tree, ast.Tuple | ast.List):
        tree.elts = [_replaced(item, found, (*path, place)) for place, item in enumerate(tree.elts)]
    elif isinstance(tree, ast.UnaryOp):
        tree.operand = _replaced(tree.operand, found, (*path, "-"))
    elif isinstance(tree, ast.Call):
        tree.args = [_replaced(item, found, (*path, place)) for place, item in enumerate(tree.args)]
        for item in tree.keywords:
            item.value = _replaced(item.value, found, (*path, item.arg or ""))
    return tree


def _unparsed(tree: ast.expr) -> str:
    """Source text with the quotes that a formatter writes."""
    return re.sub(r"'([^'\"\\]*)'", r'"\1"', ast.unparse(tree))


def structure(text: str, computed: set[str]) -> str:
    """A module's source without its numbers, and without single ones that are worked out, which may be left out."""
    if not text:
        return ""
    tree = ast.parse(text, mode="eval").body
    for _, leaf in leaves(tree):
        leaf.value = 0
    if isinstance(tree, ast.Call):
        tree.keywords = [
            item for item in tree.keywords if item.arg not in computed or not isinstance(item.value, ast.Constant)
        ]
    return ast.dump(tree)


def word_for(path: Path) -> str:
    """A number's name for an argument: its keyword, or what comes first in all layers of PyTorch."""
    words = [part for part in path if isinstance(part, str) and part.isidentifier()]
    return words[-1] if words else "in_size" if path[:1] == (0,) else "size"
