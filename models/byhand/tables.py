"""Tables of numbers as people handle them: read from text or a spreadsheet, transposed, filled, rounded."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.basics.later import Later
from models.byhand.exercise import ByHandError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
else:
    np = Later("numpy")

_ROWS = re.compile(r"[\n;\]]+")
_BLANKS = re.compile(r"[\s,]+")


def rows_from(text: str) -> list[list[float]]:
    """Numbers in text: rows by line, semicolon or bracket; columns by tab, comma or blank; ``−`` is a minus, too.

    Where tabs part the columns and no point is written, a comma is a decimal one, as spreadsheets of half the world
    write it. Raises `ByHandError` for anything that is not a number, and for rows of different lengths.
    """
    plain = text.replace("−", "-").replace("\r", "\n").replace("[", " ")
    if "\t" in plain and "." not in plain:
        plain = plain.replace(",", ".")
    rows = [[_number(word) for word in _BLANKS.split(row) if word] for row in _ROWS.split(plain)]
    found = [row for row in rows if row]
    if not found:
        raise ByHandError("Nothing was given. Expected numbers such as 0.8 0.3, rows apart by a semicolon.")
    lengths = {len(row) for row in found}
    if len(lengths) > 1:
        raise ByHandError(f"The rows have {min(lengths)} to {max(lengths)} numbers. Give all of them equally many.")
    return found


def _number(word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        raise ByHandError(f"Expected a number, found “{word[:24]}”. Correct it.") from None
    if not math.isfinite(value):
        raise ByHandError(f"Expected a finite number, found “{word[:24]}”. Correct it.")
    return value


def shaped(rows: Sequence[Sequence[float]], shape: tuple[int, ...], name: str) -> Numbers:
    """Rows of numbers as examples of a shape, one a row, or all rows as one; raises `ByHandError`."""
    found, size = np.array(rows, dtype=np.float64), math.prod(shape)
    if found.shape[1] == size:
        return found.reshape(-1, *shape)
    if found.size == size:
        return found.reshape(1, *shape)
    raise ByHandError(f"{name} takes {size} numbers a row, but {found.shape[1]} were given. Correct the row.")


def pasted(table: Numbers, at: tuple[int, int], rows: Sequence[Sequence[float]]) -> Numbers:
    """A matrix with rows of numbers put in from a place on; what reaches beyond is left out.

    A whole matrix that fits lying on its side alone is put in upright: books apply weights as x·W, PyTorch as W·x.
    """
    result = table.copy()
    block = np.array(rows, dtype=np.float64)
    if at == (0, 0) and block.shape != table.shape and block.T.shape == table.shape:
        block = block.T
    height, width = (min(a, b - c) for a, b, c in zip(block.shape, table.shape, at, strict=True))
    result[at[0] : at[0] + height, at[1] : at[1] + width] = block[:height, :width]
    return result


def text_of(table: Numbers) -> str:
    """A matrix as spreadsheets take it: columns by tab, rows by line, every digit."""
    return "\n".join("\t".join(repr(float(value)) for value in row) for row in table)


def matrix(table: Numbers) -> Numbers:
    """A table of any dimensions as a matrix: the first dimension down, the others across."""
    if table.ndim < 2:
        return table.reshape(1, -1)
    return table.reshape(len(table), -1)


def planes(table: Numbers) -> list[tuple[str, Numbers]]:
    """A table of any dimensions as matrices: one for each place in all dimensions but the last two, with the number of
    that place as its name, "" for one by itself."""
    if table.ndim < 3:
        return [("", matrix(table))]
    found = [(", ".join(str(number + 1) for number in at), table[at]) for at in np.ndindex(*table.shape[:-2])]
    return found if len(found) > 1 else [("", plane) for _, plane in found]
