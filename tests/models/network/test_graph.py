"""The network: names, wires and the named reasons why some cannot be."""

from __future__ import annotations

import ast
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.network import (
    MODULE_ATTRIBUTES,
    AlreadyConnected,
    BadName,
    Change,
    ConnectionRefused,
    Edge,
    MakesCycle,
    NameTaken,
    Network,
    Node,
    NoSuchNode,
    NoSuchPort,
    PortOccupied,
    SelfLoop,
    name_problem,
)


def network_of(*pairs: tuple[str, str]) -> Network:
    network = Network()
    for id, kind in pairs:
        network.add_node(Node(id, kind))
    return network


def wire(source: str, target: str) -> Edge:
    return Edge(source, "output", target, "input")


def test_nodes_keep_document_order() -> None:
    network = network_of(("a", "ReLU"), ("b", "ReLU"))
    network.add_node(Node("c", "ReLU"), 1)
    assert list(network.nodes) == ["a", "c", "b"]
    assert [node.id for node in network] == ["a", "c", "b"]
    assert "c" in network and "d" not in network and len(network) == 3


def test_a_missing_node_is_named() -> None:
    with pytest.raises(NoSuchNode, match="nowhere"):
        Network()["nowhere"]


def test_ids_are_unique() -> None:
    with pytest.raises(NameTaken):
        network_of(("a", "ReLU"), ("a", "ReLU"))


def test_a_network_is_built_from_nodes_and_wires() -> None:
    network = Network([Node("a", "Input"), Node("b", "ReLU")], [wire("a", "b")], {"blocks": []})
    assert network.edges_into("b") == network.edges_from("a") == [wire("a", "b")]
    assert network.extra == {"blocks": []}


@pytest.mark.parametrize(
    "id", ["", "1st", "a b", "ä", "_x", "class", "match", "forward", "weight?", "a" * 65, 7, None, "nn"]
)
def test_bad_names_are_refused_with_a_sentence(id: object) -> None:
    assert name_problem(id).endswith(".")


def test_a_bad_name_does_not_get_in() -> None:
    with pytest.raises(BadName, match="letters"):
        network_of(("a b", "ReLU"))


@pytest.mark.parametrize("id", ["conv1", "A", "a_b_c", "x1", "a" * 64])
def test_good_names_pass(id: str) -> None:
    assert name_problem(id) == ""


@given(st.text(max_size=80))
def test_every_name_that_passes_can_be_an_attribute(text: str) -> None:
    if not name_problem(text):
        assert text.isidentifier() and not keyword.iskeyword(text) and text.isascii()
        ast.parse(f"self.{text} = 1")


def test_names_of_modules_own_attributes_are_refused() -> None:
    import torch

    public = {name for name in dir(torch.nn.Module()) if not name.startswith("_")}
    public |= {name for name in dir(torch.nn.Sequential()) if not name.startswith("_")}
    assert public <= MODULE_ATTRIBUTES | {"T_destination"}, public - MODULE_ATTRIBUTES


def test_free_ids_count_on() -> None:
    network = network_of(("conv1", "Conv2d"), ("conv3", "Conv2d"))
    assert network.free_id("conv") == "conv2"
    assert network.free_id("conv1") == "conv2"
    assert network.free_id("conv7") == "conv7"
    assert network.free_id("fully connected") == "fully_connected1"


@given(st.text(max_size=40))
def test_a_free_id_is_always_usable(wanted: str) -> None:
    network = network_of(("layer1", "ReLU"))
    id = network.free_id(wanted)
    assert not name_problem(id) and id not in network


def refused(network: Network, edge: Edge, reason: type[ConnectionRefused]) -> None:
    with pytest.raises(reason) as caught:
        network.check_connect(edge)
    assert type(caught.value) is reason
    assert str(caught.value).endswith(".") and len(str(caught.value)) <= 90


def test_reasons_why_a_wire_cannot_be() -> None:
    network = network_of(("in1", "Input"), ("a", "ReLU"), ("b", "ReLU"), ("add1", "Add"), ("out1", "Output"))
    network.insert_edge(wire("in1", "a"))
    network.insert_edge(wire("a", "b"))
    refused(network, wire("b", "a"), MakesCycle)
    refused(network, wire("add1", "add1"), SelfLoop)
    refused(network, wire("a", "b"), AlreadyConnected)
    refused(network, wire("in1", "b"), PortOccupied)
    refused(network, wire("a", "in1"), NoSuchPort)
    refused(network, wire("out1", "add1"), NoSuchPort)
    refused(network, Edge("a", "hidden", "add1", "input"), NoSuchPort)
    refused(network, Edge("a", "output", "add1", "other"), NoSuchPort)
    network.insert_edge(wire("add1", "out1"))
    network.check_connect(wire("in1", "add1"))
    with pytest.raises(NoSuchNode):
        network.check_connect(wire("a", "nowhere"))


def test_a_long_way_round_is_a_cycle_too() -> None:
    network = network_of(*((f"add{number}", "Add") for number in range(1, 5)))
    for number in range(1, 4):
        network.insert_edge(wire(f"add{number}", f"add{number + 1}"))
    refused(network, wire("add4", "add1"), MakesCycle)


def test_merges_take_many_wires_in_order() -> None:
    network = network_of(("in1", "Input"), ("a", "ReLU"), ("b", "ReLU"), ("cat1", "Concat"))
    for source in ("b", "in1", "a"):
        network.check_connect(wire(source, "cat1"))
        network.insert_edge(wire(source, "cat1"))
    assert [edge.source for edge in network.edges_into("cat1")] == ["b", "in1", "a"]


def test_a_wire_put_in_between_is_found_in_its_place() -> None:
    network = network_of(("in1", "Input"), ("a", "ReLU"), ("b", "ReLU"), ("cat1", "Concat"))
    network.insert_edge(wire("in1", "cat1"))
    network.insert_edge(wire("a", "cat1"))
    network.insert_edge(wire("b", "cat1"), 1)
    assert [edge.source for edge in network.edges_into("cat1")] == ["in1", "b", "a"]
    assert network.remove(edges=[wire("b", "cat1")]).edges == ((1, wire("b", "cat1")),)
    assert [edge.source for edge in network.edges] == ["in1", "a"]


def test_a_node_takes_its_wires_along() -> None:
    network = network_of(("a", "Input"), ("b", "ReLU"))
    network.insert_edge(wire("a", "b"))
    network.remove(["b"])
    assert list(network.nodes) == ["a"] and network.edges == [] and network.edges_from("a") == []


def test_renaming_takes_the_wires_along() -> None:
    network = network_of(("a", "Input"), ("b", "ReLU"), ("c", "Output"))
    network.insert_edge(wire("a", "b"))
    network.insert_edge(wire("b", "c"))
    network.rename("b", "middle1")
    assert list(network.nodes) == ["a", "middle1", "c"]
    assert network.edges == [wire("a", "middle1"), wire("middle1", "c")]
    assert network.edges_from("middle1") == [wire("middle1", "c")] and network.edges_from("b") == []
    with pytest.raises(NameTaken):
        network.rename("a", "c")
    with pytest.raises(BadName):
        network.rename("a", "for")


def test_every_mutation_is_told() -> None:
    network = network_of(("a", "Input"), ("b", "ReLU"))
    told: list[Change] = []
    network.changed.connect(told.append)
    network.insert_edge(wire("a", "b"))
    network.set_params("a", {"shape": [4]})
    network.move({"a": (1, 2)})
    network.remove(edges=[wire("a", "b")])
    network.rename("b", "c")
    network.remove(["c"])
    assert [change.what for change in told] == ["connected", "params", "moved", "disconnected", "renamed", "removed"]
    assert told[0].edges == (wire("a", "b"),) and told[4].nodes == ("b", "c")


def test_downstream_is_what_outputs_reach() -> None:
    network = network_of(("a", "Input"), ("b", "ReLU"), ("c", "ReLU"), ("d", "ReLU"))
    network.insert_edge(wire("a", "b"))
    network.insert_edge(wire("b", "c"))
    assert network.downstream(["b"]) == {"b", "c"}
    assert network.downstream(["a", "d"]) == {"a", "b", "c", "d"}


def test_unknown_kinds_keep_what_they_hold() -> None:
    node = Node("x", "FromTheFuture", {"depth": 3}, extra={"color": "red"})
    assert node.layer is None and node.outputs == ("output",) and node.inputs[0].variadic
    twin = node.copy("y")
    assert (twin.id, twin.params, twin.extra) == ("y", {"depth": 3}, {"color": "red"})
    twin.params["depth"] = 4
    assert node.params == {"depth": 3}


def test_params_are_read_by_the_kind() -> None:
    network = network_of(("conv1", "Conv2d"))
    network.set_params("conv1", {"out_channels": 7, "kernel_size": "wide"})
    node = network["conv1"]
    assert node.layer is not None and node.layer.out_channels == 7  # type: ignore[attr-defined]
    assert [problem.field for problem in node.problems] == ["kernel_size"]
