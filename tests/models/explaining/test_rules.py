"""Rules: every layer, loss, optimizer and schedule has one; what they say of sizes is so, and slopes are torch's."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest
import torch
from layer_cases import cases
from random_edits import chain
from torch import nn

from models.explaining.costs import costs
from models.explaining.losses import LOSSES as LOSS_RULES
from models.explaining.losses import loss_rule
from models.explaining.rules import rule_of
from models.explaining.updates import OPTIMIZERS as UPDATES
from models.explaining.updates import SCHEDULES as RATES
from models.explaining.updates import schedule_rule, update_rule
from models.kinds.layer import TensorType
from models.layers import LAYERS
from models.training import OPTIMIZERS, SCHEDULES
from models.training.losses import LOSSES


@pytest.mark.parametrize("kind", list(LAYERS))
def test_every_kind_of_layer_has_a_rule_that_fits_its_inputs(kind: str) -> None:
    told = 0
    for case in cases(kind, 12, "rules"):
        if case.outputs is None:
            continue
        told += 1
        rule = rule_of(case.layer, case.inputs, case.outputs)
        assert rule is not None and rule.forward and rule.forward[0].text
        assert rule.backward or not case.inputs or kind == "Full"
        assert not rule.note or rule.note.endswith(".")
        assert all(line.text.count("(") == line.text.count(")") for line in (*rule.forward, *rule.backward))
    assert told


def test_a_linear_layer_is_a_matrix_product_with_its_sizes() -> None:
    layer = LAYERS["Linear"](out_features=10)
    rule = rule_of(layer, (TensorType((64,)),), (TensorType((10,)),))
    assert rule is not None
    assert [tuple(line) for line in (*rule.forward, *rule.backward)] == [
        ("y = x·Wᵀ + b", "N×10 = N×64 · 64×10 + 10"),
        ("∂L/∂W = δᵀ·x", "10×64 = 10×N · N×64"),
        ("∂L/∂b = Σ δ over all rows", "10"),
        ("∂L/∂x = δ·W", "N×64 = N×10 · 10×64"),
    ]


@pytest.mark.parametrize(
    ("kind", "shape", "settings", "sizes"),
    [
        ("BatchNorm2d", (16, 8, 8), {}, "over the batch and all places of a channel: N·64 values"),
        ("LayerNorm", (4, 32), {}, "over the last dimension (32) of each place: 32 values"),
        ("GroupNorm", (8, 4, 4), {"num_groups": 2}, "over each of 2 groups of 4 channels, of one example: 64 values"),
    ],
)
def test_normalizations_say_what_is_averaged_over(
    kind: str, shape: tuple[int, ...], settings: dict[str, object], sizes: str
) -> None:
    given = TensorType(shape)
    rule = rule_of(LAYERS[kind](**settings), (given,), (given,))
    assert rule is not None and rule.forward[0].sizes == sizes


def test_activations_are_written_from_what_by_hand_computes() -> None:
    given = TensorType((3,))
    relu = rule_of(LAYERS["ReLU"](), (given,), (given,))
    gelu = rule_of(LAYERS["GELU"](), (given,), (given,))
    assert relu is not None and gelu is not None
    assert (relu.forward[0].text, relu.backward[0].text) == ("y = max(0, x)", "∂L/∂x = δ·([x > 0])")
    assert (gelu.forward[0].text, gelu.backward[0].text) == ("y = x·Φ(x)", "∂L/∂x = δ·(Φ(x) + x·φ(x))")
    own = rule_of(LAYERS["Expression"](formula="x * y"), (given, given), (given,))
    assert own is not None and [line.text for line in own.backward] == ["∂L/∂x = δ·(y)", "∂L/∂y = δ·(x)"]


def test_every_loss_optimizer_and_schedule_has_a_rule() -> None:
    assert set(LOSS_RULES) == set(LOSSES) and set(UPDATES) == set(OPTIMIZERS) and set(RATES) == set(SCHEDULES)
    assert all(loss_rule(LOSSES[kind]()) and len(LOSS_RULES[kind][0]) <= 90 for kind in LOSSES)
    assert all(update_rule(OPTIMIZERS[kind]()) for kind in OPTIMIZERS)
    assert all(schedule_rule(SCHEDULES[kind]()) for kind in SCHEDULES)


def test_adam_and_adamw_tell_where_the_decay_acts() -> None:
    first, second = (update_rule(OPTIMIZERS[kind]()) for kind in ("Adam", "AdamW"))
    assert first is not None and second is not None
    assert first.forward[0].text == "g ← g + λ·w" and second.forward[0].text == "w ← w − η·λ·w"


SLOPES: dict[str, Callable[[float, float], float]] = {
    "MSELoss": lambda x, y: 2 * (x - y),
    "L1Loss": lambda x, y: math.copysign(1, x - y),
    "BCEWithLogitsLoss": lambda x, y: 1 / (1 + math.exp(-x)) - y,
    "BCELoss": lambda x, y: (x - y) / (x * (1 - x)),
    "PoissonNLLLoss": lambda x, y: math.exp(x) - y,
}


@pytest.mark.parametrize("kind", SLOPES)
def test_the_slopes_of_losses_are_those_of_torch(kind: str) -> None:
    x = torch.tensor([0.3], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([1.0], dtype=torch.float64)
    getattr(nn, kind)()(x, y).backward()
    assert x.grad is not None
    assert SLOPES[kind](0.3, 1.0) == pytest.approx(x.grad.item(), rel=1e-6)
    written = LOSS_RULES[kind][1].removeprefix("∂L/∂x = ").replace("−", "-").replace("·", "*")
    names = {"x": 0.3, "y": 1.0, "exp": math.exp, "sign": lambda z: math.copysign(1, z)}
    names["σ"] = lambda z: 1 / (1 + math.exp(-z))
    assert re.fullmatch(r"[\w σ()*/+\-.]+", written)
    assert eval(written, names) == pytest.approx(x.grad.item(), rel=1e-6)


def test_receptive_fields_and_bytes_have_their_numbers_put_in() -> None:
    layers = [("Conv2d", {"kernel_size": 3}), ("MaxPool2d", {}), ("Conv2d", {"kernel_size": 5, "dilation": 2})]
    document = chain(("Input", {"shape": [3, 40, 40]}), *layers)
    found = costs(document.network, document.analysis, "n3")
    assert [formula.title for formula in found] == ["Receptive field", "Bytes of the output"]
    assert "".join(step.text for step in found[0].numerator) == "4 + (5 − 1)·2·2" and found[0].result == "20"
    assert "".join(step.text for step in found[1].numerator) == "16·11·11 · 4" and found[1].result == "7,744"
    assert [formula.title for formula in costs(document.network, document.analysis, "n0")] == ["Bytes of the output"]
