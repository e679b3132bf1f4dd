"""What can be done to the network from the canvas: add, delete, copy, paste, nudge, arrange, rename."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from models.document.edits import Batch, Disconnect, Edit, Move, Rename
from models.layout import arrange, card_height
from models.network import Edge, Network, NetworkError
from widgets.canvas.editing import requests
from widgets.canvas.editing.clipboard import copied, pasted
from widgets.canvas.editing.walk import Way, step
from widgets.canvas.floating.rename import NameEditor
from widgets.canvas.scene.card import End
from widgets.canvas.scene.measures import CARD_WIDTH, FULL_HEIGHT, GAP
from widgets.canvas.scene.wire import Wire
from widgets.canvas.surface import Surface

_BESIDE = requests.snapped(CARD_WIDTH + 2 * GAP)
"""How far beside a card its copy lies."""


class Work(Surface):
    """A surface that asks for edits. ``message`` carries what it says, for those who cannot see it."""

    edit_requested = Signal(object)
    message = Signal(str)

    def __init__(self, apply: Callable[[Edit], bool] | None, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._apply = apply
        self._editor: NameEditor | None = None

    def request(self, edit: Edit) -> bool:
        """Ask for an edit; returns whether it was made."""
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

    def insert_kind(self, kind: str, scene_pos: QPointF, end: End | Edge | None = None) -> None:
        """Add a layer around a place of the scene and select it: wired to an end, or put into a wire."""
        if isinstance(end, Edge):
            wire = self.scene.wires.get(end) if requests.fits_within(kind) else None
            if wire:
                self.insert_into(kind, wire)
                return
            scene_pos, end = self._free_place(scene_pos), None
        node = requests.new_node(self.scene.network, kind)
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
        elif wire and requests.fits_within(kind):
            self.insert_into(kind, wire)
        else:
            middle = self.camera.to_scene(QPointF(self.rect().center()))
            self.insert_kind(kind, self._free_place(middle))

    def insert_into(self, kind: str, wire: Wire) -> None:
        """Put a new layer into a wire and select it."""
        node = requests.new_node(self.scene.network, kind)
        if self.request(requests.insert(self.scene, node, wire, wire.middle())):
            self.select({node.id})
            self.ensure_visible_later(node.id)

    def _only_wire(self) -> Wire | None:
        """The one wire that leaves the one selected card."""
        if len(self.selection()) != 1:
            return None
        leaving = self.scene.network.edges_from(*self.selection())
        return self.scene.wires.get(leaving[0]) if len(leaving) == 1 else None

    def _free_place(self, center: QPointF) -> QPointF:
        """The first place at or below a point where a new card covers no other."""
        place = QPointF(center)
        size = QPointF(CARD_WIDTH / 2, FULL_HEIGHT / 2)
        while self.scene.cards_in(QRectF(place - size, place + size)):
            place.setY(place.y() + FULL_HEIGHT + GAP)
        return place

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

    def paste(self) -> None:
        """Add what is on the clipboard beside what is there, and select it."""
        if not self.has_scene:
            return
        try:
            piece = pasted(QGuiApplication.clipboard().mimeData())
        except NetworkError as error:
            self.show_refusal(str(error))
            return
        self._add_piece(piece)

    def duplicate(self) -> None:
        """Add copies of the selected cards, without touching the clipboard."""
        if self.has_scene and self.selection():
            self._add_piece(pasted(copied(self.scene, self.selection())))

    def _add_piece(self, piece: Network) -> None:
        edit, ids = requests.add_copies(self.scene, piece, self._free_offset(piece))
        if self.request(edit):
            self.select(ids)
            self.ensure_visible_later(ids[0])

    def _free_offset(self, piece: Network) -> tuple[float, float]:
        """How far to shift pasted cards: beside what is there, in sight."""
        areas = [QRectF(*node.position, CARD_WIDTH, card_height(node)) for node in piece if node.position]
        if not areas:
            return 0.0, 0.0
        hull = reduce(QRectF.united, areas)
        visible = self.camera.area_to_scene(QRectF(self.rect()))
        shift = QPointF()
        if not visible.intersects(hull):
            shift = visible.center() - QPointF(CARD_WIDTH / 2, 0) - hull.topLeft()
            shift = QPointF(requests.snapped(shift.x()), requests.snapped(shift.y()))
        while self.scene.cards_in(hull.translated(shift)):
            shift.setX(shift.x() + _BESIDE)
        return shift.x(), shift.y()

    # Moving

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selected cards a little."""
        places = {id: self.scene.cards[id].rect.topLeft() for id in sorted(self.selection())}
        if places:
            self.request(requests.pinned(self.scene, {id: (p.x() + dx, p.y() + dy) for id, p in places.items()}))

    def arrange(self) -> None:
        """Lay out the whole network anew, as one edit."""
        if not self.has_scene or not self.scene.cards:
            return
        places = arrange(self.scene.network, self.scene.document.analysis)
        if self.request(Batch("Arrange", [Move(places)])):
            self.fit()

    def walk(self, way: Way) -> None:
        """Select the next card along the wires, or in the next branch."""
        order = self.document_order()
        if not order:
            return
        current = next((id for id in order if id in self.selection()), None)
        self.reveal(step(self.scene, current, way) if current else order[0])

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
