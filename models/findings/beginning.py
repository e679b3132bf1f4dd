"""The network that data begins with: an Input for each column that is fed in, an Output for each that is predicted."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from models.data import ColumnFacts, Facts
from models.document.edits import AddNode, Batch
from models.findings.finding import Mend
from models.layers.terminals import Input, Output
from models.layout import CARD_WIDTH, COLUMN_GAP, GAP
from models.network import Network, Node
from models.training.losses import CrossEntropyLoss, MSELoss

ROOM = 6 * GAP
"""Between Input and Output, for the layers that are still to come."""


def beginning_for(facts: Facts) -> Mend:
    """Inputs and Outputs for a network without layers, named as the data's columns are bound."""
    several = len(facts.inputs) > 1 or len(facts.targets) > 1
    what = "Inputs and Outputs" if several else "Input and Output"
    taken = Network()
    nodes = [
        *_nodes(taken, facts.inputs, Input.kind, 0.0),
        *_nodes(taken, facts.targets, Output.kind, ROOM),
    ]
    return Mend(f"Create {what} for this data", Batch(f"Create {what}", map(AddNode, nodes)))


def fed_next(facts: Facts, network: Network, kind: str) -> dict[str, Any]:
    """The settings with which one more layer of a kind takes what of the data no layer has yet; nothing if none does,
    or where they are the kind's own."""
    columns = {Input.kind: facts.inputs, Output.kind: facts.targets}.get(kind, {})
    have = sum(node.kind == kind for node in network)
    column = next(islice(columns.values(), have, None), None)
    if column is None:
        return {}
    settings = _input(column) if kind == Input.kind else _output(column)
    return {} if Node("new", kind, settings).layer == Node("new", kind).layer else settings


def _nodes(taken: Network, columns: Mapping[str, ColumnFacts], kind: str, top: float) -> list[Node]:
    """A row of nodes, each under the id that its column is bound to."""
    nodes = []
    for place, (id, column) in enumerate(columns.items()):
        name = id if id and id not in taken else taken.free_id(kind.lower())
        settings = _input(column) if kind == Input.kind else _output(column)
        node = Node(name, kind, settings, (place * (CARD_WIDTH + COLUMN_GAP), top))
        taken.add_node(node)
        nodes.append(node)
    return nodes


def _input(column: ColumnFacts) -> dict[str, Any]:
    return {"shape": list(column.shape or (1,)), **({"dtype": "int"} if column.tokens else {})}


def _output(column: ColumnFacts) -> dict[str, Any]:
    loss = MSELoss if column.classes is None else CrossEntropyLoss
    return {"loss": {"kind": loss.kind}}
