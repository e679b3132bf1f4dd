"""What a training step asks for."""

from __future__ import annotations

import pytest
from block_networks import document_of, network, node, opened, wires
from documents import cnn, mlp

from models.analysis.steps import (
    MEASURED,
    MOST_MEASURED,
    ROOM_TO_MEASURE,
    draws,
    leaves_weights_out,
    measured_together,
)
from models.document import Document
from models.document.edits import AddNode, Connect
from models.network import Edge, Node
from models.storage import templates


@pytest.mark.parametrize("document", [mlp(), cnn(), templates.load("digits-cnn")])
def test_small_values_are_measured_many_together(document: Document) -> None:
    assert measured_together(document.network, document.analysis) == MEASURED


def test_a_card_measures_more_together_where_they_are_small() -> None:
    small, large = mlp(), templates.load("resnet50")
    assert measured_together(small.network, small.analysis, more=True) == MOST_MEASURED
    plain, more = (measured_together(large.network, large.analysis, more=more) for more in (False, True))
    assert plain == more


def test_large_values_are_measured_as_many_as_there_is_room_for_also_where_they_lie_in_blocks() -> None:
    document = templates.load("resnet50")
    size = 4 * 64 * 112 * 112  # behind the first convolution
    found = measured_together(document.network, document.analysis)
    assert found * size <= ROOM_TO_MEASURE < 2 * found * size


def test_numbers_are_drawn_where_a_layer_does_also_within_blocks() -> None:
    assert draws(cnn().network, cnn().analysis), "it has dropout"
    assert not draws(mlp().network, mlp().analysis)
    blocks = templates.load("small-vit")
    assert draws(blocks.network, blocks.analysis)


def test_layers_that_lead_nowhere_are_noticed_also_within_blocks() -> None:
    plain = mlp()
    assert not leaves_weights_out(plain.network, plain.analysis)
    plain.apply(AddNode(Node("side", "Linear", {"out_features": 5})))
    plain.apply(Connect(Edge("relu1", "output", "side", "input")))
    assert leaves_weights_out(plain.network, plain.analysis)
    main = [node("input1", "Input", shape=[4]), node("mix1", "Mix"), node("output1", "Output")]
    inner = [node("a", "Input"), node("fc1", "Linear", out_features=3), node("b", "Output")]
    whole = opened(document_of(network(main), Mix={"network": network(inner)}))
    assert not leaves_weights_out(whole.network, whole.analysis)
    beside = {
        "nodes": [*inner, node("fc2", "Linear", out_features=2)],
        "edges": [*wires("a", "fc1", "b"), ["a", "fc2"]],
    }
    parted = opened(document_of(network(main), Mix={"network": beside}))
    assert leaves_weights_out(parted.network, parted.analysis)
