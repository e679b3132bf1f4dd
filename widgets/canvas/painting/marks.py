"""What the view adds to the cards: selection, pointer, running layers, measures and pictures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from PySide6.QtGui import QImage

from models.network import Edge
from widgets.canvas.painting.heat import Heat
from widgets.canvas.scene.card import End, Port


@dataclass
class Marks:
    """What the view adds to the cards: selection, pointer and running layers.

    While a wire is drawn ``targets`` are the ends that would take it, ``target`` the card it has reached, ``refused``
    the one that will not have it. ``found`` are the cards that a search lights up.
    """

    selected: Collection[str] = frozenset()
    found: Collection[str] = frozenset()
    hovered: str = ""
    hovered_port: Port | None = None
    hovered_wires: frozenset[Edge] = frozenset()
    chosen_wires: frozenset[Edge] = frozenset()
    running: Collection[str] = frozenset()
    phase: float = 0.0
    heat: Mapping[str, Heat] = field(default_factory=dict)
    outputs: Mapping[str, QImage] = field(default_factory=dict)
    """What layers give for a sample, as strips in place of how many weights they have."""
    targets: Collection[End] = frozenset()
    target: str = ""
    refused: str = ""
    numbers: bool = True
    """Whether cards tell shapes, settings and counts beside their kind and name."""
