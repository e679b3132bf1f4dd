"""Cells of a column, each different one once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.data.tables.cells import Cells, coded

PIECES = st.lists(st.lists(st.sampled_from(["", "a", "b", "10", "2.5", "é"]), max_size=8), max_size=5)


@given(PIECES)
def test_cells_in_pieces_are_the_list_of_them(pieces: list[list[str]]) -> None:
    cells, every = Cells(), [cell for piece in pieces for cell in piece]
    for piece in pieces:
        some = coded(piece)
        assert [some.texts[code] for code in some.codes] == piece
        assert some.counts() == [piece.count(text) for text in some.texts]
        assert [some.row_of(place) for place in range(len(some.texts))] == [piece.index(text) for text in some.texts]
        cells.take(some)
    assert [*cells] == every == cells[:] and len(cells) == len(every)
    assert cells.texts == [*dict.fromkeys(every)] and cells.kinds == len(cells.texts)
    assert [cells[row] for row in range(len(cells))] == every
    assert cells.are({"a", "10"}).tolist() == [cell in ("a", "10") for cell in every]
    assert cells.each([len(text) for text in cells.texts], np.int64).tolist() == [len(cell) for cell in every]
    if "b" in every:
        assert cells.first(["b", "nowhere"]) == every.index("b")
