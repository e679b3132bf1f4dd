"""Many parts are painted as few areas that leave none of them out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect

from widgets.canvas.painting.areas import gathered

sides = st.integers(1, 300)
parts = st.builds(QRect, st.integers(0, 900), st.integers(0, 900), sides, sides)


@given(st.lists(parts, max_size=30))
def test_every_part_lies_within_an_area(found):
    areas = gathered(found)
    assert len(areas) <= len(found)
    assert all(any(area.contains(part) for area in areas) for part in found)


def test_a_column_becomes_one_area_and_what_lies_far_away_another():
    column = [QRect(0, 60 * row, 300, 54) for row in range(20)]
    assert gathered([*column, QRect(2000, 0, 30, 900)]) == [QRect(0, 0, 300, 1194), QRect(2000, 0, 30, 900)]
