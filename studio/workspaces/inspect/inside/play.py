"""What is done to a sample and to the network while playing, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Change:
    """A layer that is not as it was learned: some ``units`` give 0 (None: all of it does), or it is passed by."""

    layer: str
    units: tuple[int, ...] | None = None
    bypass: bool = False

    def argument(self) -> dict[str, Any]:
        """As it is asked."""
        if self.bypass:
            return {"layer": self.layer, "bypass": True}
        return {"layer": self.layer} if self.units is None else {"layer": self.layer, "units": list(self.units)}

    def words(self) -> str:
        """As it is told."""
        if self.bypass:
            return f"{self.layer} bypassed"
        if self.units is None:
            return f"{self.layer} off"
        unit = "unit" if len(self.units) == 1 else "units"
        return f"{self.layer} {unit} {', '.join(map(str, self.units))} off"


@dataclass(frozen=True)
class Play:
    """``noise`` and ``brightness`` in hundredths of the span, shifts in pixels, ``moved`` by how many tenths of a
    standard deviation the number at ``place`` is raised (for an image the pixel there, in all channels); ``word`` is
    the token that comes there, -1 for the sample's own."""

    noise: int = 0
    brightness: int = 0
    right: int = 0
    down: int = 0
    place: int = -1
    moved: int = 0
    word: int = -1
    changes: tuple[Change, ...] = ()
    swap: tuple[int, int] | None = None

    def with_slider(self, name: str, value: int) -> Play:
        """One of the numbers otherwise, by its name."""
        numbers: dict[str, Any] = {name: value}
        return replace(self, **numbers)

    def with_change(self, change: Change) -> Play:
        """One change more: units that are off in one layer stand together, and what is off or bypassed as a whole
        takes their place."""
        others = tuple(item for item in self.changes if item.layer != change.layer)
        own = next((item for item in self.changes if item.layer == change.layer), None)
        if own is not None and own.units is not None and change.units is not None:
            change = replace(change, units=tuple(sorted({*own.units, *change.units})))
        return replace(self, changes=(*others, change))

    def of_network(self) -> Play:
        """What is done to the network alone: another sample is as it is."""
        return Play(changes=self.changes, swap=self.swap)

    def network_arguments(self) -> dict[str, Any]:
        """What is asked of the changed network."""
        swap = {"swap": list(self.swap)} if self.swap else {}
        return {"changes": [change.argument() for change in self.changes], **swap} if self.changes else swap

    def sample_arguments(self, shape: Sequence[int], *, tokens: bool) -> dict[str, Any]:
        """What is asked of the altered sample, of a ``shape``; of tokens one can be another."""
        if tokens:
            return {"words": [[self.place, self.word]]} if self.place >= 0 and self.word >= 0 else {}
        found: dict[str, Any] = {"noise": self.noise / 100, "brightness": self.brightness / 100}
        if self.right or self.down:
            # A sequence is seen with its steps to the right, whichever side of it they are.
            turned = len(shape) == 2 and shape[0] >= shape[1]
            found["shift"] = [self.down, self.right] if turned else [self.right, self.down]
        if self.moved and self.place >= 0:
            plane = shape[1] * shape[2] if len(shape) == 3 else 0
            channels = shape[0] if plane else 1
            found["moves"] = [[channel * plane + self.place, self.moved / 10] for channel in range(channels)]
        return found


class Steps:
    """The states that were gone through. What one slider does while it is dragged is one step."""

    def __init__(self) -> None:
        self.present = Play()
        self._past: list[Play] = []
        self._future: list[Play] = []
        self._last = ""

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether a step was taken back."""
        return bool(self._future)

    def go(self, state: Play, by: str = "") -> None:
        """Take a step; several in a row ``by`` the same slider are one."""
        if state == self.present:
            return
        if not by or by != self._last or not self._past:
            self._past.append(self.present)
        self.present, self._future, self._last = state, [], by

    def undo(self) -> None:
        """Take the last step back."""
        if self._past:
            self._future.append(self.present)
            self.present, self._last = self._past.pop(), ""

    def redo(self) -> None:
        """Take it again."""
        if self._future:
            self._past.append(self.present)
            self.present, self._last = self._future.pop(), ""

    def begin(self, state: Play) -> None:
        """Begin anew."""
        self.present, self._past, self._future, self._last = state, [], [], ""
