"""Tracks: apart where they would meet, in the order that crosses least, near to where they would lie."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from models.layout.tracks import CLEAR, PITCHES, Tracks, Turn, Want, tracks
from support import scaled

LEFT, RIGHT = -1, 1


def lane(source: str, start: float, end: float, *turns: Turn, base: float = 22, room: tuple[float, float] = (8, 178)):
    """A stretch that would lie at 22 and gives way to higher tracks; its wire comes from the left and goes there."""
    return Want(source, start, end, base, *room, RIGHT, turns or (Turn(start, LEFT), Turn(end, LEFT)))


def test_one_stretch_lies_where_it_would() -> None:
    assert tracks({"a": lane("a", 0, 100)}) == {"a": 22}
    assert tracks({"a": lane("a", 0, 100, room=(30, 60))}) == {"a": 30}


def test_a_long_stretch_goes_around_a_short_one() -> None:
    assert tracks({"long": lane("a", 0, 500), "short": lane("b", 100, 300)}) == {"short": 22, "long": 34}


def test_stretches_from_one_source_share_a_track() -> None:
    found = tracks({"near": lane("a", 0, 200), "far": lane("a", 0, 400), "other": lane("b", 100, 300)})
    assert found["near"] == found["far"] != found["other"]


def test_a_wire_that_leaves_to_the_other_side_lies_on_that_side() -> None:
    outward = lane("a", 0, 300, Turn(0, LEFT), Turn(300, RIGHT), base=40)
    found = tracks({"in": lane("b", 100, 200, base=40), "out": outward})
    assert found["in"] < found["out"]
    mirrored = lane("a", 0, 300, Turn(0, RIGHT), Turn(300, RIGHT), base=40)
    found = tracks({"in": lane("b", 100, 400, Turn(100, RIGHT), Turn(400, RIGHT), base=40), "out": mirrored})
    assert found["in"] != found["out"]


def test_wires_that_turn_off_at_one_place_do_not_run_into_each_other() -> None:
    """Above a card: one comes from the left and goes down at 50, another comes from above at 50 and goes right."""
    down = Want("a", 0, 50, 9, 0, 18, LEFT, (Turn(0, LEFT), Turn(50, RIGHT)))
    up = Want("b", 50, 90, 9, 0, 18, RIGHT, (Turn(50, LEFT), Turn(90, RIGHT)))
    found = tracks({"down": down, "up": up})
    assert found["up"] < found["down"], "else one would come down through the other's corner"


def test_little_room_puts_tracks_nearer_to_each_other() -> None:
    found = tracks({place: lane(f"s{place}", 0, 100 + place, room=(10, 40)) for place in range(6)})
    apart = sorted(found.values())
    assert all(10 <= at <= 40 for at in apart)
    assert min(other - one for one, other in pairwise(apart)) >= 5


def test_what_does_not_meet_does_not_matter() -> None:
    found = tracks({"above": lane("a", 0, 100), "below": lane("b", 100 + 2 * CLEAR, 200)})
    assert found == {"above": 22, "below": 22}


wants = st.builds(
    lambda source, start, long, base, room, away, ways: Want(
        f"s{source}",
        start,
        start + long,
        base,
        base - room[0],
        base + room[1],
        away,
        (Turn(start, ways[0]), Turn(start + long, ways[1])),
    ),
    st.integers(0, 5),
    st.integers(0, 40).map(lambda step: step * 20.0),
    st.integers(1, 30).map(lambda step: step * 20.0),
    st.integers(0, 6).map(lambda step: step * 20.0),
    st.tuples(st.integers(0, 150), st.integers(0, 150)),
    st.sampled_from([LEFT, RIGHT]),
    st.tuples(st.sampled_from([LEFT, RIGHT]), st.sampled_from([LEFT, RIGHT])),
)


@settings(max_examples=scaled(4000), deadline=None)
@given(st.lists(wants, min_size=1, max_size=9))
def test_every_stretch_keeps_to_its_room_and_apart_from_those_of_other_sources(many: list[Want]) -> None:
    group = dict(enumerate(many))
    found = tracks(group)
    for key, want in group.items():
        assert want.low - 1e-6 <= found[key] <= want.high + 1e-6
    roomy = all(want.high - want.low >= PITCHES[-1] * 2 * len(many) for want in many)
    for one, other in combinations(group, 2):
        a, b = group[one], group[other]
        meet = a.start < b.end and b.start < a.end
        if roomy and meet and a.source != b.source:
            assert found[one] != found[other]


@settings(max_examples=scaled(2000), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.none() | wants), max_size=24), st.data())
def test_tracks_that_are_kept_up_to_date_equal_those_made_anew(steps: list[tuple[int, Want | None]], data) -> None:
    kept: Tracks[int] = Tracks()
    wanted: dict[int, Want] = {}
    at: dict[int, float] = {}
    for key, want in steps:
        if want is None:
            kept.drop(key)
            wanted.pop(key, None)
            at.pop(key, None)
        else:
            kept.put(key, want)
            wanted[key] = want
        if data.draw(st.booleans()):
            for changed in kept.settle():
                at[changed] = kept[changed]
    at.update({changed: kept[changed] for changed in kept.settle()})
    anew: Tracks[int] = Tracks()
    for key, want in wanted.items():
        anew.put(key, want)
    anew.settle()
    assert at == {key: anew[key] for key in wanted}
