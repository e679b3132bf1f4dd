"""What each value of the input adds to the score, from an empty input to this one (Sundararajan et al. 2017)."""

from __future__ import annotations

import torch

from studio.runs.probes.answer import Answer
from studio.worker.probes.looking.gradient import TOKENS
from studio.worker.probes.scoring.thought import altered, most_likely
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.training.loop import outputs_of

AT_ONCE = 16


@probe(sample=0, steps=32)
def integrated_gradients(asked: Asked) -> Steps:
    """``heat`` in the shape of the first Input: (x − x₀) · mean of ∂score/∂x on the way from x₀ to x.

    x₀ is 0 as the network sees it, which is the mean of the data where it is normalized. All values of ``heat`` add up
    to score(x) − score(x₀): ``facts`` has their ``sum`` and that ``difference``. Midpoints of ``steps`` steps.
    """
    inputs, _ = altered(asked)
    steps = max(1, min(asked.whole("steps", 64), 1_024))
    x, *others = inputs
    if not x.is_floating_point():
        raise ProbeError(TOKENS)
    base, place = torch.zeros_like(x), asked.goal.place
    with torch.no_grad():
        both = outputs_of(asked.bench.model, (torch.cat([x, base]), *(torch.cat([o, o]) for o in others)))[place]
        scores = most_likely(asked, both)
    total = torch.zeros_like(x)
    for start in range(0, steps, AT_ONCE):
        count = min(AT_ONCE, steps - start)
        shares = (torch.arange(start, start + count, device=x.device) + 0.5) / steps
        with torch.enable_grad():
            way = (x * shares.reshape(-1, *[1] * (x.dim() - 1))).requires_grad_()
            given = (way, *(other.expand(count, *other.shape[1:]) for other in others))
            answered = outputs_of(asked.bench.model, given)[place]
            (found,) = torch.autograd.grad(_same_score(asked, answered, both).sum(), way)
        total += found.sum(0, keepdim=True)
        yield start + count, steps
    heat = (x * total / steps)[0]
    facts = {"signed": True, "sum": float(heat.sum()), "difference": float(scores[0] - scores[1])}
    return Answer({"heat": heat.cpu().numpy()}, facts)


def _same_score(asked: Asked, outputs: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """The score of the class that is answered for the example itself, on the way to it as well."""
    return most_likely(asked, torch.cat([reference[:1], outputs]))[1:]
