"""Functions that move values: other sizes, other orders, parts, and several tensors joined."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from models.importers.pytorch.known import WRITES, Alias, NoLayer
from models.importers.pytorch.trace import MERGED, SECOND, Slice, Value, spread, whole
from models.importers.pytorch.translating import Site, dimension, fixed, translates
from models.importers.pytorch.ways import Laid
from models.importers.records import Wire
from models.kinds.layer import Shape


def resized(site: Site, input: object) -> Wire | Alias | Laid:
    """The same values in the sizes of the result, where each example stays by itself."""
    value = site.call.outputs[0]
    alias, shape = site.alias(input), Value.fixed(value.shape)
    if alias is not None and shape is not None and prod(shape) == prod(alias.shape):
        return Alias(alias.value, shape)
    wire, seen = site.wire(input), value.seen(MERGED)
    if value.type is None and seen is not None and value in site.whole.pieces:
        return Laid(reshaped(site, wire, seen.shape), MERGED)
    if value.type is None:
        raise NoLayer("it mixes the batch with another dimension")
    return reshaped(site, wire, value.type.shape)


def reshaped(site: Site, wire: Wire, after: Shape) -> Wire:
    """The same numbers of each example in other sizes."""
    if site.type_of(wire).shape == after:
        return wire
    if len(after) == 1:
        return site.add("Flatten", {}, [wire])
    return site.add("Reshape", {"shape": list(after)}, [wire])


@translates("view", "reshape", "flatten", "unflatten", "view_as", "reshape_as", "ravel")
def _view(site: Site, input: object, *sizes: object, **named: object) -> Wire | Alias | Laid:
    return resized(site, input)


@translates("squeeze")
def _squeeze(site: Site, input: object, dim: Any = None) -> Wire | Alias | Laid:
    if isinstance(dim, int) and site.alias(input) is None:
        wire = site.wire(input)
        shape = site.type_of(wire).shape
        place = dimension(site, dim, len(shape) + 1)
        return site.add("Squeeze", {"dim": place}, [wire]) if shape[place - 1] == 1 else wire
    return resized(site, input)


@translates("unsqueeze")
def _unsqueeze(site: Site, input: object, dim: int) -> Wire | Alias | Laid:
    if site.alias(input) is not None:
        return resized(site, input)
    wire = site.wire(input)
    return site.add("Unsqueeze", {"dim": dimension(site, dim, len(site.type_of(wire).shape) + 2)}, [wire])


@translates(
    "contiguous", "clone", "detach", "to", "float", "type_as", "requires_grad", "alias", "positive", "cpu", "identity",
    "data", "type", "dequantize",
)  # fmt: skip
def _same(site: Site, input: object, *_: object, **__: object) -> Wire | Alias:
    alias = site.alias(input)
    if alias is not None:
        return Alias(alias.value, alias.shape)
    wire, value = site.wire(input), site.call.outputs[0]
    given = input.dtype if isinstance(input, Value) else ""
    if (
        value.type is None
        or value.type.dtype != site.type_of(wire).dtype
        or (given == "bool") != (value.dtype == "bool")
    ):
        raise NoLayer("it changes the kind of numbers")
    return wire


@translates("expand", "expand_as", "broadcast_to")
def _expand(site: Site, input: object, *sizes: object) -> Wire | Alias:
    value, alias = site.call.outputs[0], site.alias(input)
    if alias is not None and value.shape == alias.shape:
        return Alias(alias.value, alias.shape)
    if value.type is None:
        raise NoLayer("the result has no batch in front")
    shape = value.type.shape
    wire = site.learned(alias, None, len(shape)) if alias is not None else site.wire(input)
    return wire if site.type_of(wire).shape == shape else site.add("Expand", {"sizes": list(shape)}, [wire])


@translates("permute")
def _permute(site: Site, input: object, *dims: Any) -> Wire | Laid:
    order = dims[0] if len(dims) == 1 and isinstance(dims[0], list | tuple) else dims
    return permuted(site, input, [fixed(dim) for dim in order])


@translates("transpose", "swapaxes", "swapdims")
def _transpose(site: Site, input: object, dim0: int, dim1: int) -> Wire | Laid:
    return transposed(site, input, dim0, dim1)


def transposed(site: Site, input: object, dim0: int, dim1: int) -> Wire | Laid:
    """Two dimensions change places."""
    count = len(site.type_of(site.wire(input)).shape) + 1
    order = list(range(count))
    first, second = fixed(dim0) % count, fixed(dim1) % count
    order[first], order[second] = second, first
    return permuted(site, input, order)


@translates("mT")
def _turned(site: Site, input: object) -> Wire | Laid:
    return transposed(site, input, -1, -2)


def permuted(site: Site, input: object, order: Sequence[int]) -> Wire | Laid:
    """The dimensions in another order, the batch first or second."""
    wire = site.wire(input)
    count = len(site.type_of(wire).shape) + 1
    order = [dim % count for dim in order]
    if order[1:2] == [0]:
        rest = [order[0], *order[2:]]
        return Laid(wire if rest == sorted(rest) else site.add("Permute", {"dims": rest}, [wire]), SECOND)
    if order[0] != 0:
        raise NoLayer("it moves the batch to another place")
    if order == list(range(count)):
        return wire
    return site.add("Permute", {"dims": list(order[1:])}, [wire])


@translates("cat", "concat", "concatenate", "stack")
def _join(site: Site, tensors: Sequence[Value], dim: int = 0, *, axis: Any = None) -> Wire:
    kind = "Stack" if site.call.function == "stack" else "Concat"
    beside = next((site.wire(item) for item in tensors if site.alias(item) is None and 0 not in item.shape), None)
    if beside is None:
        raise NoLayer("it joins weights alone")
    rank = len(site.type_of(beside).shape)
    place = dimension(site, dim if axis is None else axis, rank + (2 if kind == "Stack" else 1))
    wires = [site.operand(item, beside) for item in tensors if 0 not in item.shape]
    return wires[0] if len(wires) == 1 and kind == "Concat" else site.add(kind, {"dim": place}, wires)


@translates("chunk", "split", "tensor_split", "split_with_sizes", "unsafe_chunk")
def _pieces(site: Site, input: object, sizes: Any = None, dim: int = 0, **named: Any) -> list[Wire]:
    wire = site.wire(input)
    place = dimension(site, dim, len(site.type_of(wire).shape) + 1)
    found = [fixed(value.shape[place]) for value in site.call.outputs]
    if len(found) == 1:
        return [wire]
    if len(set(found)) == 1:
        made = site.add("Chunk", {"dim": place, "chunks": len(found)}, [wire])
    else:
        made = site.add("Split", {"dim": place, "sizes": found}, [wire])
    return [Wire(made.record, port) for port in range(len(found))]


@translates("unbind")
def _unbind(site: Site, input: object, dim: int = 0) -> list[Wire]:
    wire = site.wire(input)
    place = dimension(site, dim, len(site.type_of(wire).shape) + 1)
    return [site.add("Select", {"dim": place, "at": at}, [wire]) for at in range(len(site.call.outputs))]


@translates("narrow")
def _narrow(site: Site, input: object, dim: int, start: int, length: int) -> Wire:
    wire = site.wire(input)
    place = dimension(site, dim, len(site.type_of(wire).shape) + 1)
    params = {"dim": place, "start": fixed(start), "stop": fixed(start) + fixed(length)}
    return site.add("Slice", params, [wire])


@translates("select")
def _select(site: Site, input: object, dim: int, index: int) -> Wire:
    return selected(site, input, dim, index)


def selected(site: Site, input: object, dim: int, index: int) -> Wire:
    """One place of a dimension."""
    wire = site.wire(input)
    place = dimension(site, dim, len(site.type_of(wire).shape) + 1)
    return site.add("Select", {"dim": place, "at": fixed(index)}, [wire])


@translates("getitem")
def _item(site: Site, input: object, index: Any) -> Wire:
    items = list(index) if isinstance(index, list | tuple) and not isinstance(index, Slice) else [index]
    wire = site.wire(input)
    items = spread(items, len(site.type_of(wire).shape) + 1)
    if not items or not whole(items[0]):
        raise NoLayer("it picks examples out of the batch")
    place = 1
    for item in items[1:]:
        wire, place = picked(site, wire, item, place)
    return wire


@translates("setitem")
def _assign(site: Site, input: object, index: Any, value: object) -> Wire:
    """Writing into a range gives what lies before it, what is written, and what lies behind."""
    items = list(index) if isinstance(index, list | tuple) and not isinstance(index, Slice) else [index]
    wire = site.wire(input)
    shape = site.type_of(wire).shape
    items = spread(items, len(shape) + 1)
    if len(items) > len(shape) + 1 or not items or not whole(items[0]) or not isinstance(value, Value):
        raise NoLayer(WRITES)
    piece = site.wire(value)
    ranges: list[tuple[int, int, int]] = []
    for dim, item in enumerate(items[1:], 1):
        if not isinstance(item, Slice):
            piece = site.add("Unsqueeze", {"dim": dim}, [piece])
            item = Slice(fixed(item) % shape[dim - 1], fixed(item) % shape[dim - 1] + 1, None)
        start, stop, step = slice(*(None if end is None else fixed(end) for end in item)).indices(shape[dim - 1])
        if step != 1 or start >= stop:
            raise NoLayer(WRITES)
        if stop - start < shape[dim - 1]:
            ranges.append((dim, start, stop))
    return _put(site, wire, ranges, piece)


def _put(site: Site, wire: Wire, ranges: Sequence[tuple[int, int, int]], piece: Wire) -> Wire:
    """A tensor with other values in ranges of dimensions, the first of them the outermost."""
    shape = list(site.type_of(wire).shape)
    for dim, start, stop in ranges:
        shape[dim - 1] = stop - start
    if site.type_of(piece).shape != tuple(shape):
        raise NoLayer(WRITES)
    if not ranges:
        return piece
    (dim, start, stop), *inner = ranges
    size = site.type_of(wire).shape[dim - 1]

    def cut(first: int, last: int) -> list[Wire]:
        return [site.add("Slice", {"dim": dim, "start": first, "stop": last}, [wire])] if last > first else []

    middle = _put(site, cut(start, stop)[0], inner, piece) if inner else piece
    return site.add("Concat", {"dim": dim}, [*cut(0, start), middle, *cut(stop, size)])


def picked(site: Site, wire: Wire, item: Any, place: int) -> tuple[Wire, int]:
    """One item of an index applied at a dimension; the dimension that comes next."""
    if item is None:
        return site.add("Unsqueeze", {"dim": place}, [wire]), place + 1
    if isinstance(item, Slice):
        if whole(item):
            return wire, place + 1
        start = 0 if item.start is None else fixed(item.start)
        stop = None if item.stop is None else fixed(item.stop)
        params = {"dim": place, "start": start, "stop": stop, "step": 1 if item.step is None else fixed(item.step)}
        return site.add("Slice", params, [wire]), place + 1
    return site.add("Select", {"dim": place, "at": fixed(item)}, [wire]), place
