"""Forks of one source's wires, and crossings of different sources'."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from models.layout.junctions import Route, crossings, forks, merged
from models.network import Edge
from support import scaled


def edge(source: str, target: str = "t") -> Edge:
    return Edge(source, "output", target, "input")


def test_a_level_stretch_crosses_a_steep_one_of_another_source() -> None:
    across, down, own = edge("a"), edge("b"), edge("a", "other")
    routes = {across: [(0, 10), (100, 10)], down: [(50, 0), (50, 40)], own: [(70, 0), (70, 40)]}
    assert crossings(routes) == {across: ((50, 10),)}


def test_a_stretch_across_an_absurd_plane_takes_no_more_than_one_across_a_card() -> None:
    """By bands of its height it would take all memory that there is."""
    far = 1e15
    level, steep = Edge("a", "output", "b", "input"), Edge("c", "output", "d", "input")
    found = crossings({level: [(-far, 0.0), (far, 0.0)], steep: [(5.0, -far), (5.0, far)]})
    assert found == {level: ((5.0, 0.0),)}


def test_wires_that_touch_do_not_cross() -> None:
    routes = {edge("a"): [(0, 10), (100, 10)], edge("b"): [(50, 10), (50, 40)], edge("c"): [(100, 0), (100, 40)]}
    assert crossings(routes) == {}


def test_wires_fork_where_one_goes_on_and_one_turns_off() -> None:
    straight, beside = [(0, 0), (0, 50)], [(0, 0), (0, 9), (40, 9), (40, 90), (0, 90), (0, 99)]
    assert forks([straight]) == forks([beside]) == frozenset()
    assert forks([straight, beside]) == {(0, 9)}


def test_wires_that_turn_together_fork_where_they_part() -> None:
    near = [(0, 0), (0, 9), (40, 9), (40, 90), (0, 90), (0, 99)]
    far = [(0, 0), (0, 9), (40, 9), (40, 190), (0, 190), (0, 199)]
    assert forks([near, far]) == {(40, 90)}


def test_spans_that_meet_are_one() -> None:
    assert merged([]) == []
    assert merged([(0, 5), (2, 3), (5, 9), (10, 12)]) == [(0, 9), (10, 12)]


steps = st.lists(st.tuples(st.sampled_from([-300.0, -40.0, 20.0, 60.0, 700.0]), st.booleans()), min_size=1, max_size=6)
starts = st.tuples(st.integers(-9, 9).map(lambda at: at * 37.0), st.integers(-9, 9).map(lambda at: at * 41.0))


def route(start: tuple[float, float], way: list[tuple[float, bool]]) -> Route:
    """A route of level and steep steps."""
    found = [start]
    for by, level in way:
        x, y = found[-1]
        found.append((x + by, y) if level else (x, y + by))
    return found


@settings(max_examples=scaled(2000), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.builds(route, starts, steps)), max_size=12))
def test_crossings_are_those_that_a_look_at_every_pair_finds(many) -> None:
    routes = {edge(f"s{source}", f"t{number}"): way for number, (source, way) in enumerate(many)}
    found = crossings(routes)
    for one, way in routes.items():
        expected = {
            (p[0], a[1])
            for a, b in pairwise(way)
            for other, its in routes.items()
            for p, q in pairwise(its)
            if other.source != one.source and a[1] == b[1] and p[0] == q[0]
            if min(a[0], b[0]) < p[0] < max(a[0], b[0]) and min(p[1], q[1]) < a[1] < max(p[1], q[1])
        }
        assert set(found.get(one, ())) == expected
