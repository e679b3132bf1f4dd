"""The examples as points, so placed that those for which a layer gives nearly the same lie side by side."""

from __future__ import annotations

from importlib.util import find_spec

from studio.runs.probes.answer import Answer
from studio.worker.probes.space.projection import Gathered, gathering, principal
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.process.neighbors import METHODS, TSNE, UMAP, placing

MOST_POINTS = 5_000
DIRECTIONS = 50
"""Directions of largest spread that neighbors are looked for in, as is usual: the others are mostly noise."""
TITLES = {TSNE: "t-SNE", UMAP: "UMAP"}
MISSING = "UMAP needs umap-learn: pip install netloom[umap]. Or choose t-SNE."


@probe(is_kept=True, layer="conv1", examples=40, method=TSNE)
def neighbors(asked: Asked) -> Steps:
    """As the probe "projection", for at most 5,000 ``examples``, without the shares of the spread: places of t-SNE and
    UMAP (``method`` "t-sne" or "umap") mean nothing along an axis, and distances between groups little. A process of
    its own works them out."""
    method = asked.text("method", TSNE)
    if method not in METHODS:
        raise ProbeError(f"Expected {' or '.join(METHODS)} for “method”, found {method!r:.30}.")
    if method == UMAP and find_spec("umap") is None:
        raise ProbeError(MISSING)
    gathered = Gathered()
    most = max(5, min(asked.whole("examples", 1_500), MOST_POINTS))
    yield from gathering(asked, most, gathered)
    points = yield from placing(principal(gathered.values, DIRECTIONS)[0], method)
    if points is None:
        raise ProbeError(f"{TITLES[method]} did not come to an end; the log has the reason. Try PCA.")
    return Answer(gathered.arrays | {"points": points}, gathered.facts)
