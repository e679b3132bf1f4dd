"""Statements in the words of generated code: parts of an expression get names, and methods their usual spelling."""

from __future__ import annotations

import ast
from collections.abc import Callable
from math import prod

from models.sources.following.state import State
from models.sources.recognizing.functions import kinds_written_with
from models.sources.recognizing.idioms import (
    first_alone,
    flattened,
    is_size,
    largest,
    permuted,
    respelled,
    stretched,
    widened,
    without_batch,
)
from models.sources.syntax.outline import ClassOutline, Unreadable, attribute_of, dotted
from models.sources.syntax.values import value_of

WEIGHTS = "need_weights"
"""The switch of attention that says whether it gives its weights, too."""


class Rewording:
    """Puts statements of a class otherwise. ``nested`` follows a part of an expression, and gives it a name."""

    def __init__(self, state: State, part: ClassOutline, nested: Callable[[ast.expr], ast.Name]) -> None:
        self._state, self._part, self._nested = state, part, nested

    def otherwise(self, plain: ast.Assign) -> ast.Assign | None:
        """A statement in other words, or with names for its parts; None where there is nothing to be put otherwise."""
        if (first := first_alone(plain)) is not None:
            return first
        same = stretched(plain.value) or largest(plain.value)
        plain.value = same or plain.value
        if self._lift(plain.value) or same is not None:
            return plain
        node = plain.value
        value = self._by_size(node) or without_batch(node) or respelled(node)
        if value is None:
            return self._without_weights(plain)
        plain.value = value
        return plain

    def _by_size(self, node: ast.expr) -> ast.expr | None:
        """Another word for what a method does with a tensor whose sizes are known."""
        tensor = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
        known = isinstance(tensor, ast.Name) and tensor.id in self._state.env
        types = self._state.types((self._state.env[tensor.id],)) if isinstance(tensor, ast.Name) and known else None
        if types is None:
            return None
        rank, total = len(types[0].shape) + 1, prod(types[0].shape)
        return permuted(node, rank) or widened(node, rank) or flattened(self._worked(node), total)

    def _worked(self, node: ast.expr) -> ast.expr:
        """A call whose arguments that are arithmetic of numbers are worked out."""
        if isinstance(node, ast.Call):
            node.args = [self._number(item) for item in node.args]
        return node

    def _number(self, node: ast.expr) -> ast.expr:
        if not isinstance(node, ast.BinOp):
            return node
        try:
            return ast.copy_location(ast.Constant(value_of(node, self._state.base.within).number), node)
        except Unreadable:
            return node

    def _without_weights(self, plain: ast.Assign) -> ast.Assign | None:
        """``y, _ = self.attention(x, x, x)`` as a layer that makes no table of its weights, which nobody reads."""
        match plain:
            case ast.Assign([ast.Tuple([ast.Name(), ast.Name("_")])], ast.Call(function, _, words) as call):
                made = self._part.made.get(attribute_of(function))
                known = made is not None and isinstance(made.call, ast.Call) and dotted(made.call.func)
                without = known and known.rpartition(".")[2] in kinds_written_with(WEIGHTS)
                if without and all(word.arg != WEIGHTS for word in words):
                    call.keywords.append(ast.keyword(WEIGHTS, ast.Constant(False)))
                    return plain
        return None

    def _lift(self, node: ast.expr) -> bool:
        """Put names in place of the parts of an expression that are layers themselves; tells whether there were any."""
        lifted = False
        for name, child in ast.iter_fields(node):
            if isinstance(child, ast.expr) and name in {"left", "right", "value"}:
                if self.is_layer(child):
                    setattr(node, name, self._nested(child))
                    lifted = True
            elif name == "func" and isinstance(child, ast.Attribute) and self.is_layer(child.value):
                child.value = self._nested(child.value)
                lifted = True
            elif name in {"args", "elts"} and isinstance(child, list):
                for place, item in enumerate(child):
                    if isinstance(item, ast.Tuple | ast.List):
                        lifted |= self._lift(item)
                    elif self.is_layer(item):
                        child[place] = self._nested(item)
                        lifted = True
        return lifted

    def is_layer(self, node: ast.expr) -> bool:
        """Whether an expression computes something from values."""
        return (
            not is_size(node)
            and isinstance(node, ast.Call | ast.BinOp | ast.Subscript)
            and any(isinstance(inner, ast.Name) and inner.id in self._state.env for inner in ast.walk(node))
        )
