"""What translations and cards share: weights under other sizes, and the exception for what no layer does."""

from __future__ import annotations

from models.importers.pytorch.trace import Call, Value
from models.kinds.layer import Shape

WRITES = "it writes into a tensor (x[…] = y); use torch.where or torch.cat"


class NoLayer(Exception):
    """No layer does what a call does: why, in a sentence. ``at`` is that call, where it is another than the current."""

    at: Call | None = None


class Alias:
    """A weight under other sizes: the same numbers in the same order."""

    def __init__(self, value: Value, shape: Shape) -> None:
        self.value, self.shape = value, shape


def where(call: Call) -> str:
    """The module and the line of a call."""
    path = call.path or (call.scope.path if call.scope else "")
    return f"{path} ({call.place})" if path and call.place else path or call.place or "forward"
