"""Kinds of fields: what a setting may hold, how it is read from JSON, written back, labeled and explained.

A field is a descriptor: on the class it gives itself, on an instance its value. `parse` is the only door for values,
whether they come from a document, a form or the command line; it raises `FieldError` with what was expected and found.

Where a field `computes`, its numbers may be expressions (`models.specs.expression`): documents hold them as text that
begins with ``=``, `from_text` reads and `as_text` writes them for people, `parse_with` works them out.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar, overload

from models.specs.expression import MARK, Names, expression_from, holds_expression, worked_out
from models.specs.values import LARGEST_INT, FieldError, shown

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

    @property
    def words(self) -> str:
        """Its label as it stands within a sentence, where abbreviations keep their capitals."""
        starts = self.label[1:2]
        return self.label if starts.isupper() or starts.isdigit() else self.label[:1].lower() + self.label[1:]

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


def whole_bounds(minimum: int, maximum: int) -> str:
    """Bounds of integers in words."""
    return f"from {minimum:,}" + (f" to {maximum:,}" if maximum < LARGEST_INT else "")
