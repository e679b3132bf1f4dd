"""Matrix products, with weights or of two values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.importers.onnx.call import Array, Call, Value
from models.importers.onnx.layout import Flow
from models.importers.onnx.reading import Reader, operator
from models.importers.records import ImportFailed, Wire


@operator("Gemm")
def gemm(reader: Reader, call: Call) -> Sequence[Value | None]:
    alpha, beta = call.real("alpha", 1.0), call.real("beta", 1.0)
    flow = call.flow()
    if call.integer("transA", 0):
        flow = flow.transposed([1, 0])
    if not isinstance(call.value(1), Flow):
        matrix = call.array(1) if call.integer("transB", 0) else call.array(1).T
        if call.has(2) and call.is_flow(2):
            raise ImportFailed(f"{call.place}: a bias that depends on the examples is no weight.")
        bias = np.broadcast_to(beta * call.array(2), (1, len(matrix)))[0] if call.has(2) else None
        return [linear(reader, call, flow, alpha * matrix if alpha != 1 else matrix, bias)]
    raise ImportFailed(f"{call.place}: expected a constant matrix.")


@operator("MatMul")
def matmul(reader: Reader, call: Call) -> Sequence[Value | None]:
    first, second = call.value(0), call.value(1)
    if isinstance(first, Flow) and not isinstance(second, Flow):
        if second.ndim != 2:
            raise ImportFailed(f"{call.place}: no layer multiplies by a constant of {second.ndim} dimensions.")
        return [linear(reader, call, first, second.T, _added(reader, call, second.shape[1]))]
    if not isinstance(first, Flow) or not isinstance(second, Flow):
        raise ImportFailed(f"{call.place}: no layer multiplies a constant by a value.")
    rank = max(len(first.dims), len(second.dims))
    flows = [replace(flow, dims=((),) * (rank - len(flow.dims)) + flow.dims) for flow in (first, second)]
    settled = [reader.settle(call, flow) for flow in flows]
    if any(item.spots[axis] != (len(item.sizes) - 1 + axis + 2,) for item in settled for axis in (-2, -1)):
        raise ImportFailed(f"{call.place}: the batch lies within its matrices.")
    if settled[0].spots != settled[1].spots:
        raise ImportFailed(f"{call.place}: its inputs have the batch in different dimensions.")
    record = reader.add(call, "MatMul", {}, [item.wire for item in settled])
    return [settled[0].loosened(Wire(record), "float", reader.batch)]


def linear(reader: Reader, call: Call, flow: Flow, matrix: Array, bias: Array | None) -> Flow:
    """A layer that is fully connected along the last dimension, whatever lies before it."""
    settled = reader.settle(call, flow)
    if settled.spots[-1] != (len(settled.sizes),):
        raise ImportFailed(f"{call.place}: its rows are not those of examples.")
    params = {"out_features": matrix.shape[0], "bias": bias is not None}
    weights = {"weight": matrix} | ({"bias": bias} if bias is not None else {})
    return settled.loosened(Wire(reader.add(call, "Linear", params, [settled.wire], weights)), "float", reader.batch)


def _added(reader: Reader, call: Call, width: int) -> Array | None:
    """The bias that the only reader of a product adds to it; that operator is then done."""
    readers = reader.readers.get(call.output(0), [])
    if len(readers) != 1 or readers[0].op_type != "Add" or call.output(0) in reader.ends:
        return None
    add = reader.call(readers[0])
    others = [place for place in (0, 1) if add.node.input[place] != call.output(0)]
    if len(others) != 1 or add.is_flow(others[0]) or add.node.input[others[0]] not in reader.values:
        return None
    bias = add.array(others[0])
    if bias.shape != (width,):
        return None
    reader.done(readers[0], call.output(0))
    return bias
