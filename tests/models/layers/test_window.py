"""The receptive field that windows add up to, against impulses sent through real torch."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
import torch
from layer_cases import Case, build

from models.kinds.layer import Layer, ShapeError, TensorType
from models.layers import LAYERS
from support import scaled

LENGTH = 160
CHAIN = ("Conv1d", "MaxPool1d", "AvgPool1d", "ReLU", "BatchNorm1d", "Dropout", "Identity", "PReLU")


def random_chain(rng: Random) -> list[Case]:
    chain: list[Case] = []
    given = TensorType((2, LENGTH))
    while len(chain) < rng.randint(2, 5):
        layer = random_layer(rng)
        try:
            (given_next,) = layer.output_types((given,))
        except ShapeError:
            continue
        chain.append(Case(layer, (given,), (given_next,)))
        given = given_next
    return chain


def random_layer(rng: Random) -> Layer:
    kind = LAYERS[rng.choice(CHAIN)]
    ranges = {"out_channels": (2, 2), "kernel_size": (1, 4), "stride": (1, 3), "dilation": (1, 3)}
    settings: dict[str, object] = {name: rng.randint(*ranges[name]) for name in kind.fields if name in ranges}
    if "padding" in kind.fields:
        settings["padding"] = rng.randint(0, 1)
    if "ceil_mode" in kind.fields:
        settings["ceil_mode"] = rng.random() < 0.3
    return kind(**settings)


def reach_by_windows(chain: list[Case]) -> tuple[int, int]:
    """Size and stride of the receptive field: r + (k − 1)·d·j and j·s, layer by layer."""
    size, jump = 1, 1
    for case in chain:
        window = case.layer.window(case.inputs)
        assert window is not None
        size += (window.kernel[0] - 1) * window.dilation[0] * jump
        jump *= window.stride[0]
    return size, jump


def positions_seen(chain: list[Case]) -> list[list[int]]:
    """For each output position the input positions that change it, found by sending impulses through."""
    signal = torch.cat([torch.zeros(1, LENGTH), torch.eye(LENGTH) * 1e6]).unsqueeze(1).repeat(1, 2, 1).double()
    for case in chain:
        real = build(case)
        if real.module is not None:
            real.module.eval().double()
            for parameter in real.module.parameters():
                parameter.data = parameter.data.abs() + 0.1  # so that no effect cancels another
        with torch.no_grad():
            (signal,) = real(signal)
    changed = (signal[1:] - signal[:1]).abs().sum(dim=1) > 1e-6
    return [changed[:, place].nonzero().flatten().tolist() for place in range(changed.shape[1])]


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(scaled(500, 0.08)))
def test_windows_add_up_to_what_impulses_reach(seed: int) -> None:
    chain = random_chain(Random(seed))
    size, jump = reach_by_windows(chain)
    seen = [places for places in positions_seen(chain) if places]
    assert max(places[-1] - places[0] + 1 for places in seen) <= size
    # Near the ends, padding anywhere in the chain cuts fields off.
    inside = [places for places in seen[len(seen) // 3 : -len(seen) // 3] if size < LENGTH // 4]
    assert {places[-1] - places[0] + 1 for places in inside} <= {size}
    assert {later[0] - earlier[0] for earlier, later in pairwise(inside)} <= {jump}


def test_most_chains_have_an_inside() -> None:
    assert sum(reach_by_windows(random_chain(Random(seed)))[0] < LENGTH // 4 for seed in range(40)) > 25


@pytest.mark.parametrize(
    ("kind", "settings", "shape"),
    [
        ("Linear", {}, (8,)),
        ("Flatten", {}, (4, 8, 8)),
        ("LSTM", {}, (8, 4)),
        ("MultiheadAttention", {}, (8, 4)),
        ("LayerNorm", {}, (4, 8, 8)),
        ("GroupNorm", {}, (4, 8, 8)),
        ("ConvTranspose2d", {}, (4, 8, 8)),
        ("Upsample", {}, (4, 8, 8)),
        ("AdaptiveAvgPool2d", {"output_size": 3}, (4, 8, 8)),
        ("Softmax", {"dim": -1}, (4, 8, 8)),
        ("BatchNorm2d", {"track_running_stats": False}, (4, 8, 8)),
        ("Reshape", {}, (4, 8, 8)),
        ("Permute", {}, (4, 8)),
    ],
)
def test_kinds_that_look_everywhere_have_no_window(
    kind: str, settings: dict[str, object], shape: tuple[int, ...]
) -> None:
    layer = LAYERS[kind](**settings)
    inputs = (TensorType(shape),)
    layer.output_types(inputs)
    assert layer.window(inputs) is None


def test_adaptive_pooling_that_tiles_is_a_window() -> None:
    window = LAYERS["AdaptiveAvgPool2d"](output_size=[2, 1]).window((TensorType((4, 8, 8)),))
    assert window and window[:3] == ((4, 8), (4, 8), (1, 1))


def test_merges_of_stretched_inputs_have_no_window() -> None:
    add = LAYERS["Multiply"]()
    assert add.window((TensorType((4, 8, 8)), TensorType((4, 1, 1)))) is None
    assert add.window((TensorType((4, 8, 8)), TensorType((1, 8, 8)))) is not None
