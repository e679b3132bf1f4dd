"""What the menus of the canvas offer: for a card, several, a wire, a port or the empty canvas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Protocol

from PySide6.QtCore import QPointF, QRect, QRectF, SignalInstance

from models.analysis.blocks import Block
from models.document.edits import Batch, Disconnect, Edit
from models.network import Edge, Node
from widgets.basics.deeds import Deed
from widgets.canvas.camera import Camera
from widgets.canvas.editing.actions import ACTIONS, CANVAS, CARD, CARDS, FRAME, NOTE, WIRE, Able
from widgets.canvas.editing.requests import Goal
from widgets.canvas.remarks.places import Remark, Remarks
from widgets.canvas.scene.card import End, Port
from widgets.canvas.scene.measures import BLOCKS_BELOW
from widgets.canvas.scene.scene import Scene


class Offering(Able, Protocol):
    """The canvas, as far as menus need it."""

    picked_wire: Edge | None
    picked_remark: Remark | None
    camera: Camera

    @property
    def scene(self) -> Scene: ...
    @property
    def zoom(self) -> float: ...
    @property
    def reach(self) -> float: ...
    @property
    def wire_reach(self) -> float: ...
    def rect(self) -> QRect: ...
    def select(self, ids: Iterable[str]) -> object: ...
    def pick_wire(self, edge: Edge) -> object: ...
    @property
    def remarks(self) -> Remarks: ...
    def pick_remark(self, remark: Remark) -> object: ...
    def selection(self) -> frozenset[str]: ...
    def reveal(self, id: str) -> object: ...
    def request(self, edit: Edit) -> bool: ...
    def ask_for_layer(self, point: QPointF, end: Goal | None) -> object: ...
    def connect_from(self, end: End) -> object: ...

    block_kept: SignalInstance
    block_shared: SignalInstance


def subject(view: Offering) -> str:
    """What is selected."""
    if view.picked_remark:
        return FRAME if view.picked_remark.is_frame else NOTE
    if view.picked_wire:
        return WIRE
    count = len(view.selection())
    return CARD if count == 1 else CARDS if count else CANVAS


def deeds_at(view: Offering, point: QPointF) -> Iterator[Deed]:
    """What can be done with what lies at a point of the scene, which gets selected."""
    scene = view.scene
    port = scene.port_at(point, view.reach) if view.zoom >= BLOCKS_BELOW else None
    card = scene.card_at(point)
    if port:
        view.select({port.end.node})
        return port_deeds(view, port)
    if card:
        if card.id not in view.selection():
            view.select({card.id})
    elif wire := scene.wire_at(point, view.wire_reach):
        view.pick_wire(wire.edge)
    elif grip := view.remarks.at(point, view.camera.scale):
        view.pick_remark(grip.remark)
    else:
        view.select(())
    return deeds(view, point)


def place_of_menu(view: Offering) -> QPointF:
    """Where the menu of what is selected opens: beside it, in the widget."""
    areas = [view.scene.cards[id].area for id in view.scene.cards if id in view.selection()]
    if view.picked_wire:
        middle = view.scene.wires[view.picked_wire].middle()
        areas = [QRectF(middle, middle)]
    if view.picked_remark:
        areas = [view.remarks.boxes[view.picked_remark]]
    room = QRectF(view.rect())
    place = view.camera.to_widget(areas[0].bottomLeft()) if areas else room.center()
    return QPointF(min(max(place.x(), 0), room.width()), min(max(place.y(), 0), room.height()))


def deeds(view: Offering, at: QPointF | None = None) -> Iterator[Deed]:
    """What can be done with what is selected, or on the empty canvas ``at`` a place."""
    about = subject(view)
    if about == CARD:
        (id,) = view.selection()
        yield from _mends(view, id)
    for action in ACTIONS:
        if about in action.on:
            shown = action.keys[0] if action.keys else ""
            run = partial(action.run, view, at)
            yield Deed(action.text, run, shown, part=action.part, submenu=action.submenu)
    if about == CARD:
        yield from _of_block(view, view.scene.network[id])
    if wire := view.picked_wire:
        for id in (wire.source, wire.target):
            yield Deed(f"Go to {id}", partial(view.reveal, id), part="go")


def _mends(view: Offering, id: str) -> Iterator[Deed]:
    """What mends the problems of a card."""
    for finding in view.scene.issues_of(id):
        for mend in finding.mends:
            yield Deed(f"Fix: {mend.label}", partial(view.request, mend.edit), part="mend")


def _of_block(view: Offering, node: Node) -> Iterator[Deed]:
    """What can be done with the block that a card is a use of."""
    if isinstance(node.own_layer, Block):
        yield Deed("Save block to your library", partial(view.block_kept.emit, node.kind), part="block")
        yield Deed("Save block as a file…", partial(view.block_shared.emit, node.kind), part="block")


def port_deeds(view: Offering, port: Port) -> Iterator[Deed]:
    """What can be done with a port."""
    end, network = port.end, view.scene.network
    place = view.scene.place_of(end) or QPointF()
    if end.output:
        yield Deed("Connect to…", partial(view.connect_from, end), "C")
        yield Deed("Add a layer after it…", partial(view.ask_for_layer, place, end))
        wires = [edge for edge in network.edges_from(end.node) if edge.source_port == end.port]
    else:
        yield Deed("Add a layer before it…", partial(view.ask_for_layer, place, port.edge or end))
        wires = [port.edge] if port.edge else []
    if wires:
        remove = Batch("Disconnect", [Disconnect(edge) for edge in wires])
        words = "Remove its wires" if len(wires) > 1 else "Remove its wire"
        yield Deed(words, partial(view.request, remove), part="delete")
