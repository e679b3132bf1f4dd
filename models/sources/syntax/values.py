"""Values in source: literals, and arithmetic over the arguments of a block's class, as settings of a document."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, NamedTuple

from models.sources.syntax.outline import Unreadable
from models.specs.expression import MARK, ExpressionError, holds_expression, parse

KEPT: Any = type("Kept", (), {"__repr__": lambda self: "KEPT"})()
"""In place of a setting that does not follow from the source: it stays what it is."""


class Value(NamedTuple):
    """What stands in source: what it comes to, and what it is as a setting of a document."""

    number: Any
    setting: Any


class Within(NamedTuple):
    """What names stand for in a class: the values of its arguments, and which of them are parameters of the block."""

    values: Mapping[str, int | float] = {}
    parameters: Mapping[str, str] = {}


def value_of(node: ast.expr, within: Within) -> Value:
    """The value of an expression; raises `Unreadable` where it is none that Netloom knows."""
    if isinstance(node, ast.Tuple | ast.List):
        parts = [value_of(item, within) for item in node.elts]
        kept = any(part.setting is KEPT for part in parts)
        return Value([part.number for part in parts], KEPT if kept else [part.setting for part in parts])
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str | None):
        return Value(node.value, node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        number = node.operand.value
        if isinstance(number, int | float) and not isinstance(number, bool):
            return Value(-number, -number)
    return _arithmetic(node, within)


def _arithmetic(node: ast.expr, within: Within) -> Value:
    inner = node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "round" and node.args:
        inner = node.args[0]
    functions = {id(each.func) for each in ast.walk(inner) if isinstance(each, ast.Call)}
    names = {each.id for each in ast.walk(inner) if isinstance(each, ast.Name) and id(each) not in functions}
    unknown = next((name for name in names if name not in within.values), None)
    if unknown:
        raise Unreadable(node, f"‘{unknown:.40}’ is nothing that Netloom knows here.")
    try:
        number = parse(MARK + ast.unparse(inner)).value(within.values)
    except ExpressionError:
        raise Unreadable(node, f"Netloom cannot read ‘{ast.unparse(node):.40}’ as a setting.") from None
    if not names:
        return Value(number, number)
    if not names <= within.parameters.keys():
        return Value(number, KEPT)
    return Value(number, MARK + _renamed(ast.unparse(inner), within.parameters))


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """An expression with the parameters of the block in place of arguments."""
    tree = ast.parse(text, mode="eval")
    for each in ast.walk(tree):
        if isinstance(each, ast.Name):
            each.id = names.get(each.id, each.id)
    return ast.unparse(tree)


def same_setting(one: Any, other: Any) -> bool:
    """Whether two settings, as JSON data, say the same; expressions may be spelled differently."""
    if one == other and type(one) is type(other):
        return True
    if not (holds_expression(one) and holds_expression(other)):
        return False
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_setting, one, other))
    return isinstance(one, str) and isinstance(other, str) and _tree(one) == _tree(other)


def _tree(text: str) -> str:
    try:
        return ast.dump(ast.parse(parse(text).text, mode="eval"))
    except (ExpressionError, SyntaxError):
        return text
