"""The network that data begins with: an Input for each column that is fed in, an Output for each that is predicted, and
what texts need between: vectors of their tokens, and the mean of these beside the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from models.data import ColumnFacts, Facts
from models.document.edits import AddNode, Batch, Connect, Edit, SetSection
from models.findings.finding import Mend
from models.findings.texts import STEP, chained, free_name, input_settings, reading
from models.layers.merge import Concat
from models.layers.terminals import Input, Output
from models.layout import GAP, card_height
from models.network import Edge, Network, Node
from models.network.names import stems
from models.training.losses import CrossEntropyLoss, MSELoss

ROOM = 6 * GAP
"""Between Input and Output, for the layers that are still to come."""


def beginning_for(facts: Facts, data: Mapping[str, Any]) -> Mend:
    """Inputs and Outputs for a network without layers, named as the columns of a document's ``data`` are bound; where
    none is bound yet, texts beside other columns are."""
    texts = () if any(facts.inputs) else facts.free_texts
    several = len(facts.inputs) + len(texts) > 1 or len(facts.targets) > 1
    what = "Inputs and Outputs" if several else "Input and Output"
    taken = Network()
    inputs = _nodes(taken, facts.inputs, Input.kind, 0.0)
    edits: list[Edit] = [*map(AddNode, inputs)]
    bound, top = {node.id: column.name for node, column in zip(inputs, facts.inputs.values(), strict=True)}, ROOM
    ends = [Edge(node.id, node.outputs[0], "", "") for node in inputs]
    for place, column in enumerate(texts, len(inputs)):
        id = free_name(taken, column.name)
        bound[id] = column.name
        nodes = reading(taken, id, column, place * STEP)
        edits += chained(nodes)
        ends.append(Edge(nodes[-1].id, nodes[-1].outputs[0], "", ""))
        top = max(top, ROOM + sum(card_height(node) + GAP for node in nodes))
    if texts:
        edits += _joined(taken, ends, top)
        top += 2 * GAP + ROOM
        edits.append(SetSection("data", {**data, "inputs": bound}, field="inputs"))
    edits += map(AddNode, _nodes(taken, facts.targets, Output.kind, top))
    return Mend(f"Create {what} for this data", Batch(f"Create {what}", edits))


def fed_next(facts: Facts, network: Network, kind: str) -> dict[str, Any]:
    """The settings with which one more layer of a kind takes what of the data no layer has yet; nothing if none does,
    or where they are the kind's own."""
    inputs = [*facts.inputs.values(), *facts.free_texts]
    columns = {Input.kind: inputs, Output.kind: [*facts.targets.values()]}.get(kind, [])
    have = sum(node.kind == kind for node in network)
    column = next(islice(columns, have, None), None)
    if column is None:
        return {}
    settings = input_settings(column) if kind == Input.kind else _output(column)
    return {} if Node("new", kind, settings).layer == Node("new", kind).layer else settings


def _joined(taken: Network, ends: list[Edge], top: float) -> Iterator[Edit]:
    """What puts the vectors at some ends behind one another."""
    node = Node(taken.free_id(stems(Concat.kind)[0]), Concat.kind, {}, (0.0, top))
    taken.add_node(node)
    yield AddNode(node)
    for end in ends:
        yield Connect(Edge(end.source, end.source_port, node.id, node.inputs[0].name))


def _nodes(taken: Network, columns: Mapping[str, ColumnFacts], kind: str, top: float) -> list[Node]:
    """A row of nodes, each under the id that its column is bound to."""
    nodes = []
    for place, (id, column) in enumerate(columns.items()):
        name = id if id and id not in taken else taken.free_id(kind.lower())
        settings = input_settings(column) if kind == Input.kind else _output(column)
        node = Node(name, kind, settings, (place * STEP, top))
        taken.add_node(node)
        nodes.append(node)
    return nodes


def _output(column: ColumnFacts) -> dict[str, Any]:
    loss = MSELoss if column.classes is None else CrossEntropyLoss
    return {"loss": {"kind": loss.kind}}
