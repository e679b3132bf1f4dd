"""Mends for what the analysis finds: the usual remedy of each kind of mismatch, where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd, isqrt
from typing import Any

from models.checks.base import insert_before, mends
from models.checks.finding import Finding, Mend
from models.document import Document
from models.document.edits import Disconnect, RemoveNodes, SetParam
from models.kinds.layer import TensorType, times
from models.network import Edge


def _given(document: Document, issue: Finding) -> tuple[TensorType | None, Edge | None]:
    """The type at the first input and its wire."""
    inputs = document.analysis[issue.node].inputs
    wires = document.network.edges_into(issue.node)
    return (inputs[0] if inputs else None), (wires[0] if wires else None)


@mends("padding")
def enough_padding(document: Document, issue: Finding) -> Iterator[Mend]:
    """Padding so that the window fits, on the sides where it does not."""
    given, _ = _given(document, issue)
    layer = document.network[issue.node].layer
    kernel, dilation = getattr(layer, "kernel_size", None), getattr(layer, "dilation", None)
    if given is None or kernel is None or not isinstance(getattr(layer, "padding", None), tuple):
        return
    reach = [step * (size - 1) + 1 for size, step in zip(kernel, dilation or (1,) * len(kernel), strict=True)]
    before = layer.padding  # type: ignore[union-attr]
    sizes = given.shape[-len(kernel) :]
    needed = [max(old, -(-(far - size) // 2)) for old, far, size in zip(before, reach, sizes, strict=True)]
    # Pooling takes padding of at most half its kernel.
    half = "Pool" in document.network[issue.node].kind
    if half and any(2 * pad > size for pad, size in zip(needed, kernel, strict=True)):
        return
    value = needed[0] if len(set(needed)) == 1 else needed
    yield Mend(f"Set padding {times(tuple(needed))}" if value != needed[0] else f"Set padding {value}",
               SetParam(issue.node, "padding", value))  # fmt: skip


@mends("stride")
def stride_of_one(document: Document, issue: Finding) -> Iterator[Mend]:
    """Padding “same” goes with stride 1 alone."""
    yield Mend("Set stride 1", SetParam(issue.node, "stride", 1))


@mends("groups")
def groups_that_divide(document: Document, issue: Finding) -> Iterator[Mend]:
    """The most groups, up to the number asked for, that divide the channels."""
    given, _ = _given(document, issue)
    node = document.network[issue.node]
    field = "num_groups" if node.kind == "GroupNorm" else "groups"
    if given is None:
        return
    channels = gcd(given.shape[0], getattr(node.layer, "out_channels", given.shape[0]))
    count = _largest_divisor(channels, getattr(node.layer, field))
    yield Mend(f"Set {count} group{'s' * (count > 1)}", SetParam(issue.node, field, count))


@mends("heads")
def heads_that_divide(document: Document, issue: Finding) -> Iterator[Mend]:
    """The most heads, up to the number asked for, that divide the features."""
    given, _ = _given(document, issue)
    node = document.network[issue.node]
    field = "num_heads" if node.kind == "MultiheadAttention" else "nhead"
    if given is not None:
        count = _largest_divisor(given.shape[-1], getattr(node.layer, field))
        yield Mend(f"Set {count} head{'s' * (count > 1)}", SetParam(issue.node, field, count))


@mends("embedding")
def numbers_from_words(document: Document, issue: Finding) -> Iterator[Mend]:
    """Whole numbers become vectors, or the Input gives decimal numbers after all."""
    given, wire = _given(document, issue)
    if given is None or wire is None:
        return
    if len(given.shape) == 1:
        yield insert_before("Insert Embedding", wire, ("Embedding", {}))
    if document.network[wire.source].kind == "Input":
        yield Mend("Let Input give decimal numbers", SetParam(wire.source, "dtype", "float"))


@mends("unflatten")
def back_to_an_image(document: Document, issue: Finding) -> Iterator[Mend]:
    """A vector where an image or a sequence is needed: without the Flatten before it, or in its old form."""
    given, wire = _given(document, issue)
    if given is None or wire is None or len(given.shape) != 1:
        return
    flattens = _flattens_before(document, wire)
    if flattens:
        label = f"Remove {flattens[0]}" if len(flattens) == 1 else f"Remove {len(flattens)} Flatten layers"
        yield Mend(label, RemoveNodes(flattens, heal=True))
    size = given.shape[0]
    side = isqrt(size)
    if "height×width" in issue.expected and "depth" not in issue.expected and side * side == size:
        yield insert_before(f"Reshape to 1×{side}×{side}", wire, ("Reshape", {"shape": [1, side, side]}))
    elif issue.expected in {"channels×length", "steps×features"}:
        shape = [1, size] if issue.expected == "channels×length" else [size, 1]
        label = f"Reshape to {shape[0]}×{shape[1]}"
        yield insert_before(label, wire, ("Reshape", {"shape": shape}))


@mends("shape")
def projection(document: Document, issue: Finding) -> Iterator[Mend]:
    """Images of different sizes or channels before a merge: a 1×1 convolution on the larger one, as in ResNet."""
    wires = document.network.edges_into(issue.node)
    inputs = [given.shape for given in document.analysis[issue.node].inputs if given and len(given.shape) == 3]
    if document.network[issue.node].kind not in {"Add", "Multiply"} or not len(wires) == len(inputs) == 2:
        return
    place = {id: place for place, id in enumerate(document.analysis.order)}
    # The larger image shrinks; of equal ones, the skip (which starts earlier) takes the other's channels.
    (large, wire), (small, _) = sorted(
        zip(inputs, wires, strict=True), key=lambda pair: (-pair[0][1] * pair[0][2], place[pair[1].source])
    )
    stride = [-(-before // after) for before, after in zip(large[1:], small[1:], strict=True)]
    if all((before - 1) // step + 1 == after for before, step, after in zip(large[1:], stride, small[1:], strict=True)):
        settings: dict[str, Any] = {"out_channels": small[0], "kernel_size": 1}
        if set(stride) != {1}:
            settings["stride"] = stride[0] if len(set(stride)) == 1 else stride
        yield insert_before("Insert 1×1 convolution", wire, ("Conv2d", settings))


@mends("setting")
def default_setting(document: Document, issue: Finding) -> Iterator[Mend]:
    """A setting that cannot be read goes back to its default, an unknown one goes away."""
    for problem in document.network[issue.node].problems:
        if problem.message == issue.message:
            label = "Use the default" if issue.severity == "error" else "Remove the setting"
            yield Mend(label, SetParam(issue.node, problem.field, SetParam.UNSET))
            return


@mends("occupied")
def one_wire_only(document: Document, issue: Finding) -> Iterator[Mend]:
    """The wires beyond the first go, the last one first."""
    wires = [edge for edge in document.network.edges_into(issue.node) if edge.target_port == issue.port]
    if len(wires) == 2:
        yield Mend(f"Remove the wire from {wires[1].source}", Disconnect(wires[1]))


def _flattens_before(document: Document, wire: Edge) -> list[str]:
    """The Flatten layers in a row before a wire, if an image goes into the first of them; else none."""
    network, found = document.network, []
    while network[wire.source].kind == "Flatten" and len(network.edges_from(wire.source)) == 1:
        found.append(wire.source)
        wires = network.edges_into(wire.source)
        if len(wires) != 1:
            return []
        wire = wires[0]
    given = document.analysis[found[-1]].inputs[0] if found else None
    return found if given and len(given.shape) > 1 else []


def _largest_divisor(number: int, most: int) -> int:
    return next(count for count in range(min(number, most), 0, -1) if number % count == 0)
