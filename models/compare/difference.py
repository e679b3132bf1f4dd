"""What a comparison finds: differences, each of one layer or setting, and what they do to the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from models.compare.values import ABSENT, FieldChange, value_text
from models.document import MAIN, Document
from models.kinds.layer import Shape

LAYER, PARAMETER, BLOCK = "layer", "parameter", "block"
FRAME, NOTE = "frame", "note"
ENTRY, NETWORK_ENTRY = "entry", "network entry"
"""Parts of a document that may differ, beside its sections “data” and “training”; the last two are entries that no
version of the format knows."""
ADDED, REMOVED, RENAMED, CHANGED, REWIRED = "added", "removed", "renamed", "changed", "rewired"
REORDERED, MOVED = "reordered", "moved"
FED_BY = "input"
"""The name of the change that tells what feeds a layer."""


class Difference(NamedTuple):
    """One thing that differs: a ``part`` of the document, ``what`` became of it, and the name it has on either side,
    "" on one that lacks it. ``kind`` is that of a layer, the newer one where it changed."""

    part: str
    what: str
    before: str
    after: str
    changes: tuple[FieldChange, ...] = ()
    kind: str = ""
    scope: str = MAIN

    @property
    def name(self) -> str:
        """The name of what differs, the newer one where it changed."""
        return self.after or self.before

    @property
    def key(self) -> tuple[str, ...]:
        """What names the same difference when it is looked at from the other side."""
        aspect = {ADDED: "there", REMOVED: "there"}.get(self.what, self.what)
        return self.scope, self.part, aspect, *sorted((self.before, self.after))

    def __str__(self) -> str:
        """The difference in words, without its name."""
        match self.what:
            case "added" | "removed":
                wires = [
                    f", {'from' if self.what == ADDED else 'was fed by'} {value_text(self._given(change))}"
                    for change in self.changes
                    if change.name == FED_BY
                ]
                return f"{self.kind or self.what}{''.join(wires)}"
            case "renamed":
                return f"renamed from {self.before}"
            case "rewired":
                return "; ".join(
                    f"{change.name} {value_text(change.before)} → {value_text(change.after)}" for change in self.changes
                )
            case "reordered":
                return "other order of layers in the document"
            case "moved":
                return "moved"
        return ", ".join(map(str, self.changes))

    def _given(self, change: FieldChange) -> object:
        return change.before if change.after is ABSENT else change.after


class ShapeChange(NamedTuple):
    """The shape at a layer's output on either side, None where it is not known; named as on the newer side."""

    name: str
    before: Shape | None
    after: Shape | None


class Quantity(NamedTuple):
    """A number of the whole network on either side."""

    name: str
    before: int
    after: int


class Effect(NamedTuple):
    """What the differences do to what is computed of the main network.

    ``shapes`` names the layers of both sides whose output has another shape, ``receptive_fields`` the outputs that see
    another region, ``quantities`` the totals, whether they differ or not.
    """

    shapes: tuple[ShapeChange, ...]
    receptive_fields: tuple[ShapeChange, ...]
    quantities: tuple[Quantity, ...]


class Comparison(NamedTuple):
    """Two documents and in what their meaning differs; moved cards are told apart.

    ``names`` gives by scope the ids in ``after`` of the layers that both have, by those in ``before``.
    """

    before: Document
    after: Document
    differences: tuple[Difference, ...]
    moved: tuple[Difference, ...]
    names: Mapping[str, Mapping[str, str]]

    @property
    def equal(self) -> bool:
        """Whether both mean the same."""
        return not self.differences
