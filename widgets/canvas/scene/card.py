"""A card on the canvas: its face, its place and its ports."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF

from models.network import Edge
from widgets.canvas.scene.face import Face, Gist
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
    """One node as drawn. ``rect`` is the card without its error strip, in scene coordinates.

    Its face is made when somebody looks at it: an edit may give thousands of cards something else to say, of which
    some dozens are in sight.
    """

    __slots__ = ("_face", "_make", "gist", "id", "inputs", "outputs", "rect")

    def __init__(self, id: str, gist: Gist, make: Callable[[str], Face]) -> None:
        """A card whose face ``make`` answers for its id."""
        self.id = id
        self.gist = gist
        self.rect = QRectF(0, 0, CARD_WIDTH, SLIM_HEIGHT if gist.slim else FULL_HEIGHT)
        self.inputs: tuple[Port, ...] = ()
        self.outputs: tuple[Port, ...] = ()
        self._make = make
        self._face: Face | None = None

    @property
    def face(self) -> Face:
        """All that the card says."""
        if self._face is None:
            self._face = self._make(self.id)
        return self._face

    def renew(self, gist: Gist) -> bool:
        """Say something else; returns whether the card's size changed."""
        before, self._face = self.gist, None
        self.gist = gist
        if before.slim != gist.slim:
            self.rect.setHeight(SLIM_HEIGHT if gist.slim else FULL_HEIGHT)
        return before.slim != gist.slim or (before.problem is None) != (gist.problem is None)

    @property
    def height(self) -> float:
        """The height with the error strip."""
        return self.rect.height() + (STRIP_HEIGHT if self.gist.problem else 0.0)

    @property
    def area(self) -> QRectF:
        """The card with its error strip."""
        return QRectF(self.rect.x(), self.rect.y(), CARD_WIDTH, self.height)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The area as left, top, right, bottom."""
        rect = self.rect
        left, top = rect.x(), rect.y()
        return left, top, left + CARD_WIDTH, top + rect.height() + (STRIP_HEIGHT if self.gist.problem else 0.0)

    @property
    def strip(self) -> QRectF:
        """Where the error strip lies; empty without an error."""
        return QRectF(self.rect.x(), self.rect.bottom(), CARD_WIDTH, self.height - self.rect.height())

    @property
    def fix_button(self) -> QRectF:
        """Where Fix lies in the strip; empty where there is nothing that mends the error."""
        problem = self.gist.problem
        if not problem or not problem.mends:
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
