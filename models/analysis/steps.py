"""What a training step of a network asks for: batches that it cannot take, and threads that it can use."""

from __future__ import annotations

from math import prod

from models.analysis.analysis import Analysis
from models.analysis.blocks import parts_of
from models.kinds.layer import bytes_of
from models.network import Network


def last_batch_of_one_fails(network: Network, analysis: Analysis) -> bool:
    """Whether a batch of one example cannot be trained on: a batch normalization would see one value a channel."""
    return any(
        any(last_batch_of_one_fails(part.inside.network, part.inside) for part in parts_of(analysis, node))
        or (
            node.layer is not None
            and node.layer.normalizes_batch
            and (shape := analysis[node.id].shape) is not None
            and prod(shape[1:]) == 1
        )
        for node in network
    )


def leaves_weights_out(network: Network, analysis: Analysis) -> bool:
    """Whether nobody reads what some layer gives, or an output of a block, so that weights may have no gradient."""
    for node in network:
        parts = parts_of(analysis, node)
        read = {edge.source_port for edge in network.edges_from(node.id)}
        if node.outputs and not (read.issuperset(node.outputs) if parts else read):
            return True
        if any(leaves_weights_out(part.inside.network, part.inside) for part in parts):
            return True
    return False


def draws(network: Network, analysis: Analysis) -> bool:
    """Whether a pass over a batch while training may draw random numbers."""
    return any(
        any(draws(part.inside.network, part.inside) for part in parts_of(analysis, node))
        or (node.layer is not None and node.layer.draws)
        for node in network
    )


def answers_otherwise(network: Network, analysis: Analysis) -> bool:
    """Whether a network gives other numbers once it has trained: nothing is drawn then, and statistics stand still."""
    return any(
        any(answers_otherwise(part.inside.network, part.inside) for part in parts_of(analysis, node))
        or (node.layer is not None and (node.layer.draws or getattr(node.layer, "track_running_stats", False)))
        for node in network
    )


ONE_THREAD = 10_000_000
"""Multiply-adds of a step up to which a second thread gains nothing and waits for the first one most of the time."""


def suits_one_thread(analysis: Analysis, batch_size: int) -> bool:
    """Whether steps on a CPU are so small that one thread does them as fast, and undisturbed by a busy computer."""
    return analysis.totals().multiply_adds * batch_size <= ONE_THREAD


MEASURED = 256
"""Validation takes batches of at least so many examples, where values are not large: they need no gradients."""
ROOM_TO_MEASURE = 1 << 28
"""Bytes that the largest value of such a batch may take."""
MOST_MEASURED, ROOM_FOR_MORE = 2048, 1 << 26
"""The same for more examples, where handing over a batch takes longer than working it out."""


def measured_together(network: Network, analysis: Analysis, *, more: bool = False) -> int:
    """How many examples a batch of validation has at least, a power of two; ``more`` on a graphics card."""
    largest = largest_value(network, analysis)
    size = MOST_MEASURED if more else MEASURED
    while size > MEASURED and size * largest > ROOM_FOR_MORE:
        size //= 2
    while size > 1 and size * largest > ROOM_TO_MEASURE:
        size //= 2
    return size


def largest_value(network: Network, analysis: Analysis) -> int:
    """Bytes of the largest value of an example that a layer gives, within blocks as well."""
    own = (bytes_of(given) for node in network for given in analysis[node.id].outputs if given is not None)
    inside = (largest_value(part.inside.network, part.inside) for node in network for part in parts_of(analysis, node))
    return max((*own, *inside), default=0)
