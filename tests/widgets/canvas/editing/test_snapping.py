"""Where a dragged card lines up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from widgets.canvas.editing.snapping import Snap, snap

FULL, SLIM = 54.0, 32.0
places = st.floats(-2000, 2000)


def card(x: float, y: float, height: float = FULL) -> QRectF:
    return QRectF(x, y, 296, height)


@pytest.mark.parametrize(
    ("dragged", "other", "expected"),
    [
        (card(5, 203), card(0, 0), Snap(0, 200, column=148)),  # a column, and the grid
        (card(6, 76), card(0, 0), Snap(0, 72, column=148)),  # the usual gap below
        (card(6, -70), card(0, 0), Snap(0, -72, column=148)),  # and above
        (card(500, 14, SLIM), card(0, 0), Snap(496, 11, row=27)),  # the middles of a row
        (card(500, 2, SLIM), card(0, 0), Snap(496, 0, row=0)),  # upper edges
        (card(500, 24, SLIM), card(0, 0), Snap(496, 22, row=54)),  # lower edges
        (card(403, 3), card(0, 0), Snap(406, 0, row=27)),  # the usual gap beside
        (card(-409, 3), card(0, 0), Snap(-406, 0, row=27)),
        (card(501, 203), card(0, 0), Snap(504, 200)),  # near nothing
    ],
)
def test_a_card_lines_up_with_another(dragged, other, expected):
    assert snap(dragged, [other], 8) == expected


@given(places, places, st.lists(st.tuples(places, places), max_size=5), st.sampled_from([4.0, 8.0, 40.0]))
def test_no_card_jumps_farther_than_its_reach(x, y, others, reach):
    found = snap(card(x, y), [card(*place) for place in others], reach)
    assert abs(found.x - x) <= reach and abs(found.y - y) <= reach


def test_where_nothing_is_the_grid_is():
    assert snap(card(13, 3), [], 8) == Snap(16, 0)
