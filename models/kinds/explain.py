"""Shared ways to write formulas with the numbers put in."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from models.kinds.layer import Formula, Shape, Step, Weight

AXES = {
    1: (("length", "L"),),
    2: (("height", "H"), ("width", "W")),
    3: (("depth", "D"), ("height", "H"), ("width", "W")),
}
"""Names and symbols of the spatial dimensions, by how many there are."""

Steps = tuple[Step, ...]


class Fraction(NamedTuple):
    """The right side of a formula: see `Formula`."""

    numerator: Steps
    denominator: Steps = ()
    tail: Steps = ()
    note: str = ""
    rounding: str = "floor"


def number(value: int) -> str:
    """A number with thousands separators."""
    return f"{value:,}"


def steps(*parts: str | int | tuple[int | str, str]) -> Steps:
    """Terms from signs (text), plain numbers, and (number, role) pairs."""
    terms = ((part, "") if isinstance(part, str | int) else part for part in parts)
    return tuple(Step(number(term) if isinstance(term, int) else term, role) for term, role in terms)


def product(values: Sequence[int], role: str = "") -> tuple[str | tuple[int, str], ...]:
    """Factors for `steps`: 3·3·3, each in the same role; 1 if there are none."""
    parts: list[str | tuple[int, str]] = []
    for value in values or (1,):
        parts += ["·", (value, role)]
    return tuple(parts[1:])


def output_sizes(parts: Sequence[Fraction], sizes: Shape) -> tuple[Formula, ...]:
    """One formula for each spatial dimension; equal ones are written once: “Output height (width is the same)”."""
    groups: dict[tuple[Fraction, int], list[tuple[str, str]]] = {}
    for axis, part, size in zip(AXES[len(sizes)], parts, sizes, strict=True):
        groups.setdefault((part, size), []).append(axis)
    formulas = []
    for (part, size), axes in groups.items():
        others = " and ".join(name for name, _ in axes[1:])
        same = f" ({others} {'are' if len(axes) > 2 else 'is'} the same)" if others else ""
        title, symbol = f"Output {axes[0][0]}{same}", f"{axes[0][1]}_out"
        formulas.append(
            Formula(title, symbol, part.numerator, number(size), part.denominator, part.tail, part.note, part.rounding)
        )
    return tuple(formulas)


def parameters(weights: Sequence[Weight], numerator: Steps, note: str = "") -> tuple[Formula, ...]:
    """The formula of the count of trainable parameters; none where there are no parameters."""
    count = sum(weight.elements for weight in weights if weight.trainable)
    return (Formula("Parameters", "", numerator, number(count), note=note),) if count else ()


def multiply_adds(count: int, numerator: Steps, note: str = "") -> tuple[Formula, ...]:
    """The formula of the multiply-adds per example."""
    return (Formula("Multiply-adds", "", numerator, number(count), note=note),)


def elements(shape: Shape) -> Formula:
    """How many values a shape holds."""
    return Formula("Values", "", steps(*product(shape)), number(prod(shape)))
