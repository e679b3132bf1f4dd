"""What can be done with frames and notes on the canvas: put, edit, color, move by keys, take away."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from models.document import Content, Sheet
from models.document.edits import Batch, Edit
from models.document.remarks import AddRemarks, SetFrame, SetNote, free_name
from models.network import Frame, Network, Note, Position
from models.network.remarks import LONGEST_NOTE, LONGEST_TITLE
from widgets.canvas.editing.asking import Asking
from widgets.canvas.editing.clipboard import as_data
from widgets.canvas.editing.requests import pinned
from widgets.canvas.editing.snapping import snapped
from widgets.canvas.floating.text_editor import TextEditor
from widgets.canvas.remarks.places import HEADER, Remark
from widgets.canvas.remarks.room import room_for
from widgets.theme import px

_BESIDE = 24.0
"""How far beside a note its copy lies."""


class Remarking(Asking):
    """A canvas whose frames and notes can be picked, one at a time, and worked on."""

    def __init__(self, apply: Callable[[Edit], bool] | None, parent: QWidget | None) -> None:
        super().__init__(apply, parent)
        self._writing: TextEditor | None = None

    def set_document(self, document: Sheet | None) -> None:
        if self._writing:
            self._writing.finish(take=False)  # what is written belongs to the document before
        super().set_document(document)

    # Picking

    def select(self, ids: Iterable[str]) -> None:
        super().select(ids)
        self._pick_remark(None)

    def pick_remark(self, remark: Remark) -> None:
        """Pick a frame or a note and nothing else."""
        self.select(())
        self._pick_remark(remark)
        if remark.is_frame:
            count = len(self.remarks.members(remark))
            self.say(f"Frame {self.remarks.frame(remark).title}, {count} layer{'s' * (count != 1)}")
        else:
            self.say(f"Note: {self.remarks.note(remark).text[:80]}")

    def _pick_remark(self, remark: Remark | None) -> None:
        if remark != self.picked_remark:
            self.picked_remark = remark
            self.update()

    def pick_next_remark(self) -> None:
        """Pick the frame or note after the picked one, and bring it into view."""
        known = list(self.remarks.boxes) if self.has_scene else []
        if not known:
            self.show_refusal("There are no frames and no notes yet.")
            return
        place = known.index(self.picked_remark) + 1 if self.picked_remark in known else 0
        self.pick_remark(known[place % len(known)])
        self.show_area(self.remarks.boxes[known[place % len(known)]])

    # Putting

    def frame_layers(self) -> None:
        """Put a frame around the selected cards, and ask for its title."""
        ids = [id for id in self.scene.cards if id in self.selection()] if self.has_scene else []
        if not ids:
            self.show_refusal("Select the layers first; Ctrl+J then puts a frame around them.")
            return
        name = free_name(self.scene.network.frames, "frame")
        framed = SetFrame(name, Frame("Frame"), ids)
        if self.request(Batch(framed.label, [framed, pinned(self.scene, self._room_beside(name, ids))])):
            self.pick_remark(Remark(name, True))
            self.edit_remark()

    def _room_beside(self, name: str, ids: list[str]) -> dict[str, Position]:
        """Where cards lie once a new frame around some of them covers no others."""
        network = self.scene.network.copy()
        network.set_frames(network.frames | {name: Frame()}, dict.fromkeys(ids, name))
        return room_for(network, {id: card.area for id, card in self.scene.cards.items()}, [name])

    def arranged(self) -> dict[str, Position]:
        places, network = super().arranged(), self.scene.network
        sizes = {id: self.scene.cards[id].area.size() for id in places}
        boxes = {id: QRectF(QPointF(*place), sizes[id]) for id, place in places.items()}
        return places | room_for(network, boxes, network.framed())

    def add_note(self, at: QPointF | None = None) -> None:
        """Ask for the text of a new note ``at`` a place, at the pointer, or in the middle of the view."""
        if not self.has_scene:
            return
        place = at or self._pointer() or self.camera.to_scene(QPointF(self.rect().center()))
        note = Note("", (snapped(place.x()), snapped(place.y())))
        name = free_name(self.scene.network.notes, "note")
        area = QRectF(QPointF(*note.position), QPointF(*note.position) + QPointF(*note.size))

        def put(text: str) -> None:
            if text.strip() and self.request(SetNote(name, note._replace(text=text))):
                self.pick_remark(Remark(name, False))

        self._write(area, "", put)

    # Changing

    def edit_remark(self) -> None:
        """Edit the title of the picked frame, or the text of the picked note, in place."""
        remark = self.picked_remark
        if remark is None or remark not in self.remarks.boxes:
            return
        area = self.remarks.boxes[remark]
        self.show_area(area)
        if remark.is_frame:
            frame = self.remarks.frame(remark)
            head = QRectF(area.x(), area.y(), area.width(), HEADER)
            self._write(head, frame.title, lambda text: self._title(remark, text), line=True)
        else:
            self._write(area, self.remarks.note(remark).text, lambda text: self._note(remark, text))

    def _title(self, remark: Remark, text: str) -> None:
        if remark in self.remarks.boxes and text != self.remarks.frame(remark).title:
            self.request(SetFrame(remark.name, self.remarks.frame(remark)._replace(title=text)))

    def _note(self, remark: Remark, text: str) -> None:
        if remark in self.remarks.boxes and text != self.remarks.note(remark).text:
            self.request(SetNote(remark.name, self.remarks.note(remark)._replace(text=text) if text.strip() else None))

    def color_remark(self, shade: str) -> None:
        """Color the picked frame or note."""
        remark = self.picked_remark
        if remark is None:
            return
        if remark.is_frame:
            self.request(SetFrame(remark.name, self.remarks.frame(remark)._replace(color=shade)))
        else:
            self.request(SetNote(remark.name, self.remarks.note(remark)._replace(color=shade)))

    def select_framed(self) -> None:
        """Select the layers in the picked frame."""
        if self.picked_remark and self.picked_remark.is_frame:
            self.select(self.remarks.members(self.picked_remark))

    def _write(self, area: QRectF, text: str, then: Callable[[str], object], *, line: bool = False) -> None:
        if self._writing:
            self._writing.finish()
        over, name = self.camera.area_to_widget(area), "Title of the frame" if line else "Text of the note"
        self._writing = TextEditor(self, over, text, name, LONGEST_TITLE if line else LONGEST_NOTE, line=line)
        self._writing.chosen.connect(then)
        self._writing.closed.connect(self._forget_writing)

    def _forget_writing(self) -> None:
        self._writing = None
        self.setFocus()

    # What keys and menus do with whatever is selected

    def rename(self) -> None:
        self.edit_remark() if self.picked_remark else super().rename()

    def activate(self) -> None:
        self.edit_remark() if self.picked_remark else super().activate()

    def delete(self, heal: bool = True) -> None:
        remark = self.picked_remark
        if remark is None:
            super().delete(heal)
        else:
            self.request(SetFrame(remark.name, None) if remark.is_frame else SetNote(remark.name, None))

    def copy(self) -> bool:
        remark = self.picked_remark
        if remark is None:
            return super().copy()
        if remark.is_frame:
            self.select_framed()
            return super().copy()
        note = self.remarks.note(remark)
        QGuiApplication.clipboard().setMimeData(as_data(Content(Network(notes={remark.name: note}))))
        return True

    def cut(self) -> None:
        remark = self.picked_remark
        if remark is None or remark.is_frame:
            super().cut()
        elif self.copy():
            self.delete()

    def duplicate(self) -> None:
        remark = self.picked_remark
        if remark is None:
            super().duplicate()
        elif remark.is_frame:
            self.select_framed()
            super().duplicate()
        else:
            self._add_notes(Network(notes={remark.name: self.remarks.note(remark)}), None)

    def _add_piece(self, piece: Network, at: QPointF | None = None) -> None:
        if piece.nodes:
            super()._add_piece(piece, at)
        else:
            self._add_notes(piece, at)

    def _add_notes(self, piece: Network, at: QPointF | None) -> None:
        """Add copies of notes, each around a place of the scene or a little beside where it was."""
        added: dict[str, Note] = {}
        for note in piece.notes.values():
            name = free_name([*self.scene.network.notes, *added], "note")
            x, y = (at.x() - note.size[0] / 2, at.y() - note.size[1] / 2) if at else note.position
            place = QPointF(snapped(x), snapped(y))
            while any(box.topLeft() == place for box in self.remarks.boxes.values()):
                place += QPointF(_BESIDE, _BESIDE)
            added[name] = note._replace(position=(place.x(), place.y()))
        if self.request(AddRemarks({}, added)):
            self.pick_remark(Remark(next(iter(added)), False))

    def nudge(self, dx: float, dy: float) -> None:
        remark = self.picked_remark
        if remark is None:
            super().nudge(dx, dy)
        elif remark.is_frame:
            places = {id: self.scene.cards[id].rect.topLeft() for id in self.remarks.members(remark)}
            self.request(pinned(self.scene, {id: (p.x() + dx, p.y() + dy) for id, p in places.items()}))
        else:
            note = self.remarks.note(remark)
            self.request(SetNote(remark.name, note._replace(position=(note.position[0] + dx, note.position[1] + dy))))

    def show_area(self, area: QRectF) -> None:
        """Move the picture as little as brings an area into view."""
        shown, room = self.camera.area_to_widget(area), QRectF(self.rect()).adjusted(px(16), px(16), -px(16), -px(16))
        dx = max(min(0.0, room.right() - shown.right()), room.left() - shown.left())
        dy = max(min(0.0, room.bottom() - shown.bottom()), room.top() - shown.top())
        if dx or dy:
            self.pan(dx, dy)
