"""What texts in a table need of a network: an Input of their own, vectors of their tokens, and the mean of these."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from models.data import ColumnFacts, Facts
from models.document import Document
from models.document.edits import AddNode, Batch, Connect, Edit, SetSection
from models.findings.finding import Mend
from models.findings.inserting import InsertBefore
from models.kinds.layer import Layer
from models.layers.dimensions.reducing import Mean
from models.layers.linear import Embedding
from models.layers.merge import Concat
from models.layers.terminals import Input
from models.layout import CARD_WIDTH, COLUMN_GAP, GAP, card_height
from models.network import Edge, Network, Node, input_nodes
from models.network.names import name_problem, stems

WIDTH = 32
"""Numbers in the vector of a token."""
STEP = CARD_WIDTH + COLUMN_GAP
MOST_OFFERED = 3


def takes_words(document: Document, node: Node) -> bool:
    """Whether an Input gives integers."""
    output = document.analysis[node.id].outputs[0]
    return output is not None and output.dtype == "int"


def word_inputs(document: Document) -> list[str]:
    """The Inputs that give integers, by their ids."""
    return [node.id for node in input_nodes(document.network) if takes_words(document, node)]


def bound_to_texts(document: Document, facts: Facts, node: Node) -> Iterator[Mend]:
    """Bind an Input to texts that no other takes."""
    for text in facts.free_texts[:MOST_OFFERED]:
        bound = {id: column.name for id, column in facts.inputs.items() if id} | {node.id: text.name}
        edit = SetSection("data", document.data | {"inputs": bound}, field="inputs")
        yield Mend(f"Bind {node.id:.20} to {text.name:.30}", edit)


def reading_of(document: Document, facts: Facts, column: ColumnFacts) -> Mend:
    """An Input for texts that none takes yet, with vectors of the tokens and their mean, which go where vectors are
    joined; or, beside the numbers that the only other Input gives to one layer, that layer takes both."""
    network, inputs = document.network, input_nodes(document.network)
    id = free_name(network, column.name)
    places = [node.position for node in network if node.position]
    left = max((x for x, _ in places), default=0.0) + STEP
    known = Network([Node(node.id, node.kind) for node in network])
    edits: list[Edit] = []
    wires = network.edges_from(inputs[0].id) if len(inputs) == 1 else []
    joint = _joint(document)
    if not joint and len(wires) == 1 and len(getattr(inputs[0].layer, "shape", ())) == 1:
        joint = known.free_id(stems(Concat.kind)[0])
        known.add_node(Node(joint, Concat.kind))
        edits.append(InsertBefore("Join", wires[0], (Concat,)))
    nodes = reading(known, id, column, left)
    edits += chained(nodes)
    if joint:
        edits.append(Connect(Edge(nodes[-1].id, nodes[-1].outputs[0], joint, Node(joint, Concat.kind).inputs[0].name)))
    bound = {each: own.name for each, own in facts.inputs.items()}
    if len(inputs) == 1:  # which a single column feeds, whatever id that names
        bound = {inputs[0].id: next(iter(bound.values()))}
    data = {**document.data, "inputs": bound | {id: column.name}}
    edits.append(SetSection("data", data, field="inputs"))
    return Mend(f"Add an Input for {column.name:.30}", Batch(f"Add an Input for {column.name:.30}", edits))


def _joint(document: Document) -> str:
    """The only layer that puts vectors behind one another; "" where there is none, or are several."""
    joints = [node.id for node in document.network if isinstance(node.layer, Concat)]
    found = [id for id in joints if len(document.analysis[id].shape or ()) == 1]
    return found[0] if len(found) == 1 else ""


def reading(taken: Network, id: str, column: ColumnFacts, left: float) -> list[Node]:
    """What makes one vector of a text, in a column of cards: its tokens, a vector for each, and the mean of these."""
    entries = (column.token_range or (0, 0))[1] + 1
    table = {"num_embeddings": entries, "embedding_dim": WIDTH, "padding_idx": 0}
    wanted: list[tuple[type[Layer], dict[str, Any]]] = [(Input, input_settings(column)), (Embedding, table), (Mean, {})]
    nodes: list[Node] = []
    top = 0.0
    for kind, settings in wanted:
        name = taken.free_id(stems(kind.kind)[0]) if nodes else id
        nodes.append(Node(name, kind.kind, settings, (left, top)))
        taken.add_node(nodes[-1])
        top += card_height(nodes[-1]) + GAP
    return nodes


def chained(nodes: list[Node]) -> Iterator[Edit]:
    """Nodes, each wired to the one before."""
    yield from map(AddNode, nodes)
    for source, target in pairwise(nodes):
        yield Connect(Edge(source.id, source.outputs[0], target.id, target.inputs[0].name))


def free_name(taken: Network, name: str) -> str:
    """What the Input for a column is called: as the column, where that is a name and free."""
    id = re.sub(r"\W+", "_", name.lower(), flags=re.ASCII).strip("_")[:40]
    return id if not name_problem(id) and id not in taken else taken.free_id("text")


def input_settings(column: ColumnFacts) -> dict[str, Any]:
    """The settings of the Input for a column."""
    return {"shape": list(column.shape or (1,)), **({"dtype": "int"} if column.tokens else {})}
