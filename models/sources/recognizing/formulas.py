"""Arithmetic over tensors, as the formula of one layer: ``2 * torch.sin(x) + y``."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import NamedTuple

from models.kinds.layer import Layer
from models.layers import LAYERS
from models.sources.recognizing.functions import named_function
from models.sources.syntax.outline import dotted
from models.specs.elementwise import EXTREMES, FUNCTIONS, NAMES, FormulaText, read_formula
from models.specs.expression import ExpressionError

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_BY_SOURCE = {function.source.rpartition(".")[2]: name for name, function in FUNCTIONS.items()}
_EXTREMES = {source: name for name, source in EXTREMES.items()}
_BOUNDS = {"clamp": ("min", "max"), "clip": ("min", "max"), "clamp_min": ("min",), "clamp_max": ("max",)}


class Formula(NamedTuple):
    """A formula, the expressions that its names stand for, and whether layers alone could not say it."""

    text: str
    operands: tuple[ast.expr, ...]
    is_needed: bool

    def says(self, other: object) -> bool:
        """Whether another formula is the same, however it is spelled."""
        return isinstance(other, str) and read_formula(other) == read_formula(self.text)


@lru_cache(maxsize=1)
def formula_kind() -> tuple[type[Layer], str]:
    """The kind that computes a formula, and the setting that holds it."""
    pairs = ((kind, name) for kind in LAYERS.values() for name in kind.fields)
    return next((kind, name) for kind, name in pairs if isinstance(kind.fields[name], FormulaText))


def formula(node: ast.expr, aliases: Mapping[str, str], known: Collection[str]) -> Formula | None:
    """What an expression over variables that are ``known`` computes value by value; None for any other."""
    reader = _Reader(aliases, known)
    tree = reader.read(node)
    if tree is None or isinstance(tree, ast.Name) or not 1 <= len(reader.operands) <= len(NAMES):
        return None
    text = ast.unparse(tree)
    try:
        read_formula(text)
    except ExpressionError:
        return None
    return Formula(text, tuple(reader.operands), reader.is_needed)


class _Reader:
    def __init__(self, aliases: Mapping[str, str], known: Collection[str]) -> None:
        self._aliases, self._known = dict(aliases), known
        self._texts: list[str] = []
        self.operands: list[ast.expr] = []
        self.is_needed = False

    def read(self, node: ast.expr) -> ast.expr | None:
        """The tree in the words of formulas."""
        match node:
            case ast.Constant(int() | float() as value) if not isinstance(value, bool):
                self.is_needed = True
                return ast.Constant(value)
            case ast.UnaryOp(ast.USub(), inner):
                self.is_needed = True
                return self._made(ast.UnaryOp(ast.USub(), inner), inner)
            case ast.BinOp(left, operator, right) if isinstance(operator, _OPERATORS):
                self.is_needed |= isinstance(operator, ast.Pow)
                return self._made(ast.BinOp(left, operator, right), left, right)
            case ast.Call():
                return self._call(node)
        return self._operand(node)

    def _made(self, tree: ast.UnaryOp | ast.BinOp, *parts: ast.expr) -> ast.expr | None:
        read = [self.read(part) for part in parts]
        if isinstance(tree, ast.UnaryOp):
            return ast.UnaryOp(tree.op, read[0]) if read[0] is not None else None
        return ast.BinOp(read[0], tree.op, read[1]) if read[0] is not None and read[1] is not None else None

    def _call(self, node: ast.Call) -> ast.expr | None:
        """A function, by its name or as a method of its first argument."""
        name = dotted(node.func, self._aliases)
        parts = list(node.args)
        if isinstance(node.func, ast.Attribute) and not name.startswith(("torch.", "nn.")):
            parts.insert(0, node.func.value)
            name = f"torch.{node.func.attr}"
        module, _, word = name.rpartition(".")
        if module not in ("torch", "nn.functional"):
            return self._operand(node)
        if word in _BOUNDS:
            return self._bounded(word, parts, node)
        if word == "pow" and len(parts) == 2 and not node.keywords:
            return self.read(ast.copy_location(ast.BinOp(parts[0], ast.Pow(), parts[1]), node))
        function = _BY_SOURCE.get(word) or _EXTREMES.get(word)
        if function is None or node.keywords or len(parts) != (1 if word in _BY_SOURCE else 2):
            return self._operand(node)
        self.is_needed |= named_function(node, self._aliases) is None
        return _applied(function, [self.read(part) for part in parts])

    def _bounded(self, word: str, parts: list[ast.expr], node: ast.Call) -> ast.expr | None:
        """``clamp``: the larger of what there is and its lower bound, the smaller of that and its upper bound."""
        bounds = dict(zip(_BOUNDS[word], parts[1:], strict=False)) | {w.arg or "": w.value for w in node.keywords}
        if not bounds or not bounds.keys() <= {"min", "max"}:
            return self._operand(node)
        tree = self.read(parts[0])
        for name, function in (("min", "max"), ("max", "min")):
            if name in bounds:
                tree = _applied(function, [tree, self.read(bounds[name])])
        return tree

    def _operand(self, node: ast.expr) -> ast.expr | None:
        """A name for what is computed otherwise."""
        if not any(isinstance(inner, ast.Name) and inner.id in self._known for inner in ast.walk(node)):
            return None
        text = ast.unparse(node)
        if text not in self._texts:
            self._texts.append(text)
            self.operands.append(node)
        place = self._texts.index(text)
        return ast.Name(NAMES[place]) if place < len(NAMES) else None


def _applied(function: str, parts: list[ast.expr | None]) -> ast.expr | None:
    known = [part for part in parts if part is not None]
    return ast.Call(ast.Name(function), known, []) if len(known) == len(parts) else None
