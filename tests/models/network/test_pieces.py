"""Pieces: what is taken out of a network can be put back, and everything stands where it stood."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.network import Change, Edge, NameTaken, Network, NetworkError, Node, NoSuchNode, Piece


def wire(source: str, target: str) -> Edge:
    return Edge(source, "output", target, "input")


def row(count: int, *, extra: tuple[Edge, ...] = ()) -> Network:
    """Merges n0, n1, … in a row, with wires over one; the first wire is there twice, as in a broken file."""
    nodes = [Node(f"n{place}", "Add") for place in range(count)]
    near = [wire(f"n{place}", f"n{place + 1}") for place in range(count - 1)]
    far = [wire(f"n{place}", f"n{place + 2}") for place in range(count - 2)]
    return Network(nodes, [edge for pair in zip(near, [*far, *near[:1]], strict=False) for edge in pair] + list(extra))


def picture(network: Network) -> object:
    """All that a network holds, in its order, and what it keeps beside."""
    ends = [(id, list(network.edges_into(id)), list(network.edges_from(id))) for id in network.nodes]
    return list(network.nodes.items()), list(network.edges), ends


def check_ends(network: Network) -> None:
    for id in network.nodes:
        assert network.edges_into(id) == [edge for edge in network.edges if edge.target == id]
        assert network.edges_from(id) == [edge for edge in network.edges if edge.source == id]


def test_what_goes_is_told_with_its_places() -> None:
    network = row(4)
    piece = network.remove(["n1"], [wire("n2", "n3")])
    assert [(place, node.id) for place, node in piece.nodes] == [(1, "n1")]
    assert [place for place, _ in piece.edges] == [0, 2, 3, 4, 5]
    assert list(network.nodes) == ["n0", "n2", "n3"] and network.edges == [wire("n0", "n2")]
    check_ends(network)


def test_many_changes_are_told_at_once() -> None:
    network, told = row(20), list[Change]()
    network.changed.connect(told.append)
    piece = network.remove([f"n{place}" for place in range(5, 15)])
    network.insert(piece)
    assert [change.what for change in told] == ["disconnected", "removed", "added", "connected"]
    assert told[1].nodes == told[2].nodes == tuple(f"n{place}" for place in range(5, 15))
    assert told[0].edges == told[3].edges == tuple(edge for _, edge in piece.edges)


def test_nothing_is_taken_if_one_of_it_is_not_there() -> None:
    network = row(4)
    before = picture(network)
    with pytest.raises(NoSuchNode):
        network.remove(["n1", "gone"])
    with pytest.raises(NetworkError, match="gone already"):
        network.remove(["n1"], [wire("n3", "n0")])
    assert picture(network) == before


def test_nothing_is_put_where_a_name_is_taken() -> None:
    network = row(30)
    before = picture(network)
    with pytest.raises(NameTaken):
        network.insert(Piece(tuple((0, Node(id, "Add")) for id in ["x1", "x2", "n7"])))
    assert picture(network) == before


def test_a_wire_that_a_file_holds_thrice_goes_and_comes_back_thrice() -> None:
    network = row(3, extra=(wire("n0", "n1"), wire("n0", "nowhere")))
    before = picture(network)
    piece = network.remove(edges=[wire("n0", "n1")])
    assert len(piece.edges) == 3 and wire("n0", "n1") not in network.edges
    network.insert(piece)
    assert picture(network) == before
    network.insert(network.remove(["n0"]))
    assert picture(network) == before


@settings(max_examples=120, deadline=None)
@given(st.integers(1, 40), st.data())
def test_any_piece_taken_and_put_back_leaves_no_trace(count: int, data: st.DataObject) -> None:
    network = row(count)
    before, sequence = picture(network), list(network.order.sequence)
    ids = data.draw(st.lists(st.sampled_from(list(network.nodes)), unique=True))
    edges = data.draw(st.lists(st.sampled_from(network.edges), unique=True)) if network.edges else []
    piece = network.remove(ids, edges)
    check_ends(network)
    assert not any(id in network for id in ids) and not set(edges) & set(network.edges)
    network.insert(piece)
    assert picture(network) == before
    assert network.order.sequence == sequence
