"""Drawing examples so that all classes come alike: plain functions, which exported scripts contain word for word."""

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
