"""The examples that a question is about: parts of a data set in a row, batch by batch or chosen ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.metrics import EMBEDDING, SEQUENCE
from models.training.objectives import Objective
from studio.data import Data
from studio.data.frames.windows import are_windows
from studio.worker.predicting.neighbors import Neighbors
from studio.worker.probing.errors import ProbeError
from studio.worker.training.examples import Examples, Pair
from studio.worker.training.loop import in_order

MOST_AT_ONCE = 512
"""Chosen examples that are taken together."""


class Goal(NamedTuple):
    """An Output: its objective, its place among the outputs, the names of its classes (None for numbers).

    Of an embedding ``neighbors`` tell the classes that it is near to; where they are not known it is numbers. A
    sequence that is read off has as many places as its targets.
    """

    objective: Objective
    place: int
    classes: tuple[str, ...] | None
    shape: tuple[int, ...]
    """The shape of the targets of an example, as they are stored."""
    neighbors: Neighbors | None = None

    @property
    def picks_one(self) -> bool:
        """Whether each answer is one class out of several, whatever the loss."""
        return self.targets == "classes" or (len(self.classes or ()) > 2 and not self.shape)

    @property
    def targets(self) -> str:
        """The form of its answers, which those of its targets have, too: "classes", "binary" or "numbers"."""
        answers = self.objective.answers
        if answers != EMBEDDING:
            return "classes" if answers == SEQUENCE else answers
        return "numbers" if self.neighbors is None else "classes"

    def predicted(self, output: Tensor) -> Tensor:
        """An output as pages read it: scores, or numbers in the units of the data."""
        read: Tensor = self.objective.predicted(output)
        if self.objective.loss.answers == SEQUENCE and self.shape:
            return read[:, :, : self.shape[0]]
        return read if self.neighbors is None else self.neighbors.scores(read)


@dataclass(frozen=True)
class Rows:
    """Examples counted through ``parts``, with the data that they are of and the ``inputs`` of the network by id."""

    data: Data
    parts: tuple[Examples, ...]
    numbers: tuple[int, ...]
    """For each part whether it is training (0), validation (1) or test (2)."""
    inputs: tuple[str, ...]

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def batches(self, size: int) -> Iterator[Pair]:
        """All examples in order."""
        for part in self.parts:
            yield from part.batches(in_order(len(part), size, part.home))

    def some(self, most: int, seed: int = 0) -> list[int]:
        """At most so many examples, in order, spread by chance."""
        if len(self) <= most:
            return list(range(len(self)))
        chosen = np.random.default_rng(seed).choice(len(self), most, replace=False)
        return sorted(chosen.tolist())

    def pick(self, rows: Sequence[int]) -> Pair:
        """Chosen examples, as the network and the losses take them; raises `ProbeError` where there is none such."""
        if not rows or len(rows) > MOST_AT_ONCE or not all(0 <= row < len(self) for row in rows):
            raise ProbeError(f"There is no such sample: the data has {len(self):,}. Choose another one.")
        pairs = [self._one(row) for row in rows]
        inputs = zip(*(pair[0] for pair in pairs), strict=True)
        targets = zip(*(pair[1] for pair in pairs), strict=True)
        return tuple(torch.cat(values) for values in inputs), tuple(torch.cat(values) for values in targets)

    def values(self, rows: Sequence[int], input: str = "") -> NDArray[Any]:
        """Chosen examples of one Input as they are stored, the first Input by default."""
        column = self.data.input(input or self.inputs[0])
        places = [self.place(row) for row in rows]
        return np.stack([column.every[part][row] for part, row in places])

    def sounds(self, rows: Sequence[int], input: str = "") -> dict[str, NDArray[Any]]:
        """Of chosen windows of recordings how many frames lie before and behind them, ``padding``, and where they are
        of sound the ``waves``; nothing for other examples."""
        column = self.data.input(input or self.inputs[0])
        parts = column.every
        windows = [(parts[part], row) for part, row in map(self.place, rows)]
        told = [(part.padding(row), part.wave(row)) for part, row in windows if are_windows(part)]
        if not told:
            return {}
        waves = [wave for _, wave in told if wave is not None]
        found: dict[str, NDArray[Any]] = {"padding": np.array([padding for padding, _ in told], np.int64)}
        return found | ({"waves": np.stack(waves).astype(np.float32)} if len(waves) == len(told) else {})

    def place(self, row: int) -> tuple[int, int]:
        """The part (0 training, 1 validation, 2 test) and the row in it."""
        for number, part in zip(self.numbers, self.parts, strict=True):
            if row < len(part):
                return number, row
            row -= len(part)
        raise IndexError(row)

    def _one(self, row: int) -> Pair:
        for part in self.parts:
            if row < len(part):
                return next(part.batches([torch.tensor([row], device=part.home)]))
            row -= len(part)
        raise IndexError(row)


def ready(rows: Rows, values: NDArray[Any], input: int = 0) -> Tensor:
    """Values of an Input, as they would be stored, as the network takes them."""
    part = rows.parts[0]
    return part.feeds[input].ready(torch.from_numpy(np.ascontiguousarray(values)).to(part.device).clone())
