"""Weights that are set to 0 and stay it: plain functions, which exported scripts contain word for word.

They need torch alone.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


@torch.no_grad()
def prune(model: nn.Module, share: float, by: str, names: dict[str, list[str]]) -> dict[str, Tensor]:
    """Set a share of the weights of these names to 0, the smallest first.

    They are compared with all others (`by` "global"), within their "layer", or as whole
    filters of it ("filter"), with which go the weights that are listed. Gives by name
    what is 1 where a weight stays and 0 where it is pruned.
    """
    weights = dict(model.named_parameters())
    masks = {}
    groups = [[name] for name in names]
    if by == "global" and names:
        groups = [list(names)]
    for group in groups:
        sizes = [weights[name].abs() for name in group]
        if by == "filter":
            sizes = [weights[name].flatten(1).norm(dim=1) for name in group]
        every = torch.cat([size.flatten() for size in sizes])
        kept = torch.ones_like(every)
        count = min(round(share * len(every)), len(every) - 1)
        kept[every.argsort(stable=True)[:count]] = 0
        parts = kept.split([size.numel() for size in sizes])  # type: ignore[no-untyped-call]
        for name, size, part in zip(group, sizes, parts, strict=True):
            rest = [1] * (weights[name].dim() - size.dim())
            mask = part.view(*size.shape, *rest).expand_as(weights[name])
            masks[name] = mask.clone()
            masks.update({other: part.clone() for other in names[name]})
    for name, mask in masks.items():
        weights[name].mul_(mask)
    return masks


def hold_zeros(model: nn.Module, optimizer: torch.optim.Optimizer, masks: dict[str, Tensor]) -> None:
    """Keep pruned weights at 0: whatever step is taken, they are 0 again behind it."""
    weights = dict(model.named_parameters())
    pruned = [weights[name].detach() for name in masks]
    kept = [mask.to(pruned[0].device) for mask in masks.values()]
    optimizer.register_step_post_hook(lambda *_: torch._foreach_mul_(pruned, kept))
