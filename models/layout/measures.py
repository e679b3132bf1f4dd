"""How large cards are and how much room stays between them, in logical pixels."""

from __future__ import annotations

from functools import lru_cache

from models.kinds.layer import Layer
from models.network import Node

CARD_WIDTH, CARD_HEIGHT, SLIM_HEIGHT = 296, 54, 32
GAP = 18


def card_height(node: Node) -> int:
    """Slim cards are for layers that keep the shape (or merely merge) and have at most one setting to show."""
    return _layer_height(node.own_layer) if node.own_layer else CARD_HEIGHT


@lru_cache(maxsize=1024)
def _layer_height(layer: Layer) -> int:
    if not layer.outputs or " · " in (summary := layer.summary()):
        return CARD_HEIGHT
    merges = not summary and any(port.variadic for port in layer.inputs)
    return SLIM_HEIGHT if layer.keeps_shape or merges else CARD_HEIGHT
