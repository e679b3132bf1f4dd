"""Recurrent layers: gates in PyTorch's order, one direction or both, from states of 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.importers.onnx.call import Array, Call, Value
from models.importers.onnx.layout import Flow
from models.importers.onnx.operators.arranging import reshaped
from models.importers.onnx.reading import Reader, operator
from models.importers.records import ImportFailed

GATES = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}
"""Where each gate of PyTorch stands in ONNX: i f g o in i o f c, r z n in z r h."""
USUAL = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}


@operator("LSTM", "GRU", "RNN")
def recurrent(reader: Reader, call: Call) -> Sequence[Value | None]:
    flow, size = call.flow(), call.integer("hidden_size", 0)
    if call.integer("layout", 0):
        flow = flow.transposed([1, 0, 2])
    ways = 2 if call.text("direction", "forward") == "bidirectional" else 1
    params = {"hidden_size": size, **_refined(reader, call, ways), "bidirectional": ways == 2}
    wire = reader.first(call, flow.transposed([1, 0, 2])).wire
    if call.text("direction", "forward") == "reverse":
        raise ImportFailed(f"{call.place}: no layer reads a sequence from its end alone.")
    weights: dict[str, Array] = {}
    for way in range(ways):
        end = "_l0" + "_reverse" * way
        weights[f"weight_ih{end}"] = _ordered(call.kind, call.array(1)[way], size)
        weights[f"weight_hh{end}"] = _ordered(call.kind, call.array(2)[way], size)
        both = call.array(3)[way] if call.has(3) else np.zeros(2 * len(GATES[call.kind]) * size)
        for name, half in zip(("ih", "hh"), np.split(both, 2), strict=True):
            weights[f"bias_{name}{end}"] = _ordered(call.kind, half, size)
    record = reader.add(call, call.kind, params, [wire], weights)
    found: list[Value | None] = [_steps(reader, call, reader.flow(record), ways, size)]
    found += [_last(reader, call, record, port, ways, size) for port in range(1, len(call.node.output))]
    return found


def _steps(reader: Reader, call: Call, flow: Flow, ways: int, size: int) -> Flow:
    """(batch, steps, ways·size) as (steps, ways, batch, size)."""
    batch, steps, _ = flow.shape
    opened = reshaped(reader, call, flow, [batch, steps, ways, size]).transposed([1, 2, 0, 3])
    return opened.transposed([2, 0, 1, 3]) if call.integer("layout", 0) else opened


def _last(reader: Reader, call: Call, record: Any, port: int, ways: int, size: int) -> Flow | None:
    """A last state as (ways, batch, size)."""
    if not call.output(port) or (not reader.readers.get(call.output(port)) and call.output(port) not in reader.ends):
        return None
    flow = reader.flow(record, port)
    opened = reshaped(reader, call, flow, [reader.batch, ways, size])
    return opened if call.integer("layout", 0) else opened.transposed([1, 0, 2])


def _refined(reader: Reader, call: Call, ways: int) -> dict[str, Any]:
    """Settings beyond the size; refuses what PyTorch's layers cannot do."""
    functions = (
        [item.decode(errors="replace") for item in call.attributes["activations"].strings]
        if "activations" in call.attributes
        else []
    )
    usual = USUAL[call.kind] * ways
    if "clip" in call.attributes or call.integer("input_forget", 0) or (call.has(7) and np.any(call.array(7))):
        raise ImportFailed(f"{call.place}: no layer clips its gates, couples them or looks at the state through them.")
    if call.kind == "GRU" and not call.integer("linear_before_reset", 0):
        raise ImportFailed(
            f"{call.place}: it resets before its matrix, PyTorch’s GRU after it. Train it with linear_before_reset=1."
        )
    for place in (5, 6):
        if call.has(place) and (call.is_flow(place) or np.any(call.array(place))):
            raise ImportFailed(f"{call.place}: a layer begins with states of 0, this one with others.")
    if call.has(4):
        lengths = call.value(4)
        if isinstance(lengths, Flow) or np.any(np.asarray(lengths) != call.shape(0)[0]):
            raise ImportFailed(f"{call.place}: no layer reads sequences of different lengths.")
    if call.kind == "RNN" and functions == ["Relu"] * ways:
        return {"nonlinearity": "relu"}
    if functions and functions != usual:
        raise ImportFailed(f"{call.place}: expected {', '.join(usual)}, found {', '.join(functions):.60}.")
    return {}


def _ordered(kind: str, array: Array, size: int) -> Array:
    """Rows by gate in PyTorch's order."""
    return np.concatenate([array[place * size : (place + 1) * size] for place in GATES[kind]])
