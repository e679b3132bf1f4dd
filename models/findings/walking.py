"""Ways through a network that checks take."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from models.findings.inside import Analyzed
from models.kinds.layer import Layer
from models.network import Edge, Node

MOST_STEPS = 100
"""Layers that a way leads through: enough for any, and an end where a loop has none."""


def only(wires: list[Edge]) -> Edge | None:
    """A single wire; None of none or of several."""
    return wires[0] if len(wires) == 1 else None


def reader(part: Analyzed, id: str, over: Callable[[Layer], bool] = lambda layer: False) -> Node | None:
    """The one layer that reads another, over those in between that ``over`` is true of; None where several do."""
    for _ in range(MOST_STEPS):
        wire = only(part.network.edges_from(id))
        node = part.network[wire.target] if wire else None
        if node is None or node.layer is None or not over(node.layer):
            return node
        id = node.id
    return None


def source(part: Analyzed, id: str, over: Callable[[Layer], bool] = lambda layer: False) -> Node | None:
    """The one layer that feeds another, over those in between that ``over`` is true of; None where several do."""
    for _ in range(MOST_STEPS):
        wire = only(part.network.edges_into(id))
        node = part.network[wire.source] if wire else None
        if node is None or node.layer is None or not over(node.layer):
            return node
        id = node.id
    return None


def any_before(part: Analyzed, id: str, is_meant: Callable[[Node], bool]) -> bool:
    """Whether such a layer feeds another, at any distance."""
    waiting: list[str] = [id]
    seen: set[str] = set()
    while waiting:
        for edge in part.network.edges_into(waiting.pop()):
            if edge.source not in seen:
                seen.add(edge.source)
                waiting.append(edge.source)
                if is_meant(part.network[edge.source]):
                    return True
    return False


def listed(ids: Iterable[str]) -> str:
    """Names in a sentence: the first, and how many more there are."""
    first, *others = ids
    return f"{first:.20} and {len(others)} more" if others else f"{first:.30}"
