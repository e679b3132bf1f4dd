"""The edits that the canvas asks for, made from what was done with hand or keyboard. Nothing here changes a model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from PySide6.QtCore import QPointF, QRectF

from models.blocks import brought
from models.document.bypass import SetBypassed, toggled
from models.document.edits import AddNode, AddNodes, Batch, Connect, Disconnect, Edit, Move, RemoveNodes, insert_on_edge
from models.document.remarks import AddRemarks, free_name
from models.document.replacing import Replace, replacing
from models.document.scopes import SetParameter
from models.layout import card_height
from models.network import Edge, Frame, Kinds, Network, NetworkError, Node, Position
from models.network.names import stems
from models.specs.expression import is_number, names_in
from widgets.canvas.editing.room import free_shift
from widgets.canvas.editing.snapping import snapped
from widgets.canvas.scene.card import End
from widgets.canvas.scene.measures import CARD_WIDTH, FULL_HEIGHT, GAP
from widgets.canvas.scene.placement import make_room
from widgets.canvas.scene.scene import Scene
from widgets.canvas.scene.wire import Wire

_MANY = 500
"""From so many layers on, a network that nobody has placed is not laid out anew after each edit: it takes a frame, and
nobody wants everything to move."""


class Instead(NamedTuple):
    """The cards whose place a layer of another kind is to take."""

    ids: tuple[str, ...]


Goal = End | Edge | Instead
"""What a layer that is searched for goes to: it is wired to an end, put into a wire, or takes the place of others."""


def fed_by(network: Network, goal: Goal | None) -> End | None:
    """The output that will feed a layer which goes there; None if there is none."""
    if isinstance(goal, Instead):
        goal = next(iter(network.edges_into(goal.ids[0])), None)
    if isinstance(goal, Edge):
        return End(goal.source, goal.source_port, True)
    return goal if goal and goal.output else None


def new_node(network: Network, kind: str, settings: Mapping[str, Any], library: Kinds) -> Node:
    """A node of a kind with a free name, nowhere yet; of a block that the document lacks, it is the library's."""
    kinds = network.kinds if kind in network.kinds else library
    return Node(network.free_id(stems(kind)[0]), kind, dict(settings), kinds=kinds)


def defining(scene: Scene, kinds: Kinds, kind: str, edit: Edit) -> Edit:
    """An edit that first defines a kind of ``kinds``, where the document lacks it."""
    edits, _ = brought(scene.network.kinds, kinds, [kind]) if kind not in scene.network.kinds else ((), {})
    parts = edit.edits if isinstance(edit, Batch) else (edit,)
    return Batch(edit.label, [*edits, *parts]) if edits else edit


def fits_within(node: Node) -> bool:
    """Whether a node has both an input and an output, so that it can lie within a wire."""
    return bool(node.inputs and node.outputs)


def pinned(scene: Scene, moved: Mapping[str, Position]) -> Move:
    """A move that also keeps in place the cards that have no position of their own yet."""
    places = {
        node.id: (card.rect.x(), card.rect.y())
        for node in scene.network
        if node.position is None and (card := scene.cards.get(node.id))
    }
    return Move({**places, **moved})


def steady(scene: Scene, edit: Edit) -> Edit:
    """An edit that also keeps all cards in place, where that would otherwise lay out a large network anew."""
    parts = edit.edits if isinstance(edit, Batch) else (edit,)
    if len(scene.cards) < _MANY or any(isinstance(part, Move) for part in parts):
        return edit
    pins = pinned(scene, {})
    return Batch(edit.label, [pins, *parts]) if pins.positions else edit


def add(scene: Scene, node: Node, center: QPointF, end: End | None = None) -> Edit:
    """Add a node around a point, wired to ``end`` if one is given; raises `NetworkError` if it cannot be wired."""
    node.position = landing(scene, card_height(node), center, end)
    edits: list[Edit] = [AddNode(node)]
    if any(item.position is None for item in scene.network):
        edits.insert(0, pinned(scene, {}))
    if end:
        edits.append(Connect(edge_to_node(end, node)))
    edit = edits[0] if len(edits) == 1 else Batch(f"Add {node.kind}", edits)
    return defining(scene, node.kinds, node.kind, edit)


def bypass(scene: Scene, ids: Collection[str]) -> SetBypassed:
    """Bypass cards, or use them again; raises `NetworkError` with the reason where that cannot be."""
    return toggled(scene.network, scene.document.analysis, ids)


def landing(scene: Scene, height: float, center: QPointF, end: End | None = None) -> Position:
    """Where a new card lies that is put around a point: on the grid or in the column of ``end``, on no other card."""
    x, y = center.x() - CARD_WIDTH / 2, center.y() - height / 2
    card = scene.cards.get(end.node) if end else None
    if card and abs(card.rect.x() - x) < CARD_WIDTH / 2:
        x = card.rect.x()
    area = QRectF(snapped(x) if card is None else x, snapped(y), CARD_WIDTH, height)
    place = area.topLeft() + free_shift(scene, [area])
    return place.x(), place.y()


def edge_to_node(end: End, node: Node) -> Edge:
    """The wire from an end to a node that has none yet; raises `NetworkError` where it has no fitting port."""
    if end.output:
        if not node.inputs:
            raise NetworkError(f"{node.kind} starts the network and takes no input.")
        return Edge(end.node, end.port, node.id, node.inputs[0].name)
    if not node.outputs:
        raise NetworkError(f"{node.kind} ends the network and has no output.")
    return Edge(node.id, node.outputs[0], end.node, end.port)


def edge_to_card(network: Network, end: End, id: str) -> Edge:
    """The wire from an end to a card as a whole: into its first free input, or out of its first output."""
    node = network[id]
    if not end.output:
        return Edge(id, node.outputs[0] if node.outputs else "output", end.node, end.port)
    taken = {edge.target_port for edge in network.edges_into(id)}
    fitting = [port.name for port in node.inputs if port.variadic or port.name not in taken]
    names = fitting or [port.name for port in node.inputs] or ["input"]
    return Edge(end.node, end.port, id, names[0])


def possible_ends(network: Network, end: End) -> frozenset[End]:
    """The ends that a wire from ``end`` could reach: those of layers where it closes no loop.

    A wire that occupies an input makes way for the new one.
    """
    if end.output:
        behind = network.upstream([end.node])
        return frozenset(
            End(node.id, port.name, False) for node in network if node.id not in behind for port in node.inputs
        )
    ahead = network.downstream([end.node])
    return frozenset(End(node.id, name, True) for node in network if node.id not in ahead for name in node.outputs)


def occupant(network: Network, edge: Edge) -> Edge | None:
    """The wire that a new one replaces, since its input takes one alone."""
    port = next((port for port in network[edge.target].inputs if port.name == edge.target_port), None)
    if port is None or port.variadic:
        return None
    return next((other for other in network.edges_into(edge.target) if other.target_port == edge.target_port), None)


def edge_between(end: End, other: End) -> Edge:
    """The wire between two ends; raises `NetworkError` if both are outputs or both inputs."""
    if end.output == other.output:
        side = "outputs" if end.output else "inputs"
        raise NetworkError(f"A wire leads from an output to an input; these are both {side}.")
    source, target = (end, other) if end.output else (other, end)
    return Edge(source.node, source.port, target.node, target.port)


def insert(scene: Scene, node: Node, wire: Wire, at: QPointF) -> Edit:
    """Put a new node into a wire and make room for it; raises `NetworkError` if it has no place there."""
    inserted = insert_on_edge(scene.network, node, wire.edge)
    position, moved = _opening(scene, wire, at, card_height(node), ())
    node.position = position
    edit = Batch(inserted.label, [pinned(scene, moved), *inserted.edits])
    return defining(scene, node.kinds, node.kind, edit)


def insert_existing(scene: Scene, id: str, wire: Wire, at: QPointF) -> Edit:
    """Put a node that has no wires yet into a wire; raises `NetworkError` if it has no place there."""
    node = scene.network[id]
    if not node.inputs or not node.outputs:
        raise NetworkError(f"{node.kind} has no place within a wire.")
    edge = wire.edge
    index = scene.network.edges.index(edge)
    position, moved = _opening(scene, wire, at, scene.cards[id].rect.height(), (id,))
    return Batch(
        f"Insert {node.kind}",
        [
            pinned(scene, {**moved, id: position}),
            Disconnect(edge),
            Connect(Edge(edge.source, edge.source_port, id, node.inputs[0].name), index),
            Connect(Edge(id, node.outputs[0], edge.target, edge.target_port), index + 1),
        ],
    )


def _opening(
    scene: Scene, wire: Wire, at: QPointF, height: float, without: Collection[str]
) -> tuple[Position, dict[str, Position]]:
    """Where an inserted card lies and which cards make room: within a straight wire, everything below moves down."""
    source, target = scene.cards[wire.edge.source], scene.cards[wire.edge.target]
    bottom = source.rect.y() + source.height
    if len(wire.lines) > 1:
        area = QRectF(snapped(at.x() - CARD_WIDTH / 2), snapped(at.y() - height / 2), CARD_WIDTH, height)
        place = area.topLeft() + free_shift(scene, [area], without)
        return (place.x(), place.y()), {}
    room = target.rect.y() - bottom
    x = source.rect.x()
    if room >= height + 2 * GAP:
        return (x, min(max(at.y() - height / 2, bottom + GAP), target.rect.y() - GAP - height)), {}
    y = bottom + GAP
    before = {id: (card.rect.x(), card.rect.y()) for id, card in scene.cards.items() if id not in without}
    after = dict(before)
    heights = {id: card.height for id, card in scene.cards.items()}
    make_room(after, heights, (x, y), height)
    return (x, y), {id: place for id, place in after.items() if place != before[id]}


def replace(scene: Scene, ids: Collection[str], kind: str, kinds: Kinds) -> tuple[Edit, list[Replace]]:
    """Make cards of another kind, one of ``kinds`` or a registered one. Also returns the parts of the edit.

    What lies close below one that becomes higher makes room.
    """
    edit, parts = replacing([id for id in scene.network.nodes if id in ids], kind)
    height = card_height(Node("a", kind, kinds=kinds))
    before = {id: (card.rect.x(), card.rect.y()) for id, card in scene.cards.items()}
    heights = {id: card.height for id, card in scene.cards.items()}
    after = dict(before)
    for part in sorted(parts, key=lambda part: before[part.id][1]):
        x, y = after.pop(part.id)
        if height > scene.cards[part.id].rect.height():
            make_room(after, heights, (x, y), height)
        after[part.id] = (x, y)
    moved = {id: place for id, place in after.items() if place != before[id]}
    whole = Batch(edit.label, [pinned(scene, moved), edit]) if moved else edit
    return defining(scene, kinds, kind, whole), parts


def delete(scene: Scene, ids: Collection[str], *, heal: bool) -> Edit:
    """Remove cards in document order; healing joins what lay before with what comes after."""
    ordered = [id for id in scene.network.nodes if id in ids]
    return RemoveNodes(ordered, heal=heal)


def add_copies(scene: Scene, piece: Network, offset: Position) -> tuple[Edit, list[str], dict[str, str]]:
    """Add copies of a network's nodes under free names, shifted, with its wires; also returns the new names, and those
    of blocks that are called otherwise here.

    Copies share modules among themselves alone. Parameters that they compute with come along where there are none, and
    so do the blocks that they are of.
    """
    blocks, renamed = brought(scene.network.kinds, piece.kinds, {node.kind for node in piece})
    names: dict[str, str] = {}
    taken = {*scene.network.nodes, *scene.network.modules}
    numbers: dict[str, int] = {}
    copies: list[Node] = []
    for place, node in enumerate(piece):
        copy = node.copy(_free(node.id, taken, numbers))
        x, y = copy.position or (0.0, place * (FULL_HEIGHT + GAP))
        copy.position = (x + offset[0], y + offset[1])
        copy.kind = renamed.get(copy.kind, copy.kind)
        taken.add(copy.id)
        names[node.id] = copy.id
        copies.append(copy)
    inner = [edge for edge in piece.edges if edge.source in names and edge.target in names]
    edges = [edge._replace(source=names[edge.source], target=names[edge.target]) for edge in inner]
    for copy, node in zip(copies, piece, strict=True):
        first = names[piece.partners(node.id)[0]]
        copy.module = "" if copy.id == first else first
    for copy in copies:
        copy.frame = ""  # frames come as copies, too
    added: list[Edit] = [AddNodes(Network(copies, edges))]
    if frames := _copied_frames(scene.network, piece, names):
        added.append(AddRemarks(frames, {}))
    before: list[Edit] = [pinned(scene, {})] if any(node.position is None for node in scene.network) else []
    needed = names_in([node.params for node in piece]) - scene.network.parameters.keys()
    parameters = {name: value for name, value in piece.parameters.items() if name in needed and is_number(value)}
    before += [SetParameter(name, value) for name, value in parameters.items()]
    edits = [*blocks, *before, *added]
    return Batch(added[0].label, edits) if len(edits) > 1 else edits[0], list(names.values()), renamed


def _copied_frames(network: Network, piece: Network, names: Mapping[str, str]) -> dict[str, tuple[Frame, list[str]]]:
    """The frames of a network under free names, around the copies of its layers."""
    found: dict[str, tuple[Frame, list[str]]] = {}
    for frame, ids in piece.framed().items():
        found[free_name([*network.frames, *found], "frame")] = piece.frames[frame], [names[id] for id in ids]
    return found


def _free(wanted: str, taken: Collection[str], numbers: dict[str, int]) -> str:
    """The wanted name or the next free one; ``numbers`` remembers where each stem got to."""
    if wanted not in taken:
        return wanted
    stem = wanted.rstrip("0123456789") or "layer"
    number = numbers.get(stem, 1)
    while f"{stem}{number}" in taken:
        number += 1
    numbers[stem] = number
    return f"{stem}{number}"
