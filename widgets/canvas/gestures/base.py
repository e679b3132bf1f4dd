"""The contract of a gesture, and of the stage that it happens on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar, Protocol

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from models.document.edits import Edit
from models.network import Edge, Node
from widgets.basics.deeds import Deed
from widgets.canvas.camera import Camera
from widgets.canvas.editing.requests import Goal
from widgets.canvas.painting.marks import Marks
from widgets.canvas.remarks.places import Remarks
from widgets.canvas.scene.scene import Scene


class Stage(Protocol):
    """What a gesture may ask of the canvas."""

    camera: Camera
    marks: Marks

    @property
    def scene(self) -> Scene:
        """The cards and wires shown."""

    @property
    def remarks(self) -> Remarks:
        """The frames and notes shown."""

    def selection(self) -> frozenset[str]:
        """The ids of the selected cards."""

    def select(self, ids: Iterable[str]) -> None:
        """Select these cards and no others."""

    def pick_wire(self, edge: Edge) -> None:
        """Select a wire and nothing else."""

    def request(self, edit: Edit) -> bool:
        """Ask for an edit; returns whether it was made."""

    def new_node(self, kind: str) -> Node:
        """A layer of a kind that is not in the network yet."""

    def ask_for_layer(self, point: QPointF, end: Goal | None) -> None:
        """Ask for a layer at a place of the scene, wired to an end or put into a wire."""

    def offer(self, choices: Sequence[Deed], point: QPointF) -> None:
        """Let one of several things be chosen from a menu at a place of the scene."""

    def say(self, text: str) -> None:
        """Have a sentence read aloud that is also drawn."""

    def show_refusal(self, text: str) -> None:
        """Say why something could not be done."""

    def document_order(self) -> list[str]:
        """The ids in network order: sources first."""

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by pixels of the widget."""

    def ensure_visible(self, id: str) -> None:
        """Bring a card into view."""

    def panels(self) -> list[QRectF]:
        """What covers parts of the widget."""

    def rect(self) -> QRect:
        """The area of the widget."""

    def update(self) -> None:
        """Paint everything again, soon."""

    def repaint_scene(self, area: QRectF) -> None:
        """Paint an area of the scene again, soon."""

    def seize(self, ids: Collection[str]) -> None:
        """Be ready for a hand that has pressed on cards and may drag them."""

    def carry(self, ids: Collection[str], dx: float, dy: float) -> None:
        """Show cards elsewhere while a hand drags them."""

    def put_back(self) -> None:
        """Show what was carried where it was."""


class Gesture:
    """Something between pressing and releasing a button. Points are scene coordinates.

    The stage calls `move` while the pointer moves, then `finish`; or `cancel`, which leaves everything as it was.
    """

    cursor: ClassVar[Qt.CursorShape | None] = None
    pans: ClassVar[bool] = False
    """Whether the picture moves on while the pointer is at the edge of the canvas."""

    def __init__(self, stage: Stage, origin: QPointF) -> None:
        self.stage = stage
        self.origin = origin

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer moved."""

    def finish(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The button was released."""

    def cancel(self) -> None:
        """Escape, or the window lost the pointer."""

    def paint(self, painter: QPainter) -> None:
        """Draw above the cards, in scene coordinates."""
