"""Where the frames and notes of a scene lie, and which of them is at a point."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF

from models.network import Frame, Note
from models.network.remarks import LEAST_MARGINS
from widgets.canvas.scene.scene import Scene

HEADER = LEAST_MARGINS[1]
EDGE = 7.0
"""How near to its edge a frame or note is resized by it."""
_CLEAR = 3.0
"""What is painted around an area, such as its line."""
Part = Literal["body", "edge"]


class Remark(NamedTuple):
    """A frame or a note by its name."""

    name: str
    is_frame: bool


class Grip(NamedTuple):
    """What of a remark lies at a point: its body (the title, of a frame) or an edge, and which edges these are, -1 for
    left or top, 1 for right or bottom."""

    remark: Remark
    part: Part
    across: int = 0
    down: int = 0


class Remarks:
    """The places of frames and notes, which follow the cards. ``held`` are those that a hand moves, as it does so."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.held: dict[Remark, QRectF] = {}
        self._known: dict[Remark, QRectF] = {}
        self._told: dict[Remark, QRectF] = {}
        self._version = -1

    @property
    def boxes(self) -> dict[Remark, QRectF]:
        """All frames, then all notes, with their areas."""
        if self._version != self.scene.version:
            self._known, self._version = dict(self._find()), self.scene.version
        return self._known | self.held if self.held else self._known

    def _find(self) -> Iterator[tuple[Remark, QRectF]]:
        network = self.scene.network
        for name, ids in network.framed().items():
            area = self.around(ids)
            if not area.isEmpty():
                left, top, right, bottom = network.frames[name].margins
                yield Remark(name, True), area.adjusted(-left, -top, right, bottom)
        for name, note in network.notes.items():
            yield Remark(name, False), QRectF(QPointF(*note.position), QPointF(*note.position) + QPointF(*note.size))

    def around(self, ids: Iterable[str]) -> QRectF:
        """The area of some cards and of the wires among them."""
        known = [id for id in ids if id in self.scene.cards]
        area, inside = self.scene.bounds_of(known), set(known)
        for edge in (edge for id in known for edge in self.scene.network.edges_into(id) if edge.source in inside):
            if wire := self.scene.wire(edge):
                area |= wire.bounds
        return area

    def keep(self, ids: Collection[str]) -> None:
        """Know from now on those alone that belong to some layers: frames around no others; notes, if these are all."""
        whole = len(ids) == len(self.scene.cards)
        inside = {remark: self.members(remark) for remark in self.boxes if remark.is_frame}
        self._known = {
            remark: box
            for remark, box in self.boxes.items()
            if (set(inside[remark]) <= set(ids) if remark.is_frame else whole)
        }

    def renew(self) -> list[QRectF]:
        """Find everything anew; returns the areas that look otherwise than when this was last asked."""
        self._version = -1
        before, after = self._told, dict(self.boxes)
        self._told = after
        moved = [remark for remark in before.keys() | after.keys() if before.get(remark) != after.get(remark)]
        areas = [boxes[remark] for remark in moved for boxes in (before, after) if remark in boxes]
        return [area.adjusted(-_CLEAR, -_CLEAR, _CLEAR, _CLEAR) for area in areas]

    @property
    def bounds(self) -> QRectF:
        """The area of all of them."""
        area = QRectF()
        for box in self.boxes.values():
            area |= box
        return area

    def frame(self, remark: Remark) -> Frame:
        """What a frame is."""
        return self.scene.network.frames[remark.name]

    def note(self, remark: Remark) -> Note:
        """What a note is."""
        return self.scene.network.notes[remark.name]

    def notes(self) -> list[Note]:
        """The notes of all that is known."""
        return [self.note(remark) for remark in self.boxes if not remark.is_frame]

    def members(self, remark: Remark) -> list[str]:
        """The layers in a frame."""
        return self.scene.network.framed().get(remark.name, [])

    def inside(self, area: QRectF) -> list[str]:
        """The layers whose cards have their middle in an area."""
        return [card.id for card in self.scene.cards.values() if area.contains(card.area.center())]

    def at(self, point: QPointF, scale: float = 1.0) -> Grip | None:
        """What lies topmost at a point, for a hand at a zoom; within a frame lies nothing of it but its title."""
        reach = EDGE / max(scale, 0.25)
        for remark, box in reversed(self.boxes.items()):
            if not box.adjusted(-reach, -reach, reach, reach).contains(point):
                continue
            across, down = (
                _side(point.x(), box.left(), box.right(), reach),
                _side(point.y(), box.top(), box.bottom(), reach),
            )
            if across or down:
                return Grip(remark, "edge", across, down)
            if not remark.is_frame or point.y() < box.top() + HEADER:
                return Grip(remark, "body")
        return None


def _side(value: float, low: float, high: float, reach: float) -> int:
    if abs(value - high) <= reach:
        return 1
    return -1 if abs(value - low) <= reach else 0
