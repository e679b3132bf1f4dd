"""What an exported program computes from no input and no parameter: masks, tables of places.

It is worked out with NumPy, whose parts of arrays are views as PyTorch's are, so that what is written into a part
stands in the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from models.importers.exported.calls import LAST
from models.importers.exported.files import Array, ProgramFile
from models.importers.exported.graph import Graph, Node, Ref, refs_in

LARGEST = 1 << 26
"""Numbers of a constant that is worked out."""
Function = Callable[..., Array]


def _sliced(x: Array, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Array:
    part = slice(start, None if end == LAST else end, step)
    return x[(*(slice(None),) * (dim % x.ndim), part)]


def _picked(x: Array, dim: int, index: int) -> Array:
    picked: Array = np.moveaxis(x, dim, 0)[index]
    return picked


def _squeezed(x: Array, dims: Any = None) -> Array:
    places = range(x.ndim) if dims is None else [dims] if isinstance(dims, int) else dims
    return np.squeeze(x, tuple(dim % x.ndim for dim in places if x.shape[dim] == 1))


def _flattened(x: Array, start: int = 0, end: int = -1) -> Array:
    first, last = start % max(x.ndim, 1), end % max(x.ndim, 1)
    return x.reshape(*x.shape[:first], -1, *x.shape[last + 1 :])


def _expanded(x: Array, sizes: Sequence[int], **_: object) -> Array:
    lead = (1,) * (len(sizes) - x.ndim)
    whole = [old if new == -1 else new for old, new in zip((*lead, *x.shape), sizes, strict=True)]
    return np.broadcast_to(x, whole)


def _filled(x: Array, value: Any) -> Array:
    x[...] = value
    return x


def _indexed(x: Array, index: Sequence[Array | None]) -> Array:
    found: Array = x[tuple(slice(None) if item is None else item for item in index)]
    return found


def _chosen(mask: Array, x: Any, y: Any) -> Array:
    found: Array = np.asarray(np.where(mask, x, y))
    return found


def _counted(*ends: Any, **_: object) -> Array:
    return np.arange(*ends)


FUNCTIONS: dict[str, Function] = {
    "zeros": lambda size, **_: np.zeros(size), "ones": lambda size, **_: np.ones(size),
    "full": lambda size, value, **_: np.full(size, value), "arange": _counted,
    "zeros_like": lambda x, **_: np.zeros_like(x), "ones_like": lambda x, **_: np.ones_like(x),
    "full_like": lambda x, value, **_: np.full(x.shape, value),
    "new_zeros": lambda x, size, **_: np.zeros(size), "new_ones": lambda x, size, **_: np.ones(size),
    "new_full": lambda x, size, value, **_: np.full(size, value), "scalar_tensor": lambda value, **_: np.array(value),
    "eye": lambda *sizes, **_: np.eye(*sizes),
    "slice": _sliced, "select": _picked, "view": np.reshape, "reshape": np.reshape, "_unsafe_view": np.reshape,
    "flatten": _flattened, "permute": np.transpose, "transpose": np.swapaxes, "t": np.transpose,
    "unsqueeze": lambda x, dim: np.expand_dims(x, dim), "squeeze": _squeezed, "expand": _expanded, "index": _indexed,
    "fill_": _filled, "copy_": _filled, "zero_": lambda x: _filled(x, 0),
    **{name: lambda x, *_, **__: x for name in ("alias", "detach", "detach_", "contiguous", "lift_fresh")},
    **{name: lambda x, *_, **__: np.array(x) for name in ("clone", "lift_fresh_copy", "_to_copy", "to")},
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.true_divide, "neg": np.negative, "abs": np.abs,
    "pow": np.power, "sqrt": np.sqrt, "rsqrt": lambda x: 1 / np.sqrt(x), "reciprocal": lambda x: 1 / x, "exp": np.exp,
    "log": np.log, "sin": np.sin, "cos": np.cos, "floor_divide": np.floor_divide, "remainder": np.remainder,
    "minimum": np.minimum, "maximum": np.maximum, "rsub": lambda x, y: np.subtract(y, x),
    "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "logical_not": np.logical_not, "bitwise_not": np.invert, "logical_and": np.logical_and,
    "bitwise_and": np.bitwise_and, "logical_or": np.logical_or, "bitwise_or": np.bitwise_or, "where": _chosen,
    "masked_fill": lambda x, mask, value: _chosen(mask, value, x), "cumsum": lambda x, dim, **_: np.cumsum(x, dim),
    "tril": np.tril, "triu": np.triu, "cat": lambda parts, dim=0: np.concatenate(parts, dim),
    "stack": lambda parts, dim=0: np.stack(parts, dim),
}  # fmt: skip
"""By the name of an ATen function the same of NumPy."""
ANEW = ("new_zeros", "new_ones", "new_full")
"""Functions that read nothing of their first argument but its type."""
FAILS = (TypeError, ValueError, IndexError, KeyError, ZeroDivisionError, OverflowError, MemoryError, FloatingPointError)


class Constants:
    """The constants of a program by the names of their tensors."""

    def __init__(self, file: ProgramFile, graph: Graph) -> None:
        self._file, self._tensors = file, graph.tensors
        self._held = {given.name: given.source for given in graph.given if given.role in ("buffer", "constant")}
        self._found: dict[str, Array] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def __getitem__(self, name: str) -> Array:
        """The numbers of a constant as they are now."""
        return self._found[name]

    def take(self, node: Node, plain: Callable[[Any], Any]) -> bool:
        """Work a call out, where that can be done; ``plain`` gives the integers that names stand for."""
        own = node.args[1:] if node.operator in ANEW else node.args
        read = refs_in((own, node.kwargs))
        if node.operator not in FUNCTIONS or len(node.outputs) != 1 or not all(map(self._is_known, read)):
            return False
        known = self._tensors[node.outputs[0]]
        if not all(isinstance(size, int) for size in known.sizes) or known.dtype in ("other", "bfloat16"):
            return False
        if prod(size for size in known.sizes if isinstance(size, int)) > LARGEST:
            return False
        try:
            args = [*[None] * (len(node.args) - len(own)), *(self._array(item, plain) for item in own)]
            kwargs = {name: self._array(item, plain) for name, item in node.kwargs.items()}
            with np.errstate(all="ignore"):
                found = FUNCTIONS[node.operator](*args, **kwargs)
        except FAILS:
            return False
        if np.shape(found) != known.sizes:
            return False
        self._found[node.outputs[0]] = np.asarray(found).astype(known.dtype, copy=False)
        return True

    def _is_known(self, name: str) -> bool:
        if name in self._held and name not in self._found:
            array = self._file.arrays([self._held[name]])[self._held[name]]
            self._found[name] = array.copy()
        return name in self._found

    def _array(self, item: Any, plain: Callable[[Any], Any]) -> Any:
        if isinstance(item, Ref):
            return self._found[item.name]
        if type(item) in (list, tuple):
            return [self._array(inner, plain) for inner in item]
        if isinstance(item, Mapping):
            return {name: self._array(inner, plain) for name, inner in item.items()}
        found = plain(item)
        if isinstance(found, tuple) and not isinstance(found, str) and hasattr(found, "each"):
            raise TypeError("a size depends on the batch")
        return found
