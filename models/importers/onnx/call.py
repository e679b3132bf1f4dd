"""One operator of ONNX with what it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.importers.onnx.layout import Flow
from models.importers.records import ImportFailed

Array = np.ndarray[Any, Any]
Value = Flow | Array


class Call:
    """An operator. ``values`` are those of all names so far, ``names`` those of initializers by their arrays' ids."""

    def __init__(self, node: Any, values: Mapping[str, Value], names: Mapping[int, str]) -> None:
        self.node, self.kind = node, node.op_type
        self._values, self._names = values, names
        self.attributes = {item.name: item for item in node.attribute}

    @property
    def place(self) -> str:
        """The operator as sentences name it."""
        return f"{self.node.name or self.output(0):.60} ({self.kind:.40})"

    def output(self, place: int) -> str:
        """The name of an output, "" for none."""
        return self.node.output[place] if place < len(self.node.output) else ""

    def has(self, place: int) -> bool:
        """Whether an input is given."""
        return place < len(self.node.input) and bool(self.node.input[place])

    def value(self, place: int) -> Value:
        """An input; raises `ImportFailed` where it is none."""
        name = self.node.input[place] if place < len(self.node.input) else ""
        if name not in self._values:
            raise ImportFailed(f"{self.place} reads {name or f'input {place + 1}'!r:.40}, which nothing gives.")
        return self._values[name]

    def flow(self, place: int = 0) -> Flow:
        """An input that depends on the examples."""
        value = self.value(place)
        if not isinstance(value, Flow):
            raise ImportFailed(f"{self.place}: input {place + 1} is a constant, expected a value of the network.")
        return value

    def array(self, place: int) -> Array:
        """An input that is constant."""
        value = self.value(place)
        if isinstance(value, Flow):
            raise ImportFailed(f"{self.place}: input {place + 1} depends on the examples, expected a constant.")
        return value

    def shape(self, place: int) -> tuple[int, ...]:
        """The sizes of an input."""
        return tuple(self.value(place).shape)

    def is_flow(self, place: int) -> bool:
        """Whether an input is there and depends on the examples."""
        return self.has(place) and isinstance(self.value(place), Flow)

    def name(self, place: int) -> str:
        """What an input that is an initializer is called, "" for one that was worked out."""
        return self._names.get(id(self.value(place)), "")

    def integer_or_none(self, name: str) -> int | None:
        """An attribute that is an integer."""
        return int(self.attributes[name].i) if name in self.attributes else None

    def integer(self, name: str, default: int) -> int:
        """The same with what stands for none."""
        found = self.integer_or_none(name)
        return default if found is None else found

    def real(self, name: str, default: float) -> float:
        """An attribute that is a number."""
        return float(np.float32(self.attributes[name].f)) if name in self.attributes else default

    def text(self, name: str, default: str) -> str:
        """An attribute that is a word."""
        return self.attributes[name].s.decode(errors="replace") if name in self.attributes else default

    def ints(self, name: str, default: Sequence[int] = (), place: int | None = None) -> list[int]:
        """Integers in an attribute, or, in later versions, in a constant input."""
        if name in self.attributes:
            return [int(item) for item in self.attributes[name].ints]
        if place is not None and self.has(place):
            return [int(item) for item in self.array(place).ravel()]
        return list(default)

    def number(self, name: str, default: float | None, place: int) -> float | None:
        """A number in an attribute or in a constant input."""
        if name in self.attributes:
            return float(self.attributes[name].f)
        return float(self.array(place).ravel()[0]) if self.has(place) else default
