"""Functions that exporters write out in several operators, put together again: GELU, SiLU, softplus, normalization."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isclose, pi, sqrt
from typing import Any

import numpy as np

Found = tuple[str, list[str], dict[str, Any], list[Any]]
"""An operator that stands for several: its kind, inputs, attributes, and the operators that it takes the place of."""


class Graph:
    """The operators of a graph by what they give, and who reads that."""

    def __init__(self, graph: Any, onnx: Any) -> None:
        self.nodes = list(graph.node)
        self.made = {name: node for node in self.nodes for name in node.output if name}
        self.read: dict[str, int] = {}
        for node in self.nodes:
            for name in node.input[:1] if node.op_type == "CastLike" else node.input:
                self.read[name] = self.read.get(name, 0) + 1
        for output in graph.output:
            self.read[output.name] = self.read.get(output.name, 0) + 1
        self._small = {tensor.name: tensor for tensor in graph.initializer if np.prod(tensor.dims) == 1}
        self._onnx = onnx

    def number(self, name: str) -> float | None:
        """A constant of one number."""
        if name in self._small:
            return float(self._onnx.numpy_helper.to_array(self._small[name]).ravel()[0])
        node = self.made.get(name)
        if node is not None and node.op_type in ("CastLike", "Cast"):
            return self.number(node.input[0])
        if node is None or node.op_type != "Constant" or len(node.attribute) != 1:
            return None
        value = self._onnx.helper.get_attribute_value(node.attribute[0])
        array = self._onnx.numpy_helper.to_array(value) if hasattr(value, "dims") else np.asarray(value)
        return float(array.ravel()[0]) if array.size == 1 and array.dtype.kind in "fi" else None

    def giver(self, name: str, *kinds: str) -> Any:
        """The operator of one of some kinds that gives a value which one other reads; None for another."""
        node = self.made.get(name)
        return node if node is not None and node.op_type in kinds and self.read[name] == 1 else None

    def parts(self, node: Any) -> Iterator[tuple[str, str]]:
        """Both inputs of an operator, in either order."""
        if len(node.input) == 2:
            yield node.input[0], node.input[1]
            yield node.input[1], node.input[0]

    def scaled(self, node: Any, by: float) -> str:
        """What is multiplied by a number (or divided by its inverse), "" where it is not."""
        if node is not None and node.op_type == "Mul":
            for value, factor in self.parts(node):
                if _near(self.number(factor), by):
                    return value
        if node is not None and node.op_type == "Div" and _near(self.number(node.input[1]), 1 / by):
            return str(node.input[0])
        return ""


Pattern = Callable[[Graph, Any], Found | None]


def fused(graph: Any, onnx: Any) -> list[Any]:
    """The operators of a graph, with one in the place of those that come to a known function."""
    known = Graph(graph, onnx)
    gone: set[int] = set()
    instead: dict[int, Any] = {}
    for node in known.nodes:
        for pattern in PATTERNS.get(node.op_type, ()):
            found = pattern(known, node)
            if found is None or gone & {id(other) for other in found[3]}:
                continue
            kind, inputs, attributes, others = found
            gone |= {id(other) for other in others}
            made = onnx.helper.make_node(kind, inputs, [node.output[0]], name=node.name, **attributes)
            made.metadata_props.extend(node.metadata_props)
            instead[id(node)] = made
            break
    kept = [instead.get(id(node), node) for node in known.nodes if id(node) not in gone]
    return _needed(kept, {output.name for output in graph.output})


def _needed(nodes: Sequence[Any], names: set[str]) -> list[Any]:
    """The operators on which the values of these names depend."""
    found: list[Any] = []
    for node in reversed(nodes):
        if names & set(node.output):
            names |= set(node.input)
            found.append(node)
    return found[::-1]


def _near(found: float | None, wanted: float) -> bool:
    return found is not None and isclose(found, wanted, rel_tol=1e-4)


def silu(graph: Graph, node: Any) -> Found | None:
    """x · sigmoid(x)"""
    for value, gate in graph.parts(node):
        inner = graph.giver(gate, "Sigmoid", "HardSigmoid")
        if inner is not None and inner.input[0] == value:
            if inner.op_type == "Sigmoid":
                return "Swish", [value], {}, [inner]
            numbers = {item.name: item.f for item in inner.attribute}
            if _near(numbers.get("alpha", 0.2), 1 / 6) and _near(numbers.get("beta", 0.5), 0.5):
                return "HardSwish", [value], {}, [inner]
    return None


def mish(graph: Graph, node: Any) -> Found | None:
    """x · tanh(softplus(x))"""
    for value, gate in graph.parts(node):
        tanh = graph.giver(gate, "Tanh")
        inner = graph.giver(tanh.input[0], "Softplus") if tanh is not None else None
        if inner is not None and inner.input[0] == value:
            return "Mish", [value], {}, [tanh, inner]
    return None


def gelu(graph: Graph, node: Any) -> Found | None:
    """x/2 · (1 + erf(x/√2)), with ½ in any place, or the same with tanh."""
    for half, others in _halved(graph, node):
        for value, outer in half:
            add = graph.giver(outer, "Add")
            for inner, one in graph.parts(add) if add is not None else ():
                curve = graph.giver(inner, "Erf", "Tanh")
                if curve is None or not _near(graph.number(one), 1.0):
                    continue
                if curve.op_type == "Erf":
                    scale = graph.giver(curve.input[0], "Mul", "Div")
                    if graph.scaled(scale, 1 / sqrt(2)) == value:
                        return "Gelu", [value], {}, [*others, add, curve, scale]
                elif (inside := _cubic(graph, curve.input[0], value)) is not None:
                    return "Gelu", [value], {"approximate": "tanh"}, [*others, add, curve, *inside]
    return None


def _halved(graph: Graph, node: Any) -> Iterator[tuple[list[tuple[str, str]], list[Any]]]:
    """The two factors of what is halved before, behind, or on one side; with the operators beside the last one."""
    whole = graph.scaled(node, 0.5)
    product = graph.giver(whole, "Mul") if whole else None
    if product is not None:
        yield list(graph.parts(product)), [product]
    for first, second in graph.parts(node):
        halved = graph.giver(first, "Mul", "Div")
        if halved is not None and (inner := graph.scaled(halved, 0.5)):
            yield [(inner, second)], [halved]
            yield [(second, inner)], [halved]


def _cubic(graph: Graph, name: str, value: str) -> list[Any] | None:
    """√(2/π) · (x + 0.044715 x³)"""
    outer = graph.giver(name, "Mul")
    total = graph.giver(graph.scaled(outer, sqrt(2 / pi)), "Add") if outer is not None else None
    for own, cubed in graph.parts(total) if total is not None else ():
        scaled = graph.giver(cubed, "Mul")
        power = graph.giver(graph.scaled(scaled, 0.044715), "Pow", "Mul") if scaled is not None else None
        if own == value and power is not None:
            if power.op_type == "Pow" and power.input[0] == value and graph.number(power.input[1]) == 3:
                return [outer, total, scaled, power]
            for squared, last in graph.parts(power):
                square = graph.giver(squared, "Mul")
                if last == value and square is not None and list(square.input) == [value, value]:
                    return [outer, total, scaled, power, square]
    return None


def layer_norm(graph: Graph, node: Any) -> Found | None:
    """(x − mean) / √(mean of squares + ε) · w + b over the last dimension, with or without w and b."""
    for scaled, bias in graph.parts(node):
        product = graph.giver(scaled, "Mul")
        for normal, weight in graph.parts(product) if product is not None else ():
            found = _normalized(graph, normal)
            if found is not None and _is_weight(graph, weight) and _is_weight(graph, bias):
                value, eps, others = found
                return "LayerNormalization", [value, weight, bias], {"epsilon": eps, "axis": -1}, [product, *others]
    return None


def _normalized(graph: Graph, name: str) -> tuple[str, float, list[Any]] | None:
    """(x − mean) / √(variance + ε), with its x and ε."""
    divided = graph.giver(name, "Div")
    if divided is None:
        return None
    spread, root = graph.made.get(divided.input[0]), graph.giver(divided.input[1], "Sqrt")
    added = graph.giver(root.input[0], "Add") if root is not None else None
    if spread is None or spread.op_type != "Sub" or added is None:
        return None
    mean = graph.giver(spread.input[1], "ReduceMean")
    for variance, eps in graph.parts(added):
        averaged = graph.giver(variance, "ReduceMean")
        squared = graph.giver(averaged.input[0], "Pow", "Mul") if averaged is not None else None
        number = graph.number(eps)
        if mean is None or squared is None or number is None or squared.input[0] != spread.output[0]:
            continue
        square = squared.op_type == "Mul" or graph.number(squared.input[1]) == 2
        again = graph.read[spread.output[0]] == (3 if squared.op_type == "Mul" else 2)
        if (
            square
            and again
            and mean.input[0] == spread.input[0]
            and _is_last(graph, mean)
            and _is_last(graph, averaged)
        ):
            return spread.input[0], number, [divided, root, added, averaged, squared, spread, mean]
    return None


def _is_last(graph: Graph, mean: Any) -> bool:
    """Whether a mean is over the last dimension alone, as it is written with -1."""
    axes = [list(item.ints) for item in mean.attribute if item.name == "axes"]
    keeps = all(item.i for item in mean.attribute if item.name == "keepdims")
    last = axes == [[-1]] or (not axes and len(mean.input) > 1 and graph.number(mean.input[1]) == -1)
    return keeps and last


def _is_weight(graph: Graph, name: str) -> bool:
    return name not in graph.made or graph.made[name].op_type == "Constant"


def rms_norm(graph: Graph, node: Any) -> Found | None:
    """x / √(mean of squares + ε) · w over the last dimension"""
    for normal, weight in graph.parts(node):
        product = graph.giver(normal, "Mul", "Div")
        if product is None or not _is_weight(graph, weight) or graph.number(weight) is not None:
            continue
        for value, factor in graph.parts(product):
            if _is_centered(graph, value):
                continue  # a part of layer normalization
            inverse = graph.giver(factor, "Reciprocal") if product.op_type == "Mul" else None
            root = graph.giver(inverse.input[0] if inverse is not None else factor, "Sqrt")
            added = graph.giver(root.input[0], "Add") if root is not None else None
            for mean, eps in graph.parts(added) if added is not None else ():
                averaged = graph.giver(mean, "ReduceMean")
                power = graph.giver(averaged.input[0], "Pow", "Mul") if averaged is not None else None
                number = graph.number(eps)
                if power is None or number is None or power.input[0] != value or not _is_last(graph, averaged):
                    continue
                if (power.op_type == "Mul" and power.input[1] != value) or (
                    power.op_type == "Pow" and graph.number(power.input[1]) != 2
                ):
                    continue
                if product.op_type == "Mul" and inverse is None:
                    continue
                others = [product, root, added, averaged, power] + ([inverse] if inverse is not None else [])
                return "RMSNormalization", [value, weight], {"epsilon": number, "axis": -1}, others
    return None


def _is_centered(graph: Graph, name: str) -> bool:
    spread = graph.made.get(name)
    mean = graph.made.get(spread.input[1]) if spread is not None and spread.op_type == "Sub" else None
    return mean is not None and mean.op_type == "ReduceMean"


def log_sigmoid(graph: Graph, node: Any) -> Found | None:
    """log(sigmoid(x))"""
    inner = graph.giver(node.input[0], "Sigmoid")
    return ("LogSigmoid", [inner.input[0]], {}, [inner]) if inner is not None else None


def softsign(graph: Graph, node: Any) -> Found | None:
    """x / (1 + |x|)"""
    added = graph.giver(node.input[1], "Add")
    for size, one in graph.parts(added) if added is not None else ():
        inner = graph.giver(size, "Abs")
        if inner is not None and inner.input[0] == node.input[0] and _near(graph.number(one), 1.0):
            return "Softsign", [inner.input[0]], {}, [added, inner]
    return None


def chosen(graph: Graph, node: Any) -> Found | None:
    """x where it, or |x|, is above a number, else another number; or softplus, which is a line from there on."""
    test = graph.giver(node.input[0], "LessOrEqual", "Greater")
    end = graph.number(test.input[1]) if test is not None else None
    if test is None or end is None:
        return None
    if test.op_type == "Greater":
        return _softplus(graph, node, test, end)
    value, number = node.input[2], graph.number(node.input[1])
    size = graph.giver(test.input[0], "Abs")
    if size is not None and size.input[0] == value and number == 0:
        return "Shrink", [value], {"lambd": end}, [test, size]
    if test.input[0] == value and number is not None:
        return "Threshold", [value], {"alpha": end, "value": number}, [test]
    return None


def _softplus(graph: Graph, node: Any, test: Any, end: float) -> Found | None:
    divided = graph.giver(node.input[2], "Div")
    curve = graph.giver(divided.input[0], "Softplus") if divided is not None else None
    beta = graph.number(divided.input[1]) if divided is not None else None
    if curve is None or not beta or curve.input[0] != test.input[0]:
        return None
    scaled = graph.made.get(test.input[0])
    if scaled is None or graph.scaled(scaled, beta) != node.input[1] or graph.read[test.input[0]] != 2:
        return None
    return "Softplus", [node.input[1]], {"beta": beta, "threshold": end}, [test, divided, curve, scaled]


PATTERNS: dict[str, Sequence[Pattern]] = {
    "Mul": (gelu, silu, mish, rms_norm), "Add": (layer_norm,), "Log": (log_sigmoid,), "Div": (softsign,),
    "Where": (chosen,),
}  # fmt: skip
"""By the last operator of each."""
