"""An axis of an experiment: one setting and the values that it takes, a list or a range."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.specs.fields import FieldError, Float, Int, OptionalFloat, OptionalInt
from models.specs.values import number_from
from studio.experiments.dotted import Number, Setting, SettingError, value_text

STEPS = 5
"""Values of a range in a grid, where nobody says how many."""
MOST_VALUES = 1_000
WHOLE, REAL = (Int, OptionalInt), (Float, OptionalFloat, Number)
_RANGE = re.compile(r"\s*([^:]+?)\s*\.\.\s*([^:]+?)\s*(?::\s*(log|linear))?\s*(?::\s*(\d{1,4}))?\s*")
_ITEM = re.compile(r"(?:\[[^\]]*\]|\([^)]*\)|[^,\[(])+")
HELP = "a list such as 0.1, 0.01 or a range such as 1e-4..1e-1:log:4"


@dataclass(frozen=True)
class Axis:
    """A setting by its dotted ``name`` with the ``values`` that it takes, as JSON data.

    Without values it is a range from ``low`` to ``high``, both included, in ``steps`` where a grid needs values, and
    with ``log`` in equal ratios; ``whole`` tells of integers.
    """

    name: str
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    steps: int = STEPS
    log: bool = False
    whole: bool = False

    def points(self) -> tuple[Any, ...]:
        """The values of a grid, each once."""
        if self.values:
            return self.values
        shares = (step / max(1, self.steps - 1) for step in range(self.steps))
        return tuple(dict.fromkeys(self.at(share) for share in shares))

    def ends(self) -> tuple[Any, ...]:
        """The values that must fit for all others to do: all of a list, both ends of a range."""
        return self.values or (self.at(0.0), self.at(1.0))

    def at(self, share: float) -> Any:
        """The value at a share from 0 to 1 of the way."""
        if self.values:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        if self.log:
            value = math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        else:
            value = self.low + share * (self.high - self.low)
        return self.rounded(value)

    def rounded(self, value: float) -> Any:
        """A value of a range as people would write it, never beyond its ends."""
        if self.whole:
            return round(value)
        return min(max(float(f"{value:.{3 if self.log else 6}g}"), self.low), self.high)

    def as_text(self) -> str:
        """As a person types it."""
        if self.values:
            return ", ".join(f"[{value_text(value)}]" if isinstance(value, list) else value_text(value)
                             for value in self.values)  # fmt: skip
        return f"{self.low:g}..{self.high:g}:{'log' if self.log else 'linear'}:{self.steps}"

    def to_json(self) -> dict[str, Any]:
        """The axis as JSON data."""
        if self.values:
            return {"name": self.name, "values": list(self.values)}
        return {"name": self.name, "low": self.low, "high": self.high, "steps": self.steps, "log": self.log,
                "whole": self.whole}  # fmt: skip

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Axis:
        """The axis of JSON data; raises `ValueError`, `KeyError` or `TypeError` where it is none."""
        if content.get("values"):
            return cls(str(content["name"]), tuple(content["values"]))
        low, high, steps = float(content["low"]), float(content["high"]), int(content["steps"])
        log = content.get("log") is True
        if not low < high or not 1 <= steps <= MOST_VALUES or (log and low <= 0):
            raise ValueError(f"expected a range, found {low:g}..{high:g} in {steps} steps")
        return cls(str(content["name"]), (), low, high, steps, log, content.get("whole") is True)


def axis_from(setting: Setting, text: str) -> Axis:
    """The values that a person typed for a setting (`HELP`); raises `SettingError` that names each that doesn't fit."""
    match = _RANGE.fullmatch(text) if isinstance(setting.field, WHOLE + REAL) else None
    if match:
        return _range(setting, match)
    items = [item.strip() for item in _ITEM.findall(text) if item.strip()]
    if not items:
        raise SettingError(f"{setting.name} varies over {HELP}, found nothing.")
    values, problems = list[Any](), list[str]()
    for item in items[:MOST_VALUES]:
        try:
            values.append(setting.from_text(item))
        except SettingError as error:
            problems.append(str(error))
    if problems:
        raise SettingError(" ".join(problems))
    return Axis(setting.name, tuple(_once(values)))


def _once(values: list[Any]) -> Iterator[Any]:
    """Each value once; values may be lists and dictionaries."""
    for place, value in enumerate(values):
        if value not in values[:place]:
            yield value


def _range(setting: Setting, match: re.Match[str]) -> Axis:
    low, high = _number(setting, match[1]), _number(setting, match[2])
    log = match[3] == "log"
    if not low < high:
        raise SettingError(f"{setting.name}: a range goes from the smaller to the larger, found {low:g}..{high:g}.")
    if log and low <= 0:
        raise SettingError(f"{setting.name}: a logarithmic range starts above 0, found {low:g}.")
    steps = int(match[4] or STEPS)
    if not 2 <= steps <= MOST_VALUES:
        raise SettingError(f"{setting.name}: a range has 2 to {MOST_VALUES:,} values, found {steps}.")
    return Axis(setting.name, (), low, high, steps, log, isinstance(setting.field, WHOLE))


def _number(setting: Setting, text: str) -> float:
    try:
        return float(setting.field.parse(number_from(text)))
    except FieldError as error:
        raise SettingError(f"{setting.name}: {error}") from error
