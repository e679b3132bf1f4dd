"""What each value of the input adds to the score, from an empty input to this one (Sundararajan et al. 2017)."""

from __future__ import annotations

import torch
from torch import Tensor

from studio.runs.probes.answer import Answer
from studio.worker.probes.looking.gradient import Entrance
from studio.worker.probes.scoring.thought import altered, most_likely
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe

AT_ONCE = 16


@probe(sample=0, steps=32)
def integrated_gradients(asked: Asked) -> Steps:
    """``heat`` in the shape of the first Input: (x − x₀) · mean of ∂score/∂x on the way from x₀ to x.

    x₀ is 0 as the network sees it, which is the mean of the data where it is normalized; for tokens it is an embedding
    of 0, and what its features add is summed. All values of ``heat`` add up to score(x) − score(x₀): ``facts`` has
    their ``sum`` and that ``difference``. Midpoints of ``steps`` steps.
    """
    inputs, _ = altered(asked)
    steps = max(1, min(asked.whole("steps", 64), 1_024))
    entrance = Entrance.of(asked, inputs)
    ends = tuple(torch.cat([value, torch.zeros_like(value)]) for value in entrance.values)
    with torch.no_grad():
        both = entrance.outputs(ends)
        scores = most_likely(asked, both)
    totals = [torch.zeros_like(value) for value in entrance.values]
    for start in range(0, steps, AT_ONCE):
        count = min(AT_ONCE, steps - start)
        shares = (torch.arange(start, start + count, device=both.device) + 0.5) / steps
        with asked.bench.slopes():
            way = tuple(_between(value, shares).requires_grad_() for value in entrance.values)
            score = _same_score(asked, entrance.outputs(way), both)
            found = torch.autograd.grad(score.sum(), way)
        for total, slopes in zip(totals, found, strict=True):
            total += slopes.sum(0, keepdim=True)
        yield start + count, steps
    added = tuple(value * total / steps for value, total in zip(entrance.values, totals, strict=True))
    heat = entrance.heat(added)
    facts = {"signed": True, "sum": float(heat.sum()), "difference": float(scores[0] - scores[1])}
    return Answer({"heat": heat.cpu().numpy()}, facts)


def _between(value: Tensor, shares: Tensor) -> Tensor:
    """Values on the way from 0 to a value."""
    return (value * shares.reshape(-1, *[1] * (value.dim() - 1))).detach()


def _same_score(asked: Asked, outputs: Tensor, reference: Tensor) -> Tensor:
    """The score of the class that is answered for the example itself, on the way to it as well."""
    return most_likely(asked, torch.cat([reference[:1], outputs]))[1:]
