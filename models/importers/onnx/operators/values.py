"""Operators on single values: activations, and arithmetic of two tensors or of one with a constant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models.importers.onnx.call import Array, Call, Value
from models.importers.onnx.layout import Flow, Settled, pieces
from models.importers.onnx.reading import Reader, operator
from models.importers.records import ImportFailed, Wire

PLAIN = {
    "Relu": "ReLU", "Sigmoid": "Sigmoid", "Tanh": "Tanh", "Softsign": "Softsign", "Mish": "Mish",
    "HardSwish": "Hardswish",    "Identity": "", "Swish": "SiLU", "LogSigmoid": "LogSigmoid",
}  # fmt: skip
MERGES = {"Add": "Add", "Mul": "Multiply", "Sub": "Subtract", "Div": "Divide", "Max": "Maximum", "Min": "Minimum"}
ENDLESS = 1e30
MERGES |= {"Sum": "Add", "Mean": "Average"}


def one_by_one(reader: Reader, call: Call, kind: str, params: Mapping[str, Any]) -> list[Value | None]:
    """A layer on every value, whatever their arrangement."""
    flow = call.flow()
    record = reader.add(call, kind, params, [flow.wire])
    return [replace(flow, wire=Wire(record))]


@operator(*PLAIN)
def plain(reader: Reader, call: Call) -> Sequence[Value | None]:
    kind = PLAIN[call.kind]
    if call.kind == "Swish" and call.real("alpha", 1.0) != 1:
        raise ImportFailed(f"{call.place}: no layer has another alpha than 1.")
    return one_by_one(reader, call, kind, {}) if kind else [call.flow()]


@operator(
    "LeakyRelu", "Elu", "Celu", "Selu", "Softplus", "HardSigmoid", "ThresholdedRelu", "Gelu", "Shrink", "Threshold"
)
def with_settings(reader: Reader, call: Call) -> Sequence[Value | None]:
    alpha = {"LeakyRelu": 0.01, "Elu": 1.0, "Celu": 1.0, "ThresholdedRelu": 1.0, "HardSigmoid": 0.2}.get(call.kind, 0.0)
    alpha = _round(call.real("alpha", alpha))
    if call.kind == "Selu" and not np.isclose(call.real("alpha", 1.67326), 1.67326, atol=1e-4):
        raise ImportFailed(f"{call.place}: no layer has this alpha.")
    if call.kind == "HardSigmoid" and not np.allclose((alpha, call.real("beta", 0.5)), (1 / 6, 0.5), atol=1e-6):
        line = f"{_text(alpha)} * x + {_text(call.real('beta', 0.5))}"
        return [formula(reader, call, call.flow(), f"max(0, min(1, {line}))")]
    low, bias = _round(call.real("lambd", 0.5)), call.real("bias", 0.0)
    if call.kind == "Shrink" and bias not in (0.0, low):
        raise ImportFailed(f"{call.place}: no layer shrinks by {bias:.3g} beyond {low:.3g}.")
    kinds: dict[str, tuple[str, dict[str, Any]]] = {
        "LeakyRelu": ("LeakyReLU", {"negative_slope": alpha}), "Elu": ("ELU", {"alpha": alpha}),
        "Celu": ("CELU", {"alpha": alpha}), "Selu": ("SELU", {}),
        "Softplus": ("Softplus", {"beta": _round(call.real("beta", 1.0)), "threshold": call.real("threshold", 20.0)}),
        "Threshold": ("Threshold", {"threshold": alpha, "value": _round(call.real("value", 0.0))}),
        "HardSigmoid": ("Hardsigmoid", {}), "ThresholdedRelu": ("Threshold", {"threshold": alpha, "value": 0.0}),
        "Gelu": ("GELU", {"approximate": call.text("approximate", "none")}),
        "Shrink": ("Softshrink" if bias else "Hardshrink", {"lambd": low}),
    }  # fmt: skip
    return one_by_one(reader, call, *kinds[call.kind])


@operator("Clip")
def clip(reader: Reader, call: Call) -> Sequence[Value | None]:
    low, high = call.number("min", None, 1), call.number("max", None, 2)
    if low == 0 and high == 6:
        return one_by_one(reader, call, "ReLU6", {})
    if low == 0 and (high is None or high > ENDLESS):
        return one_by_one(reader, call, "ReLU", {})
    low, high = (None if end is None or abs(end) > ENDLESS else _round(end) for end in (low, high))
    if low is None or high is None:
        flow = call.flow()
        for name, end in (("max", low), ("min", high)):
            flow = flow if end is None else formula(reader, call, flow, f"{name}(x, {_text(end)})")
        return [flow]
    return one_by_one(reader, call, "Hardtanh", {"min_val": low, "max_val": high})


@operator("PRelu")
def prelu(reader: Reader, call: Call) -> Sequence[Value | None]:
    slope = call.array(1)
    settled = reader.first(call, call.flow())
    if slope.size > 1 and (not settled.sizes or slope.size != settled.sizes[0] or slope.shape[0] != slope.size):
        raise ImportFailed(f"{call.place}: PReLU has a slope for all or for each channel, not of {slope.shape}.")
    record = reader.add(call, "PReLU", {"num_parameters": slope.size}, [settled.wire], {"weight": slope})
    return [settled.loosened(Wire(record), "float", reader.batch)]


@operator("Dropout")
def dropout(reader: Reader, call: Call) -> Sequence[Value | None]:
    ratio = call.number("ratio", 0.5, 1)
    return one_by_one(reader, call, "Dropout", {"p": _round(ratio or 0.0)})


@operator("Cast", "CastLike")
def cast(reader: Reader, call: Call) -> Sequence[Value | None]:
    if not call.is_flow(0):  # like a value of the network
        return [call.array(0).astype(np.float32 if call.flow(1).dtype == "float" else np.int64)]
    flow = call.flow()
    target = "int" if call.kind == "Cast" and call.integer("to", 1) in (5, 6, 7, 2, 3, 9) else flow.dtype
    target = "float" if call.kind == "Cast" and call.integer("to", 1) in (1, 10, 11, 16) else target
    if target != flow.dtype:
        raise ImportFailed(f"{call.place}: no layer turns {flow.dtype} into {target}.")
    return [flow]


@operator("Softmax", "LogSoftmax")
def softmax(reader: Reader, call: Call) -> Sequence[Value | None]:
    flow = call.flow()
    rank = len(flow.dims)
    axis = call.integer("axis", -1 if reader.opset >= 13 else 1) % rank
    if reader.opset < 13 and axis != rank - 1 and any(flow.shape[place] != 1 for place in range(axis + 1, rank)):
        raise ImportFailed(f"{call.place}: no layer normalizes over several dimensions at once.")
    settled = reader.settle(call, flow, as_stored=True)
    dim = settled.dim(axis)
    if dim is None:
        raise ImportFailed(f"{call.place}: no layer normalizes over the batch.")
    record = reader.add(call, call.kind, {"dim": dim}, [settled.wire])
    return [settled.loosened(Wire(record), "float", reader.batch)]


@operator(*MERGES)
def merged(reader: Reader, call: Call) -> Sequence[Value | None]:
    places = [place for place in range(len(call.node.input)) if call.has(place)]
    values = [call.value(place) for place in places]
    kind = MERGES[call.kind]
    if len(values) == 1:
        return [values[0]]
    if len(values) == 2:
        known = [not isinstance(value, Flow) for value in values]
        if any(known):
            return [_with_constant(reader, call, kind, known.index(True))]
    return [together(reader, call, kind, values)]


def together(reader: Reader, call: Call, kind: str, values: Sequence[Value]) -> Flow:
    """A merge of tensors, which are brought into one arrangement; sizes of 1 stretch."""
    flows = [value for value in values if isinstance(value, Flow)]
    rank = max(len(value.shape) for value in values)
    flows = [replace(flow, dims=((),) * (rank - len(flow.dims)) + flow.dims) for flow in flows]
    if len(flows) != len(values):
        raise ImportFailed(f"{call.place}: no layer merges constants with several values.")
    settled = alike(reader, call, flows)
    model = max(settled, key=lambda item: (max(map(len, item.spots)), np.prod(item.sizes)))
    if any(item.spots != model.spots for item in settled):
        raise ImportFailed(f"{call.place}: its inputs have the batch in different dimensions.")
    record = reader.add(call, kind, {}, [item.wire for item in settled])
    wire = Wire(record)
    return model.loosened(wire, reader.types[wire].dtype, reader.batch)


def alike(reader: Reader, call: Call, flows: Sequence[Flow]) -> list[Settled]:
    """Tensors in one arrangement: as they are stored, where that is the same for all."""
    stored = len({pieces(flow, as_stored=True)[1] for flow in flows}) == 1
    return [reader.settle(call, flow, as_stored=stored) for flow in flows]


def _with_constant(reader: Reader, call: Call, kind: str, place: int) -> Flow:
    flow, array = call.flow(1 - place), call.array(place)
    if array.size == 1 and array.ndim <= len(flow.dims):
        # One number reaches every value, whatever their arrangement.
        value = float(array.ravel()[0])
        if (kind, value) in (("Multiply", 1), ("Add", 0)) or (
            place and (kind, value) in (("Subtract", 0), ("Divide", 1))
        ):
            return flow
        number = _text(value)
        first, last = ("x", number) if place else (number, "x")
        sign = {"Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/"}.get(kind)
        text = f"{first} {sign} {last}" if sign else f"{kind.lower()[:3]}({first}, {last})"
        return formula(reader, call, flow, text)
    rank = max(len(flow.dims), array.ndim)
    flow = replace(flow, dims=((),) * (rank - len(flow.dims)) + flow.dims)
    array = np.reshape(array, (1,) * (rank - array.ndim) + array.shape)
    settled = reader.settle(call, flow, as_stored=True)
    constant = reader.constant(call, arranged(call, array, settled.spots, reader.batch), settled.wire, call.name(place))
    wires = [settled.wire, constant] if place else [constant, settled.wire]
    return settled.loosened(Wire(reader.add(call, kind, {}, wires)), flow.dtype, reader.batch)


def arranged(call: Call, array: Array, spots: Sequence[Sequence[int]], batch: int) -> Array:
    """A constant with a tensor's dimensions in the arrangement of its value, without the batch."""
    order: list[tuple[int, int]] = []
    for axis, spot in enumerate(spots):
        if 0 in spot:
            if array.shape[axis] == batch and len(spot) == 1:
                array = np.take(array, [0], axis)  # made for every example alike
            if array.shape[axis] != 1:
                raise ImportFailed(f"{call.place}: its constant differs between examples.")
            order += [(place, -1) for place in spot if place]
        else:
            order.append((spot[0], axis))
    order.sort()
    axes = [axis for _, axis in order if axis >= 0]
    batches = [axis for axis, spot in enumerate(spots) if 0 in spot]
    turned = np.transpose(array, [*batches, *axes])
    return turned.reshape([array.shape[axis] if axis >= 0 else 1 for _, axis in order])


def formula(reader: Reader, call: Call, flow: Flow, text: str) -> Flow:
    """A formula over every value x."""
    return replace(flow, wire=Wire(reader.add(call, "Expression", {"formula": text}, [flow.wire])))


UNARY = {
    "Neg": "-x", "Abs": "abs(x)", "Reciprocal": "1 / x", "Sqrt": "sqrt(x)", "Exp": "exp(x)", "Log": "log(x)",
    "Sign": "sign(x)", "Sin": "sin(x)", "Cos": "cos(x)",
}  # fmt: skip


@operator(*UNARY)
def unary(reader: Reader, call: Call) -> Sequence[Value | None]:
    return [formula(reader, call, call.flow(), UNARY[call.kind])]


@operator("Pow")
def power(reader: Reader, call: Call) -> Sequence[Value | None]:
    exponent = call.array(1)
    if exponent.size != 1:
        raise ImportFailed(f"{call.place}: no layer raises values to different powers.")
    return [formula(reader, call, call.flow(), f"x ** {_text(float(exponent.ravel()[0]))}")]


def _text(number: float) -> str:
    """A number as formulas write it, in brackets below 0; `ImportFailed` for none."""
    if not np.isfinite(number):
        raise ImportFailed("a constant of the network is NaN or infinite.")
    text = np.format_float_positional(np.float32(number), trim="-")
    return f"({text})" if number < 0 else text


def _round(value: float) -> float:
    """A number of float32 as it was meant."""
    return float(f"{value:.7g}")
