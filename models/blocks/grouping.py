"""Edits that make a block of some layers, and layers of the use of a block; each one step of undo."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from models.analysis.blocks import Block
from models.document import Document, Sheet
from models.document.edits import AddNode, AddNodes, Batch, Edit, RemoveNodes
from models.document.exact import SetWires
from models.document.scopes import AddScope, RemoveScope
from models.kinds.layer import LAYERS, Layer
from models.network import Edge, Network, NetworkError, Node, input_nodes, output_nodes
from models.specs.expression import IN_CHANNELS, MARK, holds_expression, names_in

ROOM = 90.0
"""Between a block's layers and its Inputs and Outputs on the canvas, in logical pixels."""
End = tuple[str, str]
"""A node and one of its output ports."""


def group(document: Document, sheet: Sheet, chosen: Collection[str]) -> tuple[Batch, str]:
    """The edit that makes a block of some layers of a sheet, with a port for each thing that goes in or out, and the
    id of its use. Raises `NetworkError` where that cannot be."""
    network = sheet.network
    ids = [id for id in network.nodes if id in chosen]
    _check(network, ids)
    entering = [edge for edge in network.edges if edge.target in chosen and edge.source not in chosen]
    leaving = [edge for edge in network.edges if edge.source in chosen and edge.target not in chosen]
    given = list(dict.fromkeys((edge.source, edge.source_port) for edge in entering))
    kept = list(dict.fromkeys((edge.source, edge.source_port) for edge in leaving)) or _loose(network, ids)
    if not given or not kept:
        raise NetworkError(f"A block needs a wire {'out of it' if given else 'into it'}. Select layers with one.")
    inner, ins, outs = _inside(network, ids, given, kept)
    name = free_name(document)
    use = network.free_id(name.lower())
    params = {parameter: f"{MARK}{parameter}" for parameter in inner.parameters}
    node = Node(use, name, params, network[ids[0]].position)
    wires = {use: [Edge(*end, use, ins[end]) for end in given]}
    for target in dict.fromkeys(edge.target for edge in leaving):
        wires[target] = [
            edge._replace(source=use, source_port=outs[edge.source, edge.source_port]) if edge in leaving else edge
            for edge in network.edges_into(target)
        ]
    edits: list[Edit] = [AddScope(name, inner), RemoveNodes(ids), AddNode(node), SetWires(wires)]
    return Batch(f"Group {len(ids)} layers", edits).within(sheet.scope), use


def ungroup(document: Document, sheet: Sheet, use: str) -> tuple[Batch, list[str]]:
    """The edit that puts the layers of a block in place of one of its uses, and their ids. The definition goes with its
    last use. Raises `NetworkError` where that cannot be."""
    network, node = sheet.network, sheet.network[use]
    block = node.layer
    if not isinstance(block, Block):
        raise NetworkError(f"{use} is no block. Select one.")
    if block.repeat > 1:
        raise NetworkError(f"{use} repeats {block.repeat:,} times. Set Repeat to 1 first.")
    if sheet.analysis[use].parameters is None:
        raise NetworkError(f"{use} has an error or no input. Mend that first.")
    inside = block.look(sheet.analysis[use].inputs)
    inner = inside.network
    ports = [*input_nodes(inner), *output_nodes(inner)]
    taken, names = network.copy(), dict[str, str]()
    for part in inner:
        if part not in ports:
            names[part.id] = taken.free_id(part.id) if part.id in taken else part.id
            taken.add_node(Node(names[part.id], part.kind))
    feeds = {edge.target_port: (edge.source, edge.source_port) for edge in network.edges_into(use)}
    outer = _wires_of(inner, names, feeds)
    # Layers that share a module call it by the new name of the first of them.
    owners = {id: names[inner.partners(id)[0]] for id in names}
    piece = Network([_worked_out(inner[id], new, node, owners[id]) for id, new in names.items()])
    wires = {new: outer[id] for id, new in names.items()}
    for target in dict.fromkeys(edge.target for edge in network.edges_from(use)):
        wires[target] = [
            edge._replace(source=outer[edge.source_port][0].source, source_port=outer[edge.source_port][0].source_port)
            if edge.source == use
            else edge
            for edge in network.edges_into(target)
        ]
    edits: list[Edit] = [RemoveNodes([use]), AddNodes(piece), SetWires(wires)]
    uses = sum(part.kind == node.kind for other in document.content.networks.values() for part in other)
    if uses == 1:
        edits.append(RemoveScope(node.kind))
    return Batch(f"Ungroup {use}", edits).within(sheet.scope), list(names.values())


def free_name(document: Document, wanted: str = "Block") -> str:
    """A name that no block and no layer kind has."""
    taken, number, name = document.content.networks, 1, wanted
    while name in taken or name in LAYERS or name == wanted == "Block":
        name, number = f"{wanted}{number}", number + 1
    return name


def _check(network: Network, ids: Collection[str]) -> None:
    """Raise `NetworkError` where layers cannot be a block."""
    if not ids:
        raise NetworkError("Select the layers of the block first.")
    for node in (network[id] for id in ids):
        if not node.inputs or not node.outputs:
            raise NetworkError(f"{node.id} begins or ends the network and stays outside of blocks.")
        if IN_CHANNELS in names_in(node.params):
            raise NetworkError(f"{node.id} computes with {IN_CHANNELS}, another size in a block. Enter a number.")
        if any(partner not in ids for partner in network.partners(node.id)):
            raise NetworkError(f"{node.id} shares its weights with a layer outside. Select both.")
    behind = network.downstream(edge.target for id in ids for edge in network.edges_from(id) if edge.target not in ids)
    if again := next((id for id in ids if id in behind), None):
        raise NetworkError(f"A way leaves these layers and comes back into {again}. Select what lies between.")


def _loose(network: Network, ids: Iterable[str]) -> list[End]:
    return [(id, network[id].outputs[0]) for id in ids if not network.edges_from(id)]


def _inside(
    network: Network, ids: list[str], given: list[End], kept: list[End]
) -> tuple[Network, dict[End, str], dict[End, str]]:
    """The definition, and the ports for what goes in and out."""
    nodes = [network[id].copy() for id in ids]
    for node in nodes:
        node.frame = ""
    used = names_in([node.params for node in nodes])
    inner = Network(nodes, parameters={name: value for name, value in network.parameters.items() if name in used})
    placed = [node.position for node in nodes if node.position]
    left, top = min((x for x, _ in placed), default=0.0), min((y for _, y in placed), default=0.0)
    bottom = max((y for _, y in placed), default=0.0)
    ins, outs = dict[End, str](), dict[End, str]()
    for ends, kind, names, y in (
        (given, end_kind(True), ins, top - ROOM),
        (kept, end_kind(False), outs, bottom + ROOM),
    ):
        for place, end in enumerate(ends):
            names[end] = inner.free_id(kind.lower())
            position = (left + place * 4 * ROOM, y) if placed else None
            inner.add_node(Node(names[end], kind, {}, position))
    for edge in network.edges:
        if edge.target in ids:
            port = ins.get((edge.source, edge.source_port))
            inner.insert_edge(edge._replace(source=port, source_port="output") if port else edge)
    for end, port in outs.items():
        inner.insert_edge(Edge(*end, port, "input"))
    return inner, ins, outs


def end_kind(enters: bool) -> str:
    """The kind that a network begins or ends with."""
    return next(kind.kind for kind in LAYERS.values() if (kind.is_input if enters else kind.is_output))


def _wires_of(inner: Network, names: Mapping[str, str], feeds: Mapping[str, End]) -> dict[str, list[Edge]]:
    """The wires into each layer and Output of a block, once its layers have these names and its Inputs are fed so."""

    def outside(edge: Edge) -> Edge:
        source, port = (names[edge.source], edge.source_port) if edge.source in names else feeds[edge.source]
        return Edge(source, port, names.get(edge.target, edge.target), edge.target_port)

    return {node.id: [outside(edge) for edge in inner.edges_into(node.id)] for node in inner}


def _worked_out(part: Node, id: str, use: Node, owner: str) -> Node:
    """A layer of a block outside of it, where the numbers that its settings come to stand; it calls the ``owner``'s
    module."""
    layer = part.own_layer
    twin = part.copy(id)
    twin.params = {name: _plain(layer, name, value) for name, value in part.params.items()}
    twin.module = "" if owner == id else owner
    if part.position and use.position:
        twin.position = part.position
    twin.refresh()
    return twin


def _plain(layer: Layer | None, name: str, value: object) -> object:
    if layer is None or name not in layer.fields or not holds_expression(value):
        return value
    return layer.fields[name].to_json(getattr(layer, name))
