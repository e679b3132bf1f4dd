"""Operators that only move values, or pick some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from models.importers.onnx.call import Call, Value
from models.importers.onnx.layout import Flow, Settled
from models.importers.onnx.operators.values import alike, arranged
from models.importers.onnx.reading import Reader, operator
from models.importers.records import ImportFailed, Wire


@operator("Transpose")
def transpose(reader: Reader, call: Call) -> Sequence[Value | None]:
    flow = call.flow()
    return [flow.transposed(call.ints("perm", range(len(flow.dims))[::-1]))]


@operator("Reshape")
def reshape(reader: Reader, call: Call) -> Sequence[Value | None]:
    flow = call.flow()
    sizes = call.ints("shape", place=1)
    if not call.integer("allowzero", 0):
        sizes = [size or flow.shape[place] for place, size in enumerate(sizes)]
    return [reshaped(reader, call, flow, sizes)]


def reshaped(reader: Reader, call: Call, flow: Flow, sizes: Sequence[int]) -> Flow:
    """A tensor in other sizes, one of which may be -1. Where the file holds a batch of a fixed size, that stands for
    any."""
    total = prod(flow.shape)
    for wanted in (list(sizes), [reader.batch, *sizes[1:]]):
        known = prod(size for size in wanted if size != -1)
        if -1 in wanted and known and total % known == 0:
            wanted[wanted.index(-1)] = total // known
        if prod(wanted) != total:
            continue
        if (found := flow.reshaped(wanted)) is not None:
            return found
        if wanted[0] == reader.batch:
            wire = reader.first(call, flow).wire
            made = reader.add(call, "Reshape", {"shape": wanted[1:] or [1]}, [wire])
            return reader.flow(made)
    raise ImportFailed(f"{call.place}: {list(flow.shape)} does not become {list(sizes)} for every batch size.")


@operator("Flatten")
def flatten(reader: Reader, call: Call) -> Sequence[Value | None]:
    flow = call.flow()
    axis = call.integer("axis", 1) % (len(flow.dims) or 1)
    return [reshaped(reader, call, flow, [prod(flow.shape[:axis]), prod(flow.shape[axis:])])]


@operator("Squeeze")
def squeeze(reader: Reader, call: Call) -> Sequence[Value | None]:
    flow = call.flow()
    ones = [place for place, size in enumerate(flow.shape) if size == 1]
    axes = [axis % len(flow.dims) for axis in call.ints("axes", ones, place=1)]
    return [flow.without([axis for axis in axes if flow.shape[axis] == 1])]


@operator("Unsqueeze")
def unsqueeze(reader: Reader, call: Call) -> Sequence[Value | None]:
    flow = call.flow()
    axes = call.ints("axes", place=1)
    dims = list(flow.dims)
    for axis in sorted(axis % (len(dims) + len(axes)) for axis in axes):
        dims.insert(axis, ())
    return [replace(flow, dims=tuple(dims))]


@operator("Expand")
def expand(reader: Reader, call: Call) -> Sequence[Value | None]:
    flow = call.flow()
    sizes = [int(size) for size in call.array(1).ravel()]
    rank = max(len(sizes), len(flow.dims))
    flow = replace(flow, dims=((),) * (rank - len(flow.dims)) + flow.dims)
    sizes = [1] * (rank - len(sizes)) + sizes
    if all(size in (1, own) for size, own in zip(sizes, flow.shape, strict=True)):
        return [flow]
    settled = reader.first(call, flow)
    wanted = [max(size, own) for size, own in zip(sizes[1:], settled.sizes, strict=True)]
    return [reader.flow(reader.add(call, "Expand", {"sizes": wanted}, [settled.wire]))]


@operator("Concat")
def concat(reader: Reader, call: Call) -> Sequence[Value | None]:
    values = [call.value(place) for place in range(len(call.node.input))]
    flows = [value for value in values if isinstance(value, Flow)]
    axis = call.integer("axis", 1) % len(flows[0].dims)
    settled = alike(reader, call, flows)
    spots = settled[0].spots
    if any(item.spots != spots for item in settled) or (dim := settled[0].dim(axis)) is None:
        raise ImportFailed(f"{call.place}: no layer joins values along or across the batch.")
    ready = iter(settled)
    wires = []
    for place, value in enumerate(values):
        if isinstance(value, Flow):
            wires.append(next(ready).wire)
        else:
            array = arranged(call, value, spots, reader.batch)
            wires.append(reader.constant(call, array, settled[0].wire, call.name(place) or "constant"))
    if len(wires) == 1:
        return [values[0]]
    record = reader.add(call, "Concat", {"dim": dim}, wires)
    return [settled[0].loosened(Wire(record), settled[0].dtype, reader.batch)]


@operator("Split")
def split(reader: Reader, call: Call) -> Sequence[Value | None]:
    flow = call.flow()
    axis, count = call.integer("axis", 0) % len(flow.dims), len(call.node.output)
    sizes = call.ints("split", place=1)
    if not sizes:
        part = -(-flow.shape[axis] // count)
        sizes = [min(part, flow.shape[axis] - part * place) for place in range(count)]
    settled = reader.settle(call, flow, as_stored=True)
    dim = settled.dim(axis)
    if count == 1:
        return [flow]
    if dim is None:
        raise ImportFailed(f"{call.place}: no layer splits the batch.")
    record = reader.add(call, "Split", {"dim": dim, "sizes": sizes}, [settled.wire])
    return [settled.loosened(Wire(record, place), flow.dtype, reader.batch) for place in range(count)]


@operator("Slice")
def slices(reader: Reader, call: Call) -> Sequence[Value | None]:
    flow = call.flow()
    starts, stops = call.ints("starts", place=1), call.ints("ends", place=2)
    axes = call.ints("axes", range(len(starts)), place=3)
    steps = call.ints("steps", [1] * len(starts), place=4)
    for start, stop, axis, step in zip(starts, stops, axes, steps, strict=True):
        size = flow.shape[axis % len(flow.dims)]
        first, last, step = slice(start, stop, step).indices(size)
        if (first, last, step) == (0, size, 1):
            continue
        if step < 1:
            raise ImportFailed(f"{call.place}: no layer turns the order of values around.")
        settled = reader.settle(call, flow, as_stored=True)
        dim = settled.dim(axis % len(flow.dims))
        if dim is None:
            raise ImportFailed(f"{call.place}: no layer takes examples out of the batch.")
        params = (
            {"dim": dim, "start": first}
            | ({"stop": last} if last < size else {})
            | ({"step": step} if step > 1 else {})
        )
        flow = settled.loosened(Wire(reader.add(call, "Slice", params, [settled.wire])), flow.dtype, reader.batch)
    return [flow]


@operator("Gather")
def gather(reader: Reader, call: Call) -> Sequence[Value | None]:
    if not call.is_flow(0):
        return [_embedded(reader, call)]
    flow, indices = call.flow(), call.array(1)
    axis = call.integer("axis", 0) % len(flow.dims)
    size = flow.shape[axis]
    picked = np.where(indices < 0, indices + size, indices)
    settled = reader.settle(call, flow, as_stored=True)
    dim = settled.dim(axis)
    if flow.shape[axis] == 1 and indices.ndim == 0:
        return [flow.without([axis])]
    if dim is None:
        raise ImportFailed(f"{call.place}: no layer picks examples out of the batch.")
    if indices.ndim == 0:
        record = reader.add(call, "Select", {"dim": dim, "at": int(picked)}, [settled.wire])
        return [dropped(settled, [axis]).loosened(Wire(record), flow.dtype, reader.batch)]
    steps = set(np.diff(picked).tolist()) if indices.ndim == 1 else set()
    if len(steps) > 1 or not steps or min(steps) < 1:
        raise ImportFailed(f"{call.place}: no layer picks values in this order.")
    params = {"dim": dim, "start": int(picked[0]), "stop": int(picked[-1]) + 1, "step": int(steps.pop())}
    record = reader.add(call, "Slice", params, [settled.wire])
    return [settled.loosened(Wire(record), flow.dtype, reader.batch)]


def _embedded(reader: Reader, call: Call) -> Value:
    table, flow = call.array(0), call.flow(1)
    if call.integer("axis", 0) or table.ndim != 2 or flow.dtype != "int":
        raise ImportFailed(f"{call.place}: expected integers that pick rows of a table.")
    params = {"num_embeddings": table.shape[0], "embedding_dim": table.shape[1]}
    settled = reader.settle(call, flow)
    record = reader.add(call, "Embedding", params, [settled.wire], {"weight": table})
    spots = (*settled.spots, (len(settled.sizes) + 1,))
    return replace(settled, spots=spots).loosened(Wire(record), "float", reader.batch)


@operator("DepthToSpace", "SpaceToDepth")
def depth(reader: Reader, call: Call) -> Sequence[Value | None]:
    block, flow = call.integer("blocksize", 1), call.flow()
    batch, channels, height, width = flow.shape
    if call.kind == "SpaceToDepth":
        opened = reshaped(reader, call, flow, [batch, channels, height // block, block, width // block, block])
        turned = opened.transposed([0, 3, 5, 1, 2, 4])
        return [reshaped(reader, call, turned, [batch, channels * block**2, height // block, width // block])]
    inner = channels // block**2
    plain = tuple(map(len, flow.dims)) <= (1, 1, 1, 1) and flow.dims[0] == flow.memory[:1]
    if call.text("mode", "DCR") == "CRD" and plain:
        wire = reader.first(call, flow).wire
        return [reader.flow(reader.add(call, "PixelShuffle", {"upscale_factor": block}, [wire]))]
    if call.text("mode", "DCR") == "CRD":
        opened = reshaped(reader, call, flow, [batch, inner, block, block, height, width])
        turned = opened.transposed([0, 1, 4, 2, 5, 3])
    else:
        opened = reshaped(reader, call, flow, [batch, block, block, inner, height, width])
        turned = opened.transposed([0, 3, 4, 1, 5, 2])
    return [reshaped(reader, call, turned, [batch, inner, height * block, width * block])]


REDUCTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "ReduceMean": ("Mean", {}), "ReduceSum": ("Sum", {}), "ReduceMax": ("Max", {}), "ReduceL2": ("Norm", {}),
    "ReduceL1": ("Norm", {"ord": 1.0}),
}  # fmt: skip


@operator(*REDUCTIONS)
def reduced(reader: Reader, call: Call) -> Sequence[Value | None]:
    flow = call.flow()
    rank = len(flow.dims)
    axes = sorted(axis % rank for axis in call.ints("axes", range(rank), place=1))
    settled = reader.settle(call, flow, as_stored=True)
    # A size of 1 has nothing to reduce.
    dims = [settled.dim(axis) for axis in axes]
    if any(dim is None for dim in dims) or 0 in dims:
        raise ImportFailed(f"{call.place}: no layer reduces over the batch.")
    kind, params = REDUCTIONS[call.kind]
    keeps = bool(call.integer("keepdims", 1))
    record = reader.add(call, kind, {**params, "dim": dims, "keepdim": keeps}, [settled.wire])
    kept = settled if keeps else dropped(settled, axes)
    return [kept.loosened(Wire(record), "float", reader.batch)]


def dropped(settled: Settled, axes: Sequence[int]) -> Settled:
    """Without some dimensions of the tensor, which are gone from its value, too."""
    gone = sorted(part for axis in axes for part in settled.spots[axis])
    spots = [spot for axis, spot in enumerate(settled.spots) if axis not in axes]
    return replace(settled, spots=tuple(tuple(part - sum(map(part.__gt__, gone)) for part in spot) for spot in spots))
