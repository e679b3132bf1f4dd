"""From a network to numbers: per node the types at its ports, parameters, cost, memory, receptive field and issues.

The analysis never raises and never guesses: what cannot be known is None. It is incremental: after an edit only the
nodes concerned and what their outputs reach are looked at, and only as far as something really changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from models.analysis import issues
from models.analysis.issues import Issue
from models.analysis.reports import UNKNOWN, ReceptiveField, Report, Types, answer, unknown_report
from models.analysis.sharing import SHARED, conflict
from models.kinds.layer import TensorType
from models.network import ASIDE, Change, Network, Node
from models.specs.expression import IN_CHANNELS, names_in

MOST_LOOKUPS = 50
"""Unknown kinds for which a similar known one is looked up."""


class Totals(NamedTuple):
    """Sums over a network; ``uncounted`` names the nodes whose parameters are not known, ``frozen`` counts those of
    the parameters that are not learned, ``unmultiplied`` names nodes of code whose products are not counted."""

    parameters: int
    buffers: int
    multiply_adds: int
    activation_bytes: int
    uncounted: tuple[str, ...]
    frozen: int = 0
    unmultiplied: tuple[str, ...] = ()

    @property
    def trainable(self) -> int:
        """Parameters that are learned."""
        return self.parameters - self.frozen


class Given(NamedTuple):
    """What a network is told that is the inside of a block: by Input what comes in and which region that sees, and the
    values of its parameters."""

    types: Mapping[str, TensorType | None]
    names: Mapping[str, object]
    fields: Mapping[str, ReceptiveField | None] = {}


class Analysis:
    """Reports of every node of a network, kept up to date by `update` with the changes of each edit.

    ``given`` is what a block is told by its use; a main network has Inputs with shapes of their own.
    """

    def __init__(self, network: Network, scope: str = "", given: Given | None = None) -> None:
        self.network, self.scope, self.given = network, scope, given
        self.reports: dict[str, Report] = {}
        self._loops: Mapping[str, int] = {}
        self._lookups: dict[str, str | None] = {}
        self._conflicts: dict[str, Issue] = {}
        self._firsts: dict[str, str] = {}
        self.recompute()

    def __getitem__(self, id: str) -> Report:
        return self.reports.get(id, UNKNOWN)

    @property
    def order(self) -> Sequence[str]:
        """All ids in network order: each after what feeds it."""
        return self.network.order.sequence

    def recompute(self) -> None:
        """Analyze everything anew."""
        self.reports, self._lookups = {}, {}
        self._loops = self.network.order.loops
        for id in self.order:
            self.reports[id] = self._report(self.network.nodes[id])
        self._compare(self.network.nodes.keys())

    def update(self, changes: Iterable[Change], given: Given | None = None) -> frozenset[str]:
        """Bring the reports up to date after network changes; returns the ids whose report is another than before."""
        dirty: set[str] = set()
        if given != self.given:
            self.given = given
            dirty.update(node.id for node in self.network if node.computed or not node.inputs)
        structural = False
        for change in changes:
            if change.what in ASIDE:
                continue
            structural |= change.what not in ("params", "parameters")
            dirty.update(change.nodes)
        if structural:
            # What is told of a loop may change with any wire in it.
            dirty |= self._loops.keys()
            self._loops = self.network.order.loops
            dirty |= self._loops.keys()
            for id in dirty - self.network.nodes.keys():
                self.reports.pop(id, None)
        changed = self._propagate(dirty & self.network.nodes.keys())
        return frozenset(changed | self._compare(dirty | changed))

    def fields_into(self, id: str) -> tuple[ReceptiveField | None, ...]:
        """The receptive fields of what comes into a node, in the order of its inputs."""
        return tuple([self[source].receptive_field for source, _ in self._sources(self.network[id])[0]])

    def totals(self) -> Totals:
        """Sums over all nodes, leaving out what is not known; the weights of a module count once."""
        reports = self.reports.values()
        again = self.sharing()
        owners = {id: report for id, report in self.reports.items() if id not in again} if again else self.reports
        return Totals(
            sum(report.parameters or 0 for report in owners.values()),
            sum(report.buffers or 0 for report in owners.values()),
            sum(report.multiply_adds or 0 for report in reports),
            sum(report.activation_bytes or 0 for report in reports),
            tuple(id for id, report in owners.items() if report.parameters is None),
            sum(report.frozen for report in owners.values()),
            tuple(
                id
                for id, report in self.reports.items()
                if report.multiply_adds is None and report.parameters is not None
            ),
        )

    def sharing(self) -> dict[str, str]:
        """The nodes that call the module of a node before them in document order, each with the first such node."""
        return {id: ids[0] for ids in self._callers().values() for id in ids[1:]}

    def issues(self) -> list[Issue]:
        """All issues, in network order."""
        return [issue for id in self.order for issue in self.reports[id].issues]

    def _propagate(self, dirty: set[str]) -> frozenset[str]:
        ranks = self.network.order.ranks
        queue = [(ranks[id], id) for id in dirty]
        heapify(queue)
        queued, changed = set(dirty), set()
        while queue:
            rank, id = heappop(queue)
            before = self.reports.get(id)
            after = self.reports[id] = self._report(self.network.nodes[id])
            if before == after:
                continue
            changed.add(id)
            if before and before.outputs == after.outputs and before.receptive_field == after.receptive_field:
                continue
            for edge in self.network.edges_from(id):
                # Within a loop a rank may lie behind; those nodes stay unknown whatever their inputs are.
                follower = ranks.get(edge.target, rank)
                if follower > rank and edge.target not in queued:
                    queued.add(edge.target)
                    heappush(queue, (follower, edge.target))
        return frozenset(changed)

    def _compare(self, looked_at: Collection[str]) -> set[str]:
        """Find again whether nodes that call one module agree, where one of these is among them; returns whose report
        is another than before."""
        network, before = self.network, self._conflicts
        if not network.modules and not before:
            return set()
        conflicts: dict[str, Issue] = {}
        callers = self._callers()
        firsts = {module: ids[0] for module, ids in callers.items()}
        for module, (first, *others) in callers.items():
            again = first in looked_at or self._firsts.get(module) != first
            for id in others:
                look = again or id in looked_at
                found = conflict(network[id], network[first], self.__getitem__) if look else before.get(id)
                if found:
                    conflicts[id] = self._scoped(found)
        self._conflicts, self._firsts = conflicts, firsts
        changed = {id for id in conflicts.keys() | before.keys() if conflicts.get(id) != before.get(id)}
        changed &= self.reports.keys()
        for id in changed:
            others_issues = tuple(issue for issue in self.reports[id].issues if issue.code != SHARED)
            self.reports[id] = self.reports[id]._replace(issues=others_issues + self._conflict(id))
        return changed

    def _callers(self) -> dict[str, list[str]]:
        """The modules that nodes share, each with those that call it: who is bypassed does not."""
        nodes = self.network.nodes
        called = {name: [id for id in ids if not nodes[id].bypassed] for name, ids in self.network.modules.items()}
        return {name: ids for name, ids in called.items() if ids}

    def _conflict(self, id: str) -> tuple[Issue, ...]:
        return (self._conflicts[id],) if id in self._conflicts else ()

    def _scoped(self, issue: Issue) -> Issue:
        return replace(issue, scope=self.scope) if self.scope else issue

    def _report(self, node: Node) -> Report:
        report = self._plain_report(node)
        if not report.issues and node.id not in self._conflicts:
            return report
        return report._replace(issues=tuple(map(self._scoped, report.issues)) + self._conflict(node.id))

    def _plain_report(self, node: Node) -> Report:
        """The report of a node by itself, whoever shares its module."""
        layer = node.layer
        if layer is None or node.computed or node.problems or len(layer.inputs) != 1 or node.id in self._loops:
            return self._careful_report(node)
        port = layer.inputs[0]
        wires = self.network.edges_into(node.id)
        if not wires or (len(wires) > 1 and not port.variadic):
            return self._careful_report(node)
        inputs, fields = [], []
        for source, source_port, _, target_port in wires:
            feeding = self.network.nodes.get(source)
            before = self.reports.get(source)
            names = feeding.outputs if feeding else ()
            if before is None or not before.outputs or target_port != port.name or names[:1] != (source_port,):
                return self._careful_report(node)
            inputs.append(before.outputs[0])
            fields.append(before.receptive_field)
        known = tuple([item for item in inputs if item is not None])
        if len(known) < len(inputs):
            return unknown_report(tuple(inputs), len(layer.outputs))
        report, error = answer(layer, known, tuple(fields))
        return report._replace(issues=(issues.wrong_shape(node, error),)) if error else report

    def _careful_report(self, node: Node) -> Report:
        """The report of any node, whatever is wrong with its kind, its settings or its wires."""
        if self.given is not None and node.layer is not None and node.layer.is_input:
            return self._given_report(node.id, self.given)
        sources, found = self._sources(node)
        inputs: Types = tuple([self._type(id, port) for id, port in sources])
        waits = self._work_out(node, inputs)
        layer = node.layer
        if layer is None:
            found.append(issues.unknown_kind(node, self._closest(node.kind)))
        else:
            found.extend(issues.wrong_setting(node, problem) for problem in node.problems if problem.field not in waits)
        known = tuple([item for item in inputs if item is not None])
        # A setting that could not be read leaves the node unknown: its default was not what the user asked for.
        broken = bool(waits) or any(issue.severity == "error" for issue in found)
        if layer is None or broken or len(known) < len(inputs):
            return unknown_report(inputs, len(layer.outputs) if layer else 1)._replace(issues=tuple(found))
        report, error = answer(layer, known, tuple([self[id].receptive_field for id, _ in sources]))
        if error:
            found.append(issues.wrong_shape(node, error))
        return report._replace(issues=tuple(found))

    @staticmethod
    def _given_report(id: str, given: Given) -> Report:
        """The report of an Input that is told what comes in; the memory of that is counted where it comes from."""
        type = given.types.get(id)
        if type is None:
            return unknown_report((), 1)
        return Report((), (type,), 0, 0, 0, 0, given.fields.get(id), ())

    def _work_out(self, node: Node, inputs: Types) -> set[str]:
        """Work out the expressions in a node's settings; returns the fields that wait for the type of its input."""
        if not node.computed:
            return set()
        if self.given is not None:
            return self._work_out_inside(node, self.given)
        names, first = self.network.parameters, inputs[0] if inputs else None
        if first is not None and first.shape:
            node.refresh({**names, IN_CHANNELS: first.shape[0]})
            return set()
        node.refresh({name: value for name, value in names.items() if name != IN_CHANNELS})
        if first is not None or not node.inputs:
            return set()
        return {problem.field for problem in node.problems if IN_CHANNELS in names_in(problem.found)}

    def _work_out_inside(self, node: Node, given: Given) -> set[str]:
        """The same in a block, where the channels are those of its own first input."""
        node.refresh({**self.network.parameters, **given.names})
        if IN_CHANNELS in given.names:
            return set()
        return {problem.field for problem in node.problems if IN_CHANNELS in names_in(problem.found)}

    def _type(self, id: str, port: int) -> TensorType | None:
        report = self.reports.get(id)
        return report.outputs[port] if report and port < len(report.outputs) else None

    def _sources(self, node: Node) -> tuple[list[tuple[str, int]], list[Issue]]:
        """Where each input comes from, (node id, output index) in port order, and what is wrong with the wires."""
        if node.id in self._loops:
            return [], [issues.on_a_cycle(node, self._before_on_cycle(node.id))]
        found: list[Issue] = []
        sources: list[tuple[str, int]] = []
        edges = self.network.edges_into(node.id)
        wired = {edge.target_port for edge in edges}
        # A layer tells its inputs by their number, so an optional one may stay free only where none after it is wired.
        last = max((place for place, port in enumerate(node.inputs) if port.name in wired), default=-1)
        for place, port in enumerate(node.inputs):
            wires = [edge for edge in edges if edge.target_port == port.name]
            if not wires and (not port.optional or place < last):
                found.append(issues.missing_input(node, port.name))
            if len(wires) > 1 and not port.variadic:
                found.append(issues.occupied(node, port.name, len(wires)))
                wires = wires[:1]
            for edge in wires:
                source = self.network.nodes.get(edge.source)
                names = source.outputs if source else ()
                if edge.source_port in names:
                    sources.append((edge.source, names.index(edge.source_port)))
                else:
                    found.append(issues.no_such_output(node, edge, names))
        ports = {port.name for port in node.inputs}
        stray = next((edge for edge in edges if edge.target_port not in ports), None)
        if stray:
            found.append(issues.no_such_input(node, stray))
        return sources, found

    def _before_on_cycle(self, id: str) -> str:
        """A layer that feeds the given one and is reached from it."""
        number = self._loops[id]
        return next(edge.source for edge in self.network.edges_into(id) if self._loops.get(edge.source) == number)

    def _closest(self, kind: str) -> str | None:
        """The known kind most like an unknown one. Looking is slow, so a file full of inventions gets no more."""
        if kind not in self._lookups:
            from models.layers import LAYERS

            self._lookups[kind] = LAYERS.closest(kind) if len(self._lookups) < MOST_LOOKUPS else None
        return self._lookups[kind]


__all__ = ["UNKNOWN", "Analysis", "Issue", "ReceptiveField", "Report", "Totals"]
