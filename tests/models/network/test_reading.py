from __future__ import annotations

from models.kinds.layer import Layer, TensorType
from models.layers import LAYERS
from models.network import Network, Node, input_nodes, output_nodes, reading_order
from models.storage import templates


class Noise(Layer):
    """Random numbers of a wanted shape, as examples."""

    inputs = ()
    is_input = True

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        return (TensorType((4,)),)


def ids(nodes: list[Node]) -> list[str]:
    return [node.id for node in nodes]


def network() -> Network:
    kinds = {"out2": "Output", "in2": "Input", "fc1": "Linear", "odd1": "Zork", "in1": "Input", "noise1": "Noise"}
    return Network([Node(id, kind) for id, kind in kinds.items()])


def test_ends_come_in_document_order() -> None:
    assert ids(input_nodes(network())) == ["in2", "in1"]
    assert ids(output_nodes(network())) == ["out2"]
    assert input_nodes(Network()) == output_nodes(Network()) == []


def test_a_kind_that_says_so_is_an_end() -> None:
    LAYERS.register(Noise)
    try:
        assert ids(input_nodes(network())) == ["in2", "in1", "noise1"]
    finally:
        LAYERS.unregister("Noise")
    assert ids(input_nodes(network())) == ["in2", "in1"]


def test_branches_are_read_to_their_ends() -> None:
    document = templates.load("small-resnet")
    order = reading_order(document.network)
    assert order.index("block2_bn2") < order.index("block2_project") < order.index("block2_add")
