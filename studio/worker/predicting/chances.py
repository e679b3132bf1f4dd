"""Outputs as probabilities, or as numbers in the units of the data."""

from __future__ import annotations

import torch
from torch import Tensor

from studio.worker.probing.rows import Goal


def probabilities(output: Tensor, goal: Goal) -> Tensor:
    """The outputs of a batch as N × classes × positions: probabilities where the loss reads them so. Of switches each
    is a position with the probabilities of no and yes."""
    output = goal.predicted(output)
    if goal.targets == "classes":
        chances = output.softmax(1)
    elif goal.targets == "binary":
        chances = output.sigmoid()
        if not goal.picks_one:
            chances = torch.stack([1 - chances.flatten(1), chances.flatten(1)], 1)
    else:
        chances = output
    return chances.reshape(len(output), chances.shape[1] if chances.dim() > 1 else 1, -1)
