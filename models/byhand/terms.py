"""Formulas as trees: each term knows its value, what it hangs on, and its slope by any of that, written out again.

Arithmetic is here; `models.byhand.functions` has exp, ln and all else that a formula may call.

    >>> x, w = Leaf("x", 3.0, "x"), Leaf("w", 2.0, "w")
    >>> (w * x + 1).value, (w * x + 1).slope("x").value
    (7.0, 2.0)

`models.byhand.notation` writes them as text and LaTeX, `widgets.numbers.typeset` paints them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce

Slopes = dict[str, float]


class Term:
    """Base of all; ``value`` is what it comes to, NaN or infinite where it comes to no number."""

    value: float

    def parts(self) -> Sequence[Term]:
        """The terms that it is made of."""
        return ()

    def partials(self) -> Sequence[float]:
        """Its slope by each of `parts`, as a number."""
        return ()

    def partial(self, place: int) -> Term:
        """Its slope by one of `parts`, as a term."""
        raise NotImplementedError

    def hangs_on(self) -> set[str]:
        """The keys of its leaves."""
        return set().union(*(part.hangs_on() for part in self.parts()))

    def slopes(self) -> Slopes:
        """The slope by everything that it hangs on, as numbers."""
        found: Slopes = {}
        for part, partial in zip(self.parts(), self.partials(), strict=True):
            for key, slope in part.slopes().items():
                found[key] = found.get(key, 0.0) + partial * slope
        return found

    def slope(self, key: str) -> Term | None:
        """The slope by one thing, as a term; None where it does not hang on it."""
        found: list[Term] = []
        for place, part in enumerate(self.parts()):
            inner = part.slope(key)
            if inner is not None:
                found.append(times(self.partial(place), inner))
        return total(found) if found else None

    def __add__(self, other: Term | float) -> Term:
        return total((self, as_term(other)))

    def __radd__(self, other: float) -> Term:
        return total((as_term(other), self))

    def __sub__(self, other: Term | float) -> Term:
        return total((self, -as_term(other)))

    def __rsub__(self, other: float) -> Term:
        return total((as_term(other), -self))

    def __mul__(self, other: Term | float) -> Term:
        return times(self, as_term(other))

    def __rmul__(self, other: float) -> Term:
        return times(as_term(other), self)

    def __truediv__(self, other: Term | float) -> Term:
        return Fraction(self, as_term(other))

    def __rtruediv__(self, other: float) -> Term:
        return Fraction(as_term(other), self)

    def __neg__(self) -> Term:
        return Minus(self)

    def __pow__(self, exponent: float) -> Term:
        return Power(self, exponent)


@dataclass(frozen=True, eq=False)
class Leaf(Term):
    """A number with a name, a cell where it has a ``key``; without a name a number that is written as such."""

    name: str
    value: float
    key: str = ""

    def hangs_on(self) -> set[str]:
        return {self.key} if self.key else set()

    def slopes(self) -> Slopes:
        return {self.key: 1.0} if self.key else {}

    def slope(self, key: str) -> Term | None:
        return ONE if key and key == self.key else None


@dataclass(frozen=True, eq=False)
class Truth(Term):
    """1 where something holds and 0 where not, as ``[x > 0]``: ``before``, the term that it is said of, ``after``."""

    before: str
    term: Term
    after: str
    value: float

    def hangs_on(self) -> set[str]:
        return self.term.hangs_on()

    def slopes(self) -> Slopes:
        return {}

    def slope(self, key: str) -> Term | None:
        return None


TINY, LAST = 1e-10, 2.0**-50
"""Below which size a sum may be what rounding left, and which share of its parts rounding leaves at most."""


def added(values: Sequence[float]) -> float:
    """A sum; 0 where it is nothing but what rounding has left of numbers that cancel."""
    found = sum(values)
    return 0.0 if 0 < abs(found) < TINY and abs(found) <= LAST * sum(map(abs, values)) else found


@dataclass(frozen=True, eq=False)
class Sum(Term):
    """Terms added up; those that are a `Minus` are taken away."""

    terms: tuple[Term, ...]
    value: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", added([term.value for term in self.terms]))

    def slopes(self) -> Slopes:
        return self._slopes

    @cached_property
    def _slopes(self) -> Slopes:
        """Asked for again by each number that comes back through the same sum."""
        return super().slopes()

    def parts(self) -> Sequence[Term]:
        return self.terms

    def partials(self) -> Sequence[float]:
        return [1.0] * len(self.terms)

    def partial(self, place: int) -> Term:
        return ONE


@dataclass(frozen=True, eq=False)
class Minus(Term):
    """A term with the other sign."""

    term: Term
    value: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", -self.term.value)

    def parts(self) -> Sequence[Term]:
        return (self.term,)

    def partials(self) -> Sequence[float]:
        return (-1.0,)

    def partial(self, place: int) -> Term:
        return Leaf("", -1.0)


@dataclass(frozen=True, eq=False)
class Product(Term):
    """Factors."""

    factors: tuple[Term, ...]
    value: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", math.prod([factor.value for factor in self.factors]))

    def parts(self) -> Sequence[Term]:
        return self.factors

    def partials(self) -> Sequence[float]:
        values = [factor.value for factor in self.factors]
        if len(values) == 2:
            return values[1], values[0]
        return [math.prod(values[:place] + values[place + 1 :]) for place in range(len(values))]

    def partial(self, place: int) -> Term:
        return times(*self._others(place))

    def _others(self, place: int) -> tuple[Term, ...]:
        return self.factors[:place] + self.factors[place + 1 :]


@dataclass(frozen=True, eq=False)
class Fraction(Term):
    """One term over another."""

    above: Term
    below: Term
    value: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", _over(self.above.value, self.below.value))

    def parts(self) -> Sequence[Term]:
        return (self.above, self.below)

    def partials(self) -> Sequence[float]:
        return _over(1.0, self.below.value), -_over(self.value, self.below.value)

    def partial(self, place: int) -> Term:
        return Fraction(ONE, self.below) if place == 0 else Minus(Fraction(self.above, Power(self.below, 2)))


@dataclass(frozen=True, eq=False)
class Power(Term):
    """A term to a constant power."""

    base: Term
    exponent: float
    value: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", _raised(self.base.value, self.exponent))

    def parts(self) -> Sequence[Term]:
        return (self.base,)

    def partials(self) -> Sequence[float]:
        return (self.exponent * _raised(self.base.value, self.exponent - 1),)

    def partial(self, place: int) -> Term:
        lower = self.base if self.exponent == 2 else Power(self.base, self.exponent - 1)
        return times(Leaf("", self.exponent), lower)


@dataclass(frozen=True, eq=False)
class Known(Term):
    """A term whose slopes by some terms are written otherwise than the rules would: ``slopes_by`` pairs of both."""

    term: Term
    slopes_by: tuple[tuple[Term, Term], ...]

    @property
    def value(self) -> float:  # type: ignore[override]
        """What the term comes to."""
        return self.term.value

    def hangs_on(self) -> set[str]:
        return self.term.hangs_on()

    def parts(self) -> Sequence[Term]:
        return [term for term, _ in self.slopes_by]

    def partials(self) -> Sequence[float]:
        return [slope.value for _, slope in self.slopes_by]

    def partial(self, place: int) -> Term:
        return self.slopes_by[place][1]


ONE = Leaf("", 1.0)
ZERO = Leaf("", 0.0)


def constant(value: float, name: str = "") -> Leaf:
    """A number that is no cell, by its name if it has one."""
    return Leaf(name, float(value))


def total(terms: Iterable[Term]) -> Term:
    """A sum, flat; 0 without terms."""
    found: list[Term] = []
    for term in terms:
        found += term.terms if isinstance(term, Sum) else (term,)
    return found[0] if len(found) == 1 else Sum(tuple(found)) if found else ZERO


def times(*factors: Term) -> Term:
    """A product, flat and without ones; a factor of 1 over something divides, one of −1 turns the sign."""
    if all(type(factor) is Leaf and factor.name for factor in factors) and len(factors) > 1:
        return Product(factors)  # most are two cells: a convolution has thousands
    found: list[Term] = []
    negative = False
    for factor in factors:
        if isinstance(factor, Minus):
            negative, factor = not negative, factor.term
        if _is(factor, -1):
            negative = not negative
        elif not _is(factor, 1):
            found += factor.factors if isinstance(factor, Product) else (factor,)
    result = reduce(_divided, _unit_fractions_last(found)) if found else ONE
    return Minus(result) if negative else result


def _unit_fractions_last(factors: list[Term]) -> list[Term]:
    def is_unit(factor: Term) -> bool:
        return isinstance(factor, Fraction) and _is(factor.above, 1)

    whole = [factor for factor in factors if not is_unit(factor)]
    product: list[Term] = [Product(tuple(whole))] if len(whole) > 1 else whole
    return [*product, *(factor for factor in factors if is_unit(factor))]


def _divided(whole: Term, unit: Term) -> Term:
    assert isinstance(unit, Fraction)
    return Fraction(whole, unit.below) if not isinstance(whole, Fraction) else Product((whole, unit))


def as_term(value: Term | float) -> Term:
    """A term as it is, a number as one that is written as such."""
    return value if isinstance(value, Term) else constant(value)


def _is(term: Term, value: float) -> bool:
    """Whether a term is a number that is written as such."""
    return isinstance(term, Leaf) and not term.name and term.value == value


def _over(above: float, below: float) -> float:
    if below:
        return above / below
    return math.nan if not above or math.isnan(above) else math.copysign(math.inf, above)


def _raised(base: float, exponent: float) -> float:
    try:
        found = float(base) ** exponent
    except (OverflowError, ZeroDivisionError):
        return math.inf
    return found if isinstance(found, float) else math.nan
