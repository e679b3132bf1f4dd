"""From a network to numbers: per node the types at its ports, parameters, cost, memory, receptive field and issues.

The analysis never raises and never guesses: what cannot be known is None. It is incremental: after an edit only the
nodes concerned and what their outputs reach are looked at, and only as far as something really changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from models.fields import shown
from models.layers.base import Layer, Shape, ShapeError, TensorType, Window
from models.network import Change, Network, Node
from models.spec import SpecProblem

if TYPE_CHECKING:
    from models.edits import Edit

Types = tuple[TensorType | None, ...]
BYTES = {"float": 4, "int": 8}
"""Bytes of one element: torch.float32 and torch.int64."""


class Mend(NamedTuple):
    """A remedy that one click applies: the button's label and the edit."""

    label: str
    edit: Edit


class Issue(NamedTuple):
    """Something wrong or noteworthy. ``severity`` is "error", "warning" or "hint"; ``node`` is "" for the network.

    ``message`` says what is wrong with the values, ``detail`` the remedy or its cost; ``remedy`` names the usual one
    for `models.checks`, which gives the ``mends``.
    """

    severity: str
    code: str
    node: str
    message: str
    detail: str = ""
    expected: str = ""
    found: str = ""
    port: str = ""
    mends: tuple[Mend, ...] = ()
    remedy: str = ""


class ReceptiveField(NamedTuple):
    """Sizes of the input region that one output element sees, and the step between neighbors, per spatial dimension."""

    size: Shape
    stride: Shape


class Report(NamedTuple):
    """What is known of one node. Counts are per example; None where they cannot be known.

    ``parameters`` are learned, ``buffers`` other stored numbers (running statistics); ``activation_bytes`` is the
    memory of the outputs.
    """

    inputs: Types
    outputs: Types
    parameters: int | None
    buffers: int | None
    multiply_adds: int | None
    activation_bytes: int | None
    receptive_field: ReceptiveField | None
    issues: tuple[Issue, ...]

    @property
    def shape(self) -> Shape | None:
        """The shape at the first output (for `Output`, which has none, at its input)."""
        first = (self.outputs or self.inputs or (None,))[0]
        return first.shape if first else None

    @property
    def keeps_shape(self) -> bool:
        """Whether the first output's shape is known and equals that of the first input."""
        first = self.inputs[0] if self.inputs else None
        return first is not None and self.shape == first.shape


class Totals(NamedTuple):
    """Sums over a network; ``uncounted`` names the nodes whose parameters are not known."""

    parameters: int
    buffers: int
    multiply_adds: int
    activation_bytes: int
    uncounted: tuple[str, ...]


class _Facts(NamedTuple):
    """What a layer says of given input types; the same for all equal layers, so it is remembered."""

    outputs: Types
    parameters: int | None
    buffers: int | None
    multiply_adds: int | None
    activation_bytes: int | None
    window: Window | None
    error: ShapeError | None


UNKNOWN = Report((), (), None, None, None, None, None, ())
_MEMORY: dict[tuple[object, tuple[TensorType, ...]], _Facts] = {}
_MEMORY_LIMIT = 20_000


class Analysis:
    """Reports of every node of a network, kept up to date by `update` with the changes of each edit."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.reports: dict[str, Report] = {}
        self.order: list[str] = []
        self._rank: dict[str, int] = {}
        self._cyclic: frozenset[str] = frozenset()
        self.recompute()

    def __getitem__(self, id: str) -> Report:
        return self.reports.get(id, UNKNOWN)

    def recompute(self) -> None:
        """Analyze everything anew."""
        self.reports = {}
        self._sort()
        for id in self.order:
            self.reports[id] = self._report(self.network.nodes[id])

    def update(self, changes: Iterable[Change]) -> frozenset[str]:
        """Bring the reports up to date after network changes; returns the ids whose report is another than before."""
        dirty: set[str] = set()
        structural = False
        for change in changes:
            if change.what == "moved":
                continue
            structural |= change.what != "params"
            dirty.update(change.nodes)
        if structural:
            cyclic = self._cyclic
            self._sort()
            dirty |= cyclic ^ self._cyclic
            for id in self.reports.keys() - self.network.nodes.keys():
                del self.reports[id]
        return self._propagate(dirty & self.network.nodes.keys())

    def totals(self) -> Totals:
        """Sums over all nodes, leaving out what is not known."""
        reports = self.reports.values()
        return Totals(
            sum(report.parameters or 0 for report in reports),
            sum(report.buffers or 0 for report in reports),
            sum(report.multiply_adds or 0 for report in reports),
            sum(report.activation_bytes or 0 for report in reports),
            tuple(id for id, report in self.reports.items() if report.parameters is None),
        )

    def issues(self) -> list[Issue]:
        """All issues, in network order."""
        return [issue for id in self.order for issue in self.reports[id].issues]

    def _propagate(self, dirty: set[str]) -> frozenset[str]:
        rank = self._rank
        queue = [rank[id] for id in dirty]
        heapify(queue)
        queued, changed = set(queue), set()
        while queue:
            place = heappop(queue)
            id = self.order[place]
            before = self.reports.get(id)
            after = self.reports[id] = self._report(self.network.nodes[id])
            if before == after:
                continue
            changed.add(id)
            if before and before.outputs == after.outputs and before.receptive_field == after.receptive_field:
                continue
            for edge in self.network.edges_from(id):
                # Within a cycle a rank may lie behind; those nodes stay unknown whatever their inputs are.
                follower = rank.get(edge.target, -1)
                if follower > place and follower not in queued:
                    queued.add(follower)
                    heappush(queue, follower)
        return frozenset(changed)

    def _sort(self) -> None:
        """Topological order, stable in document order (Kahn 1962); nodes on or behind a cycle come last."""
        waiting = dict.fromkeys(self.network.nodes, 0)
        for edge in self.network.edges:
            if edge.target in waiting and edge.source in waiting:
                waiting[edge.target] += 1
        self.order = [id for id, count in waiting.items() if count == 0]
        for id in self.order:
            for edge in self.network.edges_from(id):
                if edge.target in waiting:
                    waiting[edge.target] -= 1
                    if waiting[edge.target] == 0:
                        self.order.append(edge.target)
        left = [id for id, count in waiting.items() if count > 0]
        self._cyclic = _on_cycles(self.network, left) if left else frozenset()
        self.order += left
        self._rank = {id: place for place, id in enumerate(self.order)}

    def _report(self, node: Node) -> Report:
        sources, issues = self._sources(node)
        layer = node.layer
        if layer is None:
            issues.append(_unknown_kind(node))
        else:
            issues.extend(_setting_issue(node, problem) for problem in node.problems)
        inputs: Types = tuple([self._type(id, port) for id, port in sources])
        known = [item for item in inputs if item is not None]
        # A setting that could not be read leaves the node unknown: its default was not what the user asked for.
        broken = any(issue.severity == "error" for issue in issues)
        if layer is None or broken or len(known) < len(inputs):
            outputs: Types = (None,) * (len(layer.outputs) if layer else 1)
            return Report(inputs, outputs, None, None, None, None, None, tuple(issues))
        facts = _facts(layer, tuple(known))
        if facts.error:
            issues.append(_shape_issue(node, facts.error))
        return Report(
            inputs,
            facts.outputs,
            facts.parameters,
            facts.buffers,
            facts.multiply_adds,
            facts.activation_bytes,
            self._receptive_field(facts, [id for id, _ in sources]),
            tuple(issues),
        )

    def _type(self, id: str, port: int) -> TensorType | None:
        report = self.reports.get(id)
        return report.outputs[port] if report and port < len(report.outputs) else None

    def _sources(self, node: Node) -> tuple[list[tuple[str, int]], list[Issue]]:
        """Where each input comes from, (node id, output index) in port order, and what is wrong with the wires."""
        edges = self.network.edges_into(node.id)
        ports = node.inputs
        issues: list[Issue] = []
        sources: list[tuple[str, int]] = []
        if node.id in self._cyclic:
            issues.append(Issue("error", "cycle", node.id, "This layer is part of a loop. Remove one of its wires."))
            return [], issues
        taken = 0
        for port in ports:
            wires = [edge for edge in edges if edge.target_port == port.name]
            taken += len(wires)
            if not wires and not port.optional:
                issues.append(
                    Issue(
                        "error",
                        "missing-input",
                        node.id,
                        f"{node.kind} needs a wire into its {port.name}.",
                        port=port.name,
                    )
                )
            if len(wires) > 1 and not port.variadic:
                issues.append(
                    Issue(
                        "error",
                        "occupied",
                        node.id,
                        f"{node.kind} takes one wire here, but {len(wires)} end here.",
                        expected="1",
                        found=str(len(wires)),
                        port=port.name,
                    )
                )
                wires = wires[:1]
            for edge in wires:
                source = self.network.nodes.get(edge.source)
                names = source.outputs if source else ()
                if edge.source_port in names:
                    sources.append((edge.source, names.index(edge.source_port)))
                else:
                    issues.append(
                        Issue(
                            "error",
                            "no-such-port",
                            node.id,
                            f"{edge.source:.30} has no output ‘{edge.source_port:.30}’.",
                        )
                    )
        if taken < len(edges):
            stray = next(edge for edge in edges if edge.target_port not in {port.name for port in ports})
            issues.append(
                Issue("error", "no-such-port", node.id, f"{node.kind:.30} takes no input ‘{stray.target_port:.30}’.")
            )
        return sources, issues

    def _receptive_field(self, facts: _Facts, sources: Sequence[str]) -> ReceptiveField | None:
        if facts.window is None or facts.error:
            return None
        if not sources:
            rank = len(facts.outputs[0].shape) - 1 if facts.outputs and facts.outputs[0] else 0
            return ReceptiveField((1,) * rank, (1,) * rank) if rank > 0 else None
        fields = [self[id].receptive_field for id in sources]
        first = fields[0]
        if first is None or any(field is None or field.stride != first.stride for field in fields):
            return None
        sizes = [field.size for field in fields if field]
        return _widen(
            ReceptiveField(tuple(max(column) for column in zip(*sizes, strict=True)), first.stride), facts.window
        )


def _widen(field: ReceptiveField, window: Window) -> ReceptiveField | None:
    """r_out = r + (k − 1)·d·j and j_out = j·s per dimension (Araujo et al., Distill 2019)."""
    if all(size == 1 for size in (*window.kernel, *window.stride)):
        return field
    if len(window.kernel) != len(field.size):
        return None
    return ReceptiveField(
        tuple(
            size + (kernel - 1) * dilation * step
            for size, step, kernel, dilation in zip(
                field.size, field.stride, window.kernel, window.dilation, strict=True
            )
        ),
        tuple(step * stride for step, stride in zip(field.stride, window.stride, strict=True)),
    )


def _facts(layer: Layer, inputs: tuple[TensorType, ...]) -> _Facts:
    key = (layer.key, inputs)
    facts = _MEMORY.get(key)
    if facts is None:
        if len(_MEMORY) >= _MEMORY_LIMIT:
            _MEMORY.clear()
        facts = _MEMORY[key] = _ask(layer, inputs)
    return facts


def _ask(layer: Layer, inputs: tuple[TensorType, ...]) -> _Facts:
    try:
        outputs = layer.output_types(inputs)
    except ShapeError as error:
        return _Facts((None,) * len(layer.outputs), None, None, None, None, None, error)
    weights = layer.weights(inputs)
    return _Facts(
        outputs,
        sum(weight.elements for weight in weights if weight.trainable),
        sum(weight.elements for weight in weights if not weight.trainable),
        layer.multiply_adds(inputs, outputs),
        sum(prod(item.shape) * BYTES[item.dtype] for item in outputs),
        layer.window(inputs),
        None,
    )


def _shape_issue(node: Node, error: ShapeError) -> Issue:
    return Issue(
        "error", "shape", node.id, str(error), "", error.expected, error.found, error.port, remedy=error.mend
    )


def _setting_issue(node: Node, problem: SpecProblem) -> Issue:
    known = node.layer is not None and problem.field in node.layer.fields
    return Issue("error" if known else "warning", "setting", node.id, problem.message, found=shown(problem.found))


def _unknown_kind(node: Node) -> Issue:
    from models.layers import LAYERS

    closest = LAYERS.closest(node.kind)
    detail = f"Did you mean {closest}?" if closest else "It is kept as it is."
    return Issue("error", "unknown-kind", node.id, f"Netloom has no layer called ‘{node.kind:.40}’.", detail)


def _on_cycles(network: Network, ids: Sequence[str]) -> frozenset[str]:
    """The nodes that lie on a cycle; the others among ``ids`` merely come behind one."""
    import networkx as nx

    chosen = set(ids)
    graph = nx.DiGraph((edge.source, edge.target) for edge in network.edges if {edge.source, edge.target} <= chosen)
    cyclic: set[str] = set()
    for component in nx.strongly_connected_components(graph):
        first = next(iter(component))
        if len(component) > 1 or graph.has_edge(first, first):
            cyclic |= component
    return frozenset(cyclic)


__all__ = ["UNKNOWN", "Analysis", "Issue", "Mend", "ReceptiveField", "Report", "Totals"]
