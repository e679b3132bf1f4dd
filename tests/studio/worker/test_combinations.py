"""Every optimizer with every schedule and every loss: it trains, it resumes to the bit, and it never steps on NaN."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
import torch
from documents import ANSWERS, Layers, history, suited

from models.document import Document
from models.training import LOSSES, OPTIMIZERS, SCHEDULES
from studio.runs.folder import RunFolder
from studio.worker.process.control import Control
from studio.worker.session import resume, train
from studio.worker.training.trainer import Trainer
from support import SOAK, scaled

New = Callable[[Document], RunFolder]
ALL = list(product(OPTIMIZERS, SCHEDULES, LOSSES))
# By default a Latin square: every optimizer with a loss of each kind of answer, every loss, every schedule.
PLACES = [{kind: place for place, kind in enumerate(registry)} for registry in (OPTIMIZERS, SCHEDULES, LOSSES)]


def is_chosen(case: tuple[str, str, str]) -> bool:
    """Whether a combination stands in the square."""
    optimizer, schedule, loss = (places[kind] for places, kind in zip(PLACES, case, strict=True))
    usual = case[2] in ANSWERS or loss % len(OPTIMIZERS) == optimizer
    return usual and (optimizer + loss) % len(SCHEDULES) == schedule


SOME = [case for case in ALL if SOAK or is_chosen(case)]


def network(optimizer: str, schedule: str, loss: str, **training: Any) -> Document:
    inner: Layers = [("bn1", "BatchNorm1d", {}), ("relu1", "ReLU", {}), ("drop1", "Dropout", {"p": 0.3})]
    # Its steps are as long as gradients: at the usual rate losses of unscaled numbers grow beyond all bounds.
    search = {"max_iter": 4, "line_search_fn": "strong_wolfe"}
    chosen = {"kind": optimizer, "params": {"ASGD": {"lr": 1e-5}, "LBFGS": search}.get(optimizer, {})}
    return suited(loss, *inner, optimizer=chosen, schedule=schedule, **training)


PRECISIONS = ("float32", "tf32", "bfloat16")
"""They take turns over the combinations."""


@pytest.fixture
def stop_after(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Control, int], None]]:
    """Asks for the end once so many steps were taken from now on."""
    plain = Trainer._step

    def arrange(control: Control, steps: int) -> None:
        taken = 0

        def step(trainer: Trainer, picked: Any) -> Any:
            nonlocal taken
            taken += 1
            if taken == steps:
                control.stop()
            return plain(trainer, picked)

        monkeypatch.setattr(Trainer, "_step", step)

    yield arrange


def trained(run: RunFolder, action: Callable[..., Any], control: Control | None = None) -> tuple[Any, list[Any]]:
    told: list[tuple[str, dict[str, Any]]] = []
    outcome = action(run, control=control, listener=lambda event, facts: told.append((event, facts)))
    return outcome, history(told)


def test_what_is_promised_is_there() -> None:
    assert {case[:2] for case in ALL} == set(product(OPTIMIZERS, SCHEDULES))
    assert {(optimizer, loss) for optimizer, _, loss in SOME} >= set(product(OPTIMIZERS, ANSWERS))
    assert {loss for _, _, loss in SOME} == set(LOSSES)
    assert {schedule for _, schedule, _ in SOME} == set(SCHEDULES)


@pytest.mark.parametrize(("optimizer", "schedule", "loss"), SOME)
def test_each_trains_and_resumes_in_the_midst_of_an_epoch_to_the_bit(
    new: New, stop_after: Callable[[Control, int], None], optimizer: str, schedule: str, loss: str
) -> None:
    precision = PRECISIONS[(list(OPTIMIZERS).index(optimizer) + list(LOSSES).index(loss)) % len(PRECISIONS)]
    counts = {"schedule_by": "update", "warmup": 5} if PLACES[0][optimizer] % 2 else {}
    document = network(optimizer, schedule, loss, precision=precision, **counts)
    outcome, whole = trained(new(document), train)
    assert outcome.state == "finished" and len(whole) == 3
    assert all(math.isfinite(value) for values in whole for value in values.values())

    run, control = new(document), Control()
    steps = random.Random(optimizer + schedule + loss).randrange(1, outcome.step)
    stop_after(control, steps)
    stopped, first = trained(run, train, control)
    assert (stopped.state, stopped.step) == ("stopped", steps), stopped.reason
    resumed, second = trained(run, resume)
    assert resumed.state == "finished"
    assert first + second == whole


@pytest.mark.R19
def test_no_optimizer_ever_steps_on_a_loss_that_is_no_number(
    trainer: Callable[[Document], Trainer], figure: Callable[[str], None]
) -> None:
    generator = random.Random(19)
    for number in range(scaled(400, 0.05)):
        optimizer = list(OPTIMIZERS)[number % len(OPTIMIZERS)]
        made = trainer(network(optimizer, "Constant", generator.choice(list(LOSSES)), seed=number))
        made._waits = generator.random() < 0.5 or not OPTIMIZERS[optimizer].has_fused
        run = made.run()
        for _ in range(generator.randrange(1, 4)):
            next(run)
        made.collect()
        before = [weight.clone() for weight in made.plan.model.parameters()]
        value = generator.choice([math.nan, math.inf, -math.inf])
        made.plan.train.feeds[0].values[generator.randrange(4) :: 4] = value
        list(run)
        after = list(made.plan.model.parameters())
        assert all(torch.equal(first, second) for first, second in zip(before, after, strict=True)), (optimizer, value)
    figure(f"{scaled(400, 0.05)} losses that are NaN or infinite: no step was taken on one")
