"""What can be done to the network from the canvas: add, delete, copy, paste, nudge, arrange, rename."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial, reduce
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QWidget

from models.document import DocumentChange
from models.document.edits import Batch, Disconnect, Edit, Move, Rename
from models.layout import arrange, card_height
from models.network import NO_KINDS, Edge, Kinds, Network, NetworkError, Node, Position
from widgets.canvas.editing import requests
from widgets.canvas.editing.again import changed_cards, places_of
from widgets.canvas.editing.aligning import Areas, Side, Way, aligned, distributed, stacked
from widgets.canvas.editing.clipboard import copied, pasted
from widgets.canvas.editing.requests import Goal, Instead
from widgets.canvas.editing.room import around, free_shift
from widgets.canvas.editing.snapping import snapped
from widgets.canvas.editing.walk import Way as Direction
from widgets.canvas.editing.walk import step
from widgets.canvas.floating.rename import NameEditor
from widgets.canvas.painting.flash import Flash
from widgets.canvas.scene.card import End
from widgets.canvas.scene.measures import BLOCKS_BELOW, CARD_WIDTH, GAP
from widgets.canvas.scene.wire import Wire
from widgets.canvas.surface import Surface

_BESIDE = snapped(CARD_WIDTH + 2 * GAP)
"""How far beside a card its copy lies."""


class Work(Surface):
    """A surface that asks for edits. ``message`` carries what it says, for those who cannot see it."""

    edit_requested = Signal(object)
    message = Signal(str)
    group_requested = Signal()
    ungroup_requested = Signal()
    block_kept = Signal(str)
    block_shared = Signal(str)

    def __init__(self, apply: Callable[[Edit], bool] | None, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._apply = apply
        self.settings_for: Callable[[str], Mapping[str, Any]] = lambda kind: {}
        """What a new layer of a kind begins with, where that is known."""
        self.library: Kinds = NO_KINDS
        """Blocks that a document gets with the first layer that is one."""
        self._editor: NameEditor | None = None
        self._wires_of = ""
        self.flash = Flash(self._repaint_rings, self)

    # Following

    def _follow(self, change: DocumentChange) -> None:
        before = places_of(self.scene, change) if change.history else {}
        super()._follow(change)
        if change.history:
            self._show_again(changed_cards(self.scene, change, before))

    def _show_again(self, ids: list[str]) -> None:
        """Show what an undo or redo has changed: with a ring, and in the middle if nothing of it is in view."""
        self.flash.show(ids)
        shown = self.camera.area_to_scene(QRectF(self.rect()))
        if not ids or any(self.scene.cards[id].area.intersects(shown) for id in ids):
            return
        whole = self.camera.area_to_widget(self.scene.bounds_of(ids))
        room = self.room()
        fits = whole.width() <= room.width() and whole.height() <= room.height()
        area = whole if fits else self.camera.area_to_widget(self.scene.cards[ids[0]].area)
        way = room.center() - area.center()
        self.pan(way.x(), way.y())

    def _repaint_rings(self, ids: set[str]) -> None:
        """Rings are as wide on the screen whatever the zoom, and then reach farther than cards are painted again."""
        self.repaint_cards(ids if self.camera.scale >= BLOCKS_BELOW else None)

    def paint_above(self, painter: QPainter) -> None:
        cards = [card.area for id in self.flash.ids if (card := self.scene.cards.get(id))] if self.has_scene else []
        if cards:
            self.flash.paint(painter, cards, self.camera.scale)

    def request(self, edit: Edit) -> bool:
        """Ask for an edit; returns whether it was made."""
        if self.has_scene:
            edit = requests.steady(self.scene, edit)
        if self._apply:
            return self._apply(edit)
        self.edit_requested.emit(edit)
        return True

    def say(self, text: str) -> None:
        """Have a sentence read aloud that is also drawn."""
        self.message.emit(text)

    def show_refusal(self, text: str) -> None:
        """Say why something could not be done."""
        self.message.emit(text)

    def document_order(self) -> list[str]:
        """The ids in network order: sources first."""
        return list(self.scene.document.analysis.order)

    # Adding

    def insert_kind(self, kind: str, scene_pos: QPointF, end: Goal | None = None) -> None:
        """Add a layer around a place of the scene, or to what it goes to, and select it."""
        if isinstance(end, Instead):
            self.replace(kind, end.ids)
            return
        if isinstance(end, Edge):
            wire = self.scene.wires.get(end) if requests.fits_within(self.new_node(kind)) else None
            if wire:
                self.insert_into(kind, wire)
                return
            scene_pos, end = self._free_place(scene_pos), None
        node = self.new_node(kind)
        if end and end.output and end.node in self.scene.cards:
            # Below what feeds it, the card hangs from its wire instead of lying around it.
            scene_pos = scene_pos + QPointF(0, card_height(node) / 2)
        try:
            edit = requests.add(self.scene, node, scene_pos, end)
        except NetworkError as error:
            self.show_refusal(str(error))
            return
        if self.request(edit):
            self.select({node.id})
            self.ensure_visible_later(node.id)

    def add(self, kind: str) -> None:
        """Add a layer behind the selected one, within its wire if it has one, else in the middle of the view."""
        if not self.has_scene:
            return
        end, wire = self._open_end(), self._only_wire()
        if end:
            self.insert_kind(kind, self._below(end.node), end)
        elif wire and requests.fits_within(self.new_node(kind)):
            self.insert_into(kind, wire)
        else:
            middle = self.camera.to_scene(QPointF(self.rect().center()))
            self.insert_kind(kind, self._free_place(middle))

    def new_node(self, kind: str) -> Node:
        """A layer of a kind that is not in the network yet."""
        return requests.new_node(self.scene.network, kind, self.settings_for(kind), self.library)

    def insert_into(self, kind: str, wire: Wire) -> None:
        """Put a new layer into a wire and select it."""
        node = self.new_node(kind)
        if self.request(requests.insert(self.scene, node, wire, wire.middle())):
            self.select({node.id})
            self.ensure_visible_later(node.id)

    def replace(self, kind: str, ids: Collection[str]) -> None:
        """Make cards of another kind, which keeps what can be kept, and select them."""
        there = [id for id in self.scene.cards if id in ids]
        if not there:
            return
        edit, parts = requests.replace(self.scene, there, kind, self.new_node(kind).kinds)
        if self.request(edit):
            self.select(part.new for part in parts)

    def _only_wire(self) -> Wire | None:
        """The one wire that leaves the one selected card."""
        if len(self.selection()) != 1:
            return None
        leaving = self.scene.network.edges_from(*self.selection())
        return self.scene.wires.get(leaving[0]) if len(leaving) == 1 else None

    def _free_place(self, center: QPointF) -> QPointF:
        """The point nearest to another around which a new card covers no other."""
        return center + free_shift(self.scene, [around(center)])

    def ensure_visible_later(self, id: str) -> None:
        """Bring a card into view if the edit that made it was applied at once."""
        if id in self.scene.cards:
            self.ensure_visible(id)

    def _open_end(self) -> End | None:
        """The free output of the one selected card."""
        if len(self.selection()) != 1:
            return None
        (id,) = self.selection()
        ports = self.scene.cards[id].outputs
        return ports[0].end if ports and ports[0].edge is None else None

    def _below(self, id: str) -> QPointF:
        area = self.scene.cards[id].area
        return QPointF(area.center().x(), area.bottom() + GAP)

    # Deleting

    def delete(self, heal: bool = True) -> None:
        """Delete the selected cards, or the selected wire; ``heal`` joins what lay before with what comes after."""
        if self.picked_wire:
            self.request(Disconnect(self.picked_wire))
        elif self.selection():
            self.request(requests.delete(self.scene, self.selection(), heal=heal))

    def bypass(self) -> None:
        """Leave the selected cards out of the network, or use them again where all of them are bypassed."""
        if not self.has_scene or not self.selection():
            return
        try:
            edit = requests.bypass(self.scene, self.selection())
        except NetworkError as error:
            self.show_refusal(str(error))
            return
        if self.request(edit):
            self.say(edit.label)

    def group(self) -> None:
        """Ask for a block that is made of the selected cards."""
        self.group_requested.emit()

    def ungroup(self) -> None:
        """Ask for the layers of the selected blocks in their places."""
        self.ungroup_requested.emit()

    # Clipboard

    def copy(self) -> bool:
        """Put the selected cards on the clipboard; returns whether there were any."""
        if not self.has_scene or not self.selection():
            return False
        QGuiApplication.clipboard().setMimeData(copied(self.scene, self.selection()))
        return True

    def cut(self) -> None:
        """Copy the selected cards, then delete them."""
        if self.copy():
            self.delete()

    def paste(self, at: QPointF | None = None) -> None:
        """Add what is on the clipboard, around a place of the scene or beside what is there, and select it."""
        if not self.has_scene:
            return
        try:
            piece = pasted(QGuiApplication.clipboard().mimeData())
        except NetworkError as error:
            self.show_refusal(str(error))
            return
        self._add_piece(piece, at)

    def duplicate(self) -> None:
        """Add copies of the selected cards, without touching the clipboard."""
        if self.has_scene and self.selection():
            self._add_piece(pasted(copied(self.scene, self.selection())))

    def _add_piece(self, piece: Network, at: QPointF | None = None) -> None:
        areas = [QRectF(*node.position, CARD_WIDTH, card_height(node)) for node in piece if node.position]
        shift = (self._offset_to(areas, at) if at else self._free_offset(areas)) if areas else QPointF()
        edit, ids, renamed = requests.add_copies(self.scene, piece, (shift.x(), shift.y()))
        if self.request(edit):
            self.select(ids)
            self.ensure_visible_later(ids[0])
            if renamed:  # their names are what could not be pasted
                self.show_refusal(_called_otherwise(list(renamed.values())))

    def _offset_to(self, areas: list[QRectF], at: QPointF) -> QPointF:
        """How far to shift pasted cards: their middle to a place, off what is there."""
        wanted = at - reduce(QRectF.united, areas).center()
        shift = QPointF(snapped(wanted.x()), snapped(wanted.y()))
        return shift + free_shift(self.scene, [area.translated(shift) for area in areas])

    def _free_offset(self, areas: list[QRectF]) -> QPointF:
        """How far to shift copies: beside what is there, in sight."""
        hull = reduce(QRectF.united, areas)
        visible = self.camera.area_to_scene(QRectF(self.rect()))
        shift = QPointF()
        if not visible.intersects(hull):
            shift = visible.center() - QPointF(CARD_WIDTH / 2, 0) - hull.topLeft()
            shift = QPointF(snapped(shift.x()), snapped(shift.y()))
        while self.scene.cards_in(hull.translated(shift)):
            shift.setX(shift.x() + _BESIDE)
        return shift

    # Moving

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selected cards a little."""
        places = {id: self.scene.cards[id].rect.topLeft() for id in sorted(self.selection())}
        if places:
            self.request(requests.pinned(self.scene, {id: (p.x() + dx, p.y() + dy) for id, p in places.items()}))

    def align(self, side: Side) -> None:
        """Line up the selected cards along one side of them all."""
        self._place("Align", partial(aligned, side=side))

    def distribute(self, way: Way) -> None:
        """Make the gaps between the selected cards equal, from the first to the last."""
        self._place("Distribute", partial(distributed, way=way))

    def stack(self, way: Way) -> None:
        """Put the selected cards one after the other at the usual gap."""
        self._place("Equal gaps", partial(stacked, way=way))

    def _place(self, label: str, arranged: Callable[[Areas], dict[str, Position]]) -> None:
        areas = {id: QRectF(self.scene.cards[id].rect) for id in sorted(self.selection())}
        if len(areas) < 2:
            self.show_refusal("Select several layers first.")
            return
        places = arranged(areas)
        if any(place != (areas[id].x(), areas[id].y()) for id, place in places.items()):
            self.request(Batch(label, [requests.pinned(self.scene, places)]))

    def arrange(self) -> None:
        """Lay out the whole network anew, as one edit."""
        if not self.has_scene or not self.scene.cards:
            return
        places = self.arranged()
        if self.request(Batch("Arrange", [Move(places)])):
            self.fit()

    def arranged(self) -> dict[str, Position]:
        """Where cards lie in a new layout of the network."""
        return arrange(self.scene.network, self.scene.document.analysis)

    def walk(self, way: Direction) -> None:
        """Select the next card along the wires, or in the next branch."""
        order = self.document_order()
        if not order:
            return
        current = next((id for id in order if id in self.selection()), None)
        self.reveal(step(self.scene, current, way) if current else order[0])

    def pick_next_wire(self) -> None:
        """Select a wire of the one selected card, or the next one of the card whose wire is selected."""
        network, wire = self.scene.network, self.picked_wire
        id = next(iter(self.selection()), "") if len(self.selection()) == 1 else self._wires_of
        if id not in self.scene.cards:
            return
        wires = [*network.edges_from(id), *network.edges_into(id)]
        if not wires:
            self.show_refusal(f"{id} has no wire.")
            return
        place = wires.index(wire) + 1 if wire in wires else 0
        self._wires_of = id
        edge = wires[place % len(wires)]
        self.pick_wire(edge)
        self.say(f"Wire from {edge.source} to {edge.target}")

    def select_all(self) -> None:
        """Select every card."""
        if self.has_scene:
            self.select(self.scene.cards)

    # Names

    def rename(self) -> None:
        """Edit the name of the one selected card in place."""
        if len(self.selection()) != 1:
            return
        (id,) = self.selection()
        self.ensure_visible(id)
        if self._editor:
            self._editor.finish()
        self._editor = NameEditor(self, self.camera.area_to_widget(self.scene.cards[id].rect), id, self.scene.network)
        self._editor.chosen.connect(lambda new: self._rename(id, new))
        self._editor.closed.connect(self._forget_editor)

    def _rename(self, id: str, new: str) -> None:
        if id in self.scene.cards and new != id:
            self.request(Rename(id, new))

    def _forget_editor(self) -> None:
        self._editor = None
        self.setFocus()


def _called_otherwise(names: list[str]) -> str:
    """A sentence on pasted blocks whose names mean others here."""
    told = ", ".join(names)
    shown = told if len(told) <= 34 else f"{names[0]:.20} and {len(names) - 1:,} more"
    return f"This document has other blocks of that name. Pasted as {shown}."
