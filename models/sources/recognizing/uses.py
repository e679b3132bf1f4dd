"""From the expression that makes a block's module back to the settings of its use."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, NamedTuple

from models.analysis.blocks import FIRST, REPEAT
from models.codegen.blocks.classes import argument_name
from models.sources.recognizing.base import Base, Maker
from models.sources.recognizing.containers import elements, is_container, maker, maker_name
from models.sources.syntax.outline import Unreadable, dotted
from models.sources.syntax.values import KEPT, Value, value_of
from models.specs.expression import MARK


class _Part(NamedTuple):
    """Repetitions in a row: how many, and what each is told."""

    times: Value
    settings: Mapping[str, Value]


def read_use(call: ast.expr, base: Base, aliases: Mapping[str, str]) -> dict[str, Any]:
    """The settings of a use: the block's own, ``repeat`` and ``first``; raises `Unreadable` with the reason."""
    items = elements(call) if is_container(call, aliases) else [call]
    parts = [_part(item, base) for item in items]
    if not parts:
        raise Unreadable(call, "Netloom draws blocks in an nn.Sequential, one or more.")
    kinds = {base.blocks[maker_name(item)].kind.kind for item in items}
    if len(kinds) > 1:
        raise Unreadable(call, "Netloom repeats one block; here are several kinds.")
    first, last = parts[0], parts[-1]
    if any(part.settings != last.settings for part in parts[1:]):
        raise Unreadable(call, "Only the first of repeated blocks may differ from the others.")
    differs = {name: value for name, value in first.settings.items() if last.settings.get(name) != value}
    found = {name: value.setting for name, value in last.settings.items()}
    found[FIRST] = {name: value.setting for name, value in differs.items()}
    found[REPEAT] = _total(parts, call)
    return found


def _part(item: ast.expr, base: Base) -> _Part:
    call, name = maker(item), maker_name(item)
    if name not in base.blocks or not isinstance(call, ast.Call):
        raise Unreadable(item, f"Netloom knows no block ‘{ast.unparse(item):.40}’.")
    return _Part(_times(item, base), _told(call, base.blocks[name], base))


def _times(item: ast.expr, base: Base) -> Value:
    inner = item.value if isinstance(item, ast.Starred) else None
    if inner is None:
        return Value(1, 1)
    if isinstance(inner, ast.GeneratorExp | ast.ListComp) and len(inner.generators) == 1:
        over = inner.generators[0].iter
        if isinstance(over, ast.Call) and dotted(over.func) == "range" and len(over.args) == 1:
            return value_of(over.args[0], base.within)
    raise Unreadable(item, "Netloom repeats blocks as *(Block(…) for _ in range(3)).")


def _told(call: ast.Call, block: Maker, base: Base) -> dict[str, Value]:
    """The parameters of the block that a call of its class sets."""
    names = [argument.name for argument in block.arguments]
    given = dict(zip(names, call.args, strict=False)) | {word.arg or "": word.value for word in call.keywords}
    found: dict[str, Value] = {}
    for name, field in block.kind.numbers.items():
        argument = argument_name(name)
        if argument in given:
            found[name] = value_of(given.pop(argument), base.within)
        elif argument in names:
            number = field.parse(field.default)
            found[name] = Value(number, number)
    unknown = next((name for name in given if name not in names), None)
    if unknown is not None:
        known = ", ".join(block.kind.numbers) or "none"
        raise Unreadable(given[unknown], f"{block.kind.kind:.30} has no setting ‘{unknown:.30}’. It has: {known}.")
    return found


def _total(parts: list[_Part], call: ast.expr) -> Any:
    """How many there are in all; an expression that counts all but the first goes on counting all of them."""
    settings = [part.times.setting for part in parts]
    if KEPT in settings:
        return KEPT
    written = [setting for setting in settings if isinstance(setting, str)]
    if not written:
        return sum(part.times.number for part in parts)
    others = sum(part.times.number for part in parts if not isinstance(part.times.setting, str))
    if len(written) > 1:
        raise Unreadable(call, "Netloom knows one number of repetitions here.")
    text = written[0].removeprefix(MARK)
    behind = f" - {others}"
    if others and text.endswith(behind):
        return MARK + text.removesuffix(behind)
    return MARK + (f"{text} + {others}" if others else text)
