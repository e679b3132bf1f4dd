"""Networks of the literature, with the numbers that their papers and torchvision give."""

from __future__ import annotations

import itertools

import pytest

from models.analysis import Analysis
from models.network import Edge, Network, Node

Layers = list[tuple[str, dict[str, object]]]


def network(shape: tuple[int, ...], layers: Layers) -> Analysis:
    nodes = [Node("n0", "Input", {"shape": list(shape)})]
    nodes += [Node(f"n{place}", kind, dict(params)) for place, (kind, params) in enumerate(layers, 1)]
    wires = [Edge(first.id, "output", second.id, "input") for first, second in itertools.pairwise(nodes)]
    analysis = Analysis(Network(nodes, wires))
    assert analysis.issues() == []
    return analysis


def conv(filters: int, kernel: int = 3, **params: object) -> tuple[str, dict[str, object]]:
    return "Conv2d", {"out_channels": filters, "kernel_size": kernel, **params}


def pool(kernel: int = 2, stride: int = 2) -> tuple[str, dict[str, object]]:
    return "MaxPool2d", {"kernel_size": kernel, "stride": stride}


def dense(*sizes: int) -> Layers:
    return [("Flatten", {}), *(("Linear", {"out_features": size}) for size in sizes)]


def vgg(*depths: int) -> Layers:
    blocks = [[*[conv(filters, padding=1)] * depth, pool()] for filters, depth in zip(WIDTHS, depths, strict=True)]
    return [*itertools.chain(*blocks), *dense(4096, 4096, 1000)]


WIDTHS = (64, 128, 256, 512, 512)
ALEXNET: Layers = [
    conv(64, 11, stride=4, padding=2), pool(3), conv(192, 5, padding=2), pool(3), conv(384, padding=1),
    conv(256, padding=1), conv(256, padding=1), pool(3), *dense(4096, 4096, 1000),
]  # fmt: skip
MOBILE = [(32, 1, 64), (64, 2, 128), (128, 1, 128), (128, 2, 256), (256, 1, 256), (256, 2, 512)]
MOBILE += [(512, 1, 512)] * 5 + [(512, 2, 1024), (1024, 1, 1024)]


def mobilenet() -> Layers:
    """MobileNet (Howard et al. 2017): each block a depthwise and a pointwise convolution."""
    layers: Layers = [conv(32, stride=2, padding=1, bias=False), ("BatchNorm2d", {})]
    for before, stride, after in MOBILE:
        layers += [conv(before, stride=stride, padding=1, groups=before, bias=False), ("BatchNorm2d", {})]
        layers += [conv(after, 1, bias=False), ("BatchNorm2d", {})]
    return [*layers, ("AdaptiveAvgPool2d", {}), *dense(1000)]


@pytest.mark.parametrize(
    ("shape", "layers", "parameters", "millions_of_multiply_adds"),
    [
        ((3, 224, 224), vgg(1, 1, 2, 2, 2), 132_863_336, 7_609),
        ((3, 224, 224), vgg(2, 2, 3, 3, 3), 138_357_544, 15_470),
        ((3, 224, 224), vgg(2, 2, 4, 4, 4), 143_667_240, 19_632),
        ((3, 224, 224), ALEXNET, 61_100_840, 714),
        ((3, 224, 224), mobilenet(), 4_231_976, 569),
        ((28, 28), [*dense(300, 100, 10)], 266_610, 0),
    ],
    ids=["VGG-11", "VGG-16", "VGG-19", "AlexNet", "MobileNet", "LeNet-300-100"],
)
def test_parameters_and_costs(
    shape: tuple[int, ...], layers: Layers, parameters: int, millions_of_multiply_adds: int
) -> None:
    totals = network(shape, layers).totals()
    assert totals.parameters == parameters
    assert round(totals.multiply_adds / 10**6) == millions_of_multiply_adds


@pytest.mark.parametrize(
    ("layers", "size", "stride"),
    [(vgg(2, 2, 3, 3, 3)[:18], 212, 32), (ALEXNET[:8], 195, 32), ([conv(8)] * 3, 7, 1), ([pool()] * 3, 8, 8)],
    ids=["VGG-16", "AlexNet", "three 3×3", "three pools"],
)
def test_receptive_fields(layers: Layers, size: int, stride: int) -> None:
    """Of the last pooling or convolution (Araujo, Norris and Sim, Distill 2019)."""
    analysis = network((3, 224, 224), layers)
    assert analysis[f"n{len(layers)}"].receptive_field[:2] == ((size, size), (stride, stride))


def test_an_encoder_layer_of_bert() -> None:
    """768 features, 12 heads, 3,072 inner features (Devlin et al. 2019): 7,087,872 parameters."""
    layer: Layers = [("TransformerEncoderLayer", {"nhead": 12, "dim_feedforward": 3072, "activation": "gelu"})]
    assert network((512, 768), layer).totals().parameters == 7_087_872


def test_a_recurrent_network_has_four_gates_or_three() -> None:
    for kind, gates in (("LSTM", 4), ("GRU", 3), ("RNN", 1)):
        totals = network((35, 650), [(kind, {"hidden_size": 650, "num_layers": 2})]).totals()
        assert totals.parameters == 2 * gates * (650 * 650 + 650 * 650 + 2 * 650)
        assert totals.multiply_adds == 35 * 2 * gates * 2 * 650 * 650
