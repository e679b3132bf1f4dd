"""A card on the canvas: its face, its place and its ports."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF

from models.network import Edge
from widgets.canvas.scene.face import Face
from widgets.canvas.scene.measures import CARD_WIDTH, FULL_HEIGHT, SLIM_HEIGHT, STRIP_HEIGHT


class End(NamedTuple):
    """An end that a wire can have: a port of a node, named, at its output or its input side."""

    node: str
    port: str
    output: bool


class Port(NamedTuple):
    """A port as drawn: its end, the wire that reaches it (None if free) and how far it lies from the card's center."""

    end: End
    edge: Edge | None
    offset: float


class Card:
    """One node as drawn. ``rect`` is the card without its error strip, in scene coordinates."""

    __slots__ = ("face", "id", "inputs", "outputs", "rect")

    def __init__(self, id: str, face: Face) -> None:
        self.id = id
        self.face = face
        self.rect = QRectF(0, 0, CARD_WIDTH, SLIM_HEIGHT if face.slim else FULL_HEIGHT)
        self.inputs: tuple[Port, ...] = ()
        self.outputs: tuple[Port, ...] = ()

    def set_face(self, face: Face) -> bool:
        """Say something else; returns whether the card's size changed."""
        before = self.height
        self.face = face
        self.rect.setHeight(SLIM_HEIGHT if face.slim else FULL_HEIGHT)
        return self.height != before

    @property
    def height(self) -> float:
        """The height with the error strip."""
        return self.rect.height() + (STRIP_HEIGHT if self.face.problem else 0.0)

    @property
    def area(self) -> QRectF:
        """The card with its error strip."""
        return QRectF(self.rect.x(), self.rect.y(), CARD_WIDTH, self.height)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The area as left, top, right, bottom."""
        rect = self.rect
        left, top = rect.x(), rect.y()
        return left, top, left + CARD_WIDTH, top + rect.height() + (STRIP_HEIGHT if self.face.problem else 0.0)

    @property
    def strip(self) -> QRectF:
        """Where the error strip lies; empty without an error."""
        return QRectF(self.rect.x(), self.rect.bottom(), CARD_WIDTH, self.height - self.rect.height())

    @property
    def fix_button(self) -> QRectF:
        """Where Fix lies in the strip; empty where there is nothing that mends the error."""
        if not self.face.problem or not self.face.problem.mends:
            return QRectF()
        return QRectF(self.rect.right() - 52, self.rect.bottom() + 5, 42, STRIP_HEIGHT - 10)

    @property
    def ports(self) -> tuple[Port, ...]:
        """All ports, inputs first."""
        return self.inputs + self.outputs

    def place(self, port: Port) -> QPointF:
        """The center of a port."""
        bottom = self.rect.y() + self.height
        return QPointF(self.rect.x() + CARD_WIDTH / 2 + port.offset, bottom if port.end.output else self.rect.y())
