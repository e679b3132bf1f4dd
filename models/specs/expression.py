"""Expressions: arithmetic over the parameters of a network, where a field takes a number: ``=width * 4``.

The grammar is closed. It is parsed and worked out here and never run as Python:

    sum     = product (("+" | "-") product)*
    product = factor (("*" | "/" | "//" | "%") factor)*
    factor  = "-" factor | number | name | ("min" | "max") "(" sum ("," sum)* ")" | "(" sum ")"

Whole and decimal numbers are exact fractions until the end, so that ``0.1 * 30`` is 3. ``//`` and ``%`` are Python's.
Text, depth and numbers are bounded, so that no document can make one expensive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

from models.specs.values import FieldError, number_from, shown

MARK = "="
"""What an expression begins with, typed and in documents."""
LONGEST = 200
DEEPEST = 30
LARGEST = 2**53
"""Of numerator and denominator, at every step: up to here every number is exact in JSON, too."""
IN_CHANNELS = "in_channels"
"""The name that stands for the first size of a layer's first input."""

Names = Mapping[str, object]
"""Names and their values. One that is not a number (in a damaged document) cannot be used."""

_TOKEN = r"\d+(?:\.\d+)?(?![\w.])|[A-Za-z][A-Za-z0-9_]*|//|[-+*/%(),]"
_END = ""


class ExpressionError(FieldError):
    """An expression that cannot be read or worked out: a sentence."""


class UnknownName(ExpressionError):
    """A name that stands for nothing."""

    def __init__(self, name: str) -> None:
        if name == IN_CHANNELS:
            super().__init__(f"expected an input that gives {IN_CHANNELS}, found none.")
        else:
            super().__init__(f"expected a named number of the network, found ‘{name:.30}’.")
        self.name = name


@dataclass(frozen=True)
class Grammar:
    """What may be written: functions by name, the signs of products, and whether ``**`` raises to a power."""

    functions: frozenset[str]
    products: tuple[str, ...] = ("*", "/", "//", "%")
    powers: bool = False

    def read(self, text: str) -> tuple[Tree, frozenset[str]]:
        """What stands there, and the names in it; raises `ExpressionError`."""
        if len(text) > LONGEST:
            raise ExpressionError(f"expected at most {LONGEST} letters, found {len(text):,}.")
        parser = _Parser(_tokens(text, rf"\*\*|{_TOKEN}" if self.powers else _TOKEN), self)
        tree = parser.sum()
        if parser.next != _END:
            raise parser.unexpected("an operator")
        return tree, frozenset(parser.names)


@dataclass(frozen=True)
class Expression:
    """A parsed expression: its text without the mark, and the names in it."""

    text: str
    names: frozenset[str]
    _tree: Tree

    def value(self, names: Names) -> int | float:
        """What it comes to, whole where it is; raises `ExpressionError`, for a missing name `UnknownName`."""
        exact = _value(self._tree, names)
        return exact.numerator if exact.denominator == 1 else float(exact)


@dataclass(frozen=True)
class Operation:
    """A sign, "negative" or the name of a function, and what it works on."""

    sign: str
    operands: tuple[Tree, ...]


Tree = Fraction | str | Operation
"""A number, a name, or an operation."""


def holds_expression(value: object) -> bool:
    """Whether a setting, as JSON data, is an expression or holds one."""
    if isinstance(value, str):
        return value.startswith(MARK)
    if isinstance(value, dict):
        return any(map(holds_expression, value.values()))
    return isinstance(value, list | tuple) and any(map(holds_expression, value))


def worked_out(value: object, names: Names) -> object:
    """A setting, as JSON data, with numbers in place of its expressions; raises `ExpressionError`."""
    if isinstance(value, str) and value.startswith(MARK):
        return parse(value).value(names)
    return [worked_out(item, names) for item in value] if isinstance(value, list | tuple) else value


def names_in(value: object) -> frozenset[str]:
    """The names in all expressions of a setting, as JSON data, that can be read."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return frozenset().union(*map(names_in, value))
    try:
        return parse(value).names if isinstance(value, str) and value.startswith(MARK) else frozenset()
    except ExpressionError:
        return frozenset()


def renamed(value: object, old: str, new: str) -> object:
    """A setting, as JSON data, with another name in its expressions; raises `ExpressionError` if one gets too long."""
    if isinstance(value, dict):
        return {name: renamed(entry, old, new) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [renamed(item, old, new) for item in value]
    if old not in names_in(value):
        return value
    text = re.sub(rf"\b{old}\b", new, str(value), flags=re.ASCII)
    parse(text)
    return text


def expression_from(text: str) -> str:
    """The expression that a person typed, as JSON data; raises `ExpressionError`."""
    if not text.strip().startswith(MARK):
        raise ExpressionError(f"expected an expression to begin with ‘{MARK}’, found {shown(text.strip())}.")
    return MARK + parse(text.strip()).text


def expressions_from(text: str) -> Any:
    """Several numbers and expressions that a person typed, as JSON data; one alone stands for itself.

    ``3, =width, =max(1, width // 2)`` or ``3×=width``; raises `FieldError`.
    """
    inner, places, depth = text.strip().removeprefix("[").removesuffix("]"), [-1], 0
    for place, letter in enumerate(inner):
        depth += (letter == "(") - (letter == ")")
        if letter in ",×" and depth == 0:
            places.append(place)
    parts = [inner[start + 1 : end].strip() for start, end in pairwise([*places, len(inner)])]
    found = [expression_from(part) if MARK in part else number_from(part) for part in parts]
    return found[0] if len(found) == 1 else found


def is_name(text: object) -> bool:
    """Whether a parameter may be called so: letters, digits and underscores, and nothing that has a meaning here."""
    fits = isinstance(text, str) and len(text) <= 30 and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text, re.ASCII)
    return bool(fits) and text not in {*_FUNCTIONS, IN_CHANNELS}


def check_parameter(name: object, value: object) -> None:
    """Raise `FieldError` if no parameter may have this name and this value."""
    if not is_name(name):
        raise FieldError(f"expected a name such as width, of letters, digits and underscores, found {shown(name)}.")
    if not is_number(value):
        raise FieldError(f"expected a number within {LARGEST:,}, found {shown(value)}.")


@lru_cache(1_000)
def parse(text: str) -> Expression:
    """Read an expression, `MARK` included; raises `ExpressionError` with what was expected and what was found."""
    inner = text.removeprefix(MARK).strip()
    tree, names = _GRAMMAR.read(inner)
    return Expression(inner, names, tree)


def _tokens(text: str, pattern: str) -> list[str]:
    tokens, place = [], 0
    token = re.compile(pattern, re.ASCII)
    while text[place:].strip():
        place += len(text[place:]) - len(text[place:].lstrip())
        found = token.match(text, place)
        if found is None:
            raise ExpressionError(f"expected a number, a name or a sign, found {shown(text[place:].split()[0])}.")
        tokens.append(found[0])
        place = found.end()
    return tokens


class _Parser:
    """Recursive descent, one method a rule."""

    def __init__(self, tokens: Iterable[str], grammar: Grammar) -> None:
        self._tokens, self._grammar = iter(tokens), grammar
        self._depth = 0
        self.next = next(self._tokens, _END)
        self.names: set[str] = set()

    def take(self) -> str:
        taken, self.next = self.next, next(self._tokens, _END)
        return taken

    def unexpected(self, wanted: str) -> ExpressionError:
        return ExpressionError(f"expected {wanted}, found {shown(self.next) if self.next else 'the end'}.")

    def expect(self, sign: str) -> None:
        if self.next != sign:
            raise self.unexpected(f"‘{sign}’")
        self.take()

    def sum(self) -> Tree:
        return self._chain(("+", "-"), self.product)

    def product(self) -> Tree:
        return self._chain(self._grammar.products, self.factor)

    def _chain(self, signs: tuple[str, ...], operand: Callable[[], Tree]) -> Tree:
        tree = operand()
        while self.next in signs:
            tree = Operation(self.take(), (tree, operand()))
        return tree

    def factor(self) -> Tree:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionError(f"expected at most {DEEPEST} levels of brackets and signs, found more.")
        tree = self._factor()
        self._depth -= 1
        return tree

    def _factor(self) -> Tree:
        if self.next == "-":
            self.take()
            return Operation("negative", (self.factor(),))
        base = self._atom()
        if not self._grammar.powers or self.next != "**":
            return base
        return Operation(self.take(), (base, self.factor()))

    def _atom(self) -> Tree:
        if self.next[:1].isdigit():
            return _bounded(Fraction(self.take()))
        if self.next[:1].isalpha():
            return self._named(self.take())
        if self.next != "(":
            raise self.unexpected("a number or a name")
        return self._arguments(most=1)[0]

    def _named(self, name: str) -> Tree:
        if name in self._grammar.functions:
            return Operation(name, self._arguments())
        self.names.add(name)
        return name

    def _arguments(self, most: int = LONGEST) -> tuple[Tree, ...]:
        self.expect("(")
        found = [self.sum()]
        while self.next == "," and len(found) < most:
            self.take()
            found.append(self.sum())
        self.expect(")")
        return tuple(found)


def _value(tree: Tree, names: Names) -> Fraction:
    if isinstance(tree, Fraction):
        return tree
    if isinstance(tree, str):
        return _of_name(tree, names)
    operands = [_value(operand, names) for operand in tree.operands]
    if tree.sign in {"/", "//", "%"} and operands[1] == 0:
        raise ExpressionError("expected a divisor other than 0, found 0.")
    return _bounded(Fraction(_OPERATIONS[tree.sign](operands)))


def _of_name(name: str, names: Names) -> Fraction:
    if name not in names:
        raise UnknownName(name)
    value = names[name]
    if not is_number(value):
        raise ExpressionError(f"expected a number in {name:.30}, found {shown(value)}.")
    return _bounded(Fraction(repr(value)))  # as it is written: 0.1 is a tenth


def is_number(value: object) -> bool:
    """Whether a parameter may have this value: a whole or decimal number within `LARGEST`."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


def _bounded(number: Fraction) -> Fraction:
    if max(abs(number.numerator), number.denominator) > LARGEST:
        raise ExpressionError(f"expected numbers of at most {LARGEST:,}, found a larger one on the way.")
    return number


_FUNCTIONS: dict[str, Callable[[list[Fraction]], Fraction]] = {"min": min, "max": max}
_OPERATIONS: dict[str, Callable[[list[Fraction]], Fraction | int]] = {
    "+": lambda of: of[0] + of[1],
    "-": lambda of: of[0] - of[1],
    "*": lambda of: of[0] * of[1],
    "/": lambda of: of[0] / of[1],
    "//": lambda of: of[0] // of[1],
    "%": lambda of: of[0] % of[1],
    "negative": lambda of: -of[0],
    **_FUNCTIONS,
}
_GRAMMAR = Grammar(frozenset(_FUNCTIONS))
