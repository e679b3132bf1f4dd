"""What was worked out: the numbers of each pass, as plain arrays that travel between worker, window and terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

STAGES = ("Start", "Forward", "Loss", "Backward", "Update")
"""What is known at a point of a pass, each with all that came before."""


@dataclass
class Pass:
    """One forward and backward pass, and the update that follows.

    ``values`` are what layers give by id, N × their shape, ``gradients`` those of the loss by them; ``weights`` by name
    before the update, ``slopes`` their gradients, ``after`` behind it, ``state`` what the optimizer remembers then, by
    name of the weight and of the entry. ``probabilities`` are what a loss that applies softmax or sigmoid itself makes
    of an Output's scores.
    """

    values: dict[str, Numbers] = field(default_factory=dict)
    gradients: dict[str, Numbers] = field(default_factory=dict)
    weights: dict[str, Numbers] = field(default_factory=dict)
    slopes: dict[str, Numbers] = field(default_factory=dict)
    after: dict[str, Numbers] = field(default_factory=dict)
    state: dict[str, dict[str, Numbers]] = field(default_factory=dict)
    probabilities: dict[str, Numbers] = field(default_factory=dict)
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
        named |= {"next": self.after, "probability": self.probabilities}
        found = {f"{kind}/{name}": table for kind, tables in named.items() for name, table in tables.items()}
        return {**found, "loss": np.array(self.loss)}

    def cell(self, name: str) -> float | None:
        """The number in a cell; None where there is no such cell."""
        kind, *rest = name.split("/")
        table = self.tables().get("/".join((kind, *rest[:1])))
        try:
            place = tuple(map(int, rest[1:]))
            return None if table is None or len(place) != table.ndim else float(table[place])
        except (ValueError, IndexError):
            return None


@dataclass
class Walk:
    """Passes one after another; the last one is not followed by an update. ``targets`` are by Output, ``rate`` is the
    learning rate of all updates."""

    passes: list[Pass]
    targets: dict[str, Numbers]
    rate: float = 0.0

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
        return {"losses": losses, "rate": self.rate, "order": list(self.arrays())}

    @classmethod
    def of(cls, arrays: Mapping[str, Numbers], facts: Mapping[str, Any]) -> Walk:
        """What `arrays` and `facts` were made of; raises `ValueError` or `LookupError` for anything else."""
        walk = cls([Pass(losses=tuple(map(float, losses))) for losses in facts["losses"]], {}, float(facts["rate"]))
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


_FIELDS = {
    "value": "values",
    "gradient": "gradients",
    "weight": "weights",
    "slope": "slopes",
    "next": "after",
    "probability": "probabilities",
}
