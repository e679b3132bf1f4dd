"""Networks that lack a beginning or an end, and layers whose work is lost."""

from __future__ import annotations

from collections.abc import Iterator

from models.checks.base import check
from models.checks.finding import Finding, Mend
from models.document import Document
from models.document.edits import AddNode, Batch, Connect, Edit, RemoveNodes
from models.layout import GAP, card_height
from models.network import Edge, Node


@check
def no_input(document: Document) -> Iterator[Finding]:
    """Layers, but nothing that gives them examples."""
    network = document.network
    if not len(network) or any(node.kind == "Input" for node in network):
        return
    starts = [node for node in network if node.inputs and not network.edges_into(node.id)]
    mends = [_add_input(document, starts[0])] if len(starts) == 1 else []
    yield Finding("error", "no-input", "", "The network has no Input, so no shape is known.", mends=tuple(mends))


def _add_input(document: Document, first: Node) -> Mend:
    position = (first.position[0], first.position[1] - card_height(first) - GAP) if first.position else None
    node = Node(document.network.free_id("input"), "Input", {}, position)
    wire = Edge(node.id, "output", first.id, first.inputs[0].name)
    return Mend("Add Input", Batch("Add Input", [AddNode(node, 0), Connect(wire)]))


@check
def no_output(document: Document) -> Iterator[Finding]:
    """Layers, but no loss to train with."""
    network = document.network
    if not len(network) or any(node.kind == "Output" for node in network):
        return
    ends = [node for node in network if node.outputs and not network.edges_from(node.id)]
    mends = [_add_output(document, ends[0])] if len(ends) == 1 else []
    message = "The network has no Output, so it cannot be trained."
    yield Finding("warning", "no-output", "", message, mends=tuple(mends))


def _add_output(document: Document, last: Node) -> Mend:
    position = (last.position[0], last.position[1] + card_height(last) + GAP) if last.position else None
    node = Node(document.network.free_id("output"), "Output", {}, position)
    wire = Edge(last.id, last.outputs[0], node.id, "input")
    return Mend("Add Output", Batch("Add Output", [AddNode(node), Connect(wire)]))


@check
def leads_nowhere(document: Document) -> Iterator[Finding]:
    """Layers whose outputs nobody reads, in a network that has an Output."""
    network = document.network
    if not any(node.kind == "Output" for node in network):
        return
    for node in network:
        if node.outputs and not network.edges_from(node.id):
            edits: list[Edit] = [RemoveNodes([node.id])]
            mend = Mend(f"Remove {node.id:.40}", edits[0])
            yield Finding(
                "warning", "leads-nowhere", node.id, f"{node.kind:.40} leads nowhere: nothing reads its output.",
                mends=(mend,),
            )  # fmt: skip
