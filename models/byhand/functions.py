"""Functions of terms: means, the largest and smallest, exponentials, roots, sigmoid and softmax."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.byhand.terms import Call, Extreme, Known, Term, as_term, total


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
