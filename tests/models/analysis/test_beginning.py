"""How weights begin in their network: the gain of the activation that follows, the rates that modules have."""

from __future__ import annotations

import pytest
from documents import Layers, chain

from models.analysis.beginning import gain_behind, rate_factors
from models.document.edits import AddNode, Connect
from models.kinds.layer import Gain
from models.network import Edge, Node


@pytest.mark.parametrize(
    ("behind", "gain"),
    [
        ([("bn1", "BatchNorm2d", {}), ("relu1", "ReLU", {})], Gain("relu")),
        ([("pool1", "MaxPool2d", {}), ("leaky1", "LeakyReLU", {"negative_slope": 0.2})], Gain("leaky_relu", 0.2)),
        ([("same1", "Identity", {}), ("tanh1", "Tanh", {})], Gain("tanh")),
        ([("conv2", "Conv2d", {}), ("relu1", "ReLU", {})], Gain("linear")),
        ([("soft1", "Softmax", {})], Gain("linear")),
        ([], Gain("linear")),
    ],
)
def test_the_nearest_activation_before_another_matrix_counts(behind: Layers, gain: Gain) -> None:
    layers: Layers = [("input1", "Input", {"shape": [2, 8, 8]}), ("conv1", "Conv2d", {"padding": 1}), *behind]
    document = chain([*layers, ("output1", "Output", {})])
    assert gain_behind(document.network, document.analysis, "conv1") == gain


def test_it_is_found_behind_a_sum_and_in_a_loop_nothing_hangs() -> None:
    document = chain([("input1", "Input", {"shape": [4]}), ("fc1", "Linear", {"out_features": 4})])
    for node in (Node("add1", "Add"), Node("gelu1", "GELU")):
        document.apply(AddNode(node))
    wires = ("input1", "add1"), ("fc1", "add1"), ("add1", "gelu1")
    for source, target in wires:
        document.apply(Connect(Edge(source, "output", target, "input")))
    assert gain_behind(document.network, document.analysis, "fc1") == Gain("relu")
    loop = chain([("input1", "Input", {"shape": [4]}), ("fc1", "Linear", {}), ("add1", "Add", {}), ("add2", "Add", {})])
    loop.network.insert_edge(Edge("add2", "output", "add1", "input"))
    loop.analysis.recompute()
    assert gain_behind(loop.network, loop.analysis, "fc1") == Gain("linear")


def test_rates_are_those_of_modules_that_have_one() -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [4]}),
        ("fc1", "Linear", {"out_features": 4, "lr_factor": 0.1}),
        ("fc2", "Linear", {"out_features": 4}),
        ("output1", "Output", {}),
    ]
    assert rate_factors(chain(layers).network, chain(layers).analysis) == {"fc1": 0.1}


def test_what_is_frozen_is_counted_apart() -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [4]}),
        ("fc1", "Linear", {"out_features": 4, "frozen": True}),
        ("fc2", "Linear", {"out_features": 3}),
        ("output1", "Output", {}),
    ]
    analysis = chain(layers).analysis
    assert (analysis.totals().parameters, analysis.totals().trainable) == (35, 15)
    assert (analysis["fc1"].frozen, analysis["fc2"].frozen) == (20, 0)
