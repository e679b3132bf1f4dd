"""Two runs with batches of different sizes as one trace: what grew with the batch is told from what did not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from models.importers.pytorch.trace import Call, Named, Opaque, Size, Slice, Trace, Value
from models.importers.records import ImportFailed
from studio.worker.importing.tracing import Raw, RawCall

FIRST, SECOND = 2, 3
"""Examples in the two batches. One alone would be squeezed away."""


class Differs(Exception):
    """Two runs did different things."""


class Merging:
    """Merges calls in order; remembers which values of both runs are one."""

    def __init__(self) -> None:
        self._values: dict[int, Value] = {}
        self.constants: dict[str, Tensor] = {}
        """What both runs computed from neither inputs nor parameters, by name."""

    def calls(self, first: list[RawCall], second: list[RawCall]) -> list[Call]:
        """The calls of both; raises `ImportFailed` with the place where they part."""
        found: list[Call] = []
        for one, other in zip(first, second, strict=False):
            if one.name != other.name or one.path != other.path or len(one.outputs) != len(other.outputs):
                raise ImportFailed(f"{_where(one)}: the network takes another way for another batch or other values.")
            if self._fixed(one, other):
                continue
            try:
                found.append(self._call(one, other))
            except Differs as error:
                raise ImportFailed(f"{_where(one)}: {one.name} was called with {error}.") from None
        if len(first) != len(second):
            longer = max(first, second, key=len)[min(len(first), len(second))]
            raise ImportFailed(f"{_where(longer)}: the network takes another way for another batch or other values.")
        return found

    def _fixed(self, first: RawCall, second: RawCall) -> bool:
        """Whether a call gives the same numbers in both runs, whatever goes in: these are constants then."""
        pairs = [(one.tensor, other.tensor) for one, other in zip(first.outputs, second.outputs, strict=True)]
        if not all(one is not None and other is not None and _equal(one, other) for one, other in pairs):
            return False
        for raw in first.outputs:
            assert raw.tensor is not None, "it was looked at"
            name = f"fixed{len(self.constants) + 1}"
            self.constants[name] = raw.tensor
            self._values[id(raw)] = Value(raw.shape, raw.dtype, name)
        return True

    def value(self, first: Raw, second: Raw) -> Value:
        """One value of both runs."""
        known = self._values.get(id(first))
        if known is None:
            if len(first.shape) != len(second.shape) or first.dtype != second.dtype:
                raise Differs("another type for another batch")
            shape = tuple(_size(one, other) for one, other in zip(first.shape, second.shape, strict=True))
            known = self._values[id(first)] = Value(shape, first.dtype, first.weight, first.trains)
        return known

    def _call(self, first: RawCall, second: RawCall) -> Call:
        args, kwargs = self._both(first.args, second.args), self._both(first.kwargs, second.kwargs)
        pairs = zip(first.outputs, second.outputs, strict=True)
        outputs = tuple(self.value(one, other) for one, other in pairs)
        return Call(
            first.name, args, kwargs, outputs, first.scope, first.path, first.settings, first.weights, first.place
        )

    def _both(self, first: Any, second: Any) -> Any:
        if isinstance(first, Raw) and isinstance(second, Raw):
            return self.value(first, second)
        if type(first) is not type(second):
            raise Differs("another kind of argument for another batch or other values")
        if isinstance(first, Slice):
            return Slice(*(self._both(one, other) for one, other in zip(first, second, strict=True)))
        if isinstance(first, Named | Opaque):
            return first
        if isinstance(first, tuple):
            if len(first) != len(second):
                raise Differs("another number of arguments for another batch or other values")
            return tuple(self._both(one, other) for one, other in zip(first, second, strict=True))
        if isinstance(first, Mapping):
            return {name: self._both(item, second.get(name)) for name, item in first.items()}
        return self._number(first, second)

    def _number(self, first: Any, second: Any) -> Any:
        if isinstance(first, int) and not isinstance(first, bool):
            return _size(first, second)
        if first != second and first == first:
            raise Differs(f"{first!r:.20} and {second!r:.20} for other batches or values")
        return first


def _equal(first: Tensor, second: Tensor) -> bool:
    return first.shape == second.shape and first.dtype == second.dtype and bool(torch.equal(first, second))


def _size(first: int, second: int) -> int | Size:
    if first == second:
        return first
    each = (second - first) // (SECOND - FIRST)
    return Size(each, first - FIRST * each)


def _where(call: RawCall) -> str:
    path = call.path or (call.scope.path if call.scope else "")
    return f"{path} ({call.place})" if path and call.place else path or call.place or "forward"


def merged(title: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[Trace, dict[str, Tensor]]:
    """The trace of two runs, each with its ``inputs``, ``calls``, ``outputs``, ``weights`` and ``notes``; and the
    constants in it by name."""
    both = Merging()
    inputs = [(name, both.value(raw, second["inputs"][name])) for name, raw in first["inputs"].items()]
    calls = both.calls(first["calls"], second["calls"])
    outputs = [(name, both.value(raw, second["outputs"][name])) for name, raw in first["outputs"].items()]
    weights = {name: both.value(raw, second["weights"][name]) for name, raw in first["weights"].items()}
    return Trace(title, inputs, calls, outputs, list(dict.fromkeys(first["notes"])), weights, True), both.constants
