"""Networks that lack a beginning or an end, and layers whose work is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice

from models.analysis.issues import MISSING_INPUT, Issue
from models.basics.text import counted
from models.data import Facts, values_text
from models.document import Document
from models.document.edits import AddNode, Batch, Connect, RemoveNodes
from models.findings.base import REST, check, check_layers, check_of, in_pieces
from models.findings.beginning import beginning_for
from models.findings.example import image, row
from models.findings.finding import Finding, Mend, error, hint, in_line, warning
from models.findings.inside import Analyzed
from models.layers.activation import Tanh
from models.layers.linear import Linear
from models.layers.terminals import Input, Output
from models.layout import GAP, card_height
from models.network import ConnectionRefused, Edge, Network, Node, input_nodes, output_nodes


@check(finds=row(), passes=row(Input))
def empty(document: Document) -> Iterator[Finding]:
    """Nothing drawn yet."""
    if not len(document.network):
        yield hint("", "There is no layer yet.", "Begin with an Input, or from a template.", untrainable=True)


_IRIS = Facts.simple("Iris", (4,), ("setosa", "versicolor", "virginica"), (), 150)


@check_of(Facts, finds=row(data={"source": "iris"}, known=_IRIS), passes=row(Input, known=_IRIS))
def data_without_network(document: Document, facts: Facts) -> Iterator[Finding]:
    """Data is chosen, nothing is drawn yet: it says what the network begins and ends with."""
    if not len(document.network):
        shapes = " and ".join(values_text(column.shape) for column in facts.inputs.values())
        shapes += f" and {counted(len(facts.free_texts), 'text')}" if facts.free_texts else ""
        targets = " and ".join(column.target_text for column in facts.targets.values())
        message = in_line(f"{facts.name:.30} gives {shapes} and asks for {targets}.")
        yield hint("", message, mends=(beginning_for(facts, document.data),), untrainable=True)


@check(finds=row(Tanh, Output), passes=row(Input, Tanh, Output))
def no_input(document: Document) -> Iterator[Finding]:
    """Layers, but nothing that gives them examples."""
    network = document.network
    if not len(network) or input_nodes(network):
        return
    starts = _at_most_two(node for node in network if node.inputs and not network.edges_into(node.id))
    mends = (_add_input(document, starts[0]),) if len(starts) == 1 else ()
    yield error("", "The network has no Input, so no shape is known.", mends=mends)


def _add_input(document: Document, first: Node) -> Mend:
    position = (first.position[0], first.position[1] - card_height(first) - GAP) if first.position else None
    node = Node(document.network.free_id("input"), Input.kind, {}, position)
    wire = Edge(node.id, node.outputs[0], first.id, first.inputs[0].name)
    return Mend("Add Input", Batch("Add Input", [AddNode(node, 0), Connect(wire)]))


@check(finds=row(Input, Tanh), passes=row(Input, Tanh, Output))
def no_output(document: Document) -> Iterator[Finding]:
    """Layers, but no loss to train with."""
    network = document.network
    if not len(network) or output_nodes(network):
        return
    ends = _at_most_two(node for node in network if node.outputs and not network.edges_from(node.id))
    mends = (_add_output(document, ends[0]),) if len(ends) == 1 else ()
    yield warning("", "The network has no Output, so it cannot be trained.", mends=mends, untrainable=True)


def _at_most_two(nodes: Iterable[Node]) -> list[Node]:
    """Enough of them to know whether there is one alone."""
    return list(islice(nodes, 2))


def _add_output(document: Document, last: Node) -> Mend:
    position = (last.position[0], last.position[1] + card_height(last) + GAP) if last.position else None
    node = Node(document.network.free_id("output"), Output.kind, {}, position)
    wire = Edge(last.id, last.outputs[0], node.id, node.inputs[0].name)
    return Mend("Add Output", Batch("Add Output", [AddNode(node), Connect(wire)]))


@check_layers(
    finds=row(image(4), Linear, Output, loose=[Tanh], wires=[("n1", "n3")]), passes=row(image(4), Linear, Output)
)
def leads_nowhere(part: Analyzed) -> Iterator[Finding | None]:
    """Layers whose outputs nobody reads, in a network that has an Output."""
    network = part.network
    if not output_nodes(network):
        return
    waiting = [issue for issue in part.analysis.issues() if issue.code == MISSING_INPUT]
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            if node.outputs and not network.edges_from(node.id):
                onwards = _onwards(network, node, waiting[0]) if len(waiting) == 1 else ()
                mends = (*onwards, Mend(f"Remove {node.id:.40}", RemoveNodes([node.id])))
                yield warning(node.id, f"{node.kind:.40} leads nowhere: nothing reads its output.", mends=mends)


def _onwards(network: Network, last: Node, waiting: Issue) -> Iterator[Mend]:
    """The wire to the only place that waits for one."""
    wire = Edge(last.id, last.outputs[0], waiting.node, waiting.port)
    with suppress(ConnectionRefused):
        network.check_connect(wire)
        yield Mend(f"Connect {last.id:.20} to {wire.target:.20}", Connect(wire))


@check(finds=row(image(4), Tanh, Output), passes=row(image(4), Linear, Output))
def nothing_to_learn(document: Document) -> Iterator[Finding | None]:
    """A whole network without a single weight."""
    network, analysis = document.network, document.analysis
    for nodes in in_pieces(document):
        yield REST
        if any(analysis[node.id].parameters for node in nodes):
            return
    if input_nodes(network) and output_nodes(network) and not analysis.issues():
        yield warning("", "No layer has anything to learn.", "Add one, such as a Linear layer.", untrainable=True)
