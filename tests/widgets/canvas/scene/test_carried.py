"""What a hand carries is found where it lies now, with its wires, as if it had been put there."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from models.document import Document
from models.network import Edge, Network, Node
from support import scaled
from widgets.canvas.scene.scene import Scene

COUNT = 12
WHOLE = QRectF(-1e5, -1e5, 2e5, 2e5)


def scattered(places: list[tuple[int, int]], pairs: list[tuple[int, int]]) -> Document:
    """Merges at places of a coarse grid, wired from lower to higher numbers."""
    nodes = [Node(f"n{at}", "Add", {}, (x * 406.0, y * 90.0)) for at, (x, y) in enumerate(places)]
    wires = {Edge(f"n{min(pair)}", "output", f"n{max(pair)}", "input"): None for pair in pairs if pair[0] != pair[1]}
    return Document(Network(nodes, wires))


numbers = st.integers(0, COUNT - 1)
steps = st.tuples(st.integers(-6, 6), st.integers(-6, 6))


@settings(max_examples=scaled(1500), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(steps, min_size=COUNT, max_size=COUNT, unique=True),
    st.lists(st.tuples(numbers, numbers), max_size=14),
    st.lists(st.frozensets(numbers, min_size=1), min_size=1, max_size=2, unique=True),
    st.lists(st.tuples(st.integers(-900, 900), st.integers(-900, 900)), min_size=1, max_size=3),
)
def test_cards_and_the_wires_among_them_lie_where_they_were_carried(qapp, places, pairs, hands, ways):
    document = scattered(places, pairs)
    scene = Scene(document)
    before = [(card.id, card.box) for card in scene.cards_in(WHOLE)]
    wires = {wire.edge: wire.points for wire in scene.wires_in(WHOLE)}
    for hand in hands:  # the first lets go before the second takes up others
        ids = [f"n{at}" for at in hand]
        for dx, dy in ways:
            shown = scene.shift(ids, dx, dy)
        dx, dy = (float(sum(way[axis] for way in ways)) for axis in (0, 1))
        carried = {id: (box[0] + dx, box[1] + dy) for id, box in before if id in ids}
        assert {id: card.box[:2] for id, card in scene.cards.items() if id in ids} == carried
        for area in (WHOLE, shown, QRectF(300, 100, 500, 300)):
            there = {id for id, card in scene.cards.items() if card.area.intersects(area)}
            assert {card.id for card in scene.cards_in(area)} == there
            assert {card.id for card in scene.cards_in(area)[len(there - carried.keys()) :]} == there & carried.keys()
        found = {wire.edge: wire.points for wire in scene.wires_in(WHOLE)}
        assert found == {edge: scene.wire(edge).points for edge in wires}
        for edge, points in wires.items():
            if edge.source in ids and edge.target in ids:
                assert found[edge] == tuple((x + dx, y + dy) for x, y in points)
        for wire in scene.wires_in(shown):
            assert wire.bounds.intersects(shown)
        assert all(shown.contains(scene.cards[id].area) for id in ids)
    scene.settle()
    assert [(card.id, card.box) for card in scene.cards_in(WHOLE)] == before
    assert {wire.edge: wire.points for wire in scene.wires_in(WHOLE)} == wires


def test_bounds_hold_what_is_carried(make):
    scene = Scene(make(input1=(0.0, 0.0), conv1=(0.0, 72.0), relu1=(0.0, 144.0)))
    scene.shift(["conv1", "relu1"], 5000.0, 0.0)
    assert scene.bounds.contains(scene.cards["relu1"].area) and scene.bounds.contains(scene.cards["input1"].area)
    assert scene.wire_bounds.right() > 5000
    scene.settle()
    assert scene.bounds.right() < 5000 > scene.wire_bounds.right()
