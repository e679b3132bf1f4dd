"""Learned tensors, positions, noise, and attention without projections."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from documents import chain
from layer_cases import Case, Real, build
from torch import nn

from models.codegen.module import generate
from models.kinds.layer import ShapeError, TensorType
from models.layers import LAYERS


def made(kind: str, *shapes: tuple[int, ...], **settings: Any) -> Real:
    layer, types = LAYERS[kind](**settings), tuple(map(TensorType, shapes))
    return build(Case(layer, types, layer.output_types(types)))


def test_a_scale_begins_small_and_is_one_a_channel() -> None:
    real = made("LayerScale", (3, 2, 2), init_values=0.5)
    x = torch.randn(2, 3, 2, 2)
    assert torch.equal(real(x)[0], 0.5 * x)
    assert [(weight.name, weight.shape) for weight in real.weights()] == [("weight", (3, 1, 1))]


def test_a_token_stands_before_all_steps_of_every_example() -> None:
    real, x = made("ClassToken", (4, 8), weight_init="Ones"), torch.randn(3, 4, 8)
    (found,) = real(x)
    assert torch.equal(found[:, 1:], x) and torch.equal(found[:, 0], torch.ones(3, 8))


def test_weights_are_called_after_their_layers_in_the_module() -> None:
    document = chain([("input1", "Input", {"shape": [4, 8]}), ("token1", "ClassToken", {}),
                      ("place1", "LearnedPositions", {}), ("pick1", "Select", {"at": 0})])  # fmt: skip
    space: dict[str, Any] = {}
    exec((source := generate(document.network, document.analysis)).text, space)
    model = space[source.class_name]()
    assert {name: tuple(weight.shape) for name, weight in model.state_dict().items()} == {
        "token1.weight": (1, 8), "place1.weight": (5, 8),
    }  # fmt: skip
    assert model(torch.zeros(2, 4, 8)).shape == (2, 8)


def test_waves_are_those_of_the_first_transformer() -> None:
    (found,) = made("SinusoidalPositions", (5, 6))(torch.zeros(1, 5, 6))
    for step in range(5):
        for pair in range(3):
            angle = step / 10_000 ** (2 * pair / 6)
            assert found[0, step, 2 * pair].item() == pytest.approx(math.sin(angle), abs=1e-6)
            assert found[0, step, 2 * pair + 1].item() == pytest.approx(math.cos(angle), abs=1e-6)


def test_products_of_turned_vectors_depend_on_their_distance_alone() -> None:
    vectors = torch.randn(2, 1, 8).expand(2, 6, 8)
    query, key = made("RotaryPositions", (6, 8))(vectors)[0]
    products = query @ key.T
    for distance in range(-3, 4):
        same = products.diagonal(distance)
        assert torch.allclose(same, same[0].expand_as(same), atol=1e-4)
    assert torch.allclose(query.norm(dim=1), vectors[0].norm(dim=1), atol=1e-5)


@pytest.mark.parametrize("shape", [(), (4,), (3, 4, 4)])
def test_a_path_is_dropped_for_whole_examples_while_training_alone(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    real, x = made("DropPath", shape, p=0.5), torch.ones(400, *shape)
    (found,) = real(x)
    rows = found.reshape(400, -1)
    assert all(len(row.unique()) == 1 for row in rows) and set(found.unique().tolist()) == {0.0, 2.0}
    assert 150 < rows[:, 0].count_nonzero() < 250
    assert isinstance(real.module, nn.Module)
    real.module.eval()
    assert torch.equal(real(x)[0], x)


def test_noise_is_added_while_training_alone() -> None:
    torch.manual_seed(0)
    real, x = made("GaussianNoise", (1000,), std=0.5), torch.zeros(4, 1000)
    assert real(x)[0].std().item() == pytest.approx(0.5, rel=0.05)
    assert real.module is not None
    real.module.eval()
    assert torch.equal(real(x)[0], x)


def test_causal_attention_sees_no_step_to_come() -> None:
    real, x = made("ScaledDotProductAttention", (5, 4), (5, 4), (5, 4), is_causal=True), torch.randn(1, 5, 4)
    other = x.clone()
    other[:, 3:] = 7
    assert torch.allclose(real(x, x, x)[0][:, :3], real(other, other, other)[0][:, :3])


@pytest.mark.parametrize(
    ("shapes", "settings", "sentence"),
    [
        ([(4,), (4,), (4,)], {}, "Attention needs steps×features, with equal heads, but query is 4."),
        ([(5, 4), (5, 3), (5, 4)], {}, "Key 5×3 fits neither query 5×4 nor value 5×4."),
        ([(5, 4), (6, 4), (6, 4), (5, 5)], {}, "The mask should be 5×6, but it receives 5×5."),
        ([(5, 4)] * 3 + [(5, 5)], {"is_causal": True}, "Causal attention takes no mask, but it receives 5×5."),
    ],
)
def test_refusals(shapes: list[tuple[int, ...]], settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ShapeError) as refusal:
        LAYERS["ScaledDotProductAttention"](**settings).output_types(tuple(map(TensorType, shapes)))
    assert str(refusal.value) == sentence


def test_features_come_in_pairs() -> None:
    for kind in ("SinusoidalPositions", "RotaryPositions"):
        with pytest.raises(ShapeError, match="needs features in pairs, but there are 5"):
            LAYERS[kind]().output_types((TensorType((4, 5)),))
