"""Attention: optional inputs, joint and separate projections, weights that are computed only where read."""

from __future__ import annotations

import pytest
import torch
from layer_cases import Case, build
from torch import nn

from models.kinds.layer import ShapeError, TensorType
from models.layers import LAYERS

QUERY, KEY, VALUE = TensorType((5, 8)), TensorType((7, 6)), TensorType((7, 10))


def test_a_free_key_is_the_query_and_a_free_value_the_key() -> None:
    layer = LAYERS["MultiheadAttention"]()
    assert layer.sources((QUERY,)) == (QUERY, QUERY, QUERY)
    assert layer.sources((QUERY, KEY)) == (QUERY, KEY, KEY)
    assert layer.sources((QUERY, KEY, VALUE)) == (QUERY, KEY, VALUE)


def test_shapes_of_cross_attention() -> None:
    layer = LAYERS["MultiheadAttention"]()
    assert [given.shape for given in layer.output_types((QUERY, KEY, VALUE))] == [(5, 8), (5, 7)]
    extra = LAYERS["MultiheadAttention"](add_bias_kv=True, add_zero_attn=True)
    assert extra.output_types((QUERY, KEY, VALUE))[1].shape == (5, 9)


def test_projections_are_joint_only_where_all_features_agree() -> None:
    layer = LAYERS["MultiheadAttention"]()
    assert layer.weights((QUERY,))[0] == ("in_proj_weight", (24, 8), True)
    assert [weight.name for weight in layer.weights((QUERY, KEY))[:3]] == [f"{letter}_proj_weight" for letter in "qkv"]
    assert layer.module((QUERY, KEY, VALUE)) == "nn.MultiheadAttention(8, 4, kdim=6, vdim=10, batch_first=True)"
    assert layer.module((QUERY,)) == "nn.MultiheadAttention(8, 4, batch_first=True)"


def test_key_and_value_need_equally_many_steps() -> None:
    with pytest.raises(ShapeError, match="Key and value need equally many steps: 7 and 5") as refusal:
        LAYERS["MultiheadAttention"]().output_types((QUERY, KEY, QUERY))
    assert refusal.value.port == "value"


def test_a_wrong_rank_names_the_port() -> None:
    with pytest.raises(ShapeError) as refusal:
        LAYERS["MultiheadAttention"]().output_types((QUERY, TensorType((7,))))
    assert refusal.value.port == "key"


def test_leaving_weights_unread_changes_nothing_but_speed() -> None:
    layer = LAYERS["MultiheadAttention"]()
    case = Case(layer, (QUERY,), layer.output_types((QUERY,)))
    torch.manual_seed(0)
    with_weights = build(case)
    torch.manual_seed(0)
    without = build(case, (True, False))
    given = torch.randn(2, 5, 8)
    assert torch.allclose(with_weights(given)[0], without(given)[0], atol=1e-6)
    assert torch.allclose(with_weights(given)[1].sum(dim=-1), torch.ones(2, 5))


class TestTransformerEncoderLayer:
    def test_keeps_the_shape_and_counts_as_torch_does(self) -> None:
        layer = LAYERS["TransformerEncoderLayer"](nhead=2, dim_feedforward=12)
        assert layer.output_types((QUERY,)) == (QUERY,)
        real = nn.TransformerEncoderLayer(8, 2, 12, batch_first=True)
        expected = sum(item.numel() for item in real.parameters())
        assert sum(weight.elements for weight in layer.weights((QUERY,))) == expected
        assert layer.formulas((QUERY,), (QUERY,))[0].result == f"{expected:,}"

    def test_heads_must_divide_the_features(self) -> None:
        with pytest.raises(ShapeError, match="3 heads do not divide the 8 features"):
            LAYERS["TransformerEncoderLayer"](nhead=3).output_types((QUERY,))

    def test_source(self) -> None:
        layer = LAYERS["TransformerEncoderLayer"](activation="gelu", norm_first=True)
        expected = 'nn.TransformerEncoderLayer(8, 4, activation="gelu", batch_first=True, norm_first=True)'
        assert layer.module((QUERY,)) == expected
        assert layer.chains
