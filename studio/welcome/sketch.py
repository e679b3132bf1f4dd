"""A small picture of a network: bars for the layers that shape it, and where paths jump over some. No Qt."""

from __future__ import annotations

from math import log, prod
from typing import NamedTuple

from models.document import Document
from models.network import reading_order
from models.storage import templates
from models.storage.templates import Template

MOST_BARS = 13
MOST_SKIPS = 6


class Sketch(NamedTuple):
    """``bars`` are (family, width from 0 to 1), from input to output, ``skips`` (first bar, last bar)."""

    bars: list[tuple[str, float]]
    skips: list[tuple[int, int]]


_BUNDLED: dict[str, tuple[Template, Sketch]] = {}
"""Of templates that come with Netloom, which stay as they are: read once, whatever the number of windows."""


def sketches() -> list[tuple[Template, Sketch]]:
    """All templates with their pictures, in the order of `templates.available`. Raises `FileError`."""
    found = [(template, sketch_of(document)) for template, document in templates.documents(_BUNDLED)]
    own = [pair for pair in found if pair[0].category == templates.OWN]
    _BUNDLED.update((pair[0].name, pair) for pair in found if pair[0].category != templates.OWN)
    return sorted([*own, *_BUNDLED.values()], key=lambda pair: templates.place(pair[0]))


def sketch_of(document: Document) -> Sketch:
    """Bars for the layers that shape the network, thinned to what fits; wider for larger outputs."""
    network, analysis = document.network, document.analysis
    layers = {id: layer for id in reading_order(network) if (layer := network[id].layer) and network[id].outputs}
    order = list(layers)
    shaping = [id for id in order if not layers[id].keeps_shape] or order
    stride = -(-len(shaping) // MOST_BARS) or 1
    kept = shaping[::stride]
    sizes = [log(2 + prod(analysis[id].shape or (1,))) for id in kept]
    largest = max(sizes, default=1.0)
    bars = [(layers[id].family, 0.18 + 0.82 * (size / largest) ** 2) for id, size in zip(kept, sizes, strict=True)]
    place = {id: index for index, id in enumerate(order)}
    bar_of = {id: min(place[id] * len(kept) // max(len(order), 1), len(kept) - 1) for id in order}
    jumps = ((edge.source, edge.target) for edge in network.edges if edge.source in place and edge.target in place)
    spans = {(bar_of[a], bar_of[b]) for a, b in jumps if place[b] - place[a] > 1 and bar_of[b] > bar_of[a]}
    return Sketch(bars, sorted(spans)[:MOST_SKIPS])
