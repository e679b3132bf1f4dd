"""Arguments of a call brought up to date one by one, so that the rest of it stays as it was written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from models.codegen.blocks.classes import argument_name
from models.layers import LAYERS
from models.sources.recognizing.base import Base
from models.sources.recognizing.settings import changes_nothing, equal_values, signature
from models.sources.syntax.outline import Unreadable, dotted
from models.sources.syntax.text import Splice, Text
from models.sources.syntax.values import value_of
from models.specs.fields import Field

Argument = ast.expr | ast.keyword


def call_splices(mine: Text, call: ast.expr, its: Text, other: ast.expr, base: Base) -> Iterator[Splice]:
    """What turns the call of a text into one that says what another says."""
    if mine.of(call) == its.of(other) or ast.dump(call) == ast.dump(other):
        return
    found = _by_argument(mine, call, its, other, base)
    if found is None:
        found = [Splice(mine.start(call), mine.end(call), its.of(other))]
    yield from found


def _by_argument(mine: Text, call: ast.expr, its: Text, other: ast.expr, base: Base) -> list[Splice] | None:
    """The splices of single arguments; None where more than that differs."""
    if not isinstance(call, ast.Call) or not isinstance(other, ast.Call):
        return None
    if dotted(call.func).rpartition(".")[2] != dotted(other.func).rpartition(".")[2]:
        return None
    have, want = _named(call, base), _named(other, base)
    if (want and not have) or any(name not in want and not _is_default(call, name, have[name], base) for name in have):
        return None
    found = [
        Splice(mine.start(_value(have[name])), mine.end(_value(have[name])), its.of(_value(want[name])))
        for name in have
        if name in want and not _equal(_value(have[name]), _value(want[name]), base)
    ]
    missing = [want[name] for name in want if name not in have]
    if missing:
        if not all(isinstance(item, ast.keyword) for item in missing):
            return None
        last = max(mine.end(item) for item in have.values())
        found.append(Splice(last, last, "".join(f", {its.of(item)}" for item in missing)))
    return found


def _value(item: Argument) -> ast.expr:
    return item.value if isinstance(item, ast.keyword) else item


def _named(call: ast.Call, base: Base) -> dict[str, Argument]:
    """The arguments of a call by name, those without one by their place."""
    name = dotted(call.func).rpartition(".")[2]
    names: tuple[str, ...] = ()
    if name in LAYERS:
        names = signature(LAYERS[name])
    elif name in base.blocks:
        names = tuple(argument.name for argument in base.blocks[name].arguments)
    found: dict[str, Argument] = {}
    for place, item in enumerate(call.args):
        found[names[place] if place < len(names) else str(place)] = item
    return found | {word.arg or "": word for word in call.keywords}


def _is_default(call: ast.Call, name: str, item: Argument, base: Base) -> bool:
    """Whether an argument says what would be so without it."""
    if changes_nothing(name, _value(item)):
        return True
    kind = LAYERS.get(dotted(call.func).rpartition(".")[2])
    field = kind.fields.get(name) if kind is not None else _number_of_block(call, name, base)
    try:
        return field is not None and bool(field.parse(value_of(_value(item), base.within).number) == field.default)
    except (Unreadable, ValueError):
        return False


def _number_of_block(call: ast.Call, name: str, base: Base) -> Field[Any] | None:
    """The parameter of a block that an argument of its class is."""
    block = base.blocks.get(dotted(call.func))
    numbers = block.kind.numbers.items() if block is not None else ()
    return next((field for parameter, field in numbers if argument_name(parameter) == name), None)


def _equal(one: ast.expr, other: ast.expr, base: Base) -> bool:
    """Whether two arguments say the same, however they are written."""
    if ast.dump(one) == ast.dump(other):
        return True
    if any(isinstance(node, ast.Name) for each in (one, other) for node in ast.walk(each)):
        return False
    try:
        return equal_values(value_of(one, base.within).number, value_of(other, base.within).number)
    except Unreadable:
        return False
