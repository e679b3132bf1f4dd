from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.runs.timeline import Timeline


def counted(returns: list[tuple[int, int]], end: int) -> set[int]:
    """The places that count when the log was so long: what a return says, word for word."""
    before = [item for item in returns if item[0] < end]
    if not before:
        return set(range(end))
    at, to = max(before)
    return counted(returns, min(to, at)) | set(range(at, end))


@given(st.dictionaries(st.integers(1, 30), st.integers(0, 40), max_size=6), st.randoms())
def test_what_counts_is_what_counted_at_the_place_gone_back_to(returns: dict[int, int], random: object) -> None:
    timeline, order = Timeline(), list(returns.items())
    random.shuffle(order)  # type: ignore[attr-defined]
    for at, to in order:
        assert timeline.go_back(at, to, 0)
        assert not timeline.go_back(at, to, 0)
    found = {place for place in range(40) if timeline.until(place) is None}
    assert found == counted(list(returns.items()), 40)
    assert all(timeline.until(place) in (None, -1) for place in range(40))


def test_a_return_to_a_step_lets_steps_up_to_it_count() -> None:
    timeline = Timeline()
    timeline.go_back(100, None, 5)
    timeline.go_back(200, None, 7)
    assert [timeline.until(place) for place in (0, 99, 100, 199, 200)] == [5, 5, 7, 7, None]
    timeline.go_back(300, None, 3)
    assert [timeline.until(place) for place in (0, 150, 250, 300)] == [3, 3, 3, None]


def test_steps_and_places_go_together() -> None:
    timeline = Timeline()
    timeline.go_back(100, None, 5)
    timeline.go_back(200, 150, 9)
    assert [timeline.until(place) for place in (50, 120, 150, 199, 200)] == [5, None, -1, -1, None]
