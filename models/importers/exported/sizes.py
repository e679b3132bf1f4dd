"""Sizes of tensors in an exported program: open ones worked out, and the batch found where it was exported for one."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from math import prod

from models.importers.exported.calls import RECURRENT
from models.importers.exported.constants import ANEW
from models.importers.exported.graph import Node, refs_in
from models.importers.pytorch.trace import Size, Sizes
from models.importers.records import ImportFailed

LONGEST = 2_000
Number = int | Size


def worked_out(expression: int | str, symbols: Mapping[str, Number]) -> Number:
    """An open size (``s77``, ``Mul(Integer(4), Symbol('s77'))``) as a multiple of the batch, or a number.

    Raises `ImportFailed` for what is neither.
    """
    if isinstance(expression, int):
        return expression
    try:
        found = _value(ast.parse(expression[:LONGEST], mode="eval").body, symbols)
    except (SyntaxError, ValueError, RecursionError, MemoryError, KeyError, IndexError, AttributeError):
        found = None
    if found is None:
        raise ImportFailed(f"a size is {expression:.40}, no multiple of the batch: open the batch alone.")
    return found.rest if isinstance(found, Size) and not found.each else found


def symbol_in(expression: int | str) -> str:
    """The name of the symbol that an open size is; "" for anything else."""
    if isinstance(expression, int):
        return ""
    try:
        node = ast.parse(expression[:LONGEST], mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return _named(node)


def _named(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Symbol":
        return str(node.args[0].value) if isinstance(node.args[0], ast.Constant) else ""
    return ""


def _value(node: ast.expr, symbols: Mapping[str, Number]) -> Number | None:
    if name := _named(node):
        return symbols[name]
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _times(-1, _value(node.operand, symbols))
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left, symbols), _value(node.right, symbols)
        if isinstance(node.op, ast.Mult):
            return _times(left, right)
        return _plus(left, right if isinstance(node.op, ast.Add) else _times(-1, right))
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return None
    items = [_value(item, symbols) for item in node.args]
    if node.func.id == "Integer":
        return items[0]
    joined = {"Add": _plus, "Mul": _times, "FloorDiv": _over}.get(node.func.id)
    found = items[0] if joined else None
    for item in items[1:]:
        found = joined(found, item) if joined else None
    return found


def _plus(one: Number | None, other: Number | None) -> Number | None:
    if isinstance(one, int) and isinstance(other, int):
        return one + other
    if one is None or other is None:
        return None
    first, second = (item if isinstance(item, Size) else Size(0, item) for item in (one, other))
    return Size(first.each + second.each, first.rest + second.rest)


def _times(one: Number | None, other: Number | None) -> Number | None:
    if isinstance(one, int) and isinstance(other, int):
        return one * other
    if isinstance(one, Size) and isinstance(other, int):
        return Size(one.each * other, one.rest * other)
    return _times(other, one) if isinstance(other, Size) and isinstance(one, int) else None


def _over(one: Number | None, other: Number | None) -> Number | None:
    """Division, where nothing is left over."""
    if not isinstance(other, int) or not other or one is None:
        return None
    if isinstance(one, int):
        return one // other
    return None if one.each % other or one.rest % other else Size(one.each // other, one.rest // other)


RESHAPES = ("view", "_unsafe_view", "reshape", "flatten", "unflatten", "expand")
SHIFTS = {"unsqueeze": 1, "select": -1, "squeeze": -1, "unbind": -1}
BESIDE = ("embedding", "one_hot")
"""Functions that put a dimension behind the others."""


class Batches:
    """Follows the batch through a program that was exported for one size of it: which dimension of each tensor holds
    it, and how many times."""

    def __init__(self, batch: int) -> None:
        self.batch = batch
        self._found: dict[str, tuple[int, int]] = {}

    def enter(self, name: str) -> None:
        """A tensor is an input, with the batch first."""
        self._found[name] = 0, 1

    def alike(self, name: str, other: str) -> None:
        """The batch lies in a tensor where it lies in another one."""
        if other in self._found:
            self._found[name] = self._found[other]

    def sizes(self, name: str, sizes: Sequence[int]) -> Sizes:
        """The sizes of a tensor, that of the batch told from the others."""
        at, each = self._found.get(name, (-1, 0))
        return tuple(Size(each) if place == at else size for place, size in enumerate(sizes))

    def follow(self, node: Node, sizes: Mapping[str, Sequence[int]]) -> None:
        """Say where the batch lies in what a call gives."""
        read = [name for name in refs_in((node.args, node.kwargs)) if name in self._found]
        if not read or node.operator in ANEW:
            return
        source = max(read, key=lambda name: len(sizes[name]))
        for port, name in enumerate(node.outputs):
            if name not in sizes:
                continue
            found = self._moved(node, port, source, sizes[source], sizes[name])
            if found is not None and sizes[name][found[0] : found[0] + 1] == (found[1] * self.batch,):
                self._found[name] = found

    def _moved(
        self, node: Node, port: int, source: str, before: Sequence[int], after: Sequence[int]
    ) -> tuple[int, int] | None:
        (at, each), what, rank = self._found[source], node.operator, len(before)
        if what in RECURRENT and port:
            return 1, 1
        if what in RESHAPES and rank and at == 0:
            apiece, rest = each * prod(before[1:]), prod(after[1:])
            return (0, apiece // rest) if after and rest and apiece % rest == 0 and what != "expand" else (0, each)
        if what in ("permute", "transpose", "t", "swapaxes", "numpy_T"):
            return _order(node, rank).index(at), each
        if what in BESIDE:
            return at, each
        if what == "stack":
            dim = (int(node.args[1]) if len(node.args) > 1 else 0) % len(after)
            return at + (dim <= at), each
        if what in SHIFTS and isinstance(dim := node.args[1] if len(node.args) > 1 else 0, int):
            dim %= len(after) if what == "unsqueeze" else rank
            shifted = dim <= at if what == "unsqueeze" else dim < at
            return (at + SHIFTS[what] if shifted and len(after) != rank else at), each
        if len(after) >= rank:
            return at + len(after) - rank, each
        return (0, each) if at == 0 else None


def _order(node: Node, rank: int) -> list[int]:
    """Where each dimension of the result comes from."""
    order = list(range(rank))
    if node.operator == "permute":
        return [int(dim) % rank for dim in node.args[1]]
    first, second = (int(dim) % rank for dim in node.args[1:3]) if len(node.args) > 2 else (0, rank - 1)
    order[first], order[second] = order[second], order[first]
    return order
