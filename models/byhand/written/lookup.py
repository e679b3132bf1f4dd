"""The lines that say how any number of a pass came about."""

from __future__ import annotations

from models.byhand.pen import Line, Page, Place
from models.byhand.written.backward import gradient_line, slope_line
from models.byhand.written.forward import value_line
from models.byhand.written.losses import loss_line, probability_line
from models.byhand.written.updates import update_lines


def lines_of(page: Page, table: str, place: Place) -> list[Line]:
    """The lines of a cell, by its table (``value/fc1``, ``state/fc1.weight/exp_avg``) and its place there."""
    kind, _, rest = table.partition("/")
    name = rest.partition("/")[0]
    if kind in ("next", "state"):
        shape = page.now.weights[name].shape
        return update_lines(page, name, place) if len(place) == len(shape) else []
    if kind == "loss":
        found = [loss_line(page)]
    elif kind in _WRITERS:
        found = [_WRITERS[kind](page, name, place)]
    else:
        found = []
    return [line for line in found if line is not None]


_WRITERS = {
    "value": value_line,
    "gradient": gradient_line,
    "slope": slope_line,
    "probability": probability_line,
}
