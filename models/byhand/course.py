"""Where somebody is in a walk: which pass, which of its stages, and how many layers of the stage were walked."""

from __future__ import annotations

from typing import NamedTuple

START, FORWARD, LOSS, BACKWARD, UPDATE = range(5)


class Position(NamedTuple):
    """A place in a walk: how many passes are behind, the stage, and how many of its layers were walked."""

    turn: int = 0
    stage: int = START
    layers: int = 0


class Course(NamedTuple):
    """The layers of a pass in the order in which they give values, and in which gradients come back."""

    forward: tuple[str, ...] = ()
    backward: tuple[str, ...] = ()

    def _count(self, stage: int) -> int:
        return {FORWARD: len(self.forward), BACKWARD: len(self.backward)}.get(stage, 0)

    def to(self, stage: int, here: Position) -> Position:
        """The end of a stage: of this pass where it is not reached yet, else of the next one."""
        reached = here.stage > stage or (here.stage == stage and here.layers >= self._count(stage))
        return Position(here.turn + reached, stage, self._count(stage))

    def step(self, here: Position) -> Position:
        """One layer on, or one stage."""
        if here.layers < self._count(here.stage):
            return here._replace(layers=here.layers + 1)
        if here.stage == UPDATE:
            return Position(here.turn + 1, FORWARD, min(1, self._count(FORWARD)))
        return Position(here.turn, here.stage + 1, min(1, self._count(here.stage + 1)))

    def shows(self, table: str, here: Position) -> bool:
        """Whether a table (the first two parts of a cell's name) is known there."""
        kind, _, name = table.partition("/")
        name = name.partition(":")[0]
        if kind == "weight":
            return True
        if kind in ("value", "mask"):
            return here.stage > FORWARD or name in self.forward[: here.layers if here.stage == FORWARD else 0]
        if kind in ("probability", "loss"):
            return here.stage >= LOSS
        if kind == "next":
            return here.stage >= UPDATE
        if here.stage != BACKWARD:
            return here.stage > BACKWARD
        walked = self.backward[: here.layers]
        return (name if kind == "gradient" else name.partition(".")[0]) in walked

    def current(self, here: Position) -> str:
        """The layer that was walked last, "" between stages."""
        order = {FORWARD: self.forward, BACKWARD: self.backward}.get(here.stage, ())
        return order[here.layers - 1] if 0 < here.layers <= len(order) else ""
