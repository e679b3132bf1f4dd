"""The numbers in settings of layers: taken out where calls of one module differ, put back as expressions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from models.kinds.layer import LAYERS
from models.specs.expression import LARGEST, MARK, is_number

Path = tuple[str, int | str | None]
"""A setting, and the place in its list, the name in its object, or None where it is one number."""
HOLE = "□"


def numbers_in(kind: str, params: Mapping[str, Any]) -> Iterator[tuple[Path, int | float]]:
    """The numbers that may be expressions, with their paths, in order."""
    for name, value in params.items():
        if not _computes(kind, name):
            continue
        if _is_plain(value):
            yield (name, None), value
        elif isinstance(value, list):
            yield from (((name, place), item) for place, item in enumerate(value) if _is_plain(item))
        elif isinstance(value, dict):
            yield from (((name, key), item) for key, item in value.items() if _is_plain(item))


def filled(kind: str, params: Mapping[str, Any], found: Mapping[Path, object]) -> dict[str, Any]:
    """The settings with other values at some paths."""
    made: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, list):
            made[name] = [found.get((name, place), item) for place, item in enumerate(value)]
        elif isinstance(value, dict):
            made[name] = {key: found.get((name, key), item) for key, item in value.items()}
        else:
            made[name] = found.get((name, None), value)
    return made


def skeleton(kind: str, params: Mapping[str, Any]) -> str:
    """The settings as text, without those numbers."""
    holes = {path: HOLE for path, _ in numbers_in(kind, params)}
    return json.dumps(filled(kind, params, holes), sort_keys=True)


def expression(values: tuple[object, ...], bases: Mapping[str, tuple[object, ...]]) -> str:
    """An expression that gives these values, each from the values of the same call by name; "" if none is found."""
    for name, known in bases.items():
        if known == values:
            return MARK + name
    for name, known in bases.items():
        ratios = {_ratio(value, base) for value, base in zip(values, known, strict=True)}
        ratio = ratios.pop() if len(ratios) == 1 else None
        if ratio is not None and ratio.denominator == 1:
            return f"{MARK}{name} * {ratio.numerator}"
        if ratio is not None and ratio.numerator == 1:
            return f"{MARK}{name} // {ratio.denominator}"
    return ""


def _ratio(value: object, base: object) -> Fraction | None:
    """How many times a positive integer another one is."""
    if isinstance(value, int) and isinstance(base, int) and value > 0 < base:
        return Fraction(value, base)
    return None


def _computes(kind: str, name: str) -> bool:
    """Whether a setting may hold expressions; those of blocks all may."""
    field = LAYERS[kind].fields.get(name) if kind in LAYERS else None
    return field.computes if field is not None else kind not in LAYERS


def _is_plain(value: object) -> bool:
    """A number that an expression can give exactly."""
    if not is_number(value):
        return False
    exact = Fraction(repr(value))
    return max(abs(exact.numerator), exact.denominator) <= LARGEST
