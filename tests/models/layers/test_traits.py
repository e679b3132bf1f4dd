"""What kinds say of themselves, held against real torch: what is said holds, and where it holds it is said.

A new kind is tested by existing: one that is never below 0, say, must say so.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from layer_cases import Case, Real, build, cases, tensors

from models.kinds.layer import TensorType
from models.layers import LAYERS
from models.layers.convolution import Convolution
from models.training.losses import LOSSES

COUNT = 60
Property = Callable[[Case, Real, torch.Tensor], bool]


@pytest.fixture(autouse=True)
def calm() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)


@pytest.mark.parametrize("kind", LAYERS)
def test_a_kind_says_when_it_draws_numbers_while_training(kind: str) -> None:
    """Two passes differ only where it is said; and where it never differs, nothing is said of any case."""
    said = differs = False
    for case in cases(kind, COUNT // 2, "draws"):
        if case.outputs is None:
            continue
        real, given = build(case), [2 * one for one in tensors(case, 8)]
        with torch.no_grad():
            passes = [[out.clone() for out in real(*given)] for _ in range(3)]
        differ = any(
            not torch.allclose(*pair, equal_nan=True)
            for other in passes[1:]
            for pair in zip(passes[0], other, strict=True)
        )
        assert case.layer.draws or not differ, case
        said, differs = said or case.layer.draws, differs or differ
    assert said == differs


def holds(kind: str, is_so: Property, *, training: bool = False) -> bool:
    """Whether a property holds in every case of a kind that takes one tensor of decimals; False where there is none."""
    seen = False
    for case in cases(kind, COUNT, "traits"):
        if case.outputs is None or [given.dtype for given in case.inputs] != ["float"]:
            continue
        real, x = build(case), tensors(case, 4)[0]
        if real.module is not None:
            real.module.train(training)
            for weight in real.module.parameters():
                torch.nn.init.normal_(weight, 0.5)
        with torch.no_grad():
            if not is_so(case, real, x):
                return False
        seen = True
    return seen


def same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape == other.shape and torch.allclose(one, other, atol=1e-4, rtol=1e-3)


def never_below_zero(case: Case, real: Real, x: torch.Tensor) -> bool:
    return bool((real(x)[0] >= 0).all())


def in_place(case: Case, real: Real, x: torch.Tensor) -> bool:
    return torch.equal(real(x)[0].flatten(), x.flatten())


def in_another_order(case: Case, real: Real, x: torch.Tensor) -> bool:
    y = real(x)[0]
    sizes = sorted(y.shape) == sorted(x.shape)
    return sizes and torch.equal(y.flatten().sort().values, x.flatten().sort().values)


def blind_to_the_mean_of_a_channel(case: Case, real: Real, x: torch.Tensor) -> bool:
    if x.dim() < 2:
        return False
    shift = torch.randn(1, x.shape[1], *[1] * (x.dim() - 2))
    return same(real(x)[0], real(x + shift)[0])


def blind_to_the_mean_of_an_example(case: Case, real: Real, x: torch.Tensor) -> bool:
    shift = torch.randn(len(x), *[1] * (x.dim() - 1)) * 3
    return x.dim() > 1 and same(real(x)[0], real(x + shift)[0])


def linear_over_the_last(case: Case, real: Real, x: torch.Tensor) -> bool:
    other = torch.randn_like(x)
    return same(real(x)[0] + real(other)[0] - real(torch.zeros_like(x))[0], real(x + other)[0])


@pytest.mark.parametrize("kind", list(LAYERS))
def test_never_below_zero_is_said(kind: str) -> None:
    assert holds(kind, never_below_zero) == LAYERS[kind].nonnegative


def nothing_below_zero_gets_through(case: Case, real: Real, x: torch.Tensor) -> bool:
    below = real(-x.abs() - 1e-3)[0]
    return below.shape == x.shape and not below.any() and bool(real(x.abs() + 0.1)[0].all())


def ends_of(kind: str) -> tuple[float, float] | None:
    """Of a function of one value: where it is flat on both sides of a slope around 0; None where it is not."""
    layer = LAYERS[kind]()
    if layer.family != "Activation" or "dim" in layer.fields or layer.applies == "softmax":
        return None
    at = torch.tensor([-2e5, -1e5, -0.01, 0.01, 1e5, 2e5])
    with torch.no_grad():
        lower, low, below, above, high, higher = build(Case(layer, (TensorType((6,)),), None))(at[None])[0][0].tolist()
    flat = lower == pytest.approx(low, abs=1e-4) and higher == pytest.approx(high, abs=1e-4)
    slope = (above - below) / 0.02
    return (low, high) if flat and slope > 0.1 and below < (low + high) / 2 < above else None


@pytest.mark.parametrize("kind", list(LAYERS))
def test_what_lets_nothing_below_zero_through_says_so(kind: str) -> None:
    assert holds(kind, nothing_below_zero_gets_through) == LAYERS[kind].rectifies


@pytest.mark.parametrize("kind", list(LAYERS))
def test_flat_ends_are_said(kind: str) -> None:
    assert LAYERS[kind]().ends == pytest.approx(ends_of(kind), abs=1e-4)


@pytest.mark.parametrize("kind", list(LAYERS))
def test_values_in_their_place_are_said(kind: str) -> None:
    inner = bool(LAYERS[kind].inputs and LAYERS[kind].outputs)
    assert (inner and holds(kind, in_place)) == LAYERS[kind].keeps_values


@pytest.mark.parametrize("kind", list(LAYERS))
def test_dimensions_in_another_order_are_said(kind: str) -> None:
    found = holds(kind, in_another_order) and not holds(kind, in_place)
    assert found == LAYERS[kind].reorders


@pytest.mark.parametrize("kind", list(LAYERS))
def test_a_mean_over_the_batch_that_is_taken_away_is_said(kind: str) -> None:
    channels = holds(kind, blind_to_the_mean_of_a_channel, training=True)
    found = channels and not holds(kind, blind_to_the_mean_of_an_example, training=True)
    assert found == LAYERS[kind].normalizes_batch


@pytest.mark.parametrize("kind", [name for name in LAYERS if LAYERS[name].linear])
def test_what_is_called_linear_is_linear(kind: str) -> None:
    assert holds(kind, linear_over_the_last)


@pytest.mark.parametrize("kind", list(LAYERS))
def test_ends_are_those_without_ports(kind: str) -> None:
    layer = LAYERS[kind]
    assert (layer.is_input, layer.is_output) == (not layer.inputs, not layer.outputs)


@pytest.mark.parametrize("kind", [name for name in LAYERS if LAYERS[name].bias_dim is not None])
def test_a_bias_is_added_along_its_dimension(kind: str) -> None:
    tried = 0
    for case in cases(kind, COUNT, "bias"):
        if case.outputs is None or not case.layer.bias:  # type: ignore[attr-defined]
            continue
        real, given = build(case), tensors(case, 2)
        assert real.module is not None
        with torch.no_grad():
            before = real(*given)[0]
            shift = torch.randn_like(real.module.bias)
            real.module.bias.add_(shift)  # type: ignore[operator]
            dim = LAYERS[kind].bias_dim
            assert dim is not None
            place = dim % (before.dim() - 1) + 1
            assert same(before.movedim(place, -1) + shift, real(*given)[0].movedim(place, -1))
        tried += 1
    assert tried >= 5


@pytest.mark.parametrize("kind", [name for name in LAYERS if issubclass(LAYERS[name], Convolution)])
def test_a_bias_of_channels_is_said(kind: str) -> None:
    assert LAYERS[kind].bias_dim == 0


@pytest.mark.parametrize("kind", [name for name in LAYERS if LAYERS[name].applies])
def test_the_function_that_a_loss_applies_is_that_function(kind: str) -> None:
    assert LAYERS[kind].applies in {name for loss in LOSSES.values() for name in (loss.applies, loss.expects)}

    def is_that(case: Case, real: Real, x: torch.Tensor) -> bool:
        dim = getattr(case.layer, "dim", 1)
        wanted = {
            "sigmoid": torch.sigmoid,
            "softmax": lambda x: torch.softmax(x, dim),
            "log-softmax": lambda x: torch.log_softmax(x, dim),
        }
        return same(wanted[case.layer.applies](x), real(x)[0])

    assert holds(kind, is_that)


@pytest.mark.parametrize("kind", [name for name in LAYERS if LAYERS[name].flattens])
def test_what_flattens_makes_a_vector_of_an_image(kind: str) -> None:
    (output,) = LAYERS[kind]().output_types((TensorType((3, 4, 5)),))
    assert output.shape == (60,)
