"""What the canvas asks for keeps a large network in place, and leaves a small one to the layout."""

from __future__ import annotations

import pytest

from models.document import Document
from models.document.edits import Batch, Connect, Disconnect, Move, RemoveNodes
from models.network import Edge, Network, Node
from widgets.canvas.editing.requests import steady
from widgets.canvas.scene.scene import Scene


def loose(count: int) -> tuple[Document, Scene]:
    """Layers in a row that nobody has placed, and their scene."""
    nodes = [Node(f"n{place}", "Add") for place in range(count)]
    edges = [Edge(f"n{place}", "output", f"n{place + 1}", "input") for place in range(count - 1)]
    document = Document(Network(nodes, edges))
    scene = Scene(document)
    document.changed.connect(scene.update)
    return document, scene


def places(scene: Scene) -> dict[str, tuple[float, float]]:
    return {id: (card.rect.x(), card.rect.y()) for id, card in scene.cards.items()}


EDITS = {
    "delete": RemoveNodes(["n9"], heal=True),
    "cut": Disconnect(Edge("n8", "output", "n9", "input")),
    "wire": Connect(Edge("n3", "output", "n30", "input")),
    "several": Batch("Several", [RemoveNodes(["n9"]), RemoveNodes(["n12"])]),
}


@pytest.mark.parametrize("name", EDITS)
def test_in_a_large_network_all_else_stays_where_it_is(qapp, name):
    document, scene = loose(500)
    before = places(scene)
    edit = steady(scene, EDITS[name])
    assert edit.label == EDITS[name].label
    document.apply(edit)
    assert all(node.position == before[node.id] for node in document.network)
    assert {id: x for id, (x, _) in places(scene).items()} == {id: before[id][0] for id in scene.cards}
    assert steady(scene, EDITS[name]) is EDITS[name]  # everything has a place by now
    document.undo()
    assert places(scene) == before and document.network["n0"].position is None


def test_a_small_network_is_laid_out_anew(qapp):
    document, scene = loose(20)
    before = places(scene)
    edit = RemoveNodes(["n3"], heal=True)
    assert steady(scene, edit) is edit
    document.apply(edit)
    assert any(before[id] != place for id, place in places(scene).items())


def test_a_move_is_left_as_it_is(qapp):
    _, scene = loose(500)
    move = Move({"n0": (5.0, 5.0)})
    assert steady(scene, move) is move
