"""The graph of an ONNX model as records: constants are worked out, operators become layers one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from models.importers.onnx.call import Array, Call, Value
from models.importers.onnx.files import package, read_model
from models.importers.onnx.fusing import fused
from models.importers.onnx.layout import Flow, Settled, flow_of, moves, pieces
from models.importers.onnx.scopes import Scopes
from models.importers.records import ImportFailed, Read, Record, Recorder, SizesNeeded, Wire
from models.importers.report import Report
from models.kinds.layer import LAYERS, ShapeError, TensorType

BATCHES = (1009, 1013, 1019, 1021, 1031, 1033, 1039, 1049)
"""Primes that stand for the batch while sizes are worked out: a multiple of it in any size comes from the batch."""
LARGEST = 1 << 27
"""Numbers of a constant that is worked out."""
DTYPES = {1: "float", 10: "float", 11: "float", 16: "float", 5: "int", 6: "int", 7: "int", 2: "int", 3: "int"}


Operator = Callable[["Reader", "Call"], Sequence[Value | None]]
OPERATORS: dict[str, Operator] = {}
"""For each operator of ONNX what makes layers of it: gives the values of its outputs."""


def operator(*names: str) -> Callable[[Operator], Operator]:
    """Register what reads some operators."""

    def register(function: Operator) -> Operator:
        for name in names:
            OPERATORS[name] = function
        return function

    return register


def read(path: Path, report: Report, inputs: Mapping[str, tuple[int, ...]] | None = None) -> Read:
    """Read an ONNX file; ``inputs`` gives sizes without the batch, by name ("" for the only one), where the file leaves
    them open. Raises `ImportFailed` with the place of what cannot be read."""
    return read_graph(read_model(path), path.stem, report, inputs or {})


def read_graph(model: Any, title: str, report: Report, inputs: Mapping[str, tuple[int, ...]]) -> Read:
    """Read a model that is there already."""
    import_module("models.importers.onnx.operators")  # which register with what stands here
    return Reader(model, title, report, inputs).read()


class Reader:
    """Reads one model."""

    def __init__(self, model: Any, title: str, report: Report, inputs: Mapping[str, tuple[int, ...]]) -> None:
        self.onnx, self.graph, self.report, self.given = package(), model.graph, report, inputs
        self.nodes = fused(model.graph, package())
        self.ends = {output.name for output in model.graph.output}
        self.opset = next((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), 1)
        self.opsets = {entry.domain: entry.version for entry in model.opset_import}
        self.recorder = Recorder(title)
        self.scopes = Scopes(self.nodes)
        self.values: dict[str, Value] = {}
        self.weights: dict[str, Array] = {}
        self.names: dict[int, str] = {}
        self.types: dict[Wire, TensorType] = {}
        self.fixed_batch = 0
        self.batch = 0
        self.readers: dict[str, list[Any]] = {}
        self._done: dict[int, str] = {}
        self._layers: dict[tuple[int, ...], tuple[dict[str, str], str]] = {}
        self._stems: set[str] = set()
        self._used: set[int] = set()
        self._alive: list[Array] = []
        self._rearranged: dict[tuple[Wire, str, str], Wire] = {}

    def read(self) -> Read:
        """All of it."""
        self._take_initializers()
        self._take_inputs()
        for node in self.nodes:
            for name in node.input:
                self.readers.setdefault(name, []).append(node)
        for node in self.nodes:
            if id(node) in self._done:
                self.values[node.output[0]] = self.values[self._done[id(node)]]
            else:
                self._take(node)
        for output in self.graph.output:
            value = self.values.get(output.name)
            if not isinstance(value, Flow):
                raise ImportFailed(f"the output {output.name:.40} does not depend on any input.")
            self.recorder.output(self.plain(value, f"the output {output.name:.40}"), name=output.name)
        return Read(self.recorder.recorded, self.weights, self.fixed_batch)

    def _take_initializers(self) -> None:
        arrays: dict[str, Array] = {}
        for tensor in self.graph.initializer:
            try:
                arrays[tensor.name] = self.onnx.numpy_helper.to_array(tensor)
            except (ValueError, TypeError, RuntimeError) as error:
                raise ImportFailed(f"the weights {tensor.name:.40} are damaged or cut off.") from error
            self.names[id(arrays[tensor.name])] = tensor.name
        self.values |= arrays
        if self.graph.sparse_initializer:
            raise ImportFailed("sparse weights are not read; save the model with dense ones.")
        sizes = {size for array in arrays.values() for size in array.shape}
        self.batch = next(prime for prime in BATCHES if not any(size % prime == 0 < size for size in sizes))
        statistics = {name for node in self.nodes if node.op_type == "BatchNormalization" for name in node.input[3:]}
        floats = [array for name, array in arrays.items() if array.dtype.kind == "f" and name not in statistics]
        self.report.total = sum(array.size for array in floats if array.size > 1)

    def _take_inputs(self) -> None:
        entering = [item for item in self.graph.input if item.name not in self.values]
        for item in entering:
            kind = item.type.tensor_type
            if not item.type.HasField("tensor_type") or kind.elem_type not in DTYPES:
                raise ImportFailed(f"the input {item.name:.40} is no tensor of numbers.")
            dims = [dim.dim_value if dim.HasField("dim_value") else 0 for dim in kind.shape.dim]
            shape = self.given.get(item.name) or (self.given.get("") if len(entering) == 1 else None)
            shape = shape or tuple(dims[1:])
            if not dims or 0 in shape:
                raise SizesNeeded(f"the input {item.name:.40} has open sizes: give them, such as --input 3x224x224.")
            if any(known and known != size for known, size in zip(dims[1:], shape, strict=False)):
                raise ImportFailed(f"the input {item.name:.40} is {dims[1:]} in the file, not {list(shape)}.")
            self.fixed_batch = self.fixed_batch or dims[0]
            dtype = DTYPES[kind.elem_type]
            wire = self.recorder.input(shape, dtype, item.name)
            self.types[wire] = TensorType(shape, dtype)
            self.values[item.name] = flow_of(wire, dtype, self.batch)

    def _take(self, node: Any) -> None:
        call = self.call(node)
        if any(attribute.HasField("g") or attribute.graphs for attribute in node.attribute):
            raise ImportFailed(f"{call.place} holds a graph of its own (a loop or a branch), which no layer can.")
        if node.domain not in ("", "ai.onnx", "ai.onnx.ml") and node.op_type not in OPERATORS:
            raise ImportFailed(f"{call.place} is an operator of “{node.domain:.40}”, which ONNX does not define.")
        given = [self.values.get(name) for name in node.input]
        if node.op_type == "Shape":
            found: Sequence[Value | None] = [self._shape(call)]
        elif all(not isinstance(value, Flow) for value in given):
            found = self._worked_out(call)
        elif node.op_type in OPERATORS:
            try:
                found = OPERATORS[node.op_type](self, call)
            except ShapeError as error:
                raise ImportFailed(f"{call.place}: {error}") from error
            except (IndexError, ValueError, TypeError) as error:
                if isinstance(error, ImportFailed):
                    raise
                raise ImportFailed(f"{call.place} is damaged: {error}.") from error
        else:
            raise ImportFailed(f"{call.place}: there is no layer for this operator.")
        for name, value in zip(node.output, found, strict=False):
            if name and value is not None:
                self.values[name] = value

    def _shape(self, call: Call) -> Array:
        sizes = call.shape(0)
        start, end = call.integer("start", 0), call.integer_or_none("end")
        return np.array(sizes[start : len(sizes) if end is None else end], np.int64)

    def _worked_out(self, call: Call) -> list[Array]:
        """The outputs of an operator on constants."""
        if call.kind == "Identity":  # as exporters share equal weights
            return [call.array(0)]
        feeds = {name: call.array(place) for place, name in enumerate(call.node.input) if name}
        _refuse_huge(call, [value for value in feeds.values() if value.dtype.kind == "i"])
        try:
            evaluator = self.onnx.reference.ReferenceEvaluator(call.node, opsets=self.opsets)
            found = evaluator.run(None, feeds)
        except (
            RuntimeError,
            ValueError,
            TypeError,
            IndexError,
            KeyError,
            AttributeError,
            NotImplementedError,
        ) as error:
            raise ImportFailed(f"{call.place} cannot be worked out: {' '.join(str(error).split())[:80]}.") from error
        return [np.asarray(value) for value in found]

    # What operators use

    def call(self, node: Any) -> Call:
        """An operator with what it is given."""
        return Call(node, self.values, self.names)

    def add(
        self,
        call: Call,
        kind: str,
        params: Mapping[str, Any],
        wires: Sequence[Wire],
        weights: Mapping[str, Array] | None = None,
        *,
        is_own: bool = True,
    ) -> Record:
        """Record a layer; its weights are kept under names of their own. One that only prepares what the operator
        reads is not its ``own``, and not called after it. Raises `ShapeError`."""
        layer, problems = LAYERS[kind].read(params)
        if problems:
            raise ImportFailed(f"{call.place}: {problems[0].message:.120}")
        types = tuple(self.types[wire._replace(into="")] for wire in wires)
        outputs = layer.output_types(types)
        scope, name, path = self.scopes.place(call.node)
        held, shared = self._kept(path or call.node.name or call.output(0), weights or {})
        record = self.recorder.add(
            kind, layer.settings(), wires, name=(is_own and name) or kind.lower(), scope=scope, path=shared,
            weights=held, shapes=[given.shape for given in outputs],
        )  # fmt: skip
        for port, given in enumerate(outputs):
            self.types[Wire(record, port)] = given
        return record

    def _kept(self, stem: str, weights: Mapping[str, Array]) -> tuple[dict[str, str], str]:
        """Keep the weights of a layer; gives the name of each, and what all layers with the very same weights have in
        common. A tensor that several layers share in part counts for each of them."""
        if not weights:
            return {}, ""
        key = tuple(map(_place, weights.values()))
        if key in self._layers:
            return self._layers[key]
        while stem in self._stems:
            stem += "_"
        self._stems.add(stem)
        for array in weights.values():
            # Single numbers are mostly settings; those that are weights count here.
            self.report.total += array.size if _place(array) in self._used or array.size == 1 else 0
            self._used.add(_place(array))
        held = {name: f"{stem}.{name}" for name in weights}
        self.weights |= {held[name]: np.ascontiguousarray(array, np.float32) for name, array in weights.items()}
        self._alive.extend(weights.values())
        self._layers[key] = held, stem
        return self._layers[key]

    def unlearned(self, array: Array, name: str) -> None:
        """Do not count a tensor of the file, called so, that stands for no weight."""
        if name and _place(array) not in self._used:
            self.report.total -= array.size if array.size > 1 else 0
            self._used.add(_place(array))

    def done(self, node: Any, by: str) -> None:
        """Let an operator that comes later be done already: it gives what is called ``by``."""
        self._done[id(node)] = by

    def flow(self, record: Record, port: int = 0) -> Flow:
        """An output of a layer as a tensor."""
        wire = Wire(record, port)
        return flow_of(wire, self.types[wire].dtype, self.batch)

    def settle(self, call: Call, flow: Flow, *, as_stored: bool = False) -> Settled:
        """Move a tensor's numbers so that its value has its dimensions, the batch first and the others in their order,
        or ``as_stored``."""
        found, spots = pieces(flow, as_stored=as_stored)
        wire = self._moved(call, flow, found[1:])
        return Settled(wire, flow.dtype, tuple(prod(atom.size for atom in dim) for dim in found[1:]), spots)

    def _moved(self, call: Call, flow: Flow, wanted: Sequence[tuple[Any, ...]]) -> Wire:
        sizes = tuple(prod(atom.size for atom in dim) for dim in wanted)
        wire = flow.wire
        if (way := moves(flow, wanted)) is not None:
            unfolded, order = way
            wire = self._once(call, "Permute", {"dims": order}, self._reshaped(call, wire, tuple(unfolded)))
        return self._reshaped(call, wire, sizes)

    def _reshaped(self, call: Call, wire: Wire, sizes: tuple[int, ...]) -> Wire:
        if wire.shape == sizes:
            return wire
        if len(sizes) == 1:
            return self._once(call, "Flatten", {}, wire)
        return self._once(call, "Reshape", {"shape": list(sizes)}, wire)

    def _once(self, call: Call, kind: str, params: Mapping[str, Any], wire: Wire) -> Wire:
        """A value rearranged; asked for twice it is made once."""
        key = wire, kind, str(params)
        if key not in self._rearranged:
            self._rearranged[key] = Wire(self.add(call, kind, params, [wire], is_own=False))
        return self._rearranged[key]

    def plain(self, flow: Flow, place: str) -> Wire:
        """The value of a tensor whose first dimension is the batch. Raises `ImportFailed` for another one."""
        return self.first(None, flow, place).wire

    def first(self, call: Call | None, flow: Flow, place: str = "") -> Settled:
        """`settle`, for a tensor whose first dimension must be the batch."""
        call = call or self.call(self.onnx.helper.make_node("Identity", [], [place]))
        settled = self.settle(call, flow)
        if not flow.dims or settled.spots[0] != (0,):
            raise ImportFailed(f"{place or call.place}: the batch is not its first dimension.")
        return settled

    def constant(self, call: Call, array: Array, like: Wire, name: str = "") -> Wire:
        """A constant without the batch as a value: a layer that learns it, or that gives one number everywhere."""
        if array.size and (array == array.flat[0]).all() and (not name or array.size == 1):
            params = {"shape": list(array.shape) or [1], "value": float(array.flat[0])}
            return Wire(self.add(call, "Full", params, [like], is_own=False))
        params = {"shape": list(array.shape)} | ({} if name else {"frozen": True})
        return Wire(self.add(call, "LearnedTensor", params, [like], {"weight": array}, is_own=False))


def _refuse_huge(call: Call, sizes: Sequence[Array]) -> None:
    """Raise `ImportFailed` where a constant would be made that no memory holds."""
    if call.kind in ("Expand", "ConstantOfShape", "Tile") and sizes:
        count = prod(map(abs, sizes[-1].ravel().tolist()[:16]))
        if count > LARGEST:
            raise ImportFailed(f"{call.place} makes a constant of over {LARGEST:,} numbers.")


def _place(array: Array) -> int:
    """Where the numbers of an array lie in memory; turned around, they are the same ones."""
    return int(array.__array_interface__["data"][0])
