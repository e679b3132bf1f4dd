"""Convolution and pooling, the border around them among it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.importers.onnx.call import Call, Value
from models.importers.onnx.reading import Reader, operator
from models.importers.records import ImportFailed, Wire

LOWEST = -3.4e38
"""A border that is never the largest."""


def symmetric(
    reader: Reader, call: Call, wire: Wire, pads: Sequence[int], value: float = 0.0
) -> tuple[Wire, list[int]]:
    """A value with as much of a border as differs between its sides, and the rest, which is the same on both."""
    rank = len(pads) // 2
    before, after = list(pads[:rank]), list(pads[rank:])
    if before == after:
        return wire, before
    return padded(reader, call, wire, pads, value), [0] * rank


def padded(
    reader: Reader, call: Call, wire: Wire, pads: Sequence[int], value: float = 0.0, mode: str = "constant"
) -> Wire:
    """A value with a border around its last dimensions; ``pads`` as ONNX has them: all before, then all after. Layers
    have borders that are the same on both sides: what is too much of them, or less than none, is cut off."""
    sides = list(zip(pads[: len(pads) // 2], pads[len(pads) // 2 :], strict=True))
    while sides and sides[0] == (0, 0):
        del sides[0]
    names = {"constant": "ConstantPad" if value else "ZeroPad", "reflect": "ReflectionPad", "edge": "ReplicationPad"}
    kind, rank = {**names, "wrap": "CircularPad"}.get(mode, ""), len(sides)
    if not kind or rank > 3:
        raise ImportFailed(f"{call.place}: no layer pads {rank} dimensions by {mode:.20}.")
    borders = [max(0, *side) for side in sides]
    if any(borders):
        params: dict[str, Any] = {"padding": borders} | ({"value": value} if kind == "ConstantPad" else {})
        wire = Wire(reader.add(call, f"{kind}{rank}d", params, [wire], is_own=False))
    sizes = wire.shape or ()
    for axis, (border, (before, after)) in enumerate(zip(borders, sides, strict=True)):
        dim = len(sizes) - rank + axis
        params = {"start": border - before} | ({"stop": sizes[dim] - border + after} if after < border else {})
        if before < border or after < border:
            wire = Wire(reader.add(call, "Slice", {"dim": dim + 1, **params}, [wire], is_own=False))
    return wire


def pads_of(
    call: Call, sizes: Sequence[int], kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> list[int]:
    """The border that an operator asks for, in numbers."""
    auto, rank = call.text("auto_pad", "NOTSET"), len(kernel)
    if auto in ("NOTSET", ""):
        return call.ints("pads", [0] * 2 * rank)
    if auto == "VALID":
        return [0] * 2 * rank
    before, after = [], []
    for size, window, step, spread in zip(sizes, kernel, stride, dilation, strict=True):
        whole = max(0, (-(-size // step) - 1) * step + spread * (window - 1) + 1 - size)
        less, more = whole // 2, whole - whole // 2
        before.append(less if auto == "SAME_UPPER" else more)
        after.append(more if auto == "SAME_UPPER" else less)
    return before + after


@operator("Conv")
def convolution(reader: Reader, call: Call) -> Sequence[Value | None]:
    weight = call.array(1)
    rank = weight.ndim - 2
    settled = reader.first(call, call.flow())
    kernel = list(weight.shape[2:])
    stride, dilation = call.ints("strides", [1] * rank), call.ints("dilations", [1] * rank)
    pads = pads_of(call, settled.sizes[1:], kernel, stride, dilation)
    wire, padding = symmetric(reader, call, settled.wire, pads)
    # Some exporters write zeros where there is no bias.
    is_none = not call.has(2) or (not call.array(2).any() and "bias" not in call.name(2))
    if is_none and call.has(2):
        reader.unlearned(call.array(2), call.name(2))
    bias = {} if is_none else {"bias": call.array(2)}
    params = {
        "out_channels": weight.shape[0], "kernel_size": kernel, "stride": stride, "padding": padding,
        "dilation": dilation, "groups": call.integer("group", 1), "bias": bool(bias),
    }  # fmt: skip
    return [reader.flow(reader.add(call, f"Conv{rank}d", params, [wire], {"weight": weight} | bias))]


@operator("ConvTranspose")
def transposed(reader: Reader, call: Call) -> Sequence[Value | None]:
    weight, groups = call.array(1), call.integer("group", 1)
    rank = weight.ndim - 2
    pads = call.ints("pads", [0] * 2 * rank)
    if call.text("auto_pad", "NOTSET") not in ("NOTSET", "VALID") or "output_shape" in call.attributes:
        raise ImportFailed(f"{call.place}: expected padding in numbers, found another.")
    extra = call.ints("output_padding", [0] * rank)
    # More at the end than at the beginning is a longer output.
    extra = [more + before - after for more, before, after in zip(extra, pads[:rank], pads[rank:], strict=True)]
    cut, extra = [max(0, -size) for size in extra], [max(0, size) for size in extra]
    params = {
        "out_channels": weight.shape[1] * groups, "kernel_size": list(weight.shape[2:]),
        "stride": call.ints("strides", [1] * rank), "padding": pads[:rank], "output_padding": extra, "groups": groups,
        "bias": call.has(2), "dilation": call.ints("dilations", [1] * rank),
    }  # fmt: skip
    weights = {"weight": weight} | ({"bias": call.array(2)} if call.has(2) else {})
    wire = reader.first(call, call.flow()).wire
    made = Wire(reader.add(call, f"ConvTranspose{rank}d", params, [wire], weights))
    return [reader.flow(_without_end(reader, call, made, cut).record)]


def _without_end(reader: Reader, call: Call, wire: Wire, cut: Sequence[int]) -> Wire:
    """A value of whose last dimensions some places are cut off at the end."""
    for axis, count in enumerate(cut):
        if count:
            dim = len(wire.shape or ()) - len(cut) + axis
            stop = (wire.shape or ())[dim] - count
            wire = Wire(reader.add(call, "Slice", {"dim": dim + 1, "stop": stop}, [wire], is_own=False))
    return wire


@operator("MaxPool", "AveragePool")
def pooling(reader: Reader, call: Call) -> Sequence[Value | None]:
    kernel = call.ints("kernel_shape")
    rank, largest = len(kernel), call.kind == "MaxPool"
    if any(call.output(1) and name == call.output(1) for name in reader.readers):
        raise ImportFailed(f"{call.place}: no layer gives the places of the largest values.")
    settled = reader.settle(call, call.flow())
    if settled.spots[-rank:] != tuple((len(settled.sizes) - rank + place + 1,) for place in range(rank)):
        raise ImportFailed(f"{call.place}: no layer pools over the batch.")
    stride, dilation = call.ints("strides", [1] * rank), call.ints("dilations", [1] * rank)
    pads = pads_of(call, settled.sizes[-rank:], kernel, stride, dilation)
    inside = bool(call.integer("count_include_pad", 0))
    if not largest and pads[:rank] != pads[rank:] and not inside:
        raise ImportFailed(f"{call.place}: no layer averages with a border that differs between the sides.")
    wire, padding = symmetric(reader, call, settled.wire, pads, LOWEST if largest else 0.0)
    params: dict[str, Any] = {
        "kernel_size": kernel, "stride": stride, "padding": padding, "ceil_mode": bool(call.integer("ceil_mode", 0)),
    }  # fmt: skip
    params |= {"dilation": dilation} if largest else {"count_include_pad": inside or not any(padding)}
    if not largest and set(dilation) != {1}:
        raise ImportFailed(f"{call.place}: no layer averages with dilation.")
    made = Wire(reader.add(call, f"{'Max' if largest else 'Avg'}Pool{rank}d", params, [wire]))
    return [settled.loosened(made, "float", reader.batch)]


@operator("GlobalAveragePool", "GlobalMaxPool")
def pooled_whole(reader: Reader, call: Call) -> Sequence[Value | None]:
    settled = reader.first(call, call.flow())
    rank = len(settled.sizes) - 1
    kind = "AdaptiveAvgPool" if call.kind == "GlobalAveragePool" else "AdaptiveMaxPool"
    params = {"output_size": [1] * rank}
    return [reader.flow(reader.add(call, f"{kind}{rank}d", params, [settled.wire]))]


@operator("Pad")
def pad(reader: Reader, call: Call) -> Sequence[Value | None]:
    flow = call.flow()
    rank = len(flow.dims)
    given = call.ints("pads", place=1)
    axes = [axis % rank for axis in call.ints("axes", range(rank), place=3)]
    pads = [0] * 2 * rank
    for place, axis in enumerate(axes):
        pads[axis], pads[rank + axis] = given[place], given[len(axes) + place]
    if not any(pads):
        return [flow]
    value = call.number("value", 0.0, 2) or 0.0
    settled = reader.first(call, flow)
    if pads[0] or pads[rank]:
        raise ImportFailed(f"{call.place}: no layer pads the batch.")
    inner = [*pads[1:rank], *pads[rank + 1 :]]
    return [reader.flow(padded(reader, call, settled.wire, inner, value, call.text("mode", "constant")).record)]


@operator("Resize", "Upsample")
def resized(reader: Reader, call: Call) -> Sequence[Value | None]:
    settled = reader.first(call, call.flow())
    rank = len(settled.sizes) - 1
    scales = [float(item) for item in call.attributes["scales"].floats] if "scales" in call.attributes else []
    place = 1 if call.kind == "Upsample" else 2
    if not scales and call.has(place):
        scales = [float(item) for item in call.array(place).ravel()]
    sizes = [int(item) for item in call.array(3).ravel()][-rank:] if call.has(3) else []
    sizes = sizes or [int(size * scale) for size, scale in zip(settled.sizes[1:], scales[-rank:], strict=True)]
    mode = call.text("mode", "nearest")
    how = call.text("coordinate_transformation_mode", "half_pixel" if call.kind == "Resize" else "asymmetric")
    whole = all(size % given == 0 for size, given in zip(sizes, settled.sizes[1:], strict=True))
    # Of integer factors all ways of finding the nearest pixel agree, but for those that round halves.
    if mode == "nearest" and (whole or (how == "asymmetric" and call.text("nearest_mode", "floor") == "floor")):
        params: dict[str, Any] = {"size": sizes, "scale_factor": None, "mode": "nearest"}
    elif mode in ("linear", "cubic") and how in ("half_pixel", "pytorch_half_pixel", "align_corners"):
        names = {1: "linear", 2: "bilinear", 3: "trilinear"}
        params = {"size": sizes, "scale_factor": None, "mode": names[rank] if mode == "linear" else "bicubic"}
        params |= {"align_corners": True} if how == "align_corners" else {}
    else:
        raise ImportFailed(f"{call.place}: no layer resizes by {mode:.20} with {how:.30}.")
    return [reader.flow(reader.add(call, "Upsample", params, [settled.wire]))]
