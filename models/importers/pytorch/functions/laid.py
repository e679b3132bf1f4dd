"""Calls on tensors whose batch lies elsewhere: those that bring it to the front, and those that do not mind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from models.importers.pytorch.functions.shapes import picked, reshaped
from models.importers.pytorch.known import NoLayer
from models.importers.pytorch.trace import BATCH, CHANNELS, MERGED, SECOND, Slice, Value, spread, values_in, whole
from models.importers.pytorch.translating import TRANSLATIONS, Found, Site, fixed, translates
from models.importers.pytorch.ways import ALONE, EACH, LAST, PIECES, Laid
from models.importers.records import Wire

RECURRENT = ("RNN", "LSTM", "GRU")
STEPS = (*RECURRENT, "MultiheadAttention", "TransformerEncoderLayer")
"""Layers that may have the steps of a sequence in front of the batch."""
Leaving = Callable[..., "Found | list[Found] | None"]
LEAVING: dict[str, Leaving] = {}
"""What functions do with such a tensor; None where they do nothing that a layer does."""


@translates("laid")
def _laid(site: Site, *args: Any, **kwargs: Any) -> Any:
    """A call one argument of which lies so."""
    function, kind = site.call.function, site.call.name.rpartition(".")[2] if site.call.path else ""
    if kind in STEPS and site.call.settings.get("batch_first") is False:
        return steps_first(site, kind)
    if kind in RECURRENT and args[0] not in site.whole.laid:  # its states alone lie so
        return TRANSLATIONS["module"](site, *args, **kwargs)
    if PIECES.fullmatch(kind):
        return _pieces(site, kind)
    if kind in EACH or (not kind and function in ALONE):
        return _alike(site, last=kind in LAST or function in LAST)
    leaving = None if kind and kind != "Flatten" else LEAVING.get("flatten" if kind else function)
    found = leaving(site, *args, **kwargs) if leaving is not None and args[0] in site.whole.laid else None
    if found is None:
        known = kind or function in TRANSLATIONS
        raise NoLayer("its batch is not in front" if known else "no layer does that")
    return found


def _way(site: Site, *, last: bool = False) -> str:
    """The way in which all values of a call lie."""
    given = [item for item in values_in((site.call.args, site.call.kwargs)) if site.alias(item) is None]
    ways = {known.way if (known := site.whole.laid.get(item)) else "" for item in given}
    if last or len(ways) > 1:
        ways = {MERGED if way == CHANNELS else way for way in ways}
    if len(ways) != 1 or "" in ways:
        raise NoLayer("its tensors lie in different ways")
    return ways.pop()


def _alike(site: Site, *, last: bool = False) -> list[Found]:
    """The call with the batch in front of all its values; what comes out lies as what went in."""
    way = _way(site, last=last)
    weights = [alias for item in values_in((site.call.args, site.call.kwargs)) if (alias := site.alias(item))]
    if not last and any(len(alias.shape) > 1 or way == CHANNELS for alias in weights):
        raise NoLayer("a weight lies along its batch")
    laid = [item for item in values_in((site.call.args, site.call.kwargs)) if item in site.whole.laid]
    return _in_front(site, {item: site.laid_as(item, way) for item in laid}, way)


def _in_front(site: Site, wires: Mapping[Value, Wire], way: str, outputs: int | None = None) -> list[Found]:
    """The call on wires with the batch in front; so many of its outputs lie in a way, all if it is not said."""
    front = {item: _twin(item, way) for item in wires}
    site.whole.known |= {front[item]: wire for item, wire in wires.items()}
    count = len(site.call.outputs) if outputs is None else outputs
    given = enumerate(site.call.outputs)
    results = tuple(_twin(item, way) if place < count else item for place, item in given)
    settings = {name: item for name, item in site.call.settings.items() if name != "batch_first"}
    args, kwargs = _put(site.call.args, front), _put(site.call.kwargs, front)
    call = replace(site.call, args=args, kwargs=kwargs, outputs=results, settings=settings)
    found = site.within(call).translate()
    return [Laid(given, way) if isinstance(given, Wire) and place < count else given
            for place, given in enumerate(found)]  # fmt: skip


def _twin(value: Value, way: str) -> Value:
    seen = value.seen(way)
    if seen is None:
        raise NoLayer("what it gives lies in another way")
    return Value((BATCH, *seen.shape), value.dtype)


def _put(item: Any, front: Mapping[Value, Value]) -> Any:
    if isinstance(item, Value):
        return front.get(item, item)
    if isinstance(item, Mapping):
        return {name: _put(inner, front) for name, inner in item.items()}
    if isinstance(item, list) or type(item) is tuple:
        return type(item)(_put(inner, front) for inner in item)
    return item


def steps_first(site: Site, kind: str) -> list[Found]:
    """A layer that reads sequences with the steps in front of the batch."""
    given = list(dict.fromkeys(values_in((site.call.args, site.call.kwargs))))
    read = given if kind == "MultiheadAttention" else given[:1]
    try:
        wires = {item: site.laid_as(item, SECOND) for item in read}
    except NoLayer:
        raise NoLayer("it reads the batch as steps: give it batch_first=True, or the steps first") from None
    return _in_front(site, wires, SECOND, outputs=1)


def _pieces(site: Site, kind: str) -> list[Found]:
    """The layer of the next rank, with kernels of one place along the pieces."""
    match = PIECES.fullmatch(kind)
    value = site.call.args[0]
    settings = dict(site.call.settings)
    if match is None or settings.pop("refused", "") or settings.pop("return_indices", False):
        raise NoLayer("over pieces in the batch no layer does that")
    wire = site.laid_as(value, CHANNELS)
    rank = len(value.shape) - 2
    for name, one in (("kernel_size", 1), ("stride", 1), ("dilation", 1), ("padding", 0), ("output_padding", 0),
                      ("output_size", site.type_of(wire).shape[1])):  # fmt: skip
        if (item := settings.get(name)) is not None and not isinstance(item, str):
            settings[name] = [one, *(item if isinstance(item, list) else [item] * rank)]
    stem = "BatchNorm1d" if rank == 0 else f"{match[1]}{rank + 1}d"
    made = site.add(stem, settings, [wire], name=site.call.path.rpartition(".")[2], path=site.call.path,
                    weights=site.call.weights)  # fmt: skip
    return [Laid(made, CHANNELS)]


# What brings the batch to the front


def leaves(*names: str) -> Callable[[Leaving], Leaving]:
    """Register what functions do."""

    def register(leaving: Leaving) -> Leaving:
        for name in names:
            LEAVING[name] = leaving
        return leaving

    return register


@leaves("permute")
def _permute(site: Site, input: Value, *dims: Any) -> Found:
    order = dims[0] if len(dims) == 1 and isinstance(dims[0], list | tuple) else dims
    return _ordered(site, input, [fixed(dim) % len(input.shape) for dim in order])


@leaves("transpose", "swapaxes", "swapdims")
def _transpose(site: Site, input: Value, dim0: int, dim1: int) -> Found:
    order = list(range(len(input.shape)))
    first, second = fixed(dim0) % len(order), fixed(dim1) % len(order)
    order[first], order[second] = second, first
    return _ordered(site, input, order)


@leaves("t")
def _turned(site: Site, input: Value) -> Found:
    return _ordered(site, input, [1, 0])


def _ordered(site: Site, input: Value, order: Sequence[int]) -> Found:
    """The dimensions in another order."""
    if site.whole.laid[input].way != SECOND:
        if order[0] != 0:
            return None
        return Laid(_permuted(site, site.laid_as(input, MERGED), [1, *(dim + 1 for dim in order[1:])]), MERGED)
    wire = site.laid_as(input, SECOND)
    steps = {0: 1}  # where the wire has the dimension of the steps
    if order[0] == 1:
        return _permuted(site, wire, [steps.get(dim, dim) for dim in order[1:]])
    if order[1] == 1:
        return Laid(_permuted(site, wire, [steps.get(dim, dim) for dim in (order[0], *order[2:])]), SECOND)
    return None


def _permuted(site: Site, wire: Wire, dims: Sequence[int]) -> Wire:
    return wire if list(dims) == sorted(dims) else site.add("Permute", {"dims": list(dims)}, [wire])


@leaves("view", "reshape", "flatten", "unflatten", "view_as", "reshape_as", "squeeze", "unsqueeze", "ravel")
def _resized(site: Site, input: Value, *_: Any, **__: Any) -> Found:
    """The same numbers in other sizes, as long as examples stay by themselves."""
    result, way = site.call.outputs[0], site.whole.laid[input].way
    if way == SECOND:
        wire, seen = site.laid_as(input, SECOND), result.seen(SECOND)
        if seen is not None and result.shape[0] == input.shape[0]:
            return Laid(reshaped(site, wire, seen.shape), SECOND)
        return reshaped(site, wire, result.type.shape) if result.type is not None and input.shape[0] == 1 else None
    wire, seen = site.laid_as(input, MERGED), result.seen(MERGED)
    if result.type is not None:
        return reshaped(site, wire, result.type.shape)
    return None if seen is None else Laid(reshaped(site, wire, seen.shape), MERGED)


@leaves("select")
def _select(site: Site, input: Value, dim: int, index: int) -> Found | list[Found]:
    return _item(site, input, index) if dim == 0 else None


@leaves("unbind")
def _unbind(site: Site, input: Value, dim: int = 0) -> list[Found] | None:
    if dim != 0 or site.whole.laid[input].way != SECOND:
        return None
    wire = site.laid_as(input, SECOND)
    return [site.add("Select", {"dim": 1, "at": at}, [wire]) for at in range(len(site.call.outputs))]


@leaves("getitem")
def _item(site: Site, input: Value, index: Any) -> Found:
    """A step, or a range of them; and of what lies behind the batch what is asked for."""
    items = list(index) if isinstance(index, list | tuple) and not isinstance(index, Slice) else [index]
    items = spread(items, len(input.shape))
    if site.whole.laid[input].way != SECOND or (len(items) > 1 and not whole(items[1])) or items[0] is None:
        return None
    wire, place = picked(site, site.laid_as(input, SECOND), items[0], 1)
    for item in items[2:]:
        wire, place = picked(site, wire, item, place)
    return Laid(wire, SECOND) if isinstance(items[0], Slice) else wire


@leaves("mean", "sum", "amax", "max")
def _reduced(site: Site, input: Value, dim: Any = None, keepdim: bool = False) -> Found | list[Found]:
    items = dim if isinstance(dim, list | tuple) else [dim]
    if site.whole.laid[input].way != SECOND or not all(isinstance(item, int) for item in items):
        return None
    dims = {item % len(input.shape) for item in items}
    if 1 in dims:
        return None
    name = {"mean": "Mean", "sum": "Sum"}.get(site.call.function, "Max")
    about = {"dim": sorted(item or 1 for item in dims), "keepdim": keepdim}
    wire = site.add(name, about, [site.laid_as(input, SECOND)])
    found: Found = wire if 0 in dims and not keepdim else Laid(wire, SECOND)
    return [found, None] if site.call.function == "max" else found
