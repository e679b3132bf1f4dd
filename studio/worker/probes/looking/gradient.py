"""How much the answer would change with each value of the input: |∂score/∂x| (Simonyan et al. 2014)."""

from __future__ import annotations

import torch
from torch import Tensor

from studio.runs.probes.answer import Answer
from studio.worker.probes.scoring.thought import altered, most_likely
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.training.loop import Tensors, outputs_of

TOKENS = "Tokens have no gradient: a word cannot change a little. Try occlusion."


@probe(sample=0)
def gradient(asked: Asked) -> Steps:
    """``heat``: the gradient of the answer's score by the first Input of the ``sample``, in its shape."""
    yield 0, 1
    inputs, _ = altered(asked)
    return Answer({"heat": gradient_of(asked, inputs)[0].cpu().numpy()}, {"signed": True})


def gradient_of(asked: Asked, inputs: Tensors) -> Tensor:
    """The gradient of the answer's score by the first Input; raises `ProbeError` where that holds tokens."""
    if not inputs[0].is_floating_point():
        raise ProbeError(TOKENS)
    with torch.enable_grad():
        first = inputs[0].detach().requires_grad_()
        score = most_likely(asked, outputs_of(asked.bench.model, (first, *inputs[1:]))[asked.goal.place])
        (found,) = torch.autograd.grad(score.sum(), first)
    return found
