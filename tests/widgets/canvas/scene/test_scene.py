"""The scene mirrors the model: after any edits it equals a scene built anew."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from models.document import Document
from models.document.edits import AddNode, Connect, Disconnect, Edit, Move, RemoveNodes, Rename, SetParam
from models.findings.finding import Finding
from models.network import Edge, Network, NetworkError, Node
from support import scaled
from widgets.canvas.editing import requests
from widgets.canvas.scene.scene import Scene

KINDS = ["Input", "Conv2d", "ReLU", "Add", "Linear", "Flatten", "LSTM", "Output", "Nope", "MultiheadAttention"]


def picture(scene: Scene) -> tuple[object, ...]:
    """Everything that a scene draws."""
    cards = [(id, card.face, card.rect.getRect(), card.inputs, card.outputs) for id, card in scene.cards.items()]
    wires = {edge: (wire.points, wire.chevron) for edge, wire in scene.wires.items()}
    return cards, wires, scene.broken


@st.composite
def edits(draw: st.DrawFn, document: Document) -> Edit:
    """An edit that may or may not be possible."""
    network = document.network
    ids = list(network.nodes)
    what = draw(st.sampled_from(["add", "connect", "connect", "remove", "move", "set", "rename", "cut"]))
    if what == "add" or not ids:
        place = draw(st.none() | st.tuples(st.integers(-500, 1500), st.integers(-500, 1500)))
        return AddNode(Node(network.free_id("n"), draw(st.sampled_from(KINDS)), {}, place))
    id = draw(st.sampled_from(ids))
    if what == "connect":
        other = draw(st.sampled_from(ids))
        target = network[other]
        port = draw(st.sampled_from([port.name for port in target.inputs] or ["input"]))
        return Connect(Edge(id, draw(st.sampled_from(network[id].outputs or ("output",))), other, port))
    if what == "remove":
        return RemoveNodes([id], heal=draw(st.booleans()))
    if what == "move":
        return Move({id: draw(st.none() | st.tuples(st.integers(-300, 900), st.integers(-300, 900)))})
    if what == "rename":
        return Rename(id, network.free_id("m"))
    if what == "cut" and network.edges:
        return Disconnect(draw(st.sampled_from(network.edges)))
    name, value = draw(st.sampled_from([("out_channels", 7), ("kernel_size", "x"), ("shape", [3, 8, 8]), ("p", 0.1)]))
    return SetParam(id, name, value)


@settings(max_examples=scaled(2000), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_after_random_edits_the_scene_equals_a_rebuilt_one(qapp, data):
    document = Document()
    scene = Scene(document)
    document.changed.connect(scene.update)
    for _ in range(data.draw(st.integers(1, 14))):
        step = data.draw(st.integers(0, 9))
        if step == 0:
            document.undo()
        elif step == 1:
            document.redo()
        else:
            try:
                document.apply(data.draw(edits(document)))
            except (NetworkError, ValueError):
                continue
        assert picture(scene) == picture(Scene(document))


def crowded(columns: int, rows: int, skips: list[tuple[int, int]]) -> Document:
    """Merges in columns, each fed by the one above it or the column before, with skips between any two."""
    count = columns * rows
    nodes = [Node(f"n{at}", "Add", {}, (at // rows * 406.0, at % rows * 50.0)) for at in range(count)]
    pairs = dict.fromkeys([*((at, at + 1) for at in range(count - 1)), *skips])
    wires = [Edge(f"n{min(pair)}", "output", f"n{max(pair)}", "input") for pair in pairs if pair[0] != pair[1]]
    return Document(Network(nodes, dict.fromkeys(wires)))


def tail(network: Network, left: float, top: float, down: float) -> dict[str, tuple[float, float] | None]:
    """Everything below a point and to the right of it, further down."""
    placed = {node.id: node.position for node in network if node.position}
    return {id: (x, y + down) for id, (x, y) in placed.items() if x >= left and y >= top}


@settings(max_examples=scaled(2000), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_crowded_scene_that_is_looked_at_follows_as_if_rebuilt(qapp, data):
    """Wires with lanes beside each other, cards that get into their way and out of it, a drag in between."""
    places = st.integers(0, 23)
    document = crowded(3, 8, data.draw(st.lists(st.tuples(places, places), max_size=14)))
    scene = Scene(document)
    document.changed.connect(scene.update)
    assert scene.wires_in(QRectF(-1e6, -1e6, 2e6, 2e6)) and scene.cards_in(QRectF(0, 0, 50, 50))
    for _ in range(data.draw(st.integers(1, 10))):
        ids = list(document.network.nodes)
        step = data.draw(st.sampled_from(["edit", "edit", "edit", "undo", "redo", "near", "tail", "insert", "drag"]))
        if step == "drag" and ids:
            scene.shift(data.draw(st.lists(st.sampled_from(ids), max_size=3, unique=True)), 70.0, -130.0)
            scene.settle()
        elif step == "near" and ids:
            x, y = data.draw(st.tuples(st.integers(-1, 13), st.integers(-1, 18)))
            document.apply(Move({data.draw(st.sampled_from(ids)): (x * 101.5, y * 25.0)}))
        elif step == "tail":
            top, left, down = (data.draw(st.integers(0, most)) for most in (400, 900, 120))
            document.apply(Move(tail(document.network, left, top, down)))
        elif step == "insert" and scene.wires:
            wire = scene.wires[data.draw(st.sampled_from(sorted(scene.wires)))]
            node = Node(document.network.free_id("n"), data.draw(st.sampled_from(["ReLU", "Add", "Conv2d"])))
            document.apply(requests.insert(scene, node, wire, wire.middle()))
        elif step == "edit":
            try:
                document.apply(data.draw(edits(document)))
            except ValueError:
                continue
        else:
            document.undo() if step == "undo" else document.redo()
        fresh = Scene(document)
        assert picture(scene) == picture(fresh)
        for area in (QRectF(-1e7, -1e7, 2e7, 2e7), QRectF(200, 100, 300, 200)):
            assert [card.id for card in scene.cards_in(area)] == [card.id for card in fresh.cards_in(area)]
            assert {wire.edge for wire in scene.wires_in(area)} == {wire.edge for wire in fresh.wires_in(area)}
        assert scene.bounds == fresh.bounds and scene.wire_bounds == fresh.wire_bounds


def test_cards_that_made_room_go_back_once_all_have_places(qapp):
    document = crowded(3, 8, [(0, 9)])
    scene = Scene(document)
    document.changed.connect(scene.update)
    before = picture(scene)
    document.apply(Move({"n9": None}))
    assert picture(scene) != before
    document.undo()
    assert picture(scene) == before == picture(Scene(document))


fractions = st.integers(1, 1200).map(lambda tenths: tenths / 10)


@settings(max_examples=scaled(1000), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 23), st.integers(0, 23)), max_size=14), st.data())
def test_what_moves_with_its_cards_lies_as_if_planned_anew(qapp, skips, data):
    """Wherever cards lie: steps that binary fractions cannot hold may be off by what no eye sees."""
    document = crowded(3, 8, skips)
    scene = Scene(document)
    document.changed.connect(scene.update)
    for _ in range(data.draw(st.integers(1, 6))):
        top, left = data.draw(st.integers(0, 400)), data.draw(st.integers(0, 900))
        step = data.draw(fractions), data.draw(st.just(0.0) | fractions)
        moved = tail(document.network, left, top, step[0])
        document.apply(Move({id: (place[0] + step[1], place[1]) for id, place in moved.items() if place}))
        if data.draw(st.booleans()):
            document.undo()
        fresh = Scene(document)
        assert scene.wires.keys() == fresh.wires.keys()
        for edge, wire in scene.wires.items():
            assert np.allclose(wire.points, fresh.wires[edge].points, rtol=0.0, atol=1e-6)


def test_a_field_edit_repaints_only_what_changed(make):
    document = make()
    scene = Scene(document)
    found = []
    document.changed.connect(lambda change: found.append(scene.update(change)))
    wires = dict(scene.wires)
    document.apply(SetParam("conv1", "out_channels", 8))
    assert found == [{"conv1", "relu1"}]
    assert scene.wires == wires
    assert scene.cards["relu1"].face.shape == "8×32×32"


def test_issues_from_outside_replace_those_of_the_analysis(make):
    scene = Scene(make())
    error = Finding("error", "shape", "conv1", "Conv2d needs more.")
    assert scene.set_issues([error]) is None  # the strip moves what lies below
    assert scene.cards["conv1"].face.problem == error
    assert scene.broken == {Edge("input1", "output", "conv1", "input")}
    assert scene.set_issues([error, Finding("warning", "w", "relu1", "Hm.")]) == {"relu1"}
    assert scene.cards["relu1"].face.warns
    scene.set_issues([])
    assert scene.cards["conv1"].face.problem is None
    assert scene.broken == set()


def test_an_error_strip_pushes_what_lies_below(make):
    scene = Scene(make(input1=(0.0, 0.0), conv1=(0.0, 72.0), relu1=(0.0, 144.0)))
    scene.set_issues([Finding("error", "shape", "conv1", "Conv2d needs more.")])
    assert scene.cards["relu1"].rect.y() == 72 + 54 + 30 + 18
    scene.set_issues([])
    assert scene.cards["relu1"].rect.y() == 144


def test_questions(make):
    scene = Scene(make(input1=(0.0, 0.0), conv1=(0.0, 72.0), relu1=(0.0, 144.0)))
    assert scene.card_at(QPointF(10, 80)).id == "conv1"
    assert scene.card_at(QPointF(-10, 80)) is None
    assert scene.port_at(QPointF(150, 74)).end.node == "conv1"
    assert scene.port_at(QPointF(20, 74)) is None
    assert scene.wire_at(QPointF(150, 63)).edge.source == "input1"
    assert scene.wire_at(QPointF(170, 63)) is None
    assert [card.id for card in scene.cards_in(QRectF(0, 60, 5, 100))] == ["conv1", "relu1"]
    assert scene.bounds == QRectF(0, 0, 296, 176)


def test_shifting_is_a_preview_that_settles(make):
    scene = Scene(make(input1=(0.0, 0.0), conv1=(0.0, 72.0), relu1=(0.0, 144.0)))
    before = picture(scene)
    dirty = scene.shift(["relu1"], 300, 40)
    assert dirty.contains(scene.cards["relu1"].rect)
    assert picture(scene) != before
    scene.settle()
    assert picture(scene) == before


def test_edges_to_nowhere_and_loops_are_drawn_as_far_as_they_go(make):
    document = make((("relu1", "ReLU", {}), ("relu2", "ReLU", {})), [("relu1", "relu2")])
    document.network.insert_edge(Edge("relu2", "output", "relu1", "input"))
    document.network.insert_edge(Edge("gone", "output", "relu1", "input"))
    document.network.insert_edge(Edge("relu1", "output", "relu1", "input"))
    document.analysis.recompute()
    scene = Scene(document)
    assert len(scene.wires) == 3
    assert any(wire.chevron for wire in scene.wires.values())


def test_a_refused_wire_stays_marked_when_its_source_is_renamed_and_not_when_it_is_gone(make):
    document = make((("image", "Input", {"shape": [3]}), ("conv", "Conv2d", {})))
    scene = Scene(document)
    document.changed.connect(scene.update)
    assert scene.broken == set(document.network.edges) != set()
    document.apply(Rename("image", "photo"))
    assert scene.broken == set(document.network.edges) != set()
    document.apply(Disconnect(document.network.edges[0]))
    assert scene.broken == set()
    document.undo()
    assert scene.broken == set(document.network.edges) != set()


def test_cards_that_are_shifted_together_take_their_wires_along(make):
    places = {"input1": (0.0, 0.0), "conv1": (0.0, 72.0), "relu1": (400.0, 300.0)}
    scene = Scene(make(**places))
    before = {edge: wire.points for edge, wire in scene.wires.items()}
    dirty = scene.shift(["input1", "conv1"], 30.0, -50.0)
    between, hanging = Edge("input1", "output", "conv1", "input"), Edge("conv1", "output", "relu1", "input")
    assert scene.wire(between).points == tuple((x + 30.0, y - 50.0) for x, y in before[between])
    assert scene.wires[hanging].points[-1] == before[hanging][-1]
    assert scene.wire_at(QPointF(178, 15)).edge == between and dirty.contains(scene.wires[hanging].bounds)
    scene.settle()
    assert {edge: wire.points for edge, wire in scene.wires.items()} == before


def test_a_card_between_two_near_ones_turns_away_the_wire_that_bends_to_its_port(qapp):
    """Both wires lead down to one card, so that one of them ends beside its center; then a card comes in between."""
    places = {"a": (0.0, 0.0), "b": (0.5, 0.0), "c": (900.0, 0.0)}
    places |= {f"far{at}": (2000.0, 90.0 * at) for at in range(9)}  # with few cards everything is looked at
    nodes = [Node(id, "Input", {"shape": [3, 8, 8]}, place) for id, place in places.items()]
    wires = [Edge("a", "output", "add", "input"), Edge("b", "output", "add", "input")]
    document = Document(Network([*nodes, Node("add", "Add", {}, (0.0, 112.0))], wires))
    scene = Scene(document)
    document.changed.connect(scene.update)
    assert scene.wires_in(QRectF(-1e6, -1e6, 2e6, 2e6)) and scene.cards_in(QRectF(0, 0, 50, 50))
    document.apply(Move({"c": (0.0, 57.0)}))
    assert picture(scene) == picture(Scene(document))


def test_a_wire_that_follows_a_drag_keeps_the_lane_that_stays_where_it_was():
    """Two skips beside each other: the outer one has the second lane, and keeps it while its end is dragged down."""
    document = crowded(1, 8, [(0, 7), (2, 5)])
    scene = Scene(document)
    outer = Edge("n0", "output", "n7", "input")
    lane = scene.wires[outer].points[2][0]
    assert lane > scene.wires[Edge("n2", "output", "n5", "input")].points[2][0]
    scene.shift(["n7"], 0.0, 64.0)
    assert scene.wires[outer].points[2][0] == lane
    scene.shift(["n7"], 500.0, 0.0)
    assert scene.wires[outer].points[2][0] != lane
    scene.settle()
    assert scene.wires[outer].points[2][0] == lane
