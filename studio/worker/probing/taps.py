"""A network run so that the output of every layer can be seen: the statements that it trained with, each with a tap.

A layer need not be a module (Add, Concat, a reshape), so hooks alone would miss some. In a written ``forward`` the
expression of each layer's statement is wrapped; in a chain, and in source that Netloom did not generate, modules get
hooks. Nothing of the network itself is changed.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from models.codegen.module import Source
from models.layers.regularization import DropoutLayer
from models.layers.terminals import Input
from models.network import Edge, Network, reading_order, without_bypassed
from studio.worker.training.loop import Tensors, outputs_of
from studio.worker.training.plan import run_source

TAP = "__tap__"
READING = (nn.RNNBase, nn.MultiheadAttention, nn.TransformerEncoderLayer, nn.TransformerDecoderLayer,
           nn.TransformerEncoder, nn.TransformerDecoder)  # fmt: skip
"""Modules that are given steps × features, and give such."""
Forward = Callable[..., Any]


class Taps:
    """The outputs of all layers while a network runs. ``source`` is what Netloom generates for ``network``; ``text``
    what the ``model`` was made of, which may be other source that somebody trusts."""

    def __init__(self, model: nn.Module, network: Network, source: Source, text: str, path: Path) -> None:
        self._model = model
        self._inputs = [id for id in reading_order(network) if isinstance(network[id].layer, Input)]
        self._modules = {
            node.id: getattr(model, node.attribute)
            for node in network
            if isinstance(getattr(model, node.attribute, None), nn.Module)
        }
        self._steps = _in_steps(network, self._modules)
        self._forward = _tapped(network, source, text, path, self._tap) if source.text == text else None
        self.seen: dict[str, Tensor] = {}
        """What has been given so far, while the network runs: a change may read what stands before its layer."""
        self.ports: dict[str, Tensor] = {}
        """Of the last run: outputs of layers other than the first that others read, as ``id:port``."""
        self._passed: dict[int, Tensor] = {}
        self._change: dict[str, Callable[[Tensor], Tensor]] = {}

    def run(
        self, inputs: Tensors, change: dict[str, Callable[[Tensor], Tensor]] | None = None
    ) -> tuple[Tensors, dict[str, Tensor]]:
        """The outputs of the network, and of every layer by its id, in the order in which they are computed.

        ``change`` replaces what a layer gives before others read it. What a layer gives is kept apart from what
        follows: a ReLU that works in place does not spoil the convolution before it.
        """
        self.seen = dict(zip(self._inputs, inputs, strict=True))
        self._change, self.ports = change or {}, {}
        try:
            if self._forward is not None:
                outputs = self._forward(self._model, *inputs)
                return outputs if isinstance(outputs, tuple) else (outputs,), self.seen
            with self._hooks():
                return outputs_of(self._model, inputs), self.seen
        finally:
            self._change, self._passed = {}, {}

    def gives_steps(self, id: str) -> bool:
        """Whether a layer gives a sequence: steps × features, rather than channels × places."""
        return id in self._steps

    def unit_axis(self, id: str, rank: int) -> int:
        """The axis of what a layer gives (N × …, of that rank) that counts its units: channels, or the features of a
        sequence."""
        return 2 if rank == 3 and self.gives_steps(id) else 1

    def units(self, id: str, shape: tuple[int, ...] | None) -> int:
        """How many units a layer has that gives a ``shape`` for an example; 0 where that is not known."""
        return shape[self.unit_axis(id, len(shape) + 1) - 1] if shape else 0

    def by_unit(self, id: str, value: Tensor) -> Tensor:
        """What a layer gives as N × units × places."""
        if value.dim() < 2:
            return value.reshape(len(value), 1, 1)
        return value.movedim(self.unit_axis(id, value.dim()), 1).flatten(2) if value.dim() > 2 else value[..., None]

    def _tap(self, id: str, value: Any) -> Any:
        """Note what a layer gives; of several outputs the first."""
        first, rest = (value[0], value[1:]) if isinstance(value, tuple) else (value, ())
        if id in self._change:
            first = self._change[id](first)
        if builtins.id(first) in self._passed:
            first = first.clone()  # Identity gives what it got: others that read it have no part in its gradient
        (self.ports if ":" in id else self.seen)[id] = first
        passed_on = first.clone()
        if first.requires_grad:
            first.retain_grad()
            self._passed[builtins.id(passed_on)] = passed_on
        return (passed_on, *rest) if isinstance(value, tuple) else passed_on

    @contextmanager
    def _hooks(self) -> Iterator[None]:
        handles = [
            module.register_forward_hook(lambda _module, _inputs, value, id=id: self._tap(id, value))
            for id, module in self._modules.items()
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()


def _in_steps(network: Network, modules: Mapping[str, nn.Module]) -> set[str]:
    """The layers that give steps × features: those whose module does, those that one of `READING` is fed by, and what
    follows as long as it keeps the steps."""
    found: set[str] = set()
    for id in reading_order(network):
        layer, module, edges = network[id].layer, modules.get(id), network.edges_into(id)
        keeps = isinstance(module, nn.Linear) or (layer is not None and layer.keeps_shape)
        given = bool(edges) and all(edge.source in found and _is_first(network, edge) for edge in edges)
        read = any(_takes_steps(network, modules, edge) for edge in network.edges_from(id))
        if isinstance(module, (*READING, nn.Embedding)) or read or (keeps and given):
            found.add(id)
    return found


def _is_first(network: Network, edge: Edge) -> bool:
    """Whether a wire starts at the first output of its layer."""
    return edge.source_port == network[edge.source].outputs[0]


def _takes_steps(network: Network, modules: Mapping[str, nn.Module], edge: Edge) -> bool:
    """Whether a wire brings a first output to where steps are taken; other inputs of an LSTM are states."""
    module = modules.get(edge.target)
    is_state = isinstance(module, nn.RNNBase) and edge.target_port != network[edge.target].inputs[0].name
    return isinstance(module, READING) and not is_state and _is_first(network, edge)


def _tapped(network: Network, source: Source, text: str, path: Path, tap: Callable[[str, Any], Any]) -> Forward | None:
    """The ``forward`` of generated source with a tap at each layer's first statement that gives a value, and behind its
    last one at each other output that somebody reads; None where none is written."""
    tree = ast.parse(text, str(path))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    methods = [item for item in classes[source.class_name].body if isinstance(item, ast.FunctionDef)]
    forward = next((method for method in methods if method.name == "forward"), None)
    if forward is None:
        return None
    owners = {line: id for id, lines in source.lines.items() for line in lines}
    last = {owners.get(statement.lineno, ""): place for place, statement in enumerate(forward.body)}
    body, others = list[ast.stmt](), dict[str, list[ast.stmt]]()
    for place, statement in enumerate(forward.body):
        id = owners.get(statement.lineno, "")
        if isinstance(statement, ast.Assign) and id not in others and not _is_aside(statement.targets[0]):
            others[id] = _port_taps(network, id, statement.targets[0])
            statement.value = _tap_call(id, statement.value)
        body += [statement, *(others.get(id, []) if last[id] == place else [])]
    forward.body = body
    module = ModuleType("netloom_tapped")
    vars(module)[TAP] = tap
    run_source(ast.fix_missing_locations(tree), path, module)
    tapped: Forward = getattr(vars(module)[source.class_name], "forward")  # noqa: B009 - not that of Any
    return tapped


def _is_aside(target: ast.expr) -> bool:
    """Whether a statement of a layer only makes something for those that follow, named as no layer can be."""
    names = [part.id for part in ast.walk(target) if isinstance(part, ast.Name)]
    return all(len(name) > 1 and name.startswith("_") for name in names)


def _tap_call(id: str, value: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(TAP, ast.Load()), [ast.Constant(id), value], [])


def _port_taps(network: Network, id: str, target: ast.expr) -> list[ast.stmt]:
    """Taps for the names that a layer's outputs other than the first are given."""
    names = [part.id for part in ast.walk(target) if isinstance(part, ast.Name)] if id in network else []
    pairs = list(zip(names, network[id].outputs, strict=False))[1:] if id in network else []
    return [
        ast.Assign([ast.Name(name, ast.Store())], _tap_call(f"{id}:{port}", ast.Name(name, ast.Load())))
        for name, port in pairs
        if name != "_"
    ]


def detached(seen: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same without what gradients hang on."""
    return {id: value.detach() for id, value in seen.items() if torch.is_tensor(value)}


def drawn_by_dropouts(network: Network, seen: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What each dropout drew, 1 where it kept a number: its slope by what came in tells."""
    found = {}
    known = without_bypassed(network)
    for node in known:
        if not isinstance(node.layer, DropoutLayer) or node.id not in seen:
            continue
        (edge,) = known.edges_into(node.id)
        first = edge.source_port == known[edge.source].outputs[0]
        source = seen.get(edge.source if first else f"{edge.source}:{edge.source_port}")
        if source is not None and source.requires_grad:
            (slope,) = torch.autograd.grad(seen[node.id].sum(), source, retain_graph=True)
            found[node.id] = (slope != 0).double()
    for value in seen.values():
        value.grad = None
    return found
