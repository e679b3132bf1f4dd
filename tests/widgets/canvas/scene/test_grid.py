"""Finding boxes by area: the grid answers as a look at every box would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from widgets.canvas.scene.grid import Grid, area_of, box_of, stacked

places = st.floats(-3000, 3000, width=32)
sizes = st.floats(1, 2000, width=32)
boxes = st.builds(lambda x, y, w, h: (x, y, x + w, y + h), places, places, sizes, sizes)
areas = st.builds(QRectF, places, places, st.floats(0.5, 5000, width=32), st.floats(0.5, 5000, width=32))


def shares(box, area) -> bool:
    return box[0] < area.right() and box[1] < area.bottom() and box[2] > area.left() and box[3] > area.top()


@given(
    st.lists(boxes, max_size=25),
    st.lists(st.tuples(st.integers(0, 24), st.none() | boxes), max_size=12),
    st.lists(areas),
)
def test_it_finds_what_a_look_at_every_box_finds(first, moves, asked):
    grid, kept = Grid(enumerate(first)), dict(enumerate(first))
    for number, box in moves:
        assert grid.hull == hull(kept)
        if box is None:
            grid.drop(number)
            kept.pop(number, None)
        else:
            grid.put(number, box)
            kept[number] = box
    found = {number for number, box in kept.items() if any(shares(box, area) for area in asked)}
    assert set(grid.within(asked)) == found
    assert grid.hull == hull(kept)


def hull(kept) -> QRectF:
    area = QRectF()
    for left, top, right, bottom in kept.values():
        area |= QRectF(left, top, right - left, bottom - top)
    return area


cards = st.tuples(st.integers(0, 3), st.integers(-20, 20), st.integers(1, 6)).map(
    lambda at: (at[0] * 100.0, at[1] * 10.0, at[0] * 100.0 + 80.0, at[1] * 10.0 + at[2] * 10.0)
)


@given(st.lists(cards, max_size=20), st.sampled_from([0.0, 15.0]))
def test_boxes_below_each_other_are_one(boxes, gap):
    found = stacked(boxes, gap)
    for box in boxes:
        assert sum(area_of(one).contains(area_of(box)) for one in found) == 1
    for place, one in enumerate(found):
        assert {one[1], one[3]} <= {end for box in boxes if box[0] == one[0] for end in (box[1], box[3])}
        for other in found[place + 1 :]:
            assert one[0] != other[0] or other[1] > one[3] + gap or one[1] > other[3] + gap
    assert [box_of(area_of(box)) for box in found] == found


def test_a_box_without_end_is_near_to_everything():
    grid = Grid([("column", (0.0, float("-inf"), 10.0, float("inf"))), ("box", (0.0, 0.0, 10.0, 10.0))])
    assert set(grid.within([QRectF(5, 90_000, 5, 5)])) == {"column"}
    assert not grid.within([QRectF(20, 0, 5, 5)])
    grid.drop("column")
    assert not grid.within([QRectF(5, 90_000, 5, 5)])


def test_boxes_come_once():
    grid = Grid(enumerate([(0, 0, 3000, 10), (0, 0, 10, 3000), (600, 600, 700, 700)]))
    assert sorted(grid.within([QRectF(-5, -5, 1000, 1000), QRectF(500, 500, 300, 300)])) == [0, 1, 2]
    assert not grid.within([])


def test_an_area_of_any_size_is_answered_at_once():
    grid = Grid([("a", (0, 0, 10, 10)), ("b", (900, 0, 910, 10))])
    assert set(grid.within([QRectF(-1e12, -1e12, 1e12 + 20, 2e12)])) == {"a"}
    assert not Grid().within([QRectF(-1e12, -1e12, 2e12, 2e12)])


def test_a_network_drawn_across_an_absurd_plane_opens(open_canvas, make):
    far = 1e9
    places = {"input1": (0.0, 0.0), "conv1": (far, far), "relu1": (-far, 3.0), "relu2": (far, -far)}
    nodes = (("input1", "Input", {}), ("conv1", "Conv2d", {}), ("relu1", "ReLU", {}), ("relu2", "ReLU", {}))
    hand = open_canvas(make(nodes, None, **places))
    for look in (hand.view.fit, hand.view.zoom_reset, lambda: hand.view.reveal("relu2")):
        look()
        hand.view.repaint()
    area = hand.view.camera.area_to_scene(QRectF(hand.view.rect()))
    assert [card.id for card in hand.view.scene.cards_in(area)] == ["relu2"]
