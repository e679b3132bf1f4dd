"""Room for cards: none on another, as near as can be."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from widgets.canvas.editing.room import around, free_shift
from widgets.canvas.scene.scene import Scene

spots = st.tuples(st.integers(-20, 20), st.integers(-20, 20))


def scene(make, *places: tuple[float, float]) -> Scene:
    """Inputs at places: full cards without a strip."""
    ids = [f"in{place}" for place in range(len(places))]
    return Scene(make(tuple((id, "Input", {}) for id in ids), [], **dict(zip(ids, places, strict=True))))


def test_what_lies_free_stays(make):
    assert free_shift(scene(make, (0.0, 0.0)), [QRectF(0, 60, 296, 54)]).isNull()


def test_the_shortest_way_out_is_taken(make):
    one = scene(make, (0.0, 0.0))
    assert free_shift(one, [QRectF(0, 40, 296, 54)]) == QPointF(0, 32), "18 below a card that is 54 high"
    assert free_shift(one, [QRectF(280, 10, 296, 54)]).x() > 0
    assert free_shift(one, [QRectF(-280, 10, 296, 54)]).x() < 0


def test_cards_that_move_along_are_in_nobodys_way(make):
    assert free_shift(scene(make, (0.0, 0.0)), [QRectF(0, 10, 296, 54)], ["in0"]).isNull()


def test_room_is_kept_where_a_card_will_lie_when_the_strip_above_it_is_gone(make):
    nodes = (("conv1", "Conv2d", {}), ("in1", "Input", {}))
    there = Scene(make(nodes, [], conv1=(0.0, 0.0), in1=(0.0, 72.0)))
    assert there.cards["in1"].rect.y() == 102.0, "pushed down by the strip"
    lonely = free_shift(there, [QRectF(200, 72, 296, 20)], ["conv1"])
    assert not lonely.isNull()


def test_several_stay_together(make):
    there = scene(make, (0.0, 0.0), (0.0, 200.0))
    areas = [QRectF(0, 100, 296, 54), QRectF(0, 190, 296, 54)]
    shift = free_shift(there, areas)
    assert not shift.isNull() and not there.cards_in(*(area.translated(shift) for area in areas))


def test_in_a_crowd_there_is_room_beside_it(make):
    crowd = scene(make, *((x * 300.0, y * 60.0) for x in range(8) for y in range(12)))
    shift = free_shift(crowd, [QRectF(1200, 360, 296, 54)] * 150)
    assert 1200 + shift.x() >= 8 * 300 and shift.y() == 0


def test_wherever_a_card_is_put_it_covers_none(make):
    @settings(max_examples=40)
    @given(st.lists(spots, min_size=1, max_size=12), spots)
    def check(places, spot):
        there = scene(make, *((x * 40.0, y * 20.0) for x, y in places))
        area = around(QPointF(spot[0] * 40, spot[1] * 20))
        shift = free_shift(there, [area])
        assert not there.cards_in(area.translated(shift))
        assert (shift.x() % 8, area.x() % 8) == (0, 0)

    check()
