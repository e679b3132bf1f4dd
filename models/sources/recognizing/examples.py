"""Inputs that a kind takes, found by trying: what a kind writes can then be looked at without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from models.kinds.layer import Layer, TensorType

T = TypeVar("T")
_SHAPES = ((4, 6, 8, 8), (4, 6, 8), (6, 4), (4, 6), (4,), (2, 6), (2,), (36, 4), (36, 49), (1,), ())


@lru_cache(maxsize=1024)
def accepted_inputs(layer: Layer) -> tuple[TensorType, ...] | None:
    """Types of inputs that a layer takes, all its ports fed; None where no usual shape fits."""
    for inputs in _candidates(layer):
        try:
            layer.output_types(inputs)
        except ValueError:
            continue
        return inputs
    return None


def _candidates(layer: Layer) -> Iterator[tuple[TensorType, ...]]:
    counts = [2] if any(port.variadic for port in layer.inputs) else [len(layer.inputs)]
    counts += [len([port for port in layer.inputs if not port.optional])]
    for count in dict.fromkeys(counts):
        for dtypes in (("float",), ("int",), ("float", "int"), ("int", "float")):
            for shape in _SHAPES if len(dtypes) <= count else ():
                yield tuple(TensorType(shape, dtypes[place % len(dtypes)]) for place in range(count))


def by_kind(function: Callable[[type[Layer]], T]) -> Callable[[type[Layer]], T]:
    """Remember what a function says of each kind, for as long as there is the kind."""
    known: WeakKeyDictionary[type[Layer], T] = WeakKeyDictionary()

    @wraps(function)
    def remembered(kind: type[Layer]) -> T:
        if kind not in known:
            known[kind] = function(kind)
        return known[kind]

    return remembered
