"""Strips of what layers give, small enough for a card."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from widgets.inspection.inside.strip import DETAIL, HEIGHT, WIDTH, strip_of


def inked(form: str, pictures: object) -> tuple[int, int]:
    """The first and the last column of pixels that is painted."""
    strip = strip_of(form, np.asarray(pictures, np.uint8))
    assert (strip.width(), strip.height()) == (WIDTH * DETAIL, HEIGHT * DETAIL)
    rows = range(strip.height())
    columns = [x for x in range(strip.width()) if any(strip.pixelColor(x, y).alpha() for y in rows)]
    return columns[0], columns[-1]


@pytest.mark.parametrize("count", [1, 3, 9])
def test_maps_stand_at_the_right_the_most_active_first(qtbot: QtBot, count: int) -> None:
    maps = np.zeros((count, 6, 6))
    maps[0] = 255
    first, last = inked("maps", maps)
    assert last >= WIDTH * DETAIL - 2 and (first > WIDTH if count == 1 else first < WIDTH * DETAIL - 100)
    strip = strip_of("maps", maps.astype(np.uint8))
    assert strip.pixelColor(last - 4, HEIGHT).lightness() > 240
    assert count == 1 or strip.pixelColor(first + 4, HEIGHT).lightness() == 0


def test_values_are_bars_and_states_a_band(qtbot: QtBot) -> None:
    strip = strip_of("values", np.array([[[0, 255]]], np.uint8))
    small, large = (strip.pixelColor(x, HEIGHT).alpha() for x in (WIDTH * DETAIL - 40, WIDTH * DETAIL - 10))
    assert not small and large
    first, last = inked("values", np.full((1, 1, 500), 128))
    assert first >= 0 and last < WIDTH * DETAIL
    assert inked("states", np.full((1, 4, 9), 200)) == (0, WIDTH * DETAIL - 1)
    assert inked("rows", np.full((1, 4, 9), 200))[1] >= WIDTH * DETAIL - 2


@pytest.mark.parametrize("shape", [(1, 1, 1), (4, 1, 30), (4, 30, 1)])
def test_odd_shapes_are_painted_within_the_strip(qtbot: QtBot, shape: tuple[int, ...]) -> None:
    for form in ("maps", "values", "rows", "states"):
        first, last = inked(form, np.full(shape, 255))
        assert 0 <= first <= last < WIDTH * DETAIL
