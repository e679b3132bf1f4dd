"""Kinds of fields that hold several integers: a number per spatial dimension, a shape, an order of dimensions."""

from __future__ import annotations

from copy import copy
from typing import Any, TypeVar

from models.specs.expression import MARK, expressions_from
from models.specs.field import Field, whole_bounds
from models.specs.values import LARGEST_INT, FieldError, nothing, numbers_from, shown, whole

T = TypeVar("T")


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
        return whole_bounds(self.minimum, self.maximum)

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
        return whole_bounds(self.minimum, self.maximum)

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
