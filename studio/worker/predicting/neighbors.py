"""What an embedding tells of classes: those of the training examples that are nearest to it."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from models.training.objectives import Objective
from studio.worker.training.examples import Examples
from studio.worker.training.loop import outputs_of

MOST_KNOWN = 5_000
"""Training examples that an embedding is compared with."""
NEAREST = 10
"""How many of them have a vote."""
SAME = 1e-5
"""Vectors as near as this, by their length, are the same but for rounding: an example is no neighbor of itself."""
BREAKS_TIES = 1e-3


class Neighbors(NamedTuple):
    """Training examples by the ``vectors`` of an Output (in double precision, on the CPU), with the numbers of their
    ``classes``, of which there are ``known``; ``rows`` are their places in the training part."""

    vectors: Tensor
    classes: Tensor
    known: int
    rows: tuple[int, ...]

    @classmethod
    def of(cls, model: nn.Module, part: Examples, objective: Objective, place: int, rows: list[int]) -> Neighbors:
        """Those at some rows of a part, as a network embeds them at the Output of that place."""
        vectors, classes = [], []
        order = torch.tensor(rows, device=part.home).split(256)  # type: ignore[no-untyped-call]
        with torch.no_grad():
            for inputs, targets in part.batches(order):
                vectors.append(objective.predicted(outputs_of(model, inputs)[place].float()))
                classes.append(targets[place])
        every = torch.cat(classes)
        return cls(torch.cat(vectors).cpu().double(), every.cpu(), int(every.max()) + 1, tuple(rows))

    def nearest(self, vectors: Tensor, most: int = NEAREST) -> tuple[Tensor, Tensor]:
        """How far the nearest are from each of some vectors, and which they are, the nearest first; what is the same
        vector is infinitely far."""
        vectors = vectors.detach().cpu().double()
        away = torch.cdist(vectors, self.vectors)
        away = away.masked_fill(away <= SAME * vectors.norm(dim=1, keepdim=True), torch.inf)
        found = away.topk(min(most, len(self.vectors)), largest=False)
        return found.values, found.indices

    def scores(self, vectors: Tensor) -> Tensor:
        """Logarithms of the share that each class has among the nearest; where they stand alike the nearer decide."""
        away, which = self.nearest(vectors)
        ranks = torch.arange(away.shape[1], 0, -1, device=away.device)
        votes = torch.where(away.isfinite(), 1 + BREAKS_TIES * ranks, 0)
        shares = torch.zeros(len(vectors), self.known).scatter_add(1, self.classes[which], votes)
        total = shares.sum(1, keepdim=True)
        return torch.where(total > 0, shares / total, 1 / self.known).log().to(vectors.device)

    def closeness(self, vectors: Tensor) -> Tensor:
        """How near each vector is to the middle of each class: the distance, below 0, which has a slope everywhere."""
        members = torch.nn.functional.one_hot(self.classes, self.known).to(self.vectors)
        middles = members.T @ self.vectors / members.sum(0).clamp(min=1)[:, None]
        found = -torch.cdist(vectors, middles.to(vectors))
        return found.masked_fill((members.sum(0) == 0).to(found.device), -torch.inf)
