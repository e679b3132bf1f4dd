"""Drawing examples by their classes: plain functions, which exported scripts contain word for word."""

from __future__ import annotations

import torch
from torch import Tensor


def draw_weights(labels: Tensor) -> Tensor:
    """How likely each example is to be drawn, so that all classes are drawn alike: one over the size of its class."""
    return 1 / torch.bincount(labels)[labels].double()


def drawn(
    weights: Tensor, size: int, order: torch.Generator, device: torch.device | str, skips_single: bool
) -> tuple[Tensor, ...]:
    """The batches of an epoch as indices: as many draws as there are examples, each by their weights, with replacement.

    A last batch of one example is left out if ``skips_single``: batch normalization cannot train on it.
    """
    ends = weights.cpu().cumsum(0)
    places = torch.rand(len(ends), generator=order, dtype=torch.float64) * ends[-1]
    rows = torch.searchsorted(ends, places, right=True).clamp(max=len(ends) - 1)
    batches = rows.to(device).split(size)  # type: ignore[no-untyped-call]
    return tuple(batches[:-1] if skips_single and len(batches[-1]) == 1 else batches)


def grouped(
    labels: Tensor, size: int, each: int, order: torch.Generator, device: torch.device | str, skips_single: bool
) -> tuple[Tensor, ...]:
    """The batches of an epoch as indices: as many draws as there are examples, `each` of a class in a batch.

    Which classes a batch holds is drawn anew for each; those of a class have turns.
    A last batch of one example is left out if ``skips_single``.
    """
    mixed = torch.randperm(len(labels), generator=order)
    mixed = mixed[labels[mixed].argsort(stable=True)]
    counts = torch.bincount(labels).tolist()
    turns = [part.tolist() for part in mixed.split(counts) if len(part)]  # type: ignore[no-untyped-call]
    taken = [0] * len(turns)
    batches = []
    for start in range(0, len(labels), size):
        rows = list[int]()
        wanted = min(size, len(labels) - start)
        while len(rows) < wanted:
            for own in torch.randperm(len(turns), generator=order).tolist():
                for _ in range(min(each, len(turns[own]), wanted - len(rows))):
                    rows.append(turns[own][taken[own] % len(turns[own])])
                    taken[own] += 1
        batches.append(torch.tensor(rows, device=device))
    return tuple(batches[:-1] if skips_single and len(batches[-1]) == 1 else batches)
