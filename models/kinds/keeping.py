"""What autograd keeps of a formula: each operation its own, each value once."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import NamedTuple

from models.basics.text import Shape
from models.specs.elementwise import EXTREMES, number
from models.specs.expression import Operation, Tree

_KEEPS_RESULT = frozenset({"sqrt", "exp", "tanh", "sigmoid", "relu"})
_KEEPS_INPUT = frozenset({"abs", "log", "sin", "cos", "softplus"})


class Kept(NamedTuple):
    """The names that are kept, numbers of an example that lie between, and whether the result is kept."""

    names: frozenset[str]
    between: int
    result: bool


class _Value:
    """A value on the way: its name, or how it came about."""

    def __init__(self, shape: Shape, name: str = "") -> None:
        self.shape, self.name = shape, name


def kept_of(tree: Tree, shapes: Mapping[str, Shape]) -> Kept:
    """What is kept of a formula over values of these shapes; see torch's tools/autograd/derivatives.yaml."""
    kept: dict[int, _Value] = {}
    named = {name: _Value(shape, name) for name, shape in shapes.items()}
    result = _walk(tree, named, kept)
    between = [value for value in kept.values() if not value.name and value is not result]
    names = frozenset(value.name for value in kept.values() if value.name)
    return Kept(names, sum(prod(value.shape) for value in between), id(result) in kept and not result.name)


def _walk(tree: Tree, named: Mapping[str, _Value], kept: dict[int, _Value]) -> _Value:
    """The value of a part that holds names; what its operations keep comes to ``kept``."""
    if isinstance(tree, str):
        return named[tree]
    assert isinstance(tree, Operation)
    parts = [operand for operand in tree.operands if number(operand) is None]
    values = [_walk(part, named, kept) for part in parts]
    if tree.sign in EXTREMES:
        return _extreme(values, kept, clamps=len(parts) < len(tree.operands))
    result = _Value(_stretched(values))
    for value in _saved(tree, values, result):
        kept[id(value)] = value
    return result


def _extreme(values: list[_Value], kept: dict[int, _Value], *, clamps: bool) -> _Value:
    """Two by two, and with numbers at last."""
    found = values[0]
    for value in values[1:]:
        kept |= {id(found): found, id(value): value}
        found = _Value(_stretched([found, value]))
    if clamps:
        kept[id(found)] = found
        found = _Value(found.shape)
    return found


def _saved(tree: Operation, values: list[_Value], result: _Value) -> list[_Value]:
    """The values that the gradient of one operation needs."""
    first_is_number = number(tree.operands[0]) is not None
    if tree.sign in _KEEPS_RESULT:
        return [result]
    if tree.sign in _KEEPS_INPUT or (tree.sign == "*" and len(values) == 2):
        return values
    if tree.sign == "/" and first_is_number:
        # A number over a value is its reciprocal, which is kept, times the number.
        return [_Value(result.shape)]
    if tree.sign == "/" and len(values) == 2:
        return values
    if tree.sign == "**":
        return [*values, result] if len(values) == 2 or first_is_number else values
    return []


def _stretched(values: list[_Value]) -> Shape:
    return tuple(map(max, *(value.shape for value in values))) if len(values) > 1 else values[0].shape
