"""Linear layers and embeddings."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from layer_cases import Case, build

from models.kinds.layer import ShapeError, TensorType
from models.layers import LAYERS


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(1, 9), st.booleans())
def test_linear_works_on_the_last_dimension(shape: list[int], features: int, bias: bool) -> None:
    layer = LAYERS["Linear"](out_features=features, bias=bias)
    inputs = (TensorType(tuple(shape)),)
    outputs = layer.output_types(inputs)
    assert outputs == (TensorType((*shape[:-1], features)),)
    count = sum(weight.elements for weight in layer.weights(inputs))
    assert count == features * shape[-1] + bias * features


def test_linear_needs_a_dimension() -> None:
    with pytest.raises(ShapeError, match="Linear needs a vector"):
        LAYERS["Linear"]().output_types((TensorType(()),))


def test_a_matrix_is_multiplied_row_by_row() -> None:
    layer, inputs = LAYERS["Linear"](), (TensorType((5, 8)),)
    cost = layer.formulas(inputs, layer.output_types(inputs))[1]
    assert "".join(step.text for step in cost.numerator) == "5 · 10·8" and cost.result == "400"


def test_bilinear_needs_inputs_that_agree() -> None:
    layer = LAYERS["Bilinear"](out_features=3)
    pair = (TensorType((5, 8)), TensorType((5, 4)))
    assert layer.output_types(pair) == (TensorType((5, 3)),)
    assert layer.weights(pair)[0].shape == (3, 8, 4)
    with pytest.raises(ShapeError, match="Bilinear needs inputs that agree") as refusal:
        layer.output_types((TensorType((5, 8)), TensorType((6, 4))))
    assert refusal.value.port == "input2"


def test_embedding_adds_a_dimension() -> None:
    layer = LAYERS["Embedding"](num_embeddings=100, embedding_dim=16)
    words = TensorType((7,), "int")
    assert layer.output_types((words,)) == (TensorType((7, 16)),)
    assert layer.multiply_adds((words,), (TensorType((7, 16)),)) == 0
    assert layer.summary() == "100 · 16 features"


@pytest.mark.parametrize(("entry", "fits"), [(0, True), (99, True), (-100, True), (100, False), (-101, False)])
def test_the_padding_entry_is_one_of_the_entries(entry: int, fits: bool) -> None:
    layer = LAYERS["Embedding"](num_embeddings=100, padding_idx=entry)
    words = (TensorType((7,), "int"),)
    if fits:
        assert f"padding_idx={entry}" in layer.module(words) and layer.output_types(words)
    else:
        with pytest.raises(ShapeError, match=f"Padding entry {entry} lies outside the 100 entries"):
            layer.output_types(words)


def test_a_bag_is_the_mean_the_sum_or_the_maximum_of_its_vectors() -> None:
    words = torch.tensor([[0, 2, 2]])
    for mode, merge in (("mean", torch.mean), ("sum", torch.sum), ("max", torch.amax)):
        layer = LAYERS["EmbeddingBag"](num_embeddings=3, embedding_dim=4, mode=mode)
        types = (TensorType((3,), "int"),)
        real = build(Case(layer, types, layer.output_types(types)))
        assert isinstance(real.module, torch.nn.EmbeddingBag)
        assert torch.allclose(real(words)[0], merge(real.module.weight[words], 1))


@pytest.mark.parametrize(
    ("settings", "types", "sentence"),
    [
        ({}, (TensorType((2, 3), "int"),), "needs a row of integers, but it receives 2×3"),
        ({}, (TensorType((3,), "int"), TensorType((3,))), "need the mode “sum”"),
        ({"mode": "sum"}, (TensorType((3,), "int"), TensorType((2,))), "need one a word"),
        ({"mode": "max", "scale_grad_by_freq": True}, (TensorType((3,), "int"),), "cannot be divided"),
    ],
)
def test_bags_that_cannot_be(settings: dict[str, object], types: tuple[TensorType, ...], sentence: str) -> None:
    with pytest.raises(ShapeError, match=sentence):
        LAYERS["EmbeddingBag"](**settings).output_types(types)
