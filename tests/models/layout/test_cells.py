"""Cells find all that lies in a box, however large it or what lies there is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from models.layout.cells import Box, Cells
from support import scaled

numbers = st.integers(-300, 300).map(float) | st.sampled_from([-1e9, 1e9])
boxes = st.tuples(numbers, numbers, numbers, numbers).map(
    lambda at: (min(at[0], at[2]), min(at[1], at[3]), max(at[0], at[2]), max(at[1], at[3]))
)


def meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


@settings(max_examples=scaled(2000), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), boxes)), st.sets(st.integers(0, 12)), boxes)
def test_all_that_lies_in_a_box_is_found_and_nothing_that_is_gone(
    puts: list[tuple[int, Box]], gone: set[int], asked: Box
) -> None:
    cells: Cells[int] = Cells(50, 20)
    things: dict[int, Box] = {}
    for thing, box in puts:
        cells.put(thing, box)
        things[thing] = box
    for thing in gone & things.keys():
        cells.drop(thing)
        del things[thing]
    found = set(cells.near(asked))
    assert {thing for thing, box in things.items() if meet(box, asked)} <= found <= things.keys()
    for thing, box in things.items():
        assert {other for other in things if meet(things[other], box)} <= set(cells.beside(thing)) <= things.keys()


def test_what_lies_far_away_is_not_looked_at() -> None:
    cells: Cells[str] = Cells(50, 20)
    cells.put("here", (0, 0, 10, 10))
    cells.put("there", (500, 500, 510, 510))
    assert set(cells.near((0, 0, 5, 5))) == {"here"}
