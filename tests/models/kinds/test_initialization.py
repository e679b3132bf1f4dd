"""What weights begin as, by the very functions of torch that generated code calls."""

from __future__ import annotations

import ast
import math
from inspect import signature

import pytest
import torch
from torch import nn

from models.kinds.initialization import BIAS_INITIALIZATIONS, INITIALIZATIONS, Gain, Initialization
from models.kinds.layer import ShapeError, TensorType
from models.layers import LAYERS
from models.specs.fields import FieldError

SIZE = (200, 100)
LINEAR = Gain()


def begun(way: Initialization, gain: Gain = LINEAR, size: tuple[int, ...] = SIZE) -> torch.Tensor:
    torch.manual_seed(0)
    weight = nn.Parameter(torch.full(size, math.nan))
    exec(way.statement("weight", gain), {"nn": nn, "weight": weight})
    return weight.detach()


@pytest.mark.parametrize("kind", [kind for kind in INITIALIZATIONS if kind != "Default"])
def test_each_is_a_function_of_torch_with_its_arguments(kind: str) -> None:
    way = INITIALIZATIONS[kind]()
    known = signature(getattr(nn.init, way.function)).parameters
    assert set(way.fields) <= set(known)
    call = ast.parse(way.statement("weight", Gain("relu")), mode="eval").body
    assert isinstance(call, ast.Call) and {keyword.arg for keyword in call.keywords} <= set(known)
    for name in set(way.fields) - {"nonlinearity", "val"}:
        assert way.fields[name].default == known[name].default, name
    assert way.title and way.help.endswith(".")
    assert begun(way).isfinite().all()


def test_biases_are_offered_what_needs_no_matrix() -> None:
    assert {kind for kind in INITIALIZATIONS if INITIALIZATIONS[kind].fewest_dims == 0} == set(BIAS_INITIALIZATIONS)


@pytest.mark.parametrize(
    ("gain", "factor"),
    [
        (Gain("relu"), 1.414214),
        (Gain("leaky_relu", 0.2), 1.386750),
        (Gain("tanh"), 5 / 3),
        (Gain("linear"), 1.0),
        (Gain("selu"), 0.75),
    ],
)
def test_kaiming_takes_the_gain_of_what_follows(gain: Gain, factor: float) -> None:
    weight = begun(INITIALIZATIONS["KaimingNormal"](), gain)
    assert weight.std().item() == pytest.approx(factor / SIZE[1] ** 0.5, rel=0.02)
    bound = begun(INITIALIZATIONS["KaimingUniform"](mode="fan_out"), gain).abs().max().item()
    assert bound == pytest.approx(factor * (3 / SIZE[0]) ** 0.5, rel=0.01)


def test_a_gain_that_is_chosen_is_that_whatever_follows() -> None:
    chosen = INITIALIZATIONS["KaimingNormal"](nonlinearity="relu")
    assert torch.equal(begun(chosen, Gain("tanh")), begun(chosen, Gain("relu")))


def test_orthogonal_rows_and_truncated_draws() -> None:
    square = begun(INITIALIZATIONS["Orthogonal"](gain=2.0), size=(50, 50))
    assert torch.allclose(square @ square.T, 4 * torch.eye(50), atol=1e-4)
    cut = begun(INITIALIZATIONS["TruncatedNormal"](std=1.0, a=-0.5, b=0.25))
    assert cut.min() >= -0.5 and cut.max() <= 0.25


@pytest.mark.parametrize(
    ("kind", "settings", "sentence"),
    [
        ("BatchNorm2d", {"weight_init": "Orthogonal"}, "Orthogonal needs weights of 2 dimensions"),
        ("Linear", {"weight_init": {"kind": "Uniform", "params": {"a": 2.0}}}, "lower bound 2 is above"),
        ("Linear", {"bias_init": {"kind": "TruncatedNormal", "params": {"a": 1, "b": 1}}}, "nothing between 1 and 1"),
    ],
)
def test_what_cannot_be_is_a_sentence(kind: str, settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ShapeError, match=sentence):
        LAYERS[kind](**settings).output_types((TensorType((4, 4, 4)),))


def test_what_a_kind_has_not_or_a_bias_cannot_be_is_refused() -> None:
    with pytest.raises(FieldError):
        LAYERS["Linear"](bias_init="Orthogonal")
    with pytest.raises(FieldError):
        LAYERS["Embedding"](bias_init="Zeros")
    assert not LAYERS["ReLU"]().frozen and "frozen" not in LAYERS["ReLU"].fields


def test_a_padding_entry_stays_zero() -> None:
    layer = LAYERS["Embedding"](num_embeddings=5, embedding_dim=3, padding_idx=-2, weight_init="Ones")
    module = nn.Embedding(5, 3, padding_idx=-2)
    for statement in layer.begins("module", (TensorType((4,), "int"),), Gain()):
        exec(statement, {"nn": nn, "module": module})
    assert module.weight.sum(1).tolist() == [3, 3, 3, 0, 3]


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if LAYERS[kind].nonlinearity])
def test_every_activation_has_a_gain_that_torch_knows(kind: str) -> None:
    gain = LAYERS[kind]().gain
    assert gain is not None
    assert nn.init.calculate_gain(gain.nonlinearity, gain.slope if gain.nonlinearity == "leaky_relu" else None) > 0
