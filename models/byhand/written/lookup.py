"""The lines that say how any number of a pass came about."""

from __future__ import annotations

from models.byhand.exercise import is_statistic
from models.byhand.pen import Line, NotWrittenError, Page, Place
from models.byhand.written.backward import gradient_lines, slope_lines
from models.byhand.written.forward import value_lines
from models.byhand.written.losses import loss_lines, probability_line
from models.byhand.written.statistics import statistic_lines
from models.byhand.written.updates import update_lines


def lines_of(page: Page, table: str, place: Place) -> list[Line]:
    """The lines of a cell, by its table (``value/fc1``, ``state/fc1.weight/exp_avg``) and its place there.

    Raises `NotWrittenError` with a sentence where nothing is written.
    """
    kind, _, rest = table.partition("/")
    name = rest.partition("/")[0]
    if kind in ("next", "state"):
        if len(place) != page.now.weights[name].ndim:
            raise NotWrittenError("It counts the updates.")
        if is_statistic(name):
            return statistic_lines(page, name, place)
        return update_lines(page, name, place)
    if kind == "loss":
        return loss_lines(page)
    if kind == "probability":
        return [probability_line(page, name, place)]
    if kind not in _WRITERS:
        raise NotWrittenError("It is given." if kind != "mask" else "It was drawn: 1 is kept, 0 is dropped.")
    return _WRITERS[kind](page, name, place)


_WRITERS = {"value": value_lines, "gradient": gradient_lines, "slope": slope_lines}
