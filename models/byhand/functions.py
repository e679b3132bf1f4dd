"""Functions of terms: means, the largest and smallest, exponentials, roots, sigmoid and softmax."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from models.byhand.terms import ONE, ZERO, Fraction, Known, Leaf, Power, Term, Truth, as_term, total


@dataclass(frozen=True, eq=False)
class Call(Term):
    """A function of one term, by its name in `FUNCTIONS`."""

    function: str
    term: Term
    value: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", FUNCTIONS[self.function].value(self.term.value))

    def parts(self) -> Sequence[Term]:
        return (self.term,)

    def partials(self) -> Sequence[float]:
        return (self.partial(0).value,)

    def partial(self, place: int) -> Term:
        return FUNCTIONS[self.function].slope(self.term, self)


@dataclass(frozen=True, eq=False)
class Extreme(Term):
    """The largest of some terms, or the smallest; of equal ones the first passes the slope, as in torch."""

    function: str
    terms: tuple[Term, ...]
    value: float = field(init=False)

    def __post_init__(self) -> None:
        choose = max if self.function == "max" else min
        object.__setattr__(self, "value", choose(term.value for term in self.terms))

    def parts(self) -> Sequence[Term]:
        return self.terms

    def partials(self) -> Sequence[float]:
        chosen = next((place for place, term in enumerate(self.terms) if term.value == self.value), 0)
        return [float(place == chosen) for place in range(len(self.terms))]

    def partial(self, place: int) -> Term:
        value = self.partials()[place]
        zero = len(self.terms) == 2 and any(isinstance(term, Leaf) and not term.name for term in self.terms)
        if not zero:
            return Truth("", self.terms[place], f" is the {'largest' if self.function == 'max' else 'smallest'}", value)
        bound = self.terms[1 - place]
        sign = {("max", 1): ">", ("max", 0): "≥", ("min", 1): "<", ("min", 0): "≤"}[self.function, place]
        return Truth("", self.terms[place], f" {sign} {_plain(bound.value)}", value)


def mean(terms: Iterable[Term]) -> Term:
    """Terms added up and divided by how many there are."""
    found = list(terms)
    return total(found) / len(found) if len(found) > 1 else total(found)


def greatest(*terms: Term | float) -> Term:
    """The largest."""
    return Extreme("max", tuple(map(as_term, terms))) if len(terms) > 1 else as_term(terms[0])


def least(*terms: Term | float) -> Term:
    """The smallest."""
    return Extreme("min", tuple(map(as_term, terms)))


def exp(term: Term) -> Term:
    """The exponential function."""
    return Call("exp", term)


def ln(term: Term) -> Term:
    """The natural logarithm."""
    return Call("ln", term)


def tanh(term: Term, me: Term | None = None) -> Term:
    """The hyperbolic tangent; its slope is 1 − me², where ``me`` names it."""
    found = Call("tanh", term)
    return found if me is None else Known(found, ((term, 1 - me * me),))


def root(term: Term) -> Term:
    """The square root."""
    return Call("√", term)


def sigmoid(term: Term, me: Term | None = None) -> Term:
    """1/(1 + exp(−x)); its slope is me·(1 − me), where ``me`` names it."""
    found = 1 / (1 + exp(-term))
    return Known(found, ((term, (me or found) * (1 - (me or found))),))


def softmax(scores: Sequence[Term], place: int, among: Sequence[Term], sign: float = 1) -> Term:
    """exp of one score over the sum of all; ``among`` names what comes of each, for the slopes y·(1 − y) and −y·y′."""
    powers = [exp(score if sign > 0 else -score) for score in scores]
    own = among[place]
    by = [own * (1 - own) if at == place else -(own * other) for at, other in enumerate(among)]
    slopes = [slope if sign > 0 else -slope for slope in by]
    return Known(powers[place] / total(powers), tuple(zip(scores, slopes, strict=True)))


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _exp(value: float) -> float:
    return math.exp(value) if value < 709 else math.inf


def _ln(value: float) -> float:
    return math.log(value) if value > 0 else (-math.inf if value == 0 else math.nan)


def _phi(value: float) -> float:
    return math.exp(-value * value / 2) / math.sqrt(2 * math.pi)


@dataclass(frozen=True)
class Function:
    """What a function comes to, and its slope at a term from that and the call itself."""

    value: Callable[[float], float]
    slope: Callable[[Term, Term], Term]


FUNCTIONS = {
    "exp": Function(_exp, lambda _term, me: me),
    "ln": Function(_ln, lambda term, _me: Fraction(ONE, term)),
    "tanh": Function(math.tanh, lambda _term, me: 1 - Power(me, 2)),
    "√": Function(lambda x: math.sqrt(x) if x >= 0 else math.nan, lambda _term, me: Fraction(ONE, 2 * me)),
    "Φ": Function(lambda x: (1 + math.erf(x / math.sqrt(2))) / 2, lambda term, _me: Call("φ", term)),
    "φ": Function(_phi, lambda term, me: -(term * me)),
    "sin": Function(math.sin, lambda term, _me: Call("cos", term)),
    "cos": Function(math.cos, lambda term, _me: -Call("sin", term)),
    "abs": Function(abs, lambda term, _me: Call("sign", term)),
    "sign": Function(lambda x: float((x > 0) - (x < 0)), lambda _term, _me: ZERO),
}
"""exp, ln, tanh, the root, sine and cosine, the normal distribution Φ with its density φ, |x| and its sign."""
