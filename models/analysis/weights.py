"""The weights of a network, each module counted once."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from models.analysis.analysis import Analysis
from models.kinds.layer import Weight
from models.network import Network


def own_weights(network: Network, analysis: Analysis, *, frozen: bool = True) -> Iterator[Weight]:
    """What can be learned of every layer whose shapes are known, with what is ``frozen`` or without."""
    again = analysis.sharing()
    for node in network:
        report = analysis[node.id]
        if node.layer and report.parameters and node.id not in again and (frozen or not node.layer.frozen):
            inputs = tuple(item for item in report.inputs if item is not None)
            yield from (weight for weight in node.layer.weights(inputs) if weight.trainable)


def numbers_that_decay(network: Network, analysis: Analysis) -> tuple[int, int]:
    """How many numbers stand in matrices and kernels, which weight decay acts on by default, and how many in biases
    and the weights of norms, which it spares (`studio.worker.training.loop.parameter_groups`)."""
    sizes = [(len(weight.shape) > 1, prod(weight.shape)) for weight in own_weights(network, analysis, frozen=False)]
    return sum(size for decays, size in sizes if decays), sum(size for decays, size in sizes if not decays)
