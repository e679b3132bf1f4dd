"""Recurrent layers: states with the batch first, weights by PyTorch's names, costs by formula."""

from __future__ import annotations

import pytest
import torch
from layer_cases import Case, build
from torch import nn

from models.kinds.layer import TensorType
from models.layers import LAYERS

SEQUENCE = TensorType((5, 8))


@pytest.mark.parametrize(("kind", "ports", "gates"), [("RNN", 2, 1), ("GRU", 2, 3), ("LSTM", 3, 4)])
def test_ports_and_counts(kind: str, ports: int, gates: int) -> None:
    layer = LAYERS[kind](hidden_size=6, num_layers=2, bidirectional=True)
    outputs = layer.output_types((SEQUENCE,))
    assert len(outputs) == len(layer.outputs) == ports
    assert outputs[0].shape == (5, 12) and {given.shape for given in outputs[1:]} == {(4, 6)}
    weights = {weight.name: weight.shape for weight in layer.weights((SEQUENCE,))}
    assert weights["weight_ih_l0"] == (gates * 6, 8) and weights["weight_ih_l1_reverse"] == (gates * 6, 12)
    assert len(weights) == 16


def test_multiply_adds_count_every_matrix_product_of_every_step() -> None:
    layer = LAYERS["LSTM"](hidden_size=6)
    outputs = layer.output_types((SEQUENCE,))
    assert layer.multiply_adds((SEQUENCE,), outputs) == 5 * 4 * 6 * (8 + 6)
    double = LAYERS["LSTM"](hidden_size=6, bidirectional=True, num_layers=2)
    assert double.multiply_adds((SEQUENCE,), outputs) == 2 * 5 * 4 * 6 * ((8 + 6) + (12 + 6))


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_states_come_with_the_batch_first(kind: str) -> None:
    layer = LAYERS[kind](hidden_size=6, num_layers=2)
    case = Case(layer, (SEQUENCE,), layer.output_types((SEQUENCE,)))
    real = build(case)
    assert isinstance(real.module, nn.Module)
    given = torch.randn(3, 5, 8)
    ours = real(given)
    output, states = real.module(given)
    assert torch.equal(ours[0], output)
    for mine, theirs in zip(ours[1:], states if kind == "LSTM" else (states,), strict=True):
        assert torch.equal(mine, theirs.transpose(0, 1))
        assert mine.shape == (3, 2, 6)


def test_dropout_of_a_single_layer_is_left_out_of_the_source() -> None:
    assert "dropout" not in LAYERS["GRU"](dropout=0.5).module((SEQUENCE,))
    assert "dropout=0.5" in LAYERS["GRU"](dropout=0.5, num_layers=2).module((SEQUENCE,))


def test_nonlinearity_is_for_the_plain_kind_alone() -> None:
    assert 'nonlinearity="relu"' in LAYERS["RNN"](nonlinearity="relu").module((SEQUENCE,))
    assert "nonlinearity" not in LAYERS["LSTM"].fields


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("bidirectional", [True, False])
def test_the_formula_counts_what_torch_counts(bias: bool, layers: int, bidirectional: bool) -> None:
    layer = LAYERS["GRU"](hidden_size=6, bias=bias, num_layers=layers, bidirectional=bidirectional)
    formula = layer.formulas((SEQUENCE,), layer.output_types((SEQUENCE,)))[0]
    real = nn.GRU(8, 6, layers, bias, bidirectional=bidirectional)
    assert formula.title == "Parameters"
    assert formula.result == f"{sum(item.numel() for item in real.parameters()):,}"
