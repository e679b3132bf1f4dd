"""Modules of `torch.nn` in the calls that an export takes them apart into: recurrent layers, attention, linear maps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from models.importers.exported.graph import Graph, Node, Ref, refs_in
from models.importers.pytorch.trace import Value

ATTENTION = "torch.nn.modules.activation.MultiheadAttention"
ATTENDS = "scaled_dot_product_attention"
ATTENTION_WEIGHTS = ("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias")
TRANSPOSES = ("t", "numpy_T", "transpose", "permute", "swapaxes")
PRODUCTS = {"mm": 0, "matmul": 0, "addmm": 1}
"""Products of matrices, and which argument is multiplied."""


@dataclass(frozen=True, eq=False)
class Attention:
    """The calls of one self-attention: what it reads and gives, its module, and the names of its weights."""

    calls: list[Node]
    reads: str
    gives: str
    path: str
    heads: int
    weights: Mapping[str, str]


def attentions(graph: Graph) -> dict[Node, Attention]:
    """All self-attentions of a program, batch first and without masks, by the last of their calls."""
    groups: dict[str, list[Node]] = {}
    for node in graph.nodes:
        place = next((path for path, kind in node.modules if kind == ATTENTION), None)
        if place is not None:
            groups.setdefault(place, []).append(node)
    if not groups:
        return {}
    readers: dict[str, list[Node | None]] = {}
    for node in graph.nodes:
        for name in refs_in((node.args, node.kwargs)):
            readers.setdefault(name, []).append(node)
    for _, name in graph.outputs:
        readers.setdefault(name, []).append(None)
    found = (_attention(graph, path, calls, readers) for path, calls in groups.items())
    return {made.calls[-1]: made for made in found if made is not None}


def _attention(
    graph: Graph, path: str, calls: list[Node], readers: Mapping[str, list[Node | None]]
) -> Attention | None:
    inside = {name for node in calls for name in node.outputs}
    sources = {given.name: given.source for given in graph.given if given.role == "parameter"}
    read = [name for node in calls for name in refs_in((node.args, node.kwargs)) if name not in inside]
    lead = f"{path.partition('@')[0]}."
    weights = {sources[name].removeprefix(lead): sources[name] for name in read if name in sources}
    others = list(dict.fromkeys(name for name in read if name not in sources))
    given = [name for name in inside if any(node not in calls for node in readers.get(name, []))]
    attends = [node for node in calls if node.operator == ATTENDS]
    if len(others) != 1 or len(given) != 1 or len(attends) != 1 or not set(weights) <= set(ATTENTION_WEIGHTS):
        return None
    (step,) = attends
    masked = any(item for item in (*step.args[3:], *step.kwargs.values()) if not isinstance(item, float))
    first = calls[0]
    turns = first.operator == "transpose" and sorted(first.args[1:]) == [0, 1]
    sizes = graph.tensors[step.args[0].name].sizes
    same = graph.tensors[others[0]].sizes == graph.tensors[given[0]].sizes
    heads = sizes[1] if len(sizes) == 4 else 0
    if masked or not turns or not same or not isinstance(heads, int) or not heads:
        return None
    return Attention(calls, others[0], given[0], lead.rstrip("."), heads, weights)


class Turned:
    """Matrices of weights that are transposed, as products of matrices want them: those are linear maps."""

    def __init__(self) -> None:
        self._found: dict[str, Value] = {}

    def note(self, node: Node, first: Any) -> None:
        """A call with its first argument."""
        if node.operator in TRANSPOSES and isinstance(first, Value) and first.weight and len(first.shape) == 2:
            self._found[node.outputs[0]] = first

    def linear(self, node: Node, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """Input, weight and bias of the linear map that a product is; None if it is none."""
        place = PRODUCTS.get(node.operator)
        if place is None or len(args) < place + 2 or node.kwargs:
            return None
        matrix = node.args[place + 1]
        weight = self._found.get(matrix.name) if isinstance(matrix, Ref) else None
        bias = args[0] if place else None
        if weight is None or (isinstance(bias, Value) and bias.shape != weight.shape[:1]):
            return None
        return args[place], weight, bias


def recurrent_settings(node: Node, weights: list[Value]) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings of a recurrent layer, of which ATen is given the weights in a list, and the names of these."""
    _, _, _, bias, layers, dropout, _, both, first = node.args[:9]
    names = [f"{name}_l{layer}{way}" for layer in range(layers) for way in ("", "_reverse")[: 1 + both]
             for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[: 4 if bias else 2]]  # fmt: skip
    settings: dict[str, Any] = {"num_layers": layers, "bias": bias, "dropout": dropout, "bidirectional": both}
    settings["hidden_size"] = weights[1].shape[1]
    if node.operator.startswith("rnn"):
        settings["nonlinearity"] = node.operator.partition("_")[2]
    if not first or len(weights) != len(names):
        settings["refused"] = "only with batch_first=True, and without a projection"
    return settings, {name: value.weight for name, value in zip(names, weights, strict=False)}


VIEWS = ("slice", "select", "view", "transpose", "permute", "t", "unsqueeze", "squeeze", "expand", "flatten", "alias",
         "chunk", "split", "split_with_sizes", "unbind", "detach", "narrow", "diagonal")  # fmt: skip
"""Functions whose results share numbers with what they are given."""


def torn_write(nodes: Iterable[Node]) -> Node | None:
    """The first call that writes into a part of a tensor of which another part, or the whole, is read afterwards."""
    whole: dict[str, str] = {}
    """By the name of a part that of its whole."""
    same: dict[str, str] = {}
    """By the name that a tensor has after it was written into the first that it had."""
    written: dict[str, tuple[Node, str]] = {}
    for node in nodes:
        for name in (same.get(name, name) for name in refs_in((node.args, node.kwargs))):
            wrote, part = written.get(whole.get(name, name), (None, ""))
            if wrote is not None and name != part:
                return wrote
        first = same.get(node.args[0].name, node.args[0].name) if node.args and isinstance(node.args[0], Ref) else ""
        if node.writes:
            same |= dict.fromkeys(node.outputs, first)
            if first in whole:
                written[whole[first]] = node, first
        elif first and node.operator in VIEWS:
            whole |= dict.fromkeys(node.outputs, whole.get(first, first))
    return None
