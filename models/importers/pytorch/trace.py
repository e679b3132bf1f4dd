"""What was called while a network ran: modules of `torch.nn` and functions, with their arguments and results.

Two runs with batches of different sizes tell integers that grow with the batch (`Size`) from all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from models.importers.records import Scope
from models.kinds.layer import Shape, TensorType


class Size(NamedTuple):
    """An integer that depends on the batch: ``each`` times the batch size, and ``rest``."""

    each: int
    rest: int = 0


BATCH = Size(1)
SECOND, MERGED, CHANNELS = "second", "merged", "channels"
"""How a tensor may lie whose batch is not in front: ``SECOND`` behind the first dimension; ``MERGED``, where the first
dimension is the batch with another one, counted through; ``CHANNELS`` the same, seen with that one behind the next."""
Sizes = tuple["int | Size", ...]


class Named(NamedTuple):
    """Something that code says by name: ``torch.float32``."""

    text: str


class Slice(NamedTuple):
    """``start:stop:step`` in an index."""

    start: Any
    stop: Any
    step: Any


class Opaque(NamedTuple):
    """An argument that is none of the kinds known here, as it prints."""

    text: str


@dataclass(frozen=True, eq=False)
class Value:
    """A tensor: its sizes, the batch among them, and its type ("float32").

    ``weight`` is its name among the network's weights if it is one; ``trains`` tells a parameter from a buffer or a
    constant that code holds.
    """

    shape: Sizes
    dtype: str = "float32"
    weight: str = ""
    trains: bool = False

    @property
    def type(self) -> TensorType | None:
        """Its type as documents have it, where the batch comes first and everything else is fixed; else None."""
        return self._typed(self.shape[1:]) if self.shape[:1] == (BATCH,) else None

    def seen(self, way: str) -> TensorType | None:
        """Its type as it is with the batch in front, where it lies in this way; else None."""
        first, rest = self.shape[:1], self.shape[1:]
        if way == SECOND:
            return self._typed((*first, *rest[1:])) if rest[:1] == (BATCH,) else None
        if not first or not isinstance(first[0], Size) or first[0].rest or first[0].each < 2:
            return None
        pieces = first[0].each
        return self._typed((pieces, *rest) if way == MERGED else (*rest[:1], pieces, *rest[1:]))

    def _typed(self, sizes: Sizes) -> TensorType | None:
        rest = self.fixed(sizes)
        if rest is None or self.dtype.startswith("complex"):  # wires hold decimal numbers or integers
            return None
        return TensorType(rest, family(self.dtype))

    @staticmethod
    def fixed(sizes: Sizes) -> Shape | None:
        """Sizes that do not depend on the batch; None if one does."""
        found = tuple(size for size in sizes if not isinstance(size, Size))
        return found if len(found) == len(sizes) else None


def family(dtype: str) -> str:
    """ "float" or "int", as wires have it."""
    return "float" if dtype.startswith(("float", "bfloat", "complex")) else "int"


@dataclass(frozen=True, eq=False)
class Call:
    """One call. ``name`` is ``torch.nn.Conv2d`` for a module, else a function's: ``torch.nn.functional.relu``.

    Arguments are values, numbers, texts, None, tuples, lists, and the kinds above. Of modules ``settings`` holds what
    the layer's fields are called by and ``weights`` their names; ``path`` is the module's; ``place`` the line of code.
    ``called`` is how the source calls the layer, where it tells.
    """

    name: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    outputs: tuple[Value, ...]
    scope: Scope | None = None
    path: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    weights: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    called: str = ""

    @property
    def function(self) -> str:
        """What it does, whichever way it was called: "add" for ``torch.add``, ``x.add_`` and ``x += y``."""
        parts = self.name.split(".")
        name = parts[-2] if parts[-1] == "__get__" and len(parts) > 1 else parts[-1]
        if name.startswith("__") and name.endswith("__"):
            name = name.strip("_")
            plain = name[1:]
            return (
                plain if name[:1] in "ir" and plain in _COMMUTING | (_IN_PLACE if name[:1] == "i" else set()) else name
            )
        return name.rstrip("_").lstrip("_") if name.strip("_") else name


_COMMUTING = {"add", "mul", "and", "or", "xor"}
_IN_PLACE = {"sub", "truediv", "floordiv", "mod", "pow", "matmul"}


@dataclass
class Trace:
    """All calls of one run, with what went in and what came out by name; ``notes`` are (what, place, why) of what the
    run cannot tell, ``weights`` all that the network has."""

    title: str
    inputs: list[tuple[str, Value]]
    calls: list[Call]
    outputs: list[tuple[str, Value]]
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    weights: Mapping[str, Value] = field(default_factory=dict)
    moves: bool = False
    """Whether outputs may be given with the batch in front where it lies elsewhere."""


def values_in(item: Any) -> Iterator[Value]:
    """The tensors among arguments."""
    if isinstance(item, Value):
        yield item
    elif isinstance(item, Mapping):
        for inner in item.values():
            yield from values_in(inner)
    elif isinstance(item, list | tuple):
        for inner in item:
            yield from values_in(inner)


def spread(items: list[Any], count: int) -> list[Any]:
    """The items of an index with as many full ranges in place of ``...`` as there are dimensions."""
    named = sum(item is not None and item is not Ellipsis for item in items)
    if Ellipsis not in [item for item in items if not isinstance(item, Value)]:
        return items
    place = next(at for at, item in enumerate(items) if item is Ellipsis)
    return [*items[:place], *[Slice(None, None, None)] * (count - named), *items[place + 1 :]]


def whole(item: object) -> bool:
    """Whether an item of an index takes all of a dimension."""
    return isinstance(item, Slice) and item.start in (None, 0) and item.step in (None, 1) and item.stop is None
