"""What a normalization remembers of a pass of training, written out: its mean and variance, moved towards the batch's.

https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html: the variance that is remembered is the
unbiased one, over n − 1, while the pass itself divides by n.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from models.basics.later import Later
from models.byhand.exercise import STATISTICS
from models.byhand.functions import mean
from models.byhand.pen import Line, NotWrittenError, Page, Place, low, weight_symbol
from models.byhand.terms import Leaf, Term, constant, total
from models.byhand.walk import cell
from models.byhand.written.reading import read, shape_of
from models.layers.normalization import BatchNormalization, TrackedNormalization

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")


def statistic_lines(page: Page, name: str, place: Place) -> list[Line]:
    """How a remembered number came about, by the name of its table and its channel."""
    attribute, _, own = name.rpartition(".")
    calls = [node for node in page.network if node.attribute == attribute]
    layer = calls[0].layer
    if len(calls) > 1 or not isinstance(layer, TrackedNormalization):
        raise NotWrittenError("Several layers share it; torch moved it for each of them.")
    lines, given = _of_batch(page, calls[0].id, layer, place[0], of_mean=own == STATISTICS[0])
    share = constant(_share(layer, page.index + 1) if layer.momentum is None else layer.momentum)
    term = (1 - share) * page.weight(name, place) + share * given
    after = float(page.now.after[name][place])
    return [*lines, page.line(f"{weight_symbol(name, place)} new", term, after, cell(f"next/{name}", place))]


def _share(layer: TrackedNormalization, count: int) -> float:
    """What one of so many batches counts where no share is set: all alike, and for instances nothing, in torch."""
    return 1 / count if isinstance(layer, BatchNormalization) else 0.0


def _of_batch(
    page: Page, id: str, layer: TrackedNormalization, channel: int, *, of_mean: bool
) -> tuple[list[Line], Term]:
    """The lines for the statistics of the batch, and the one that is wanted: of instances the mean over all rows."""
    rows, _, *sizes = shape_of(page, id)
    places = [[(row, channel, *at) for at in np.ndindex(*sizes)] for row in range(rows)]
    groups = [[*chain.from_iterable(places)]] if isinstance(layer, BatchNormalization) else places
    lines, found = list[Line](), list[Term]()
    for number, among in enumerate(groups):
        label = low(channel) if len(groups) == 1 else low(channel, number)
        middle = _step(page, f"{id}/{channel}/{number}/middle", f"μ{label}", mean(read(page, id, at) for at in among))
        lines.append(page.line(middle.name, page.steps[middle.key].term, middle.value))
        if not of_mean:
            spread = total((read(page, id, at) - middle) ** 2 for at in among) / constant(len(among) - 1)
            lines.append(page.line(f"s²{label}", spread, spread.value))
            middle = _step(page, f"{id}/{channel}/{number}/unbiased", f"s²{label}", spread)
        found.append(middle)
    return lines, found[0] if len(found) == 1 else mean(found)


def _step(page: Page, key: str, name: str, term: Term) -> Leaf:
    return page.step(key, name, lambda: term)
