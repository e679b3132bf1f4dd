"""How a layer came to a number, at a row and its place there."""

from __future__ import annotations

from models.byhand.pen import Line, Page, Place, symbol
from models.byhand.walk import cell
from models.byhand.written import kinds as kinds
from models.byhand.written.registry import written


def value_lines(page: Page, id: str, place: Place) -> list[Line]:
    """The steps inside the layer, then the number; raises `NotWrittenError` where none are written."""
    table = page.now.values[id]
    return page.lines(
        symbol(id, place, len(table)), written(page, id, place), float(table[place]), cell(f"value/{id}", place)
    )
