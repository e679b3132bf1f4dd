"""Modules of `torch.nn`: their settings are the fields of the layer of that name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.importers.pytorch.functions.laid import RECURRENT, STEPS, steps_first
from models.importers.pytorch.functions.reducing import padded
from models.importers.pytorch.known import NoLayer
from models.importers.pytorch.trace import SECOND, Value, values_in
from models.importers.pytorch.translating import Found, Site, translates
from models.importers.pytorch.ways import Laid
from models.importers.records import Wire
from models.kinds.layer import LAYERS

ZEROS = ("zeros", "new_zeros", "zeros_like")
MOST_STEPS = 64
COPIES = ("clone", "contiguous", "detach", "requires_grad", "to", "float", "type_as", "data")


@translates("module")
def _module(site: Site, *args: Any, **kwargs: Any) -> list[Found]:
    kind = site.call.name.rpartition(".")[2]
    if kind in STEPS and site.call.settings.get("batch_first") is False:
        return steps_first(site, kind)
    given = [value for value in (*args, *kwargs.values()) if isinstance(value, Value)]
    if kind == "MultiheadAttention":
        return _attention(site, args, kwargs)
    if kind in RECURRENT:
        return _recurrent(site, kind, args, kwargs)
    if kind.endswith("Cell"):
        return _cell(site, kind, list(values_in((args, kwargs))))
    others = [
        value for value in (*args, *kwargs.values()) if not isinstance(value, Value) and value not in (None, False)
    ]
    if others or len(given) > len(LAYERS[kind].inputs):
        raise NoLayer("it is called with more than its input")
    made = _added(site, kind, [site.wire(value) for value in given])
    return [Wire(made.record, port) for port in range(len(site.call.outputs))]


def _cell(site: Site, kind: str, given: list[Value]) -> list[Found]:
    """One step of a recurrent layer, from zeros or from states."""
    states = [] if all(_is_zero(site, value) for value in given[1:]) else given[1:]
    made = _added(site, kind, [site.wire(value) for value in (given[0], *states)])
    return [Wire(made.record, port) for port in range(len(site.call.outputs))]


def _added(site: Site, kind: str, wires: list[Wire]) -> Wire:
    settings = dict(site.call.settings)
    if refused := settings.pop("refused", ""):
        raise NoLayer(str(refused))
    sides = settings.get("padding")
    if "Pad" in kind and isinstance(sides, list) and isinstance(sides[0], tuple):
        return padded(site, wires[0], kind, sides, **{name: settings[name] for name in ("value",) if name in settings})
    if kind.startswith("Adaptive"):
        value = site.call.outputs[0]
        settings["output_size"] = list(value.type.shape[1:]) if value.type else settings["output_size"]
    name = site.call.path.rpartition(".")[2] or kind.lower()
    return site.add(kind, settings, wires, name=name, path=site.call.path, weights=site.call.weights)


def _attention(site: Site, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Found]:
    names = (
        "query",
        "key",
        "value",
        "key_padding_mask",
        "need_weights",
        "attn_mask",
        "average_attn_weights",
        "is_causal",
    )
    given = dict(zip(names, args, strict=False)) | kwargs
    if any(given.get(name) is not None for name in ("key_padding_mask", "attn_mask")) or given.get("is_causal"):
        raise NoLayer("only without masks")
    wires = [site.wire(given[name]) for name in names[:3]]
    same = wires[0] == wires[1] == wires[2]
    made = _added(site, "MultiheadAttention", wires[:1] if same else wires[:2] if wires[1] == wires[2] else wires)
    return [made, Wire(made.record, 1)]


def _unrolled(site: Site, kind: str, input: object, states: Sequence[Value]) -> list[Found]:
    """A recurrent layer that goes on from given states: its cell, once for each step."""
    settings = dict(site.call.settings)
    wire = site.wire(input)
    steps = site.type_of(wire).shape[0]
    if settings.pop("num_layers", 1) != 1 or settings.pop("bidirectional", False) or steps > MOST_STEPS:
        raise NoLayer(f"with given states only one layer, one way, and {MOST_STEPS} steps at most")
    if refused := settings.pop("refused", ""):
        raise NoLayer(str(refused))
    settings.pop("dropout", None)
    carried = [_state(site, value) for value in states]
    weights = {name.removesuffix("_l0"): source for name, source in site.call.weights.items()}
    name = site.call.path.rpartition(".")[2] or kind.lower()
    given: list[Wire] = []
    for step in range(steps):
        read = site.add("Select", {"dim": 1, "at": step}, [wire])
        cell = site.add(f"{kind}Cell", settings, [read, *carried], name=name, path=site.call.path, weights=weights)
        carried = [Wire(cell.record, port) for port in range(len(carried))]
        given.append(carried[0])
    last = [site.add("Unsqueeze", {"dim": 1}, [one]) for one in carried]
    site.whole.cards.spare.update(one.record for one in last)
    return [site.add("Stack", {"dim": 1}, given), *(Laid(one, SECOND) for one in last)]


def _state(site: Site, value: Value) -> Wire:
    """A first state, with the batch in front and without its dimension of layers."""
    if value in site.whole.laid:
        return site.add("Select", {"dim": 1, "at": 0}, [site.laid_as(value, SECOND)])
    call = site.whole.cards.makers.get(value)
    if call is not None and call.function == "unsqueeze" and call.args[1:] == (0,):
        return site.wire(call.args[0])
    raise NoLayer("a first state is neither another layer’s last nor made by unsqueeze(0)")


def _is_zero(site: Site, value: Value) -> bool:
    """Whether a tensor was made of zeros, and at most copied."""
    call = site.whole.cards.makers.get(value)
    while call is not None and call.function in COPIES and isinstance(call.args[0], Value):
        call = site.whole.cards.makers.get(call.args[0])
    return call is not None and call.function in ZEROS


def _recurrent(site: Site, kind: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Found]:
    given = list(values_in((args[1:], kwargs)))
    if not all(_is_zero(site, value) for value in given):
        return _unrolled(site, kind, args[0], given)
    made = _added(site, kind, [site.wire(args[0])])
    states = [Laid(Wire(made.record, port), SECOND) for port in range(1, len(site.call.outputs))]
    return [made, *states]
