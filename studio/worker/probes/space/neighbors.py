"""The examples as points, so placed that those for which a layer gives nearly the same lie side by side (t-SNE)."""

from __future__ import annotations

from studio.runs.probes.answer import Answer
from studio.worker.probes.space.projection import Gathered, gathering, principal
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.process.neighbors import placing

MOST_POINTS = 5_000
DIRECTIONS = 50
"""Directions of largest spread that neighbors are looked for in, as is usual: the others are mostly noise."""
FAILED = "t-SNE did not come to an end; the log has the reason. Try PCA."


@probe(is_kept=True, layer="conv1", examples=40)
def neighbors(asked: Asked) -> Steps:
    """As the probe "projection", for at most 5,000 ``examples``, without the shares of the spread: places of t-SNE mean
    nothing along an axis, and distances between groups little. A process of its own works them out."""
    gathered = Gathered()
    most = max(5, min(asked.whole("examples", 1_500), MOST_POINTS))
    yield from gathering(asked, most, gathered)
    points = yield from placing(principal(gathered.values, DIRECTIONS)[0])
    if points is None:
        raise ProbeError(FAILED)
    return Answer(gathered.arrays | {"points": points}, gathered.facts)
