"""Poolings beside the largest and the mean, by numbers that can be worked in the head; and there and back again."""

from __future__ import annotations

import pytest
import torch
from layer_cases import Case, build

from models.analysis import Analysis
from models.codegen.module import generate
from models.kinds.layer import Layer, ShapeError, TensorType
from models.layers import LAYERS
from models.network import Edge, Network, Node


def run(layer: Layer, *given: torch.Tensor) -> tuple[torch.Tensor, ...]:
    types = tuple(TensorType(tuple(item.shape[1:]), "float" if item.is_floating_point() else "int") for item in given)
    return build(Case(layer, types, layer.output_types(types)))(*given)


def test_a_norm_of_two_is_the_length_of_a_window() -> None:
    image = torch.tensor([[[[3.0, 4.0], [0.0, 0.0]]]])
    assert run(LAYERS["LPPool2d"](kernel_size=2), image)[0].item() == pytest.approx(5)
    assert run(LAYERS["LPPool2d"](kernel_size=2, norm_type=1.0), image)[0].item() == pytest.approx(7)


@pytest.mark.parametrize("p", [1.5, 3.0])
def test_a_norm_that_gives_no_number_is_refused(p: float) -> None:
    with pytest.raises(ShapeError, match="Use 1 or an even number"):
        LAYERS["LPPool1d"](norm_type=p).output_types((TensorType((1, 8)),))


@pytest.mark.parametrize(
    ("settings", "shape"),
    [({}, (3, 5, 4)), ({"output_ratio": 0.7}, (3, 7, 5)), ({"output_size": [3, 2]}, (3, 3, 2))],
)
def test_a_fraction_of_the_size_or_the_size_itself(settings: dict[str, object], shape: tuple[int, ...]) -> None:
    layer = LAYERS["FractionalMaxPool2d"](**settings)
    assert layer.output_types((TensorType((3, 10, 8)),)) == (TensorType(shape),)


def test_more_than_there_is_cannot_be_made() -> None:
    with pytest.raises(ShapeError, match="A size of 8 cannot be made of 8 with windows of 2"):
        LAYERS["FractionalMaxPool2d"](output_size=8).output_types((TensorType((1, 8, 8)),))


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if "return_indices" in LAYERS[kind].fields])
def test_indices_are_a_port_where_they_are_asked_for(kind: str) -> None:
    rank = LAYERS[kind].rank  # type: ignore[attr-defined]
    given = TensorType((2, *(8,) * rank))
    assert LAYERS[kind].outputs == LAYERS[kind]().outputs == ("output",)
    layer = LAYERS[kind](return_indices=True)
    assert layer.outputs == ("output", "indices") and not layer.chains
    values, indices = layer.output_types((given,))
    assert indices == TensorType(values.shape, "int") and values.dtype == "float"


def test_maxima_go_back_to_where_they_were() -> None:
    image = torch.tensor([[[[1.0, 9.0, 2.0], [3.0, 4.0, 8.0], [7.0, 0.0, 5.0]]]])
    pooled = run(LAYERS["MaxPool2d"](kernel_size=2, stride=1, return_indices=True), image)
    (back,) = run(LAYERS["MaxUnpool2d"](kernel_size=2, stride=1), *pooled)
    assert back.tolist() == [[[[0, 9, 0], [0, 0, 8], [7, 0, 0]]]]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"output_size": 9}, "cannot come to size 9 from here; 5 to 7 can be"),
        ({"kernel_size": 1, "stride": 1, "padding": 3}, "cannot come to size -3"),
    ],
)
def test_sizes_that_unpooling_cannot_come_to(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ShapeError, match=sentence):
        LAYERS["MaxUnpool1d"](**settings).output_types((TensorType((1, 3)), TensorType((1, 3), "int")))


def test_unpooling_needs_integers_for_indices() -> None:
    with pytest.raises(ShapeError, match="needs integers") as refused:
        LAYERS["MaxUnpool1d"]().output_types((TensorType((1, 3)), TensorType((1, 3))))
    assert refused.value.port == "indices"


def test_a_network_that_pools_and_unpools_as_segnet_does() -> None:
    nodes = [
        Node("input1", "Input", {"shape": [1, 7, 7]}),
        Node("pool1", "MaxPool2d", {"return_indices": True}),
        Node("conv1", "Conv2d", {"out_channels": 1, "padding": 1}),
        Node("unpool1", "MaxUnpool2d", {"output_size": 7}),
        Node("output1", "Output"),
    ]
    wires = [("input1", "output", "pool1", "input"), ("pool1", "output", "conv1", "input")]
    wires += [("conv1", "output", "unpool1", "input"), ("pool1", "indices", "unpool1", "indices")]
    wires += [("unpool1", "output", "output1", "input")]
    network = Network(nodes, [Edge(*wire) for wire in wires])
    analysis = Analysis(network)
    assert analysis["output1"].shape == (1, 7, 7) and not analysis.issues()
    space: dict[str, object] = {}
    exec(generate(network, analysis, "Segments").text, space)
    image = torch.randn(2, 1, 7, 7)
    model = space["Segments"]()  # type: ignore[operator]
    values, places = torch.nn.functional.max_pool2d(image, 2, return_indices=True)
    expected = torch.nn.functional.max_unpool2d(model.conv1(values), places, 2, output_size=[7, 7])
    assert torch.equal(model(image), expected)
