"""The ways of wires, and places for cards."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF

from models.network import Edge
from support import scaled
from widgets.canvas.scene.grid import area_of
from widgets.canvas.scene.measures import CARD_WIDTH, GAP, LANE, LANE_STEP
from widgets.canvas.scene.obstacles import Obstacles
from widgets.canvas.scene.placement import pushes
from widgets.canvas.scene.scene import Scene
from widgets.canvas.scene.wire import Wire, joined, loose, rounded

CENTER = CARD_WIDTH / 2


def column(make, count: int, wires):
    """Slim cards stacked in a column."""
    nodes = tuple((f"relu{place}", "ReLU", {}) for place in range(count))
    places = {f"relu{place}": (0.0, place * 50.0) for place in range(count)}
    document = make(nodes, [], **places)
    for source, target in wires:
        document.network.insert_edge(Edge(f"relu{source}", "output", f"relu{target}", "input"))
    document.analysis.recompute()
    scene = Scene(document)
    scene.set_issues([])
    return scene


def way(scene, source, target):
    """The corner points between two cards."""
    return scene.wires[Edge(f"relu{source}", "output", f"relu{target}", "input")].points


def test_neighbors_are_joined_straight(make):
    scene = column(make, 2, [(0, 1)])
    assert way(scene, 0, 1) == ((CENTER, 32.0), (CENTER, 50.0))


def test_a_skip_runs_beside_its_column(make):
    scene = column(make, 3, [(0, 1), (1, 2), (0, 2)])
    points = way(scene, 0, 2)
    assert len(points) == 6
    assert {point[0] for point in points[2:4]} == {CARD_WIDTH + LANE}


def test_nested_skips_take_lanes_further_out(make):
    scene = column(make, 6, [(0, 5), (1, 4), (2, 4)])
    lanes = [way(scene, *pair)[2][0] - CARD_WIDTH for pair in ((2, 4), (1, 4), (0, 5))]
    assert lanes == [LANE, LANE + LANE_STEP, LANE + 2 * LANE_STEP]


def test_skips_that_do_not_meet_share_a_lane(make):
    scene = column(make, 6, [(0, 2), (3, 5)])
    assert way(scene, 0, 2)[2][0] == way(scene, 3, 5)[2][0]


def test_a_folded_column_goes_up_between_the_columns_with_a_chevron(make):
    nodes = (("relu0", "ReLU", {}), ("relu1", "ReLU", {}))
    scene = Scene(make(nodes, relu0=(0.0, 600.0), relu1=(406.0, 0.0)))
    wire = scene.wires[Edge("relu0", "output", "relu1", "input")]
    lane = wire.points[2][0]
    assert CARD_WIDTH < lane < 406
    assert wire.chevron is not None
    assert wire.chevron[0] == lane


def test_a_branch_bends_once_in_the_gap(make):
    nodes = (("relu0", "ReLU", {}), ("relu1", "ReLU", {}))
    scene = Scene(make(nodes, relu0=(0.0, 0.0), relu1=(406.0, 100.0)))
    points = scene.wires[Edge("relu0", "output", "relu1", "input")].points
    assert len(points) == 4
    assert points[0][0] == points[1][0] and points[2][0] == points[3][0]


@settings(max_examples=scaled(2000), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), min_size=2, max_size=8, unique=True))
def test_every_wire_is_orthogonal_and_joins_its_ports(qapp, places):
    from models.document import Document
    from models.network import Network, Node

    nodes = [Node(f"n{i}", "ReLU", {}, (x * 406.0, y * 72.0)) for i, (x, y) in enumerate(places)]
    network = Network(nodes)
    for first, second in pairwise(nodes):
        network.insert_edge(Edge(first.id, "output", second.id, "input"))
    scene = Scene(Document(network))
    for edge, wire in scene.wires.items():
        for (x, y), (next_x, next_y) in pairwise(wire.points):
            assert x == next_x or y == next_y
        out = scene.cards[edge.source]
        into = scene.cards[edge.target]
        assert QPointF(*wire.points[0]) == out.place(out.outputs[0])
        assert QPointF(*wire.points[-1]) == into.place(into.inputs[0])
        assert wire.points[1][1] > wire.points[0][1] and wire.points[-2][1] < wire.points[-1][1]


def test_many_inputs_stay_on_the_card(make):
    nodes = (*((f"input{i}", "Input", {}) for i in range(9)), ("add1", "Add", {}))
    document = make(nodes, [(f"input{i}", "add1") for i in range(9)])
    card = Scene(document).cards["add1"]
    assert len({port.offset for port in card.inputs}) == 9
    assert all(abs(port.offset) < CENTER - 10 for port in card.inputs)


def test_outputs_spread_around_the_center(make):
    card = Scene(make((("lstm1", "LSTM", {}),))).cards["lstm1"]
    assert [port.offset for port in card.outputs] == [0, 64, -64]


# Wires as lines


def test_distance_and_middle():
    wire = Wire(Edge("a", "output", "b", "input"), ((0.0, 0.0), (0.0, 100.0), (50.0, 100.0)))
    assert wire.distance(QPointF(30, 50)) == 30
    assert wire.distance(QPointF(60, 100)) == 10
    assert wire.middle() == QPointF(0, 50)
    assert wire.bounds.contains(QPointF(50, 100))
    assert wire.chevron is None


def test_a_long_wire_is_covered_by_its_stretches_alone():
    short = Wire(Edge("a", "output", "b", "input"), ((0, 0), (0, 18)))
    assert short.boxes == [short.box]
    long = Wire(Edge("a", "output", "b", "input"), ((0, 0), (0, 9), (500, 9), (500, 2000), (20, 2000), (20, 2009)))
    areas = [area_of(box) for box in long.boxes]
    assert len(areas) == 5 and all(long.bounds.adjusted(-9, -9, 9, 9).contains(area) for area in areas)
    assert all(
        area.contains(line.p1()) and area.contains(line.p2()) for area, line in zip(areas, long.lines, strict=True)
    )
    assert sum(area.width() * area.height() for area in areas) < 0.1 * long.bounds.width() * long.bounds.height()


def test_a_long_wire_that_changes_at_one_end_looks_other_there_alone():
    edge = Edge("a", "output", "b", "input")
    before = Wire(edge, ((0, 0), (0, 9), (500, 9), (500, 2000), (20, 2000), (20, 2009)))
    after = Wire(edge, ((0, 0), (0, 9), (500, 9), (500, 2050), (20, 2050), (20, 2059)))
    assert before.changes(before) == []
    assert max(area.top() for area in map(area_of, before.changes(after))) > 1900
    assert not any(area.contains(QPointF(500, 1000)) for area in map(area_of, before.changes(after)))
    for line in (*before.lines[3:], *after.lines[3:]):
        assert any(area.contains(line.center()) for area in map(area_of, before.changes(after)))
    gone = [area_of(box) for box in before.changes(None)]
    assert all(any(area.contains(line.center()) for area in gone) for line in before.lines)


def test_corners_are_rounded_as_far_as_there_is_room():
    path = rounded(((0.0, 0.0), (0.0, 4.0), (100.0, 4.0), (100.0, 50.0)))
    assert path.boundingRect().bottomRight() == QPointF(100, 50)
    assert path.elementCount() > 6


def level(*cuts, points=((0.0, 0.0), (100.0, 0.0)), forks=()):
    """A wire with gaps at some places of height 0: from where to where its pieces go."""
    path = Wire(Edge("a", "output", "b", "input"), points).path(tuple((x, 0.0) for x in cuts), forks)
    found: list[list[float]] = []
    for element in map(path.elementAt, range(path.elementCount())):
        if element.isMoveTo():
            found.append([])
        found[-1].append(element.x)
    return [(piece[0], piece[-1]) for piece in found if len(piece) > 1]


def test_a_wire_has_gaps_where_it_passes_beneath_others():
    assert level() == [(0, 100)]
    assert level(30, 60) == [(0, 26), (34, 56), (64, 100)]
    assert level(30, 60, points=((100.0, 0.0), (0.0, 0.0))) == [(100, 64), (56, 34), (26, 0)]


def test_gaps_that_lie_near_each_other_or_a_corner_join():
    assert level(30, 36) == [(0, 26), (40, 100)]
    assert level(98) == [(0, 94)]
    before, after = level(92, points=((0.0, 0.0), (100.0, 0.0), (100.0, 50.0)))
    assert before == (0, 88) and after[0] >= 96, "the curve stays clear of the wire above"


def test_a_wire_turns_sharply_where_it_forks():
    wire = Wire(Edge("a", "output", "b", "input"), ((0.0, 0.0), (0.0, 50.0), (100.0, 50.0)))
    assert wire.path().length() < wire.path((), ((0.0, 50.0),)).length() == 150


def test_what_wires_from_one_source_share_is_drawn_once():
    near = Wire(Edge("a", "output", "b", "input"), ((0.0, 0.0), (0.0, 50.0), (100.0, 50.0)))
    far = Wire(Edge("a", "output", "c", "input"), ((0.0, 0.0), (0.0, 50.0), (300.0, 50.0)))
    assert joined([near, far]).length() == far.path().length()
    assert joined([near]).length() == near.path().length()


def test_a_lane_goes_left_where_the_right_is_far(make):
    """Cards beside each other on the right; nothing on the left."""
    nodes = tuple((f"relu{place}", "ReLU", {}) for place in range(3)) + tuple((f"x{at}", "ReLU", {}) for at in range(3))
    places = {f"relu{place}": (0.0, place * 50.0) for place in range(3)}
    places |= {f"x{at}": (CARD_WIDTH + 4 + at * 300, 50.0) for at in range(3)}
    document = make(nodes, [("relu0", "relu1"), ("relu1", "relu2")], **places)
    document.network.insert_edge(Edge("relu0", "output", "relu2", "input"))
    document.analysis.recompute()
    assert way(Scene(document), 0, 2)[2][0] == -LANE


def test_a_lane_fits_into_a_narrow_gap(make):
    document = make((("relu0", "ReLU", {}), ("relu1", "ReLU", {}), ("relu2", "ReLU", {}), ("x", "ReLU", {})), [])
    for place in range(3):
        document.network[f"relu{place}"].position = (0.0, place * 50.0)
    document.network["x"].position = (CARD_WIDTH + 20, 50.0)
    for source, target in ((0, 1), (1, 2), (0, 2)):
        document.network.insert_edge(Edge(f"relu{source}", "output", f"relu{target}", "input"))
    document.analysis.recompute()
    assert way(Scene(document), 0, 2)[2][0] == CARD_WIDTH + 10


def test_near_wires_take_the_inner_ports(make):
    scene = column(make, 6, [(4, 5), (0, 5), (2, 5), (3, 5)])
    ports = {port.edge.source: port.offset for port in scene.cards["relu5"].inputs}
    assert ports["relu4"] == 0 < ports["relu3"] < ports["relu2"] < ports["relu0"]


def test_a_loose_wire_leaves_downward_from_an_output_and_upward_from_an_input():
    down, up = loose(QPointF(0, 0), QPointF(100, 50)), loose(QPointF(0, 0), QPointF(100, -50), downward=False)
    assert down.pointAtPercent(0.1).y() > 0
    assert up.pointAtPercent(0.1).y() < 0


# Places


def pushed(places, heights):
    """Where cards of some heights are pushed to, those with a strip being the tall ones."""
    standing = Obstacles()
    standing.fill({id: (x, y, x + CARD_WIDTH, y + 1) for id, (x, y) in places.items()})
    return pushes(places, heights, [id for id, height in heights.items() if height > 54], standing)


def test_without_errors_nothing_is_pushed():
    assert pushed({"a": (0.0, 0.0), "b": (0.0, 40.0)}, {"a": 54.0, "b": 54.0}) == {}


def test_a_strip_pushes_on_until_there_is_room():
    places = {"a": (0.0, 0.0), "b": (0.0, 72.0), "c": (0.0, 400.0), "d": (406.0, 72.0)}
    assert pushed(places, {"a": 84.0, "b": 54.0, "c": 54.0, "d": 54.0}) == {"b": 102.0}


def test_nodes_without_a_place_go_below_what_feeds_them(make):
    nodes = (("input1", "Input", {}), ("flat1", "Flatten", {}), ("fc1", "Linear", {}))
    document = make(nodes, input1=(0.0, 0.0), fc1=(0.0, 72.0))
    scene = Scene(document)
    assert scene.cards["flat1"].rect.y() == 54 + GAP
    assert scene.cards["fc1"].rect.y() >= scene.cards["flat1"].rect.bottom() + GAP


def test_a_loose_node_without_a_place_goes_below_everything(make):
    scene = Scene(make((("input1", "Input", {}), ("fc1", "Linear", {})), [], input1=(40.0, 0.0)))
    assert scene.cards["fc1"].rect.topLeft() == QPointF(40, 72)
