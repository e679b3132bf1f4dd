"""Mends for what the analysis finds: the usual remedy of each kind of mismatch, where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd, isqrt
from typing import Any

from models.document.edits import Disconnect, RemoveNodes, SetParam
from models.findings.base import mends
from models.findings.example import image, row
from models.findings.finding import Finding, Mend
from models.findings.inserting import insert_before
from models.findings.inside import Analyzed
from models.kinds.layer import Layer, TensorType, times
from models.layers.activation import Tanh
from models.layers.attention import TransformerEncoderLayer
from models.layers.convolution import Conv2d
from models.layers.linear import Embedding, Linear
from models.layers.merge import Add, Elementwise
from models.layers.normalization import GroupNorm
from models.layers.pooling import WindowPooling
from models.layers.reshape import Flatten, Reshape
from models.layers.terminals import Output
from models.network import Edge


def _given(part: Analyzed, finding: Finding) -> tuple[TensorType | None, Edge | None]:
    """The type at the first input and its wire."""
    inputs = part.analysis[finding.node].inputs
    wires = part.network.edges_into(finding.node)
    return (inputs[0] if inputs else None), (wires[0] if wires else None)


@mends("padding", example=row(image(1, 4, 4), (Conv2d, {"kernel_size": 7}), Output))
def enough_padding(part: Analyzed, finding: Finding) -> Iterator[Mend]:
    """Padding so that the window fits, on the sides where it does not."""
    given, _ = _given(part, finding)
    layer = part.network[finding.node].layer
    kernel, dilation = getattr(layer, "kernel_size", None), getattr(layer, "dilation", None)
    if given is None or kernel is None or not isinstance(getattr(layer, "padding", None), tuple):
        return
    reach = [step * (size - 1) + 1 for size, step in zip(kernel, dilation or (1,) * len(kernel), strict=True)]
    before = layer.padding  # type: ignore[union-attr]
    sizes = given.shape[-len(kernel) :]
    needed = [max(old, -(-(far - size) // 2)) for old, far, size in zip(before, reach, sizes, strict=True)]
    # Pooling takes padding of at most half its kernel.
    half = isinstance(layer, WindowPooling)
    if half and any(2 * pad > size for pad, size in zip(needed, kernel, strict=True)):
        return
    value = needed[0] if len(set(needed)) == 1 else needed
    yield Mend(f"Set padding {times(tuple(needed))}" if value != needed[0] else f"Set padding {value}",
               SetParam(finding.node, "padding", value))  # fmt: skip


@mends("stride", example=row(image(3, 8, 8), (Conv2d, {"padding": "same", "stride": 2}), Output))
def stride_of_one(part: Analyzed, finding: Finding) -> Iterator[Mend]:
    """Padding “same” goes with stride 1 alone."""
    yield Mend("Set stride 1", SetParam(finding.node, "stride", 1))


@mends("groups", example=row(image(4, 8), (GroupNorm, {"num_groups": 3}), Output))
def groups_that_divide(part: Analyzed, finding: Finding) -> Iterator[Mend]:
    """The most groups, up to the number asked for, that divide the channels."""
    given, _ = _given(part, finding)
    layer = part.network[finding.node].layer
    if given is not None and layer is not None:
        channels = gcd(given.shape[0], getattr(layer, "out_channels", given.shape[0]))
        yield from _divisor(finding.node, layer, ("groups", "num_groups"), "group", channels)


@mends("heads", example=row(image(8, 10), (TransformerEncoderLayer, {"nhead": 3}), Output))
def heads_that_divide(part: Analyzed, finding: Finding) -> Iterator[Mend]:
    """The most heads, up to the number asked for, that divide the features."""
    given, _ = _given(part, finding)
    layer = part.network[finding.node].layer
    if given is not None and layer is not None:
        yield from _divisor(finding.node, layer, ("num_heads", "nhead"), "head", given.shape[-1])


def _divisor(id: str, layer: Layer, names: tuple[str, ...], noun: str, number: int) -> Iterator[Mend]:
    """Set the field that the layer has of those ``names`` to the most, up to its value, that divides ``number``."""
    name = next(name for name in names if name in layer.fields)
    most = min(number, getattr(layer, name))
    count = next(count for count in range(most, 0, -1) if number % count == 0)
    yield Mend(f"Set {count} {noun}{'s' * (count > 1)}", SetParam(id, name, count))


@mends("embedding", example=row(image(8, dtype="int"), Linear, Output))
def numbers_from_words(part: Analyzed, finding: Finding) -> Iterator[Mend]:
    """Integers become vectors, or the Input gives decimal numbers after all."""
    given, wire = _given(part, finding)
    if given is None or wire is None:
        return
    if len(given.shape) == 1:
        yield insert_before("Insert Embedding", wire, Embedding)
    source = part.network[wire.source]
    # What comes into a block is of the type that its use is fed.
    if source.layer is not None and source.layer.is_input and part.analysis.given is None:
        yield Mend(f"Let {source.kind} give decimal numbers", SetParam(source.id, "dtype", "float"))


@mends("unflatten", example=row(image(1, 8, 8), Flatten, Conv2d, Output))
def back_to_an_image(part: Analyzed, finding: Finding) -> Iterator[Mend]:
    """A vector where an image or a sequence is needed: without the Flatten before it, or in its old form."""
    given, wire = _given(part, finding)
    if given is None or wire is None or len(given.shape) != 1:
        return
    flattens = _flattens_before(part, wire)
    if flattens:
        label = f"Remove {flattens[0]}" if len(flattens) == 1 else f"Remove {len(flattens)} Flatten layers"
        yield Mend(label, RemoveNodes(flattens, heal=True))
    size = given.shape[0]
    side = isqrt(size)
    if "height×width" in finding.expected and "depth" not in finding.expected and side * side == size:
        yield insert_before(f"Reshape to 1×{side}×{side}", wire, (Reshape, {"shape": [1, side, side]}))
    elif finding.expected in {"channels×length", "steps×features"}:
        shape = [1, size] if finding.expected == "channels×length" else [size, 1]
        yield insert_before(f"Reshape to {shape[0]}×{shape[1]}", wire, (Reshape, {"shape": shape}))


@mends(
    "shape",
    example=row(image(3, 9, 9), (Conv2d, {"padding": 1}), Add, Flatten, Output, wires=[("n0", "n2")]),
)
def projection(part: Analyzed, finding: Finding) -> Iterator[Mend]:
    """Images of different sizes or channels before a merge: a 1×1 convolution on the larger one, as in ResNet."""
    wires = part.network.edges_into(finding.node)
    inputs = [given.shape for given in part.analysis[finding.node].inputs if given and len(given.shape) == 3]
    merges = isinstance(part.network[finding.node].layer, Elementwise)
    if not merges or not len(wires) == len(inputs) == 2:
        return
    place = {id: place for place, id in enumerate(part.analysis.order)}
    # The larger image shrinks; of equal ones, the skip (which starts earlier) takes the other's channels.
    (large, wire), (small, _) = sorted(
        zip(inputs, wires, strict=True), key=lambda pair: (-pair[0][1] * pair[0][2], place[pair[1].source])
    )
    stride = [-(-before // after) for before, after in zip(large[1:], small[1:], strict=True)]
    if all((before - 1) // step + 1 == after for before, step, after in zip(large[1:], stride, small[1:], strict=True)):
        settings: dict[str, Any] = {"out_channels": small[0], "kernel_size": 1}
        if set(stride) != {1}:
            settings["stride"] = stride[0] if len(set(stride)) == 1 else stride
        yield insert_before("Insert 1×1 convolution", wire, (Conv2d, settings))


@mends("setting", example=row(image(3, 8, 8), (Conv2d, {"bias": "perhaps"}), Output))
def default_setting(part: Analyzed, finding: Finding) -> Iterator[Mend]:
    """A setting that cannot be read goes back to its default, an unknown one goes away."""
    for problem in part.network[finding.node].problems:
        if problem.message == finding.message:
            label = "Use the default" if finding.severity == "error" else "Remove the setting"
            yield Mend(label, SetParam(finding.node, problem.field, SetParam.UNSET))
            return


@mends("occupied", example=row(image(4), Tanh, Output, wires=[("n0", "n2")]))
def one_wire_only(part: Analyzed, finding: Finding) -> Iterator[Mend]:
    """The wires beyond the first go, the last one first."""
    wires = [edge for edge in part.network.edges_into(finding.node) if edge.target_port == finding.port]
    if len(wires) == 2:
        yield Mend(f"Remove the wire from {wires[1].source}", Disconnect(wires[1]))


def _flattens_before(part: Analyzed, wire: Edge) -> list[str]:
    """The Flatten layers in a row before a wire, if an image goes into the first of them; else none."""
    network, found = part.network, []
    while _flattens(part, wire.source) and len(network.edges_from(wire.source)) == 1:
        found.append(wire.source)
        wires = network.edges_into(wire.source)
        if len(wires) != 1:
            return []
        wire = wires[0]
    given = part.analysis[found[-1]].inputs[0] if found else None
    return found if given and len(given.shape) > 1 else []


def _flattens(part: Analyzed, id: str) -> bool:
    layer = part.network[id].layer
    return layer is not None and layer.flattens
