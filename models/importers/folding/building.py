"""The document of a recorded network, and where in it each weight of the source goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from models.basics.text import brief
from models.document import Content, Document
from models.importers.folding.drafts import Draft, Part, Source, drafted
from models.importers.folding.naming import free_name
from models.importers.folding.uniting import Definition, unite
from models.importers.records import ImportFailed, Record, Recorded
from models.importers.report import Report
from models.kinds.layer import LAYERS, Shape, Weight
from models.network import Edge, Network, Node, output_nodes

if TYPE_CHECKING:
    import numpy as np

TOLD = ("TorchCode",)
"""Kinds of which the reader has said why they stand there."""
COUNTER = "num_batches_tracked"
"""What batch normalization counts and nobody reads."""


@dataclass
class Folded:
    """A document, and for each weight of its module, by name, that of the source."""

    document: Document
    weights: dict[str, str]

    def shapes(self) -> dict[str, Weight]:
        """The weights of the module as PyTorch names them."""
        found: dict[str, Weight] = {}
        analysis = self.document.analysis
        for node in self.document.network:
            report = analysis[node.id]
            if node.layer is not None and report.parameters is not None:
                inputs = tuple(item for item in report.inputs if item is not None)
                for weight in node.layer.weights(inputs):
                    found.setdefault(f"{node.attribute}.{weight.name}", weight)
        return found

    def arrays(self, held: Mapping[str, np.ndarray[Any, Any]], report: Report) -> dict[str, np.ndarray[Any, Any]]:
        """The weights of the module out of those of the source; what does not fit is reported."""
        found: dict[str, np.ndarray[Any, Any]] = {}
        for name, weight in self.shapes().items():
            given = held.get(self.weights.get(name, ""))
            if given is None and name.endswith(COUNTER):
                continue
            if given is None:
                report.approximated("weight", name, "the source has none; it begins as the layer does")
            elif given.size != prod(weight.shape):
                report.approximated("weight", name, f"expected {brief(weight.shape)}, found {brief(given.shape)}")
            else:
                found[name] = given.reshape(weight.shape)
        return found


def fold(recorded: Recorded, report: Report) -> Folded:
    """The document of a recorded network. Layers that no Output needs are left out, and said.

    Raises `ImportFailed` for a network without an Output.
    """
    records = _needed(recorded.records, report)
    whole = drafted(records)
    definitions = unite(whole)
    by_name = {made.name: made for made in definitions}
    blocks = {made.name: _network(made.draft, made.settings, by_name, made) for made in reversed(definitions)}
    main = _network(whole, [part.params for part in whole.parts], by_name)
    folded = Folded(Document(content=Content(main, blocks=blocks)), dict(_weights(whole)))
    _say_taken(records, report)
    _say_shared(folded, report)
    _compare_shapes(whole, folded.document, report)
    report.parameters = folded.document.analysis.totals().parameters
    return folded


def _needed(records: Sequence[Record], report: Report) -> list[Record]:
    """The records that an Output reads, however indirectly, and all Inputs."""
    ends = [record for record in records if LAYERS[record.kind].is_output]
    if not ends:
        raise ImportFailed("expected a network that gives at least one tensor, found none.")
    needed, waiting = set(ends), list(ends)
    while waiting:
        for wire in waiting.pop().inputs:
            if wire.record not in needed:
                needed.add(wire.record)
                waiting.append(wire.record)
    for record in records:
        if record not in needed and not LAYERS[record.kind].is_input:
            report.left_out(record.kind, record.path or record.name, "no output reads what it gives")
    return [record for record in records if record in needed or LAYERS[record.kind].is_input]


def _network(
    draft: Draft,
    settings: Sequence[Mapping[str, Any]],
    blocks: Mapping[str, Definition],
    made: Definition | None = None,
) -> Network:
    nodes = [
        Node(part.id, part.kind, _spared(part.kind, given, blocks), module=part.module)
        for part, given in zip(draft.parts, settings, strict=True)
    ]
    network = Network(nodes, parameters=dict(made.parameters) if made else {})
    ins = _ports(network, "input", len(draft.ins), is_input=True) if made else []
    outs = _ports(network, "output", len(draft.results), is_input=False) if made else []
    for part in draft.parts:
        for place, source in enumerate(part.inputs):
            giver = _given(source, ins, blocks, network)
            network.insert_edge(Edge(*giver, part.id, source.into or _input(part, place, blocks, network)))
    for id, source in zip(outs, draft.results, strict=False):
        network.insert_edge(Edge(*_given(source, ins, blocks, network), id, network[id].inputs[0].name))
    return network


def _spared(kind: str, params: Mapping[str, Any], blocks: Mapping[str, Definition]) -> dict[str, Any]:
    """The settings without those that say the default of a block's parameter."""
    known = blocks[kind].parameters if kind in blocks else {}
    return {name: value for name, value in params.items() if name not in known or value != known[name]}


def _ports(network: Network, stem: str, count: int, *, is_input: bool) -> list[str]:
    """Put the Inputs or Outputs of a block into its network."""
    kind = next(kind.kind for kind in LAYERS.values() if (kind.is_input if is_input else kind.is_output))
    ids: list[str] = []
    for number in range(1, count + 1):
        ids.append(free_name(f"{stem}{number}", network.nodes))
        network.add_node(Node(ids[-1], kind))
    return ids


def _given(source: Source, ins: Sequence[str], blocks: Mapping[str, Definition], network: Network) -> tuple[str, str]:
    """The node and port that give a value."""
    if source.part is None:
        return ins[source.port], "output"
    if source.part.kind in blocks:
        return source.part.id, _block_ports(blocks[source.part.kind], "output")[source.port]
    layer, _ = LAYERS[source.part.kind].read(source.part.params)  # not of the node: its settings may be expressions
    return source.part.id, layer.outputs[source.port]


def _input(part: Part, place: int, blocks: Mapping[str, Definition], network: Network) -> str:
    if part.kind in blocks:
        return _block_ports(blocks[part.kind], "input")[place]
    ports = network[part.id].inputs
    return ports[min(place, len(ports) - 1)].name


def _block_ports(made: Definition, stem: str) -> list[str]:
    """The names of a block's ports: those of its Inputs or Outputs, as `_ports` gives them."""
    taken = {part.id for part in made.draft.parts}
    ids: dict[str, list[str]] = {}
    for each, count in (("input", len(made.draft.ins)), ("output", len(made.draft.results))):
        ids[each] = []
        for number in range(1, count + 1):
            ids[each].append(free_name(f"{each}{number}", taken))
            taken.add(ids[each][-1])
    return ids[stem]


def _weights(draft: Draft) -> Iterator[tuple[str, str]]:
    """The weights in a draft by their names in its module, with those of the source."""
    for part in draft.parts:
        if part.module:
            continue
        if part.record is not None:
            yield from ((f"{part.id}.{name}", source) for name, source in part.record.weights.items())
        for number, inner in enumerate(part.drafts):
            lead = f"{part.id}.{number}" if len(part.drafts) > 1 else part.id
            yield from ((f"{lead}.{name}", source) for name, source in _weights(inner))


def _say_taken(records: Sequence[Record], report: Report) -> None:
    for record in records:
        kind = LAYERS[record.kind]
        if not (kind.is_input or kind.is_output or record.kind in TOLD):
            report.taken(record.kind, record.path or record.name)


def _say_shared(folded: Folded, report: Report) -> None:
    """Weights that several layers of the source share, and that the document holds apart."""
    seen: dict[str, str] = {}
    again = len(set(folded.weights.values())) < len(folded.weights)
    shapes = folded.shapes() if again else {}
    for name, source in folded.weights.items():
        if source in seen:
            known = shapes.get(name)
            if known is not None and not known.trainable:
                continue
            report.repeated += prod(known.shape) if known is not None else 0
            why = f"shares its numbers with {seen[source]} in the source; here each has its own"
            report.approximated("weight", name, why)
        seen.setdefault(source, name)


def _compare_shapes(whole: Draft, document: Document, report: Report) -> None:
    """Errors of the document, and shapes that are not those of the source, belong into the report."""
    for issue in document.analysis.issues():
        if issue.severity == "error":
            report.left_out("layer", f"{issue.node}/{issue.inner}" if issue.inner else issue.node, issue.message)
    for part in whole.parts:
        known: tuple[Shape | None, ...] = part.drawn
        shapes = document.analysis[part.id].outputs
        for expected, found in zip(known, shapes, strict=False):
            if expected is not None and found is not None and tuple(expected) != found.shape:
                why = f"gives {brief(found.shape)}, in the source {brief(tuple(expected))}"
                report.approximated(part.kind, part.id, why)


def outputs_of(folded: Folded) -> list[str]:
    """The ids of the Outputs, in the order in which the module returns them."""
    return [node.id for node in output_nodes(folded.document.network)]
