"""What is taken from places of a list goes back to them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.network.places import with_placed, without


@given(st.lists(st.integers()), st.data())
def test_what_is_taken_goes_back(items: list[int], data: st.DataObject) -> None:
    places = sorted(data.draw(st.sets(st.integers(0, len(items) - 1)) if items else st.just(set())))
    rest = without(items, places)
    assert rest == [item for place, item in enumerate(items) if place not in places]
    assert with_placed(rest, [(place, items[place]) for place in places]) == items
