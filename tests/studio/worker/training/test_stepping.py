"""What can be told of captured steps without a graphics card; the rest is in `tests/studio/worker/test_cuda.py`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from documents import CNN, chain, cnn, mlp
from torch import nn

from models.document import Document
from studio.worker.training.loop import in_precision, set_learning_rate
from studio.worker.training.plan import Plan
from studio.worker.training.stepping import CAPTURED, PLAIN, Chosen, Pace
from studio.worker.training.updating.optimizer import keep_on_device


class Clock:
    """A clock that goes on when told to; and marks that are done as soon as they are waited for."""

    def __init__(self) -> None:
        self.now = 0.0
        self.marks = self.waited = 0

    def __call__(self) -> float:
        return self.now

    def mark(self) -> Clock:
        self.marks += 1
        return self

    def synchronize(self) -> None:
        self.waited += 1


@pytest.mark.parametrize(("step", "at_least", "at_most"), [(0.00005, 200, 1024), (0.004, 2, 8), (0.5, 1, 1)])
def test_the_processor_stays_a_few_hundredths_of_a_second_ahead(step: float, at_least: int, at_most: int) -> None:
    clock = Clock()
    pace = Pace(clock)
    for _ in range(5_000):
        clock.now += step
        pace.keep(clock.mark)  # type: ignore[arg-type]
    assert at_least <= pace.size <= at_most
    assert clock.marks - clock.waited == 2, "two groups of steps are under way"


def test_a_pace_that_becomes_slow_takes_smaller_groups() -> None:
    clock = Clock()
    pace = Pace(clock)
    for step, count in ((0.0001, 2000), (0.1, 3000)):
        for _ in range(count):
            clock.now += step
            pace.keep(clock.mark)  # type: ignore[arg-type]
    assert pace.size == 1


def test_the_choice_is_a_sentence() -> None:
    assert Chosen(CAPTURED, 0.004, 0.001).message == "Each step is replayed as one CUDA graph: 4.0× faster."
    refused = Chosen(PLAIN, 0.004, reason="operation not permitted when stream is capturing")
    assert refused.message.endswith("CUDA graph: operation not permitted when stream is capturing.")


@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW"])
def test_a_rate_on_the_device_gives_the_steps_of_a_plain_one(plan: Callable[[Document], Plan], kind: str) -> None:
    found = []
    for moved in (False, True):
        made = plan(mlp(optimizer=kind, schedule="StepLR"))
        if moved:
            keep_on_device(made.optimizer, torch.device("cpu"))
        for epoch in range(25):
            made.set_learning_rate(epoch * made.batches)
            made.optimizer.zero_grad()
            made.model(torch.ones(2, 4)).square().sum().backward()
            made.optimizer.step()
        found.append([weight.detach().clone() for weight in made.model.parameters()])
        rate = made.optimizer.param_groups[0]["lr"]
        assert isinstance(rate, torch.Tensor) == moved
        assert float(rate) == pytest.approx(made.learning_rate) == pytest.approx(made.base_rate * 0.01)  # fell twice
    for plain, other in zip(*found, strict=True):
        torch.testing.assert_close(plain, other)


def test_an_optimizer_without_a_fused_form_stays_as_it_is(plan: Callable[[Document], Plan]) -> None:
    made = plan(mlp(optimizer="RMSprop"))
    keep_on_device(made.optimizer, torch.device("cpu"))
    assert isinstance(made.optimizer.param_groups[0]["lr"], float)
    set_learning_rate(made.optimizer, 0.5)
    assert made.optimizer.param_groups[0]["lr"] == 0.5


def test_half_the_bits_are_used_inside_and_not_outside() -> None:
    seen = []
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 2))
    model[0].register_forward_hook(lambda *found: seen.append(found[2].dtype))
    names = list(model.state_dict())
    in_precision(model, "cpu", torch.bfloat16)
    (output,) = model(torch.ones(3, 4))
    output.sum().backward()
    assert seen == [torch.bfloat16] and output.dtype == torch.float32
    assert all(weight.grad is not None and weight.grad.dtype == torch.float32 for weight in model.parameters())
    assert list(model.state_dict()) == names


@pytest.mark.parametrize("precision", ["float32", "tf32", "bfloat16"])
def test_convolutions_have_channels_innermost_on_a_cpu(plan: Callable[[Document], Plan], precision: str) -> None:
    made = plan(chain(CNN, "digits", precision=precision))
    (weight,) = (weight for weight in made.model.parameters() if weight.dim() == 4)
    assert weight.is_contiguous(memory_format=torch.channels_last)
    assert not made.captures, "a CPU has no CUDA graphs"
    before = plan(cnn()).model
    assert [name for name, _ in made.model.named_parameters()] == [name for name, _ in before.named_parameters()]
