"""A graph of ONNX operators that grows layer by layer, which the reader of ONNX then takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.importers.keras.files import Array
from models.importers.onnx.files import package
from models.importers.onnx.scopes import CLASSES, NAMES, TORCH
from models.importers.records import ImportFailed
from models.importers.report import Report

OPSET = 20


class Graph:
    """Operators and constants; values are called by name."""

    def __init__(self, report: Report) -> None:
        self.onnx, self.report = package(), report
        self.nodes: list[Any] = []
        self.constants: dict[str, Array] = {}
        self.inputs: list[Any] = []

    def op(self, kind: str, *given: str, made: int = 1, **attributes: Any) -> list[str]:
        """Add an operator; gives the names of what it makes."""
        outputs = [f"v{len(self.nodes)}_{place}" for place in range(made)]
        node = self.onnx.helper.make_node(kind, list(given), outputs, **attributes)
        self.nodes.append(node)
        return outputs

    def constant(self, array: Array, name: str = "") -> str:
        """A constant; a second one of the same name is the first."""
        name = name or f"c{len(self.constants)}"
        if name not in self.constants:
            self.constants[name] = np.asarray(array, order="C")  # a single number stays one
        return name

    def number(self, value: float) -> str:
        """One number as a constant."""
        return self.constant(np.array(value, np.float32))

    def integers(self, *numbers: int) -> str:
        """Integers as a constant."""
        return self.constant(np.array(numbers, np.int64))

    def input(self, name: str, shape: Sequence[int | None], dtype: str) -> str:
        """An input without the batch, whose open sizes are None."""
        kind = self.onnx.TensorProto.INT64 if "int" in dtype else self.onnx.TensorProto.FLOAT
        self.inputs.append(self.onnx.helper.make_tensor_value_info(name, kind, ["N", *(size or "?" for size in shape)]))
        return name

    def model(self, outputs: Sequence[str]) -> Any:
        """The whole as a model."""
        helper = self.onnx.helper
        ends = []
        for number, name in enumerate(outputs, 1):
            self.nodes.append(helper.make_node("Identity", [name], [f"output{number}"]))
            ends.append(helper.make_tensor_value_info(f"output{number}", self.onnx.TensorProto.FLOAT, None))
        held = [self.onnx.numpy_helper.from_array(array, name) for name, array in self.constants.items()]
        graph = helper.make_graph(self.nodes, "keras", self.inputs, ends, held)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])


@dataclass(frozen=True)
class Layer:
    """A layer that is to be written: its class, configuration and weights, where it lies, and what it reads."""

    graph: Graph
    kind: str
    name: str
    config: dict[str, Any]
    weights: list[Array]
    path: tuple[str, ...]
    """The models around it, from the outermost on."""
    rank: int
    """Dimensions of what it reads, the batch among them."""
    inner: Callable[[str], list[Array]]
    """The weights of a layer within this one, by its place there."""

    @property
    def place(self) -> str:
        """The layer as sentences name it."""
        return f"{self.name:.40} ({self.kind:.40})"

    def fail(self, sentence: str) -> ImportFailed:
        """What cannot be read of it."""
        return ImportFailed(f"{self.place}: {sentence}")

    def get(self, name: str, default: Any = None) -> Any:
        """A setting."""
        return self.config.get(name, default)

    def own(self, kind: str, *given: str, made: int = 1, **attributes: Any) -> list[str]:
        """Add the operator that is the layer itself, and called after it."""
        outputs = self.graph.op(kind, *given, made=made, **attributes)
        node = self.graph.nodes[-1]
        names, kinds = [""], [""]
        for model in self.path:
            names.append(f"{names[-1]}.{model}".lstrip("."))
            kinds.append(model.title().replace("_", ""))
        names += [f"{names[-1]}.{self.name}".lstrip("."), "op"]
        for key, value in ((NAMES, names), (CLASSES, [*kinds, f"{TORCH}{self.kind}", "op"])):
            entry = node.metadata_props.add()
            entry.key, entry.value = key, str(value)
        return outputs

    def weight(self, array: Array, name: str) -> str:
        """A weight as a constant, the same one for every call of the layer."""
        return self.graph.constant(array.astype(np.float32), "/".join((*self.path, self.name, name)))
