"""Settings found by trying: what stands in source is put into the fields of a kind until it writes that very source."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, islice, product
from typing import Any

from models.kinds.layer import OF_WEIGHTS, Layer
from models.sources.syntax.values import KEPT
from models.specs.fields import Bool, Choice, Dims, Field

MOST_TRIES = 1_500
NEAR = tuple(range(-4, 5))
"""Dimensions, which may stand in source as a place among others."""


def searched(
    kind: type[Layer], source: Iterable[ast.AST], present: Layer | None, fits: Callable[[Layer], bool]
) -> dict[str, Any] | None:
    """The settings of a kind with which it ``fits``, by what stands in the source; None where there are none.

    Those of the ``present`` layer are tried first, and stay (`KEPT`) where they fit.
    """
    own = [name for name in kind.fields if name not in OF_WEIGHTS]
    if present is not None and type(present) is kind and fits(present):
        return dict.fromkeys(own, KEPT)
    numbers, lists, words = _literals(source)
    candidates = [list(_candidates(kind, name, present, numbers, lists, words)) for name in own]
    for values in islice(_nearest(candidates), MOST_TRIES):
        settings = dict(zip(own, values, strict=True))
        try:
            layer = kind(**settings)
        except ValueError:
            continue
        if fits(layer):
            return settings
    return None


def _nearest(candidates: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """One of each, those first that differ from the likeliest in the fewest places."""
    if not all(candidates):
        return
    places = range(len(candidates))
    for count in range(len(candidates) + 1):
        for chosen in combinations(places, count):
            yield from product(*(each[1:] if place in chosen else each[:1] for place, each in enumerate(candidates)))


def _literals(source: Iterable[ast.AST]) -> tuple[list[Any], list[list[Any]], dict[str, Any]]:
    """The numbers in source, its lists of numbers, and what its keywords say."""
    numbers: dict[Any, None] = {}
    lists: list[list[Any]] = []
    words: dict[str, Any] = {}
    for part in source:
        for node in ast.walk(part):
            if isinstance(node, ast.expr) and (number := _number(node)) is not None:
                numbers[number] = None
            items = (
                node.elts if isinstance(node, ast.Tuple | ast.List) else node.args if isinstance(node, ast.Call) else []
            )
            found = [number for number in map(_number, items) if number is not None]
            if found:
                lists.append(found)
            if isinstance(node, ast.keyword) and node.arg and isinstance(node.value, ast.Constant):
                words[node.arg] = node.value.value
    return list(numbers), lists, words


def _number(node: ast.expr) -> Any:
    """The number that an expression is; None for any other."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    plain = isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return node.value if plain and isinstance(node, ast.Constant) else None


def _candidates(
    kind: type[Layer],
    name: str,
    present: Layer | None,
    numbers: list[Any],
    lists: list[list[Any]],
    words: dict[str, Any],
) -> Iterator[Any]:
    """What a field may hold, the likeliest first, each once."""
    field = kind.fields[name]
    seen: set[str] = set()
    first = getattr(present, name) if isinstance(present, kind) else field.default
    for value in _offers(field, name, first, numbers, lists, words):
        if repr(value) not in seen and field.takes(value):
            seen.add(repr(value))
            yield value


def _offers(
    field: Field[Any], name: str, first: Any, numbers: list[Any], lists: list[list[Any]], words: dict[str, Any]
) -> Iterator[Any]:
    if name in words:
        yield words[name]
    yield from (field.to_json(first), field.to_json(field.default))
    if isinstance(field, Bool):
        yield from (False, True)
    elif isinstance(field, Choice):
        yield from field.options
    elif isinstance(field, Dims):
        for items in lists:
            yield from (items, items[1:])
        yield from ([number] for number in numbers)
    else:
        yield from numbers
        yield from (NEAR if name == "dim" else ())
        yield None
