"""A field that corrects examples of a data set: another class for some, others left out."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from models.specs.fields import Field, FieldError, shown

MOST_CORRECTIONS = 100_000
LAST_ROW = 1 << 40


class Correction(NamedTuple):
    """What becomes of the example in a ``row`` of the data as it is read, counted from 0: its class ``before`` (""
    where it has none) and ``after``; None leaves it out. The class is that of the ``target``, a column by its name, or
    of the first one that is in use, ""."""

    row: int
    before: str
    after: str | None
    target: str = ""

    @property
    def key(self) -> str:
        """What a document keeps it by: the row, and behind @ the target if that is another than the first."""
        return f"{self.row}@{self.target}" if self.target else str(self.row)


class Corrections(Field["tuple[Correction, ...]"]):
    """Corrections by row, in ascending order. A document holds ``{"17": ["8", "3"], "40": ["8", null]}``, and with a
    target behind the row ``{"17@color": ["red", "blue"]}``."""

    def __init__(self, **about: Any) -> None:
        super().__init__((), **about)

    def parse(self, value: object) -> tuple[Correction, ...]:
        if isinstance(value, list | tuple) and all(isinstance(item, Correction) for item in value):
            value = self.to_json(tuple(value))
        if not isinstance(value, dict) or len(value) > MOST_CORRECTIONS:
            raise FieldError(f"expected classes before and after by row, found {shown(value)}.")
        found = (_correction(key, pair) for key, pair in value.items())
        return tuple(sorted(found, key=lambda item: (item.row, item.target)))

    def to_json(self, value: tuple[Correction, ...]) -> Any:
        return {item.key: [item.before, item.after] for item in value}

    def parse_text(self, text: str) -> tuple[Correction, ...]:
        try:
            return self.parse(json.loads(text or "{}"))
        except (json.JSONDecodeError, RecursionError):
            raise FieldError(f'expected corrections such as {{"17": ["8", "3"]}}, found {shown(text)}.') from None

    def as_text(self, value: object) -> str:
        return json.dumps(value, ensure_ascii=False)


def _correction(key: object, pair: object) -> Correction:
    row, at, target = key.partition("@") if isinstance(key, str) else ("", "", "")
    number = int(row) if row.isascii() and row.isdecimal() and len(row) < 14 else -1
    known = isinstance(pair, list | tuple) and len(pair) == 2 and isinstance(pair[0], str)
    known = known and isinstance(pair[1], str if at else str | None) and bool(target) == bool(at)  # type: ignore[index]
    if not known or not 0 <= number < LAST_ROW:
        raise FieldError(f"expected a row with its class before and after, found {shown(key)} with {shown(pair)}.")
    return Correction(number, pair[0], pair[1], target)  # type: ignore[index]
