"""How much of a network is next to nothing: what L1 aims at."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

NEAR = 1e-3
"""A weight below this is next to nothing."""


@torch.no_grad()
def share_near_zero(weights: Iterable[Tensor]) -> float:
    """The share of numbers in matrices and kernels that lie below 0.001; 0 where there are none."""
    tables = [weight for weight in weights if weight.dim() > 1]
    total = sum(table.numel() for table in tables)
    near = [(table.detach().abs() < NEAR).sum() for table in tables]
    return float(torch.stack(near).sum()) / total if total else 0.0
