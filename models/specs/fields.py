"""All kinds of fields: those of one value here, those of several integers beside it (`models.specs.dimensions`)."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

from models.specs.dimensions import Dims as Dims
from models.specs.dimensions import OptionalSize as OptionalSize
from models.specs.dimensions import OptionalSizes as OptionalSizes
from models.specs.dimensions import Padding as Padding
from models.specs.dimensions import PerDimension as PerDimension
from models.specs.dimensions import Size as Size
from models.specs.field import Field as Field
from models.specs.field import whole_bounds
from models.specs.values import LARGEST_INT, nothing, number_from, whole
from models.specs.values import FieldError as FieldError
from models.specs.values import shown as shown


class Int(Field[int]):
    """An integer between bounds, both included."""

    computes = True

    def __init__(self, default: int, *, minimum: int = 0, maximum: int = LARGEST_INT, **about: Any) -> None:
        super().__init__(default, **about)
        self.minimum, self.maximum = minimum, maximum

    def bounds(self) -> str:
        return whole_bounds(self.minimum, self.maximum)

    def parse(self, value: object) -> int:
        return whole(value, self.minimum, self.maximum)

    def parse_text(self, text: str) -> int:
        return self.parse(number_from(text))


class OptionalInt(Field[int | None]):
    """An integer, or nothing."""

    computes = True

    def __init__(
        self, default: int | None = None, *, minimum: int = 0, maximum: int = LARGEST_INT, **about: Any
    ) -> None:
        super().__init__(default, **about)
        self.minimum, self.maximum = minimum, maximum

    def bounds(self) -> str:
        return whole_bounds(self.minimum, self.maximum)

    def parse(self, value: object) -> int | None:
        return None if value is None else whole(value, self.minimum, self.maximum)

    def parse_text(self, text: str) -> int | None:
        return None if nothing(text) else self.parse(number_from(text))


class Float(Field[float]):
    """A finite number between bounds; ``above`` and ``below`` are exclusive bounds."""

    computes = True

    def __init__(
        self,
        default: float,
        *,
        minimum: float = -math.inf,
        maximum: float = math.inf,
        above: float = -math.inf,
        below: float = math.inf,
        **about: Any,
    ) -> None:
        super().__init__(default, **about)
        self.minimum, self.maximum, self.above, self.below = minimum, maximum, above, below

    def parse(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
            raise FieldError(f"expected a number, found {shown(value)}.")
        if not (self.minimum <= value <= self.maximum and self.above < value < self.below):
            raise FieldError(f"expected a number {self.bounds()}, found {shown(value)}.")
        return float(value)

    def parse_text(self, text: str) -> float:
        return self.parse(number_from(text))

    def bounds(self) -> str:
        low = f"above {self.above:g}" if self.above > -math.inf else f"from {self.minimum:g}"
        high = f"below {self.below:g}" if self.below < math.inf else f"to {self.maximum:g}"
        parts = [low] if max(self.above, self.minimum) > -math.inf else []
        return " ".join(parts + ([high] if min(self.below, self.maximum) < math.inf else []))


class Portion(Float):
    """A share below 1, or a count from 1 on; 0 for nothing where it is ``optional``."""

    def __init__(self, default: float, *, optional: bool = False, **about: Any) -> None:
        super().__init__(default, **({"minimum": 0.0} if optional else {"above": 0.0}), **about)
        self.optional = optional

    def parse(self, value: object) -> float:
        found = super().parse(value)
        if found < 1:
            return found
        if not found.is_integer() or found > LARGEST_INT:
            raise FieldError(f"expected a number {self.bounds()}, found {shown(value)}.")
        return int(found)

    def bounds(self) -> str:
        return "between 0 and 1, or a count" + (", or 0" if self.optional else "")


class OptionalFloat(Field[float | None]):
    """A finite number between bounds, or nothing."""

    computes = True

    def __init__(self, default: float | None = None, *, minimum: float = -math.inf, **about: Any) -> None:
        bounds = {name: about.pop(name) for name in ("maximum", "above", "below") if name in about}
        super().__init__(default, **about)
        self.number = Float(0.0, minimum=minimum, **bounds)

    def bounds(self) -> str:
        return self.number.bounds()

    def parse(self, value: object) -> float | None:
        return None if value is None else self.number.parse(value)

    def parse_text(self, text: str) -> float | None:
        return None if nothing(text) else self.number.parse_text(text)


class Bool(Field[bool]):
    """A switch."""

    def parse(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise FieldError(f"expected true or false, found {shown(value)}.")
        return value

    def parse_text(self, text: str) -> bool:
        words = {
            "true": True,
            "yes": True,
            "on": True,
            "1": True,
            "false": False,
            "no": False,
            "off": False,
            "0": False,
        }
        if text.strip().lower() not in words:
            raise FieldError(f"expected true or false, found {shown(text)}.")
        return words[text.strip().lower()]


class Choice(Field[str]):
    """One of a few words."""

    def __init__(self, default: str, options: Sequence[str], **about: Any) -> None:
        super().__init__(default, **about)
        self.options = tuple(options)

    def parse(self, value: object) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise FieldError(f"expected one of {', '.join(self.options)}, found {shown(value)}.")
        return value


class Text(Field[str]):
    """Free text; ``path`` marks a file or folder, ``folder`` tells which of them. Of ``listed`` text a form offers what
    there is to choose from."""

    def __init__(
        self, default: str = "", *, path: bool = False, folder: bool = False, listed: bool = False, **about: Any
    ) -> None:
        super().__init__(default, **about)
        self.path, self.folder, self.listed = path, folder, listed

    def parse(self, value: object) -> str:
        if not isinstance(value, str) or len(value) > 4096 or "\0" in value:
            raise FieldError(f"expected text of at most 4,096 letters, found {shown(value)}.")
        return value
