"""Normalization: by batches, by layers, by groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.importers.onnx.call import Array, Call, Value
from models.importers.onnx.reading import Reader, operator
from models.importers.records import ImportFailed, Wire


def _eps(call: Call) -> float:
    return float(f"{call.real('epsilon', 1e-5):.6g}")


@operator("BatchNormalization")
def batch(reader: Reader, call: Call) -> Sequence[Value | None]:
    if call.integer("training_mode", 0):
        raise ImportFailed(f"{call.place} is in training: export the network in eval mode.")
    settled = reader.first(call, call.flow())
    rank = max(1, len(settled.sizes) - 1)
    names = ("weight", "bias", "running_mean", "running_var")
    weights = {name: call.array(place + 1) for place, name in enumerate(names)}
    momentum = round(1 - call.real("momentum", 0.9), 6)
    params = {"eps": _eps(call), "momentum": momentum}
    return [reader.flow(reader.add(call, f"BatchNorm{rank}d", params, [settled.wire], weights))]


@operator("InstanceNormalization")
def instance(reader: Reader, call: Call) -> Sequence[Value | None]:
    settled = reader.first(call, call.flow())
    rank = len(settled.sizes) - 1
    scale, bias = call.array(1), call.array(2)
    affine = not ((scale == 1).all() and (bias == 0).all())
    weights = {"weight": scale, "bias": bias} if affine else {}
    params = {"eps": _eps(call), "affine": affine}
    return [reader.flow(reader.add(call, f"InstanceNorm{rank}d", params, [settled.wire], weights))]


@operator("LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization")
def layer(reader: Reader, call: Call) -> Sequence[Value | None]:
    flow = call.flow()
    axis = call.integer("axis", -1) % len(flow.dims)
    settled = reader.settle(call, flow)
    dims = len(flow.dims) - axis
    inner = tuple(range(len(settled.sizes) - dims + 1, len(settled.sizes) + 1))
    if any(spot != (place,) for spot, place in zip(settled.spots[axis:], inner, strict=True)):
        raise ImportFailed(f"{call.place}: no layer normalizes over the batch.")
    shape = settled.sizes[-dims:]
    params = {"normalized_dims": dims, "eps": _eps(call)}
    weights = {"weight": _whole(call.array(1), shape)}
    if call.kind == "LayerNormalization":
        params["bias"] = call.has(2)
        weights |= {"bias": _whole(call.array(2), shape)} if call.has(2) else {}
    kind = "LayerNorm" if call.kind == "LayerNormalization" else "RMSNorm"
    return [settled.loosened(Wire(reader.add(call, kind, params, [settled.wire], weights)), "float", reader.batch)]


@operator("GroupNormalization")
def group(reader: Reader, call: Call) -> Sequence[Value | None]:
    settled = reader.first(call, call.flow())
    groups = call.integer("num_groups", 1)
    weights = {"weight": call.array(1), "bias": call.array(2)}
    if reader.opset < 21:  # one for each group until then
        weights = {name: np.repeat(array, settled.sizes[0] // groups) for name, array in weights.items()}
    params = {"num_groups": groups, "eps": _eps(call)}
    return [reader.flow(reader.add(call, "GroupNorm", params, [settled.wire], weights))]


@operator("LRN")
def local(reader: Reader, call: Call) -> Sequence[Value | None]:
    params = {
        "size": call.integer("size", 5), "alpha": float(f"{call.real('alpha', 1e-4):.6g}"),
        "beta": float(f"{call.real('beta', 0.75):.6g}"), "k": float(f"{call.real('bias', 1.0):.6g}"),
    }  # fmt: skip
    if params["size"] % 2 == 0:
        raise ImportFailed(f"{call.place}: PyTorch counts an even number of neighbors from another side.")
    wire = reader.first(call, call.flow()).wire
    return [reader.flow(reader.add(call, "LocalResponseNorm", params, [wire]))]


def _whole(array: Array, shape: Sequence[int]) -> Array:
    return np.ascontiguousarray(np.broadcast_to(array, tuple(shape)))
