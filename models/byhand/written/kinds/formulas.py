"""Formulas of one's own, as terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from models.byhand.functions import Call, exp, greatest, least, ln, root, sigmoid, tanh
from models.byhand.pen import Page, Place
from models.byhand.terms import Leaf, Term, constant
from models.byhand.written.kinds.linear import stretched
from models.byhand.written.reading import shape_of, sources
from models.byhand.written.registry import writes
from models.layers.combining.expression import Expression
from models.specs.elementwise import NAMES, read_formula
from models.specs.expression import Tree


def formula_term(tree: Tree, at: Mapping[str, Term]) -> Term:
    """A formula over terms, by its names."""
    if isinstance(tree, str):
        return at[tree]
    if isinstance(tree, Fraction):
        return constant(float(tree))
    return _SIGNS[tree.sign](*(formula_term(operand, at) for operand in tree.operands))


def _power(base: Term, exponent: Term) -> Term:
    plain = isinstance(exponent, Leaf) and not exponent.name
    return base**exponent.value if plain else exp(exponent * ln(base))


_SIGNS: dict[str, Callable[..., Term]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": _power,
    "negative": lambda a: -a,
    "min": least,
    "max": greatest,
    "sqrt": root,
    "exp": exp,
    "log": ln,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "relu": lambda a: greatest(0, a),
    "softplus": lambda a: ln(1 + exp(a)),
    **{name: (lambda a, name=name: Call(name, a)) for name in ("abs", "sign", "sin", "cos")},
}
"""By the signs and functions of `models.specs.elementwise`."""


@writes(Expression)
def _expression(page: Page, id: str, layer: Expression, place: Place) -> Term:
    found = [page.value(source, stretched(place, shape_of(page, source))) for source in sources(page, id)]
    return formula_term(read_formula(layer.formula).tree, dict(zip(NAMES, found, strict=False)))
