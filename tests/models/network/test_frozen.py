"""A frozen network is what the network was, whatever happened since, in this thread or another."""

from __future__ import annotations

import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from models.network import Edge, Network, Node
from models.network.frozen import FrozenNetwork


def row(count: int) -> Network:
    nodes = [Node(f"n{place}", "Linear", {"out_features": 1}, (0.0, 50.0 * place)) for place in range(count)]
    edges = [Edge(f"n{place}", "output", f"n{place + 1}", "input") for place in range(count - 1)]
    return Network(nodes, edges, {"notes": "x"}, {"width": 3})


def picture(network: Network) -> object:
    nodes = [(node.id, node.kind, dict(node.params), node.position, node.module, dict(node.extra)) for node in network]
    return nodes, list(network.edges), network.extra, network.parameters


CHANGES = {
    "move": lambda network, id: network.move({id: (9.0, 9.0)}),
    "params": lambda network, id: network.set_params(id, {"out_features": len(network.edges) + 2}),
    "rename": lambda network, id: network.rename(id, network.free_id("m")),
    "module": lambda network, id: network.set_module(id, "" if network[id].module else next(iter(network.nodes))),
    "remove": lambda network, id: network.remove([id]),
    "put back": lambda network, id: network.insert(network.remove([id])),
    "put back and set": lambda network, id: (network.insert(network.remove([id])), network.set_params(id, {"bias": 0})),
    "parameters": lambda network, id: network.set_parameters({id: 1}),
}


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.tuples(st.sampled_from(sorted(CHANGES)), st.integers(0, 5)), max_size=12), at=st.integers(0, 5)
)
def test_it_stays_as_it_was(steps, at):
    network, frozen, before = row(6), None, None
    for number, (name, place) in enumerate(steps):
        if number == at:
            frozen, before = FrozenNetwork(network), picture(network)
        ids = list(network.nodes)
        if ids:
            CHANGES[name](network, ids[place % len(ids)])
    if frozen:
        assert picture(frozen.network()) == before == picture(frozen.network())


def test_it_is_independent():
    network = row(3)
    frozen = FrozenNetwork(network)
    copy = frozen.network()
    copy.set_params("n0", {"out_features": 7})
    copy.remove(["n1"])
    assert picture(frozen.network()) == picture(network) == picture(row(3))


def test_a_network_forgets_what_nobody_reads_any_more():
    network = row(2)
    frozen = FrozenNetwork(network)
    assert len(network.keepers) == 1
    del frozen
    assert not network.keepers


def test_edits_go_on_while_another_thread_reads():
    """Every node has one number in all its entries: what is read while they change is of one moment."""
    network = row(300)

    def set_all(number: int) -> None:
        for id in list(network.nodes):
            network.set_params(id, {"out_features": number})
            network.move({id: (float(number), 0.0)})

    set_all(0)
    for number in range(1, 6):
        frozen, found = FrozenNetwork(network), []
        reader = threading.Thread(target=lambda frozen=frozen, found=found: found.append(frozen.network()))
        reader.start()
        set_all(number)
        reader.join()
        (read,) = found
        assert {(node.params["out_features"], node.position) for node in read} == {(number - 1, (number - 1.0, 0.0))}
