"""How much the answer would change with each value of the input: ∂score/∂x (Simonyan et al. 2014)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from studio.runs.probes.answer import Answer
from studio.worker.probes.scoring.thought import altered, most_likely
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.training.loop import Tensors, outputs_of

NO_EMBEDDING = "These tokens meet no layer that makes numbers of them, such as an Embedding. Try occlusion."


@dataclass(frozen=True)
class Entrance:
    """Where an example is numbers that can change a little: the first Input itself or, where that holds tokens, what
    the layers make of them that read it (of one example each)."""

    asked: Asked
    inputs: Tensors
    values: Tensors
    layers: tuple[str, ...]
    """The layers that give the values; none where they are the input."""

    @classmethod
    def of(cls, asked: Asked, inputs: Tensors) -> Entrance:
        """That of an example; raises `ProbeError` where tokens meet no layer that makes numbers of them."""
        if inputs[0].is_floating_point():
            return cls(asked, inputs, inputs[:1], ())
        network, taps = asked.bench.document.network, asked.bench.taps
        with torch.no_grad():
            seen = taps.run(inputs)[1]
        readers = dict.fromkeys(edge.target for edge in network.edges_from(asked.rows.inputs[0]))
        layers = tuple(id for id in readers if id in seen and seen[id].is_floating_point())
        if not layers:
            raise ProbeError(NO_EMBEDDING)
        return cls(asked, inputs, tuple(seen[id].detach() for id in layers), layers)

    def outputs(self, values: Tensors) -> Tensor:
        """What the Output that is asked about gives, with the values (of some examples) in the place of the present."""
        count, bench = len(values[0]), self.asked.bench
        others = self.inputs[1:] if not self.layers else self.inputs
        given = tuple(other.expand(count, *other.shape[1:]) for other in others)
        if not self.layers:
            return outputs_of(bench.model, (*values, *given))[self.asked.goal.place]
        change = {id: _instead(value) for id, value in zip(self.layers, values, strict=True)}
        return bench.taps.run(given, change)[0][self.asked.goal.place]

    def heat(self, found: Tensors) -> Tensor:
        """What is found for the values of an example, in the shape of the input: for tokens one number each, the sum
        over the features of what was made of it."""
        if not self.layers:
            return found[0][0]
        return torch.stack([part[0].flatten(self.inputs[0].dim() - 1).sum(-1) for part in found]).sum(0)


def _instead(value: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda _: value


@probe(sample=0)
def gradient(asked: Asked) -> Steps:
    """``heat``: the gradient of the answer's score by the first Input of the ``sample``, in its shape.

    For tokens it is the gradient by what the embedding gives, times that, summed over its features: how much the score
    would fall, by the slope alone, if a token meant nothing.
    """
    yield 0, 1
    inputs, _ = altered(asked)
    entrance = Entrance.of(asked, inputs)
    with asked.bench.slopes():
        values = tuple(value.detach().requires_grad_() for value in entrance.values)
        score = most_likely(asked, entrance.outputs(values))
        found = torch.autograd.grad(score.sum(), values)
    if entrance.layers:
        found = tuple(slope * value.detach() for slope, value in zip(found, values, strict=True))
    return Answer({"heat": entrance.heat(found).cpu().numpy()}, {"signed": True})
