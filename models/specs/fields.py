"""Kinds of fields: what a setting may hold, how it is read from JSON, written back, labeled and explained.

A field is a descriptor: on the class it gives itself, on an instance its value. `parse` is the only door for values,
whether they come from a document, a form or the command line; it raises `FieldError` with what was expected and found.

Where a field `computes`, its numbers may be expressions (`models.specs.expression`): documents hold them as text that
begins with ``=``, `from_text` reads and `as_text` writes them for people, `parse_with` works them out.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from copy import copy
from typing import Any, ClassVar, Generic, TypeVar, overload

from models.specs.expression import MARK, Names, expression_from, expressions_from, holds_expression, worked_out
from models.specs.values import LARGEST_INT, nothing, number_from, numbers_from, whole
from models.specs.values import FieldError as FieldError
from models.specs.values import shown as shown

T = TypeVar("T")
Self = TypeVar("Self", bound="Field[Any]")


class Field(Generic[T]):
    """A setting: its default, label, unit-bearing help and whether it belongs to the rarely used ones.

    ``role`` is the role of its numbers in formulas ("kernel", "stride", …), so that both can carry one color; ``unit``
    says what they count, where the label does not. ``section`` is the one of its owner's `Spec.sections` that it is in.
    """

    name = ""
    computes: ClassVar[bool] = False
    """Whether its numbers may be expressions."""

    def __init__(
        self,
        default: T,
        *,
        label: str = "",
        help: str = "",
        role: str = "",
        advanced: bool = False,
        unit: str = "",
        section: str = "",
    ) -> None:
        self.default = default
        self.role = role
        self.unit = unit
        self.label = label
        self.help = help
        self.advanced = advanced
        self.section = section

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.label = self.label or name.replace("_", " ").capitalize()

    def of(self, owner: type) -> Field[T]:
        """The field as it is for one class among those that inherit it: itself, unless it depends on the class."""
        return self

    @overload
    def __get__(self: Self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self: Self, instance: object | None, owner: type) -> Self | Any:
        return self if instance is None else self.default

    def bounds(self) -> str:
        """Its bounds in words: “from 0 to 1”, “above 0”; "" where it has none."""
        return ""

    def parse(self, value: object) -> T:
        """The value in the field's own type; raises `FieldError`."""
        raise NotImplementedError

    def to_json(self, value: T) -> Any:
        """The value as JSON data; `parse` of it gives the value back."""
        return value

    def parse_text(self, text: str) -> T:
        """Read what a person typed (a form, ``--set`` on the command line); raises `FieldError`."""
        return self.parse(text)

    def parse_with(self, value: object, names: Names) -> T:
        """`parse` of JSON data whose expressions are worked out with these names; raises `FieldError`."""
        found = self.work_out(value, names)
        try:
            return self.parse(found)
        except FieldError as error:
            if found is value:
                raise
            raise FieldError(f"{str(error).removesuffix('.')} from {shown(self.as_text(value))[1:-1]}.") from None

    def takes(self, value: object) -> bool:
        """Whether it may hold JSON data; an expression in it is worked out later, by the analysis."""
        if holds_expression(value):
            return self.computes
        try:
            self.parse(value)
        except FieldError:
            return False
        return True

    def work_out(self, value: object, names: Names) -> object:
        """JSON data with numbers in place of its expressions; raises `FieldError`."""
        return worked_out(value, names) if self.computes and holds_expression(value) else value

    def from_text(self, text: str) -> Any:
        """What a person typed as JSON data, in which an expression stays one; raises `FieldError`."""
        return expression_from(text) if self.computes and MARK in text else self.to_json(self.parse_text(text))

    def as_text(self, value: object) -> str:
        """JSON data that holds an expression as a person types it; `from_text` gives it back."""
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _whole_bounds(minimum: int, maximum: int) -> str:
    return f"from {minimum:,}" + (f" to {maximum:,}" if maximum < LARGEST_INT else "")


class Int(Field[int]):
    """An integer between bounds, both included."""

    computes = True

    def __init__(self, default: int, *, minimum: int = 0, maximum: int = LARGEST_INT, **about: Any) -> None:
        super().__init__(default, **about)
        self.minimum, self.maximum = minimum, maximum

    def bounds(self) -> str:
        return _whole_bounds(self.minimum, self.maximum)

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
        return _whole_bounds(self.minimum, self.maximum)

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
    """Free text; ``path`` marks a file or folder, ``folder`` tells which of them."""

    def __init__(self, default: str = "", *, path: bool = False, folder: bool = False, **about: Any) -> None:
        super().__init__(default, **about)
        self.path, self.folder = path, folder

    def parse(self, value: object) -> str:
        if not isinstance(value, str) or len(value) > 4096 or "\0" in value:
            raise FieldError(f"expected text of at most 4,096 letters, found {shown(value)}.")
        return value


class PerDimension(Field[T]):
    """A setting with a number per spatial dimension. ``rank`` None stands for the ``rank`` of the class that owns it,
    so that one declaration serves Conv1d, Conv2d and Conv3d."""

    computes = True

    rank: int | None

    def from_text(self, text: str) -> Any:
        return expressions_from(text) if MARK in text else super().from_text(text)

    def of(self, owner: type) -> Field[T]:
        rank = getattr(owner, "rank", None)
        if self.rank is not None or not isinstance(rank, int):
            return self
        own = copy(self)
        own.rank = rank
        own.default = own.spread(self.default)
        setattr(owner, self.name, own)
        return own

    def spread(self, value: Any) -> Any:
        """The default for ``rank`` dimensions, given the default for one."""
        return value * (self.rank or 1) if isinstance(value, tuple) else value


class Size(PerDimension["tuple[int, ...]"]):
    """One integer per spatial dimension, always a tuple of length ``rank``; one number stands for all."""

    def __init__(
        self,
        rank: int | None = None,
        default: int | tuple[int, ...] = 1,
        *,
        minimum: int = 1,
        maximum: int = LARGEST_INT,
        **about: Any,
    ) -> None:
        super().__init__((default,) * (rank or 1) if isinstance(default, int) else default, **about)
        self.rank, self.minimum, self.maximum = rank, minimum, maximum

    def bounds(self) -> str:
        return _whole_bounds(self.minimum, self.maximum)

    def parse(self, value: object) -> tuple[int, ...]:
        rank = self.rank or 1
        items = value if isinstance(value, list | tuple) else [value] * rank
        if len(items) != rank:
            raise FieldError(f"expected {rank} numbers or a single one, found {len(items)}.")
        return tuple(whole(item, self.minimum, self.maximum) for item in items)

    def to_json(self, value: tuple[int, ...]) -> Any:
        return value[0] if len(set(value)) == 1 else list(value)

    def parse_text(self, text: str) -> tuple[int, ...]:
        numbers = numbers_from(text)
        return self.parse(numbers[0] if len(numbers) == 1 else numbers)


class OptionalSize(PerDimension["tuple[int, ...] | None"]):
    """One integer per spatial dimension, or nothing."""

    def __init__(self, rank: int | None = None, *, minimum: int = 1, maximum: int = LARGEST_INT, **about: Any) -> None:
        super().__init__(None, **about)
        self.rank, self.minimum, self.maximum = rank, minimum, maximum

    def bounds(self) -> str:
        return _whole_bounds(self.minimum, self.maximum)

    def numbers(self) -> Size:
        """The field for the numbers themselves."""
        return Size(self.rank, 1, minimum=self.minimum, maximum=self.maximum)

    def parse(self, value: object) -> tuple[int, ...] | None:
        return None if value is None else self.numbers().parse(value)

    def to_json(self, value: tuple[int, ...] | None) -> Any:
        return None if value is None else self.numbers().to_json(value)

    def parse_text(self, text: str) -> tuple[int, ...] | None:
        return None if nothing(text) else self.numbers().parse_text(text)


class Padding(PerDimension["tuple[int, ...] | str"]):
    """Zeros added on each side, one number per spatial dimension, or ``"same"``: as many as keep the size."""

    def __init__(self, rank: int | None = None, default: int = 0, **about: Any) -> None:
        super().__init__((default,) * (rank or 1), **about)
        self.rank = rank

    def numbers(self) -> Size:
        """The field for the numbers themselves."""
        return Size(self.rank, 0, minimum=0)

    def bounds(self) -> str:
        return self.numbers().bounds()

    def parse(self, value: object) -> tuple[int, ...] | str:
        if isinstance(value, str):
            if value not in {"same", "valid"}:
                raise FieldError(f"expected integers, same or valid, found {shown(value)}.")
            return "same" if value == "same" else (0,) * (self.rank or 1)
        return self.numbers().parse(value)

    def to_json(self, value: tuple[int, ...] | str) -> Any:
        return value if isinstance(value, str) else self.numbers().to_json(value)

    def parse_text(self, text: str) -> tuple[int, ...] | str:
        word = text.strip().lower()
        return self.parse(word) if word in {"same", "valid"} else self.numbers().parse_text(text)


class Dims(Field[tuple[int, ...]]):
    """A list of integers of any length between ``shortest`` and ``longest``: a shape, an order of dimensions."""

    computes = True

    def __init__(
        self,
        default: tuple[int, ...],
        *,
        minimum: int = 1,
        maximum: int = LARGEST_INT,
        shortest: int = 0,
        longest: int = 8,
        **about: Any,
    ) -> None:
        super().__init__(default, **about)
        self.minimum, self.maximum, self.shortest, self.longest = minimum, maximum, shortest, longest

    def parse(self, value: object) -> tuple[int, ...]:
        if not isinstance(value, list | tuple):
            raise FieldError(f"expected a list of integers, found {shown(value)}.")
        if not self.shortest <= len(value) <= self.longest:
            raise FieldError(f"expected {self.shortest} to {self.longest} numbers, found {len(value)}.")
        return tuple(whole(item, self.minimum, self.maximum) for item in value)

    def to_json(self, value: tuple[int, ...]) -> Any:
        return list(value)

    def from_text(self, text: str) -> Any:
        if MARK not in text:
            return super().from_text(text)
        found = expressions_from(text)
        return found if isinstance(found, list) else [found]

    def parse_text(self, text: str) -> tuple[int, ...]:
        return self.parse(numbers_from(text))


class OptionalSizes(Field["tuple[int, ...] | None"]):
    """Sizes for as many dimensions as the input has, or nothing; a single number stands for all of them."""

    computes = True

    def __init__(self, *, longest: int = 8, **about: Any) -> None:
        super().__init__(None, **about)
        self.numbers = Dims((), shortest=1, longest=longest)

    def parse(self, value: object) -> tuple[int, ...] | None:
        items = value if isinstance(value, list | tuple) else [value]
        return None if value is None else self.numbers.parse(items)

    def to_json(self, value: tuple[int, ...] | None) -> Any:
        return value[0] if value and len(value) == 1 else value and list(value)

    def from_text(self, text: str) -> Any:
        return expressions_from(text) if MARK in text else super().from_text(text)

    def parse_text(self, text: str) -> tuple[int, ...] | None:
        return None if nothing(text) else self.numbers.parse_text(text)
