"""How well a network does with more and more of its weights at 0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from studio.runs.probes.answer import Answer
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.pruning.measuring import names_by, scores_of, with_zeros
from studio.worker.training.updating.zeros import NEAR

LEVELS = (0, 10, 20, 30, 40, 50, 60, 65, 70, 75, 80, 85, 90, 93, 95, 97, 98, 99)
MOST_LEVELS = 100


@probe(is_kept=True, by="global", levels=[0, 50, 95])
def pruning(asked: Asked) -> Steps:
    """``levels`` (percent that are pruned), ``loss``, ``zeros`` (layers × levels: the share of each that is 0), and
    ``accuracy`` where classes are predicted, each level by itself from the weights as they are.

    Facts: ``layers`` by name with their ``sizes``, ``total`` weights and biases, and ``near``: the share of what can be
    pruned that is below 0.001.
    """
    levels = asked.wholes("levels") or list(LEVELS)
    if len(levels) > MOST_LEVELS or not all(0 <= level < 100 for level in levels):
        raise ProbeError(f"Expected percents from 0 to 99 for “levels”, found {levels!r:.30}.")
    by, names = names_by(asked)
    zeros: list[list[float]] = []

    def models() -> Iterator[nn.Module]:
        for level in levels:
            model, masks = with_zeros(asked, level / 100)
            zeros.append([1 - float(masks[name].mean()) for name in names])
            yield model

    scores = yield from scores_of(asked, models(), len(levels))
    losses = [score.loss for score in scores]
    arrays: dict[str, Any] = {"levels": np.array(levels), "loss": np.array(losses), "zeros": np.array(zeros).T}
    if scores[0].accuracy is not None:
        arrays["accuracy"] = np.array([score.accuracy for score in scores])
    weights = asked.bench.parameters()
    every = torch.cat([weights[name].detach().abs().flatten() for name in names])
    facts = {
        "by": by,
        "layers": [name.removesuffix(".weight") for name in names],
        "sizes": [weights[name].numel() for name in names],
        "total": sum(weight.numel() for weight in weights.values()),
        "near": float((every < NEAR).float().mean()),
    }
    return Answer({name: np.ascontiguousarray(array) for name, array in arrays.items()}, facts)
