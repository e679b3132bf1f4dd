"""What stands behind names while source is worked out: Python's own numbers, texts and lists, and what stays code."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeVar

Value = Any
"""A number, text, truth, None, or a list, tuple or dict of values; or one of the classes below."""
NESTED = "netloom_nested_"
"""What the names of variables begin with that stand nowhere in the source."""
MOST_ITEMS = 1_000
LONGEST_TEXT = 1_000
LARGEST = 2**53
N = TypeVar("N", bound=ast.AST)


@dataclass(frozen=True)
class Code:
    """What stays as it is written: a layer, a tensor, a function. ``is_module`` tells what is certainly a layer."""

    node: ast.expr
    is_module: bool = False


@dataclass(frozen=True)
class Symbol:
    """A number that follows from what a class is told: how, in the words of its arguments, and what it is here."""

    node: ast.expr
    number: int | float


@dataclass
class Held:
    """A module that holds others, by key: those of an `nn.Sequential` and an `nn.ModuleList` count from "0" on."""

    function: ast.expr
    kind: str
    items: dict[str, Value] = field(default_factory=dict)
    named: bool = False

    def add(self, value: Value) -> None:
        """Put one more behind the others."""
        self.items[str(len(self.items))] = value

    def plain(self) -> Iterator[tuple[str, Value]]:
        """All modules by key, comprehensions written out."""
        for key, value in self.items.items():
            node = value.node if isinstance(value, Code) else None
            if isinstance(node, ast.Starred):
                yield from repeated(node.value)
            else:
                yield key, value


def repeated(node: ast.expr) -> Iterator[tuple[str, Value]]:
    """What a comprehension over a range makes, each with its place; one that cannot be counted stays one."""
    if isinstance(node, ast.ListComp | ast.GeneratorExp) and isinstance(node.generators[0].iter, ast.Call):
        match node.generators[0].iter.args:
            case [ast.Constant(int(times))]:
                yield from ((str(place), Code(deepcopy(node.elt))) for place in range(times))


def is_number(value: Value) -> bool:
    """Whether a value is a number, or a symbol for one."""
    return isinstance(value, Symbol) or (isinstance(value, int | float) and not isinstance(value, bool))


def is_known(value: Value) -> bool:
    """Whether a value is Python's own to its last part."""
    if isinstance(value, list | tuple):
        return all(map(is_known, value))
    if isinstance(value, dict):
        return all(map(is_known, value.values()))
    return not isinstance(value, Code | Symbol | Held)


def is_small(value: Value) -> bool:
    """Whether a value is of a size that goes on being worked with."""
    if isinstance(value, int | float):
        return abs(value) <= LARGEST
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    return not isinstance(value, list | tuple | dict) or len(value) <= MOST_ITEMS


def located(node: N, origin: ast.AST) -> N:
    """A node at the place of another, with all of its parts that have none."""
    if not hasattr(node, "lineno"):
        ast.copy_location(node, origin)
    return ast.fix_missing_locations(node)


def placed(node: ast.expr, origin: ast.AST) -> ast.expr:
    """A copy of an expression, all of it at the place of another."""
    made = deepcopy(node)
    for part in ast.walk(made):
        ast.copy_location(part, origin)
    return made


def written(value: Value, origin: ast.AST) -> ast.expr:
    """A value as an expression, at the place of the one that it stands for."""
    return located(_written(value, origin), origin)


def _written(value: Value, origin: ast.AST) -> ast.expr:
    if isinstance(value, Symbol):
        return placed(value.node, origin)
    if isinstance(value, Code):
        return value.node
    if isinstance(value, Held):
        return _container(value, origin)
    if isinstance(value, list):
        return ast.List(_all(value, origin), ast.Load())
    if isinstance(value, tuple):
        return ast.Tuple(_all(value, origin), ast.Load())
    if isinstance(value, dict):
        return ast.Dict([ast.Constant(key) for key in value], _all(value.values(), origin))
    if is_number(value) and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def _all(values: Iterable[Value], origin: ast.AST) -> list[ast.expr]:
    return [written(value, origin) for value in values]


def _container(held: Held, origin: ast.AST) -> ast.expr:
    items = _all(held.items.values(), origin)
    if held.named:
        pairs = [ast.Tuple([ast.Constant(key), item], ast.Load()) for key, item in zip(held.items, items, strict=True)]
        items = [ast.Call(ast.Name("OrderedDict", ast.Load()), [ast.List(list(pairs), ast.Load())], [])]
    elif held.kind == "ModuleList":
        items = [ast.List(items, ast.Load())]
    return ast.Call(held.function, items, [])
