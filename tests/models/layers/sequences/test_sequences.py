"""Cells take the very step that layers take; transformers in one piece are what they are piece by piece."""

from __future__ import annotations

import pytest
import torch
from layer_cases import Case, Real, build
from torch import nn

from models.kinds.layer import Layer, ShapeError, TensorType
from models.layers import LAYERS

STEP, STATE = TensorType((3,)), TensorType((5,))


def real(layer: Layer, *types: TensorType) -> Real:
    return build(Case(layer, types, layer.output_types(types)))


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_steps_of_a_cell_are_those_of_the_layer(kind: str) -> None:
    layer = real(LAYERS[kind](hidden_size=5), TensorType((4, 3)))
    states = [STATE] * (2 if kind == "LSTM" else 1)
    cell = real(LAYERS[f"{kind}Cell"](hidden_size=5), STEP, *states)
    assert isinstance(layer.module, nn.Module) and isinstance(cell.module, nn.Module)
    cell.module.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.module.state_dict().items()})
    sequence = torch.randn(2, 4, 3)
    carried = tuple(torch.zeros(2, 5) for _ in states)
    for time in range(4):
        carried = cell(sequence[:, time], *carried)
    assert torch.allclose(carried[0], layer(sequence)[0][:, -1], atol=1e-6)


def test_a_cell_without_a_state_begins_with_zeros() -> None:
    layer = LAYERS["GRUCell"](hidden_size=5)
    alone, given = real(layer, STEP), torch.randn(2, 3)
    with_state = real(layer, STEP, STATE)
    assert isinstance(alone.module, nn.Module) and isinstance(with_state.module, nn.Module)
    with_state.module.load_state_dict(alone.module.state_dict())
    assert torch.equal(alone(given)[0], with_state(given, torch.zeros(2, 5))[0])


@pytest.mark.parametrize(
    ("types", "sentence"),
    [
        ((STEP, STATE), "both hx and cx"),
        ((STEP, STATE, STEP), "The state cx has 5, but it receives 3"),
        ((TensorType((4, 3)),), "needs features, but it receives 4×3"),
    ],
)
def test_states_that_do_not_fit(types: tuple[TensorType, ...], sentence: str) -> None:
    with pytest.raises(ShapeError, match=sentence):
        LAYERS["LSTMCell"](hidden_size=5).output_types(types)


SOURCE, TARGET = TensorType((6, 8)), TensorType((4, 8))


def test_a_causal_decoder_does_not_look_ahead() -> None:
    for kind in ("TransformerDecoderLayer", "TransformerDecoder"):
        decoder = real(LAYERS[kind](dropout=0.0, dim_feedforward=16), TARGET, SOURCE)
        target, memory = torch.randn(1, 4, 8), torch.randn(1, 6, 8)
        changed = target.clone()
        changed[:, -1] += 1
        before, after = decoder(target, memory)[0], decoder(changed, memory)[0]
        assert torch.allclose(before[:, :3], after[:, :3], atol=1e-5) and not torch.allclose(before[:, 3], after[:, 3])


@pytest.mark.parametrize("causal", [True, False])
def test_a_stack_is_its_layers_one_behind_the_other(causal: bool) -> None:
    settings = {"dropout": 0.0, "dim_feedforward": 16, "norm": True, "is_causal": causal}
    stack = real(LAYERS["TransformerEncoder"](num_layers=3, **settings), SOURCE)
    given = torch.randn(2, 6, 8)
    expected = given
    assert isinstance(stack.module, nn.TransformerEncoder)
    hidden = torch.full((6, 6), float("-inf")).triu(1) if causal else None
    for layer in stack.module.layers:
        expected = layer(expected, src_mask=hidden)
    assert stack.module.norm is not None
    assert torch.allclose(stack(given)[0], stack.module.norm(expected), atol=1e-5)


def test_a_transformer_gives_the_shape_of_its_target() -> None:
    layer = LAYERS["Transformer"](num_encoder_layers=1, num_decoder_layers=2, dim_feedforward=16)
    assert layer.output_types((SOURCE, TARGET)) == (TARGET,)
    module = real(layer, SOURCE, TARGET).module
    assert isinstance(module, nn.Transformer) and len(module.decoder.layers) == 2


def test_sequences_of_other_features_do_not_go_together() -> None:
    with pytest.raises(ShapeError, match="needs equal features: 8 and 4") as refused:
        LAYERS["TransformerDecoder"]().output_types((TARGET, TensorType((6, 4))))
    assert refused.value.port == "memory"


def test_every_module_of_torch_that_a_graph_can_hold_is_there() -> None:
    """All classes of `torch.nn`, but for losses and those that are left out for a reason."""
    left_out = {
        "Module", "Container", "Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict",  # hold more
        "DataParallel",  # how it runs
        "RNNBase", "RNNCellBase",  # what others are made of
        "CrossMapLRN2d", "UpsamplingBilinear2d", "UpsamplingNearest2d",  # other names for LocalResponseNorm, Upsample
        "SyncBatchNorm",  # a setting of training on several graphics cards
        "AdaptiveLogSoftmaxWithLoss",  # a loss
    }  # fmt: skip
    modules = {name for name, kind in vars(nn).items() if isinstance(kind, type) and issubclass(kind, nn.Module)}
    plain = {name for name in modules if not name.startswith("Lazy") and not name.endswith(("Loss", "Loss2d"))}
    assert plain - left_out - set(LAYERS) == set()
    assert left_out <= modules and not left_out & set(LAYERS)
