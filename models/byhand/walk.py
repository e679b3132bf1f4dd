"""What was worked out: the numbers of each pass, as plain arrays that travel between worker, window and terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from models.byhand.exercise import TRAINING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

Place = tuple[int, ...]


def cell(table: str, place: Place, turn: int = 0) -> str:
    """The name of a cell: its table, its place, and behind the first pass the number of its pass, as ``…/0/1@2``.

    A weight before a later pass is the new weight of the pass before it: one number has one name.
    """
    kind, _, rest = table.partition("/")
    if turn and kind == "weight":
        table, turn = f"next/{rest}", turn - 1
    name = "/".join((table, *map(str, place)))
    return f"{name}@{turn + 1}" if turn else name


STAGES = ("Start", "Forward", "Loss", "Backward", "Update")
"""What is known at a point of a pass, each with all that came before."""


@dataclass
class Pass:
    """One forward and backward pass, and the update that follows.

    ``values`` are what layers give by id, N × their shape, ``gradients`` those of the loss by them; ``weights`` by name
    before the update, ``slopes`` their gradients, ``after`` behind it, ``state`` what the optimizer remembers then, by
    name of the weight and of the entry. ``probabilities`` are what a loss that applies softmax or sigmoid itself makes
    of an Output's scores, ``masks`` what dropout drew. Outputs of a layer other than the first stand as ``id:port``.
    """

    values: dict[str, Numbers] = field(default_factory=dict)
    gradients: dict[str, Numbers] = field(default_factory=dict)
    weights: dict[str, Numbers] = field(default_factory=dict)
    slopes: dict[str, Numbers] = field(default_factory=dict)
    after: dict[str, Numbers] = field(default_factory=dict)
    state: dict[str, dict[str, Numbers]] = field(default_factory=dict)
    probabilities: dict[str, Numbers] = field(default_factory=dict)
    masks: dict[str, Numbers] = field(default_factory=dict)
    losses: tuple[float, ...] = ()
    """The loss that is trained; behind it, if there are several Outputs, that of each."""

    @property
    def loss(self) -> float:
        """The loss that is trained."""
        return self.losses[0]

    def tables(self) -> dict[str, Numbers]:
        """All tables by the first two parts of their cells' names."""
        import numpy as np

        named = {"value": self.values, "gradient": self.gradients, "weight": self.weights, "slope": self.slopes}
        named |= {"next": self.after, "probability": self.probabilities, "mask": self.masks}
        found = {f"{kind}/{name}": table for kind, tables in named.items() for name, table in tables.items()}
        return {**found, "loss": np.array(self.loss)}

    def cell(self, name: str) -> float | None:
        """The number in a cell; None where there is no such cell."""
        kind, *rest = name.split("/")
        if kind == "state" and len(rest) > 1:
            table, rest = self.state.get(rest[0], {}).get(rest[1]), rest[1:]
        else:
            table = self.tables().get("/".join((kind, *rest[:1])))
        try:
            place = tuple(map(int, rest[1:]))
            return None if table is None or len(place) != table.ndim else float(table[place])
        except (ValueError, IndexError):
            return None


@dataclass
class Walk:
    """Passes one after another; the last one is not followed by an update. ``targets`` are by Output, ``rate`` is the
    learning rate of all updates, ``mode`` one of `models.byhand.exercise.MODES`."""

    passes: list[Pass]
    targets: dict[str, Numbers]
    rate: float = 0.0
    mode: str = TRAINING

    def tables(self) -> dict[str, Numbers]:
        """The tables of all passes, the numbers themselves."""
        return {name: table for name, table in self.arrays().items() if not name.startswith("target/")}

    def cell(self, name: str) -> float | None:
        """The number in a cell of any pass, as ``value/fc1/0/0@2`` of the second; None where there is none."""
        own, _, turn = name.partition("@")
        index = int(turn) - 1 if turn.isdecimal() else 0 if not turn else -1
        return self.passes[index].cell(own) if 0 <= index < len(self.passes) else None

    def arrays(self) -> dict[str, Numbers]:
        """All numbers by name, as an answer holds them."""
        found = {f"target/{id}": table for id, table in self.targets.items()}
        for number, item in enumerate(self.passes):
            found |= {f"{number}/{name}": table for name, table in item.tables().items() if name != "loss"}
            for name, entries in item.state.items():
                found |= {f"{number}/state/{name}/{entry}": table for entry, table in entries.items()}
        return found

    def facts(self) -> dict[str, Any]:
        """What is no array, and the order of the arrays, which a file of them forgets."""
        losses = [list(item.losses) for item in self.passes]
        return {"losses": losses, "rate": self.rate, "mode": self.mode, "order": list(self.arrays())}

    @classmethod
    def of(cls, arrays: Mapping[str, Numbers], facts: Mapping[str, Any]) -> Walk:
        """What `arrays` and `facts` were made of; raises `ValueError` or `LookupError` for anything else."""
        walk = cls([Pass(losses=tuple(map(float, losses))) for losses in facts["losses"]], {}, float(facts["rate"]))
        walk.mode = str(facts["mode"])
        for name in facts["order"]:
            table = arrays[name]
            number, kind, *rest = name.split("/")
            if number == "target":
                walk.targets[kind] = table
            elif kind == "state":
                walk.passes[int(number)].state.setdefault(rest[0], {})[rest[1]] = table
            else:
                getattr(walk.passes[int(number)], _FIELDS[kind])[rest[0]] = table
        return walk


TINY = 1e-10
"""Below this a number may be what rounding left of a difference that is 0; whether it is, a second walk tells."""


def has_tiny(tables: Iterable[Numbers]) -> bool:
    """Whether a table holds a number that may be nothing but rounding."""
    return any(((table != 0) & (abs(table) < TINY)).any() for table in tables)


def drop_noise(table: Numbers, nudged: Numbers) -> None:
    """Set to 0 the tiny numbers of which not one digit stays where all that is given changes in its last one.

    ``nudged`` holds the same numbers worked so. What rounding left of a difference then comes out otherwise; a number
    that is really small keeps its digits. The rule is CESTAC's (Vignes, "A stochastic arithmetic for reliable
    scientific computation", 1993).
    """
    lost = (abs(table) < TINY) & (abs(table - nudged) > 0.5 * abs(table))
    table[lost] = 0.0


_FIELDS = {
    "value": "values",
    "gradient": "gradients",
    "weight": "weights",
    "slope": "slopes",
    "next": "after",
    "probability": "probabilities",
    "mask": "masks",
}
