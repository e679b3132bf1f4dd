"""A field that says what goes where: names by names, such as columns of data by the ids that they are bound to."""

from __future__ import annotations

import re
from typing import Any

from models.specs.fields import Field, FieldError, shown

_NEXT_NAME = re.compile(r",(?=\s*\w+\s*=)")


class Bindings(Field["tuple[tuple[str, str], ...]"]):
    """Names by names, in order: ``{"input1": "image", "input2": "age"}``."""

    longest = 1000

    def __init__(self, **about: Any) -> None:
        super().__init__((), **about)

    def parse(self, value: object) -> tuple[tuple[str, str], ...]:
        items = list(value.items()) if isinstance(value, dict) else value
        if not isinstance(items, list | tuple) or len(items) > self.longest or not all(map(_is_pair, items)):
            raise FieldError(f"expected names by names, found {shown(value)}.")
        return tuple(dict(items).items())

    def to_json(self, value: tuple[tuple[str, str], ...]) -> Any:
        return dict(value)

    def parse_text(self, text: str) -> tuple[tuple[str, str], ...]:
        pairs = [part.partition("=") for part in _NEXT_NAME.split(text) if part.strip()]
        if not all(sign and name.strip() and other.strip() for name, sign, other in pairs):
            raise FieldError(f"expected names such as input1=image, input2=age, found {shown(text)}.")
        return self.parse({name.strip(): other.strip() for name, _, other in pairs})


def _is_pair(item: object) -> bool:
    pair = item if isinstance(item, list | tuple) else ()
    return len(pair) == 2 and all(isinstance(name, str) and 0 < len(name) <= 4096 for name in pair)
