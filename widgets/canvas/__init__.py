"""The node canvas: cards and wires that mirror a network, worked on with hand and keyboard.

`CanvasView` is all that others need; `KIND_MIME` is the form of a layer dragged from the palette (its kind's name in
UTF-8), `NETWORK_MIME` that of copied layers.
"""

from __future__ import annotations

from widgets.canvas.editing.clipboard import NETWORK_MIME
from widgets.canvas.gestures.drop import KIND_MIME
from widgets.canvas.scene.card import End
from widgets.canvas.view import CanvasView

__all__ = ["KIND_MIME", "NETWORK_MIME", "CanvasView", "End"]
