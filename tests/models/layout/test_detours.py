"""Ways through a crowd: short, with few turns, and never through what stands there."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from models.layout.detours import detour
from models.layout.junctions import Point
from support import scaled

Card = tuple[float, float, float, float]


def search(start: Point, end: Point, *cards: Card) -> tuple[Point, ...] | None:
    """The way past some cards, along lines ten pixels beside them."""
    lanes = [x for left, _, right, _ in cards for x in (left - 10, right + 10)]
    heights = [y for _, top, _, bottom in cards for y in (top - 10, bottom + 10)]

    return detour(start, end, lanes, [*heights, start[1] + 10, end[1] - 10], cards)


def hits(one: Point, other: Point, card: Card) -> bool:
    (x, y), (u, v) = one, other
    left, top, right, bottom = card
    return min(x, u) < right and max(x, u) > left and min(y, v) < bottom and max(y, v) > top


def test_nothing_between_is_straight() -> None:
    assert search((0, 0), (0, 100)) == ((0, 0), (0, 100))


def test_a_card_between_is_passed_on_the_nearer_side() -> None:
    found = search((0, 0), (0, 100), (-20, 40, 90, 60))
    assert found is not None
    assert {x for x, _ in found} == {0, -30} and len(found) == 6


def test_a_way_leaves_downward_and_arrives_downward() -> None:
    found = search((0, 100), (0, 0), (-50, 20, 50, 80))
    assert found is not None
    assert found[1][1] > 100 and found[-2][1] < 0


def test_walls_all_around_leave_no_way() -> None:
    walls = ((-60, -60, -50, 60), (50, -60, 60, 60), (-60, 50, 60, 60), (-60, -60, 60, -50))
    assert search((0, 0), (0, 100), *walls) is None


boxes = st.tuples(st.integers(-6, 6), st.integers(1, 8)).map(lambda at: (at[0] * 40.0, at[1] * 40.0))


@settings(max_examples=scaled(1000), deadline=None)
@given(st.lists(boxes, max_size=8), st.integers(-5, 5))
def test_a_way_turns_at_right_angles_past_all_cards(corners: list[Point], column: int) -> None:
    cards = [(x, y, x + 35, y + 15) for x, y in corners]
    found = search((17, 0), (column * 40.0 + 17, 420), *cards)
    assert found is not None, "there are gaps between all of them"
    assert found[0] == (17, 0) and found[-1] == (column * 40.0 + 17, 420)
    for one, other in pairwise(found):
        assert (one[0] == other[0]) != (one[1] == other[1])
        assert not any(hits(one, other, card) for card in cards)
    assert found[1][1] > 0 and found[-2][1] < 420
