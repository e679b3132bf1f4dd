"""Where the receptive field and the memory of a layer come from, with the numbers put in."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from models.analysis import Analysis
from models.analysis.reports import BYTES, ReceptiveField
from models.kinds.explain import AXES, number, product, steps
from models.kinds.layer import Formula, TensorType, Window
from models.network import Network


def costs(network: Network, analysis: Analysis, id: str) -> tuple[Formula, ...]:
    """The formulas of the receptive field, as far as it is known, and of the output's bytes."""
    report, layer = analysis[id], network[id].layer
    inputs = tuple(item for item in report.inputs if item is not None)
    if layer is None or len(inputs) < len(report.inputs):
        return ()
    edges = network.edges_into(id)
    before = analysis[edges[0].source].receptive_field if edges else None
    window = layer.window(inputs) if inputs and report.receptive_field else None
    fields = _fields(before, window, report.receptive_field) if before and window and len(inputs) == 1 else ()
    return (*fields, *_bytes(report.outputs))


def _fields(before: ReceptiveField, window: Window, after: ReceptiveField | None) -> Iterator[Formula]:
    """r_out = r + (k − 1)·d·j; equal dimensions are written once."""
    if after is None or (set(window.kernel) == {1} and set(window.stride) == {1}):
        return
    told: set[tuple[int, ...]] = set()
    alike = len(set(zip(after.size, after.stride, strict=True))) == 1
    for place, (name, _) in enumerate(AXES.get(len(after.size), ())):
        kernel, dilation = (values[place if len(values) > 1 else 0] for values in (window.kernel, window.dilation))
        size, jump = before.size[place], before.stride[place]
        key = (size, jump, kernel, dilation)
        if key in told:
            continue
        told.add(key)
        spread = ("·", (dilation, "dilation")) if dilation > 1 else ()
        terms = steps((size, "size"), " + (", (kernel, "kernel"), " − 1)", *spread, "·", (jump, "stride"))
        note = f"r + (k − 1)·j: how far it sees in the input. Its neighbor begins {after.stride[place]:,} further on."
        title = "Receptive field" if alike else f"Receptive field, {name}"
        yield Formula(title, "r_out", terms, number(after.size[place]), note=note)


def _bytes(outputs: tuple[TensorType | None, ...]) -> Iterator[Formula]:
    """The memory of the first output, for one example."""
    first = outputs[0] if outputs else None
    if first is not None:
        each = BYTES[first.dtype]
        terms = steps(*product(first.shape), " · ", each)
        yield Formula(
            "Bytes of the output", "", terms, number(prod(first.shape) * each), note=f"{each} bytes a number."
        )
