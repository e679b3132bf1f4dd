"""The order: ranks grow along every wire whatever comes and goes, and the sequence follows from the document alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.network import Edge, Network, Node

LETTERS = "abcdefghijkl"
wires = st.tuples(st.sampled_from(LETTERS), st.sampled_from(LETTERS))


def wire(source: str, target: str) -> Edge:
    return Edge(source, "output", target, "input")


def network_of(ids: str, *pairs: str) -> Network:
    """A network of merges; a pair of letters is a wire."""
    return Network([Node(id, "Add") for id in ids], [wire(*pair) for pair in pairs])


def walked(network: Network, source: str, target: str) -> bool:
    return target in network.downstream([source])


def check(network: Network) -> None:
    """What the order says agrees with what a walk finds."""
    order = network.order
    fresh = Network([node.copy() for node in network], network.edges).order
    assert order.sequence == fresh.sequence
    assert set(order.loops) == {
        id for id in network.nodes if any(walked(network, edge.target, id) for edge in network.edges_from(id))
    }
    assert order.ranks.keys() == network.nodes.keys()
    for edge in network.edges:
        if not walked(network, edge.target, edge.source) and not order.loops:
            assert order.ranks[edge.source] < order.ranks[edge.target]
    for source in network.nodes:
        for target in network.nodes:
            assert order.leads(source, target) == walked(network, source, target)


def test_the_sequence_is_stable_in_document_order() -> None:
    assert network_of("dcba", "ab", "dc").order.sequence == ["d", "a", "c", "b"]


def test_sorting_rests_between_pieces_and_leaves_the_sequence_at_hand() -> None:
    ids = [f"n{place}" for place in range(5_000)]
    network = Network(map(Node, ids, ["ReLU"] * len(ids)), [Edge(b, "output", a, "input") for a, b in pairwise(ids)])
    rests = sum(1 for _ in network.order.sorting())
    assert rests == 2 * 2 and network.order.sequence == ids[::-1]
    assert list(network.order.sorting()) == []


def test_loops_come_last_and_are_told_apart() -> None:
    order = network_of("abcdefg", "ab", "bc", "cb", "cd", "ef", "fe").order
    assert order.sequence == ["a", "g", "b", "c", "d", "e", "f"]
    assert order.loops.keys() == {"b", "c", "e", "f"}
    assert order.loops["b"] == order.loops["c"] != order.loops["e"] == order.loops["f"]


def test_a_wire_against_the_order_moves_the_smaller_side() -> None:
    network = network_of("azbcde", "ab", "bc", "cd", "de")
    assert network.order.sequence == ["a", "z", "b", "c", "d", "e"]
    network.add_node(Node("f", "Add"))
    for source, target, moved in (("e", "z", {"z"}), ("f", "b", {"f"})):
        before = dict(network.order.ranks)
        network.insert_edge(wire(source, target))
        assert {id for id, rank in network.order.ranks.items() if before[id] != rank} == moved
        assert network.order.ranks[source] < network.order.ranks[target]


def test_room_between_ranks_runs_out_and_is_made_anew() -> None:
    network = network_of("ab", "ab")
    for number in range(80):
        id = f"n{number}"
        network.add_node(Node(id, "Add"))
        network.insert_edge(wire(id, "b"))
        network.insert_edge(wire("a" if number == 0 else f"n{number - 1}", id))
    ranks = network.order.ranks
    assert all(ranks[edge.source] < ranks[edge.target] for edge in network.edges)


@pytest.mark.parametrize(("source", "target"), [("a", "a"), ("c", "a")])
def test_a_loop_that_comes_and_goes(source: str, target: str) -> None:
    network = network_of("abcd", "ab", "bc", "cd")
    assert not network.order.loops
    network.insert_edge(wire(source, target))
    check(network)
    network.insert_edge(wire("d", "b"))
    check(network)
    network.remove(edges=[wire(source, target), wire("d", "b")])
    check(network)
    assert not network.order.loops


def test_a_renamed_node_keeps_its_rank() -> None:
    network = network_of("abc", "ca", "ab")
    assert network.order.leads("c", "b")
    network.rename("a", "y")
    assert network.order.ranks["c"] < network.order.ranks["y"] < network.order.ranks["b"]
    assert network.order.sequence == ["c", "y", "b"]


def test_a_wire_to_nowhere_has_no_place() -> None:
    network = Network([Node("a", "Add")], [wire("a", "gone"), wire("lost", "a")])
    network.insert_edge(wire("gone", "lost"))
    assert network.order.sequence == ["a"] and network.order.ranks.keys() == {"a"}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), wires), max_size=40), st.booleans())
def test_the_order_holds_whatever_comes_and_goes(steps: list[tuple[int, tuple[str, str]]], loops: bool) -> None:
    network = network_of(LETTERS[:4], "ab")
    for what, (one, other) in steps:
        if what == 0 and one not in network:
            network.add_node(Node(one, "Add"))
        elif what == 1 and one in network and len(network) > 1:
            network.remove([one])
        elif what == 2 and network.edges:
            network.remove(edges=[network.edges[len(steps) % len(network.edges)]])
        elif what > 2 and one in network and other in network and (loops or not walked(network, other, one)):
            network.insert_edge(wire(one, other), 0)
        if what == 5:
            check(network)
    check(network)
