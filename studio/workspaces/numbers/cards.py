"""The cards of a pass: one a layer, with the tables that it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.byhand.walk import Pass, Walk
from models.network import Network

Tables = dict[str, NDArray[Any]]


def tables_of(walk: Walk, index: int) -> Tables:
    """All tables of a pass, with targets and what the optimizer remembers."""
    now = walk.passes[index]
    found = {**now.tables(), **{f"target/{id}": table for id, table in walk.targets.items()}}
    for name, entries in now.state.items():
        found |= {f"state/{name}/{entry}": table for entry, table in entries.items()}
    return found


def rows_by_layer(network: Network, walk: Walk, order: Sequence[str]) -> Iterator[tuple[str, list[list[str]]]]:
    """For each layer in order, then each Output, its tables in rows as they stand on its card."""
    now, done = walk.passes[0], set[str]()
    for id in order:
        mask = [f"mask/{id}"] if id in now.masks else []
        rows = [[*mask, f"value/{id}", *([f"gradient/{id}"] if id in now.gradients else [])]]
        for name in (f"{id}:{port}" for port in network[id].outputs[1:]):
            if name in now.values:
                rows.append([f"value/{name}", *([f"gradient/{name}"] if name in now.gradients else [])])
        for name in now.weights:
            if name.partition(".")[0] == network[id].attribute and name not in done:
                done.add(name)
                rows.append(_of_weight(now, name))
        yield id, rows
    for place, id in enumerate(walk.targets):
        probability = [f"probability/{id}"] if id in now.probabilities else []
        yield id, [[f"target/{id}", *probability, *(["loss"] if place == 0 else [])]]


def _of_weight(now: Pass, name: str) -> list[str]:
    slope = [f"slope/{name}"] if name in now.slopes else []
    state = [f"state/{name}/{entry}" for entry in now.state.get(name, {})]
    return [f"weight/{name}", *slope, *state, *([f"next/{name}"] if name in now.after else [])]


def signature(rows: Mapping[str, list[list[str]]], tables: Tables) -> object:
    """What cards are made for: other tables need other cards."""
    return [(id, row) for id, row in rows.items()], {name: table.ndim for name, table in tables.items()}


def differences(before: Tables, now: Tables) -> dict[str, NDArray[np.bool_]]:
    """By table, which cells are not what they were; a table of another shape is new as a whole."""
    return {
        name: table != before[name] if table.shape == before[name].shape else np.ones(table.shape, bool)
        for name, table in now.items()
        if name in before
    }


class Changes:
    """Which cells are not what they were before the last edit, at the same place of the walk."""

    def __init__(self) -> None:
        self.cells: dict[str, NDArray[np.bool_]] = {}
        self._before: Tables = {}

    def forget(self) -> None:
        """Another place, or another document: nothing has changed."""
        self.cells, self._before = {}, {}

    def note(self, now: Tables) -> None:
        """Compare with what was noted before; where nothing differs, what changed last stays lit."""
        differing = differences(self._before, now)
        if any(each.any() for each in differing.values()):
            self.cells = differing
        self._before = now
