"""Expected variances against what torch draws, and the numbers that books have."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from documents import chain
from torch import nn

from models.codegen.module import generate
from models.document import Document
from models.expected.moments import UNIT, Moments, bent, gain, largest_of, plain_moments, weight_moments
from models.expected.spreading import Expected, expected
from models.kinds.initialization import BIAS_INITIALIZATIONS, INITIALIZATIONS, Gain
from models.layers import LAYERS

PLAIN = {"bias": False, "weight_init": {"kind": "Normal"}}


def deep(width: int, hidden: int, activation: str = "", **settings: Any) -> Document:
    """Linear layers of one width with an activation behind each but the last."""
    layers: list[Any] = [("input1", "Input", {"shape": [width]})]
    for place in range(hidden + 1):
        layers.append((f"fc{place}", "Linear", {"out_features": width, **settings}))
        if activation and place < hidden:
            layers.append((f"act{place}", activation, {}))
    return chain([*layers, ("output1", "Output", {})])


def told(document: Document) -> dict[str, Expected]:
    return expected(document.network, document.analysis)


def test_normal_weights_of_width_10_make_ten_thousand_of_one_in_four_layers() -> None:
    found = told(deep(10, 3, **PLAIN))
    assert [found[f"fc{place}"].variance for place in range(4)] == pytest.approx([10, 100, 1000, 1e4])
    assert found["input1"].gradient == pytest.approx(1e4)


@pytest.mark.parametrize(("activation", "init"), [("ReLU", "KaimingNormal"), ("LeakyReLU", "KaimingUniform")])
def test_kaiming_keeps_the_variance_before_each_activation(activation: str, init: str) -> None:
    found = told(deep(64, 8, activation, bias=False, weight_init={"kind": init}))
    variances = [found[f"fc{place}"].variance for place in range(1, 8)]
    assert all(variance == pytest.approx(2, rel=0.02) for variance in variances)


def test_gains_are_those_of_torch() -> None:
    for nonlinearity, slope in (("relu", 0.0), ("leaky_relu", 0.2), ("tanh", 0.0), ("selu", 0.0), ("linear", 0.0)):
        wanted = nn.init.calculate_gain(nonlinearity, slope if slope else None)  # type: ignore[arg-type]
        assert gain(Gain(nonlinearity, slope)) == pytest.approx(wanted)
    assert (round(gain(Gain("relu")), 6), round(gain(Gain("leaky_relu", 0.2)), 6)) == (1.414214, 1.38675)


@pytest.mark.parametrize("kind", INITIALIZATIONS)
def test_weights_have_the_moments_that_torch_draws(kind: str) -> None:
    torch.manual_seed(0)
    way, layer = INITIALIZATIONS[kind](), nn.Conv2d(24, 48, 3)
    if statement := way.function and way.statement("weight", Gain("relu")):
        exec(statement, {"nn": nn, "weight": layer.weight})
    found = weight_moments(way, (48, 24, 3, 3), Gain("relu"))
    drawn = layer.weight.detach()
    assert found.mean == pytest.approx(drawn.mean().item(), abs=0.02)
    assert found.square == pytest.approx(drawn.square().mean().item(), rel=0.05, abs=1e-9)
    assert kind not in BIAS_INITIALIZATIONS or kind == "Default" or plain_moments(way) == found


NETWORKS: dict[str, list[Any]] = {
    "plain": [("Linear", {"out_features": 200}), ("Tanh", {}), ("Linear", {"out_features": 200}), ("GELU", {})],
    "dropout": [("Dropout", {"p": 0.5}), ("Linear", {"out_features": 300, "bias": False})],
    "normed": [("Linear", {"out_features": 300}), ("BatchNorm1d", {}), ("ReLU", {})],
}


@pytest.mark.parametrize("name", NETWORKS)
def test_variances_are_those_of_a_network_that_torch_draws(name: str) -> None:
    torch.manual_seed(1)
    layers = [(f"n{place}", *layer) for place, layer in enumerate(NETWORKS[name])]
    document = chain([("input1", "Input", {"shape": [200]}), *layers])
    space: dict[str, Any] = {}
    exec(generate(document.network, document.analysis, "Drawn").text, space)
    output = space["Drawn"]()(torch.randn(2_000, 200))
    assert told(document)[layers[-1][0]].variance == pytest.approx(output.var().item(), rel=0.1)


def test_an_image_network_is_expected_to_do_what_it_does() -> None:
    torch.manual_seed(2)
    layers = [
        ("input1", "Input", {"shape": [8, 20, 20]}),
        ("conv1", "Conv2d", {"out_channels": 64, "weight_init": {"kind": "KaimingNormal"}}),
        ("pool1", "AvgPool2d", {"kernel_size": 2}),
        ("up1", "ConvTranspose2d", {"out_channels": 32, "kernel_size": 2, "stride": 2}),
        ("relu1", "ReLU", {}),
    ]
    document = chain(layers)
    space: dict[str, Any] = {}
    exec(generate(document.network, document.analysis, "Drawn").text, space)
    output = space["Drawn"]()(torch.randn(64, 8, 20, 20))
    assert told(document)["relu1"].variance == pytest.approx(output.var().item(), rel=0.15)


def test_blocks_are_gone_through_as_often_as_they_are_repeated() -> None:
    from models.storage import templates

    document = templates.load("resnet18")
    found = told(document)
    assert all(found[node.id].variance is not None for node in document.network)
    blocks = [node.id for node in document.network if node.kind in document.content.kinds]
    assert all(0.5 < (found[id].variance or 0) < 4 for id in blocks)


def test_what_is_not_known_stays_so_until_a_normalization() -> None:
    layers = [("LSTM", {"hidden_size": 8}), ("Linear", {"out_features": 8}), ("LayerNorm", {}), ("ReLU", {})]
    document = chain([("input1", "Input", {"shape": [5, 4]})] + [(f"n{k}", *layer) for k, layer in enumerate(layers)])
    found = told(document)
    assert [found[f"n{place}"].variance is None for place in range(4)] == [True, True, False, False]
    assert found["n2"].variance == 1


def test_the_largest_of_several() -> None:
    assert largest_of(2).mean == pytest.approx(0.5642, abs=1e-3)  # 1/√π
    assert largest_of(1) == pytest.approx(UNIT, abs=1e-3)


def test_a_rectifier_leaves_half_of_the_squares() -> None:
    found = bent(LAYERS["ReLU"](), Moments(0.0, 4.0))
    assert found is not None and found.moments.square == pytest.approx(2, rel=1e-3)
    assert found.slope == pytest.approx(0.5, abs=0.02)
