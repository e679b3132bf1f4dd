"""What operators and functions of Python make of values, within bounds."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from models.sources.plain.values import MOST_ITEMS, Code, Symbol, Value, is_known, is_number, is_small, located, written
from models.sources.syntax.outline import Unreadable

OPERATORS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many, ast.NotIn: lambda one, many: one not in many,
}  # fmt: skip


def combined(sign: ast.operator, left: Value, right: Value, node: ast.expr | ast.stmt) -> Value:
    """What an operator makes of two values."""
    work = OPERATORS.get(type(sign))
    symbolic = is_number(left) and is_number(right)
    lists = isinstance(left, list) and isinstance(right, list)
    if work is not None and (symbolic or lists or (is_known(left) and is_known(right))):
        if isinstance(sign, ast.Mult | ast.Pow) and not _bounded(sign, left, right):
            raise Unreadable(node, "This comes to more than Netloom works out.")
        number = tried(work, number_of(left), number_of(right), node)
        if isinstance(left, Symbol) or isinstance(right, Symbol):
            made = ast.BinOp(written(left, node), sign, written(right, node))
            return Symbol(located(made, node), number)
        return number
    made = ast.BinOp(written(left, node), sign, written(right, node))
    return Code(located(made, node))


def _bounded(sign: ast.operator, left: Value, right: Value) -> bool:
    numbers = is_number(left) and is_number(right)
    if isinstance(sign, ast.Pow):
        return bool(numbers and abs(number_of(right)) <= 64 and abs(number_of(left)) <= 10_000)
    sizes = [len(each) if isinstance(each, str | list | tuple) else number_of(each) for each in (left, right)]
    return numbers or all(isinstance(size, int) and abs(size) <= MOST_ITEMS for size in sizes)


def number_of(value: Value) -> Any:
    return value.number if isinstance(value, Symbol) else value


def tried(work: Callable[..., Any], *given: Any) -> Any:
    """What a function of Python gives; ``given`` ends with the node that calls it."""
    *values, node = given
    try:
        result = work(*values)
    except (TypeError, ValueError, ArithmeticError, IndexError, KeyError) as error:
        raise Unreadable(node, f"Python: {str(error) or type(error).__name__:.70}") from None
    if not is_small(result):
        raise Unreadable(node, "This comes to more than Netloom works out.")
    return result
