"""Formulas over tensors, value by value: ``x * sigmoid(x)``.

The grammar is that of expressions (`models.specs.expression`), with functions, and with ``**`` for powers:

    sum     = product (("+" | "-") product)*
    product = factor (("*" | "/") factor)*
    factor  = "-" factor | atom ("**" factor)?
    atom    = number | name | function "(" sum ("," sum)* ")" | "(" sum ")"

A formula is parsed and written anew from its tree: what was typed never becomes code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache, reduce
from typing import NamedTuple

from models.specs.expression import ExpressionError, Grammar, Operation, Tree
from models.specs.fields import Text

NAMES = ("x", "y", "z")
"""What a formula may work on."""


class Function(NamedTuple):
    """Its name in generated code, and its value at a number."""

    source: str
    value: Callable[[float], float]


FUNCTIONS: dict[str, Function] = {
    "abs": Function("torch.abs", abs),
    "sign": Function("torch.sign", lambda x: float((x > 0) - (x < 0))),
    "sqrt": Function("torch.sqrt", math.sqrt),
    "exp": Function("torch.exp", math.exp),
    "log": Function("torch.log", math.log),
    "sin": Function("torch.sin", math.sin),
    "cos": Function("torch.cos", math.cos),
    "tanh": Function("torch.tanh", math.tanh),
    "sigmoid": Function("torch.sigmoid", lambda x: 1 / (1 + math.exp(-x))),
    "relu": Function("torch.relu", lambda x: max(x, 0.0)),
    "softplus": Function("nn.functional.softplus", lambda x: math.log1p(math.exp(x))),
}
EXTREMES = {"min": "minimum", "max": "maximum"}
"""The functions of several values, and what torch calls them for two tensors."""
GRAMMAR = Grammar(frozenset({*FUNCTIONS, *EXTREMES}), ("*", "/"), powers=True)
LONGEST_LINE = 80
"""Columns of a statement in a method of 88."""
SUM, PRODUCT, SIGN, POWER, ATOM = range(5)
"""How tightly a piece of code holds together: what is looser than its place needs brackets."""


class Formula(NamedTuple):
    """A formula that was read: its tree and the names in it."""

    tree: Tree
    names: frozenset[str]


@lru_cache(1_000)
def read_formula(text: str) -> Formula:
    """Read a formula; raises `ExpressionError` with what was expected and what was found."""
    tree, names = GRAMMAR.read(text.strip())
    _check(tree)
    if unknown := sorted(names - {*NAMES}):
        raise ExpressionError(f"expected {', '.join(NAMES)}, a number or a function, found ‘{unknown[0]:.30}’.")
    if NAMES[0] not in names:
        raise ExpressionError(f"expected a formula with {NAMES[0]}, found none.")
    return Formula(tree, names)


def _check(tree: Tree) -> None:
    """Raise `ExpressionError` for a wrong count of arguments and for numbers that come to none."""
    if not isinstance(tree, Operation):
        return
    for operand in tree.operands:
        _check(operand)
    wanted = 1 if tree.sign in FUNCTIONS else 2 if tree.sign in EXTREMES else len(tree.operands)
    if len(tree.operands) < wanted or (wanted == 1 and len(tree.operands) > 1):
        raise ExpressionError(f"expected {wanted} in {tree.sign}(), found {len(tree.operands)}.")
    if tree.sign == "/" and number(tree.operands[1]) == 0:
        raise ExpressionError("expected a divisor other than 0, found 0.")
    number(tree)


def number(tree: Tree) -> float | None:
    """What a tree without names comes to, None for one with names; raises `ExpressionError` for no number."""
    try:
        return value(tree, {})
    except KeyError:
        return None
    except (ArithmeticError, ValueError):
        raise ExpressionError("expected every part to come to a number, found one that does not.") from None


def value(tree: Tree, at: Mapping[str, float]) -> float:
    """What it comes to at these values; raises `ArithmeticError` or `ValueError` where it has none."""
    if isinstance(tree, Fraction):
        return float(tree)
    if isinstance(tree, str):
        return at[tree]
    found = [value(operand, at) for operand in tree.operands]
    if tree.sign in FUNCTIONS:
        return float(FUNCTIONS[tree.sign].value(found[0]))
    result = _VALUES[tree.sign](*found)
    if isinstance(result, complex):
        raise ValueError("a root of a negative number")
    return result


_VALUES: dict[str, Callable[..., float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "negative": lambda a: -a,
    "min": min,
    "max": max,
}


def source(tree: Tree, variables: Mapping[str, str]) -> str:
    """The PyTorch expression, with a variable for each name."""
    return _source(tree, variables)[0]


def statements(tree: Tree, variables: Mapping[str, str], target: str) -> tuple[str, ...]:
    """The statements that give ``target`` its value: one, or where that is too long several with names of parts."""
    if len(whole := f"{target} = {source(tree, variables)}") <= LONGEST_LINE:
        return (whole,)
    lines = [f"_{name} = {variable}" for name, variable in variables.items() if name in _names(tree)]
    tree = _shortened(tree, LONGEST_LINE - len(f"{target} = "), lines)
    return (*lines, f"{target} = {source(tree, _UNDERSCORED)}")


class _Underscored(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"_{name}"


_UNDERSCORED = _Underscored()


def _names(tree: Tree) -> set[str]:
    if isinstance(tree, str):
        return {tree}
    return set().union(*map(_names, tree.operands)) if isinstance(tree, Operation) else set()


def _shortened(tree: Tree, room: int, lines: list[str]) -> Tree:
    """The formula in so many letters, with names in place of parts, whose statements ``lines`` gets."""

    def named(part: Tree) -> str:
        inner = _shortened(part, LONGEST_LINE - len("_part10 = "), lines)
        name = f"part{len(lines)}"
        lines.append(f"_{name} = {source(inner, _UNDERSCORED)}")
        return name

    if isinstance(tree, Operation) and len(tree.operands) > 2:
        tree = Operation(tree.sign, (Operation(tree.sign, tree.operands[:-1]), tree.operands[-1]))
    while isinstance(tree, Operation) and len(source(tree, _UNDERSCORED)) > room:
        parts = [place for place, part in enumerate(tree.operands) if isinstance(part, Operation) and _names(part)]
        if not parts:
            return named(tree) if room < LONGEST_LINE - len("_part10 = ") else tree
        operands = list(tree.operands)
        longest = max(parts, key=lambda place: len(source(operands[place], _UNDERSCORED)))
        operands[longest] = named(operands[longest])
        tree = Operation(tree.sign, tuple(operands))
    return tree


def _source(tree: Tree, variables: Mapping[str, str]) -> tuple[str, int]:
    """The code and how tightly it holds together."""
    known = number(tree)
    if known is not None:
        text = repr(int(known) if known.is_integer() and abs(known) < 2**53 else known)
        return text, SIGN if known < 0 else ATOM
    if isinstance(tree, str):
        return variables[tree], ATOM
    assert isinstance(tree, Operation)
    if tree.sign in FUNCTIONS:
        return f"{FUNCTIONS[tree.sign].source}({source(tree.operands[0], variables)})", ATOM
    if tree.sign in EXTREMES:
        return _extreme(tree, variables), ATOM
    return _operation(tree, variables)


def _extreme(tree: Operation, variables: Mapping[str, str]) -> str:
    """torch takes the largest of tensors, or of a tensor and a number; the numbers are made one first."""
    parts = [(operand, number(operand)) for operand in tree.operands]
    tensors = [_source(operand, variables) for operand, known in parts if known is None]
    numbers = [known for _, known in parts if known is not None]
    name = f"torch.{EXTREMES[tree.sign]}"
    text, level = reduce(lambda first, second: (f"{name}({first[0]}, {second[0]})", ATOM), tensors)
    if not numbers:
        return text
    bound = "min" if tree.sign == "max" else "max"
    return f"{text if level == ATOM else f'({text})'}.clamp({bound}={_VALUES[tree.sign](*numbers, numbers[0])!r})"


def _operation(tree: Operation, variables: Mapping[str, str]) -> tuple[str, int]:
    own, left, right = {
        "+": (SUM, SUM, PRODUCT),
        "-": (SUM, SUM, PRODUCT),
        "*": (PRODUCT, PRODUCT, SIGN),
        "/": (PRODUCT, PRODUCT, SIGN),
        "**": (POWER, ATOM, SIGN),
        "negative": (SIGN, ATOM, ATOM),
    }[tree.sign]
    held = [_held(operand, needed, variables) for operand, needed in zip(tree.operands, (left, right), strict=False)]
    if len(held) == 1:
        return f"-{held[0]}", own
    # As formatters have it, a power of plain names and numbers stands without spaces.
    hugs = tree.sign == "**" and all(re.fullmatch(r"-?[\w.]+", text) for text in held)
    return (f"{held[0]}**{held[1]}" if hugs else f"{held[0]} {tree.sign} {held[1]}"), own


def _held(tree: Tree, needed: int, variables: Mapping[str, str]) -> str:
    text, level = _source(tree, variables)
    return text if level >= needed else f"({text})"


class FormulaText(Text):
    """A formula as it was typed."""

    def parse(self, value: object) -> str:
        text = super().parse(value)
        read_formula(text)
        return text
