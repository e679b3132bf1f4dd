"""The training loop, stepped by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch
from documents import CNN, MLP, Layers, chain, cnn, mlp, regression, two_ended
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from models.document import Document
from models.document.edits import SetParam
from models.training import METRICS
from studio.worker.state import AUGMENTATION, captured, load_state, write_files
from studio.worker.training.plan import Plan
from studio.worker.training.trainer import Diverged, EpochEnd, Tick, Trainer
from studio.worker.training.updating.precision import as_it_comes

Make = Callable[[Document], Trainer]


def finish(trainer: Trainer) -> list[EpochEnd]:
    return [event for event in trainer.run() if isinstance(event, EpochEnd)]


def test_every_batch_is_an_event(trainer: Make) -> None:
    made = trainer(mlp(epochs=2))
    events = list(made.run())
    assert made.plan.batches == 4  # 120 examples by 32
    assert events.count(Tick.STEP) == 8
    assert events.count(Tick.TRAINED) == 2
    assert made.step == 8 and made.is_finished


def test_it_learns(trainer: Make) -> None:
    made = trainer(mlp(epochs=40, optimizer={"kind": "Adam", "params": {"lr": 0.02}}))
    ends = finish(made)
    assert ends[-1].train.mean_loss < 0.2 * ends[0].train.mean_loss
    assert made.plan.measures(ends[-1].validation)["accuracy"] > 0.85
    assert [end.epoch for end in ends] == list(range(1, 41))


def test_each_epoch_sees_every_example_once_in_another_order(plan: Callable[[Document], Plan]) -> None:
    made = plan(mlp())
    generator = torch.Generator().manual_seed(1)
    first, second = (torch.cat(made.shuffled(generator)) for _ in range(2))
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(120))
    assert first.tolist() != second.tolist()


def test_the_same_seed_gives_the_same_losses_and_another_one_others(trainer: Make) -> None:
    losses = [[end.train.mean_loss for end in finish(trainer(cnn(seed=seed, epochs=2)))] for seed in (3, 3, 4)]
    assert losses[0] == losses[1] != losses[2]


@pytest.mark.parametrize("document", [mlp(epochs=3), cnn(epochs=1)], ids=["mlp", "cnn"])
def test_data_that_is_fetched_ahead_gives_the_same_losses(trainer: Make, document: Document) -> None:
    ends = []
    for moves in (False, True):
        made = trainer(document)
        for part in (made.plan.train, made.plan.validation):
            assert not part.moves
            part.moves = moves
        ends.append([(end.train, end.validation) for end in finish(made)])
    assert ends[0] == ends[1]


def test_a_last_batch_of_one_is_left_out_where_batch_normalization_would_fail(plan: Callable[[Document], Plan]) -> None:
    document = regression(data={"source": "diabetes", "validation": 0.2})
    size = len(plan(document).train) - 1
    made = plan(regression(batch_size=size))
    assert made.drops_example and made.batches == 1
    assert len(list(Trainer(made).run())) > 0
    harmless = plan(mlp(batch_size=119))
    assert not harmless.drops_example and harmless.batches == 2


def test_a_batch_larger_than_the_set_is_one_batch(trainer: Make) -> None:
    made = trainer(mlp(batch_size=10_000, epochs=2))
    assert list(made.run()).count(Tick.STEP) == 2


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("waits", [True, False], ids=["reads each loss", "flags on the device"])
@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "AdamW"])
def test_a_loss_that_is_no_number_stops_before_the_step(
    trainer: Make, value: float, waits: bool, optimizer: str
) -> None:
    made = trainer(mlp(epochs=2, optimizer=optimizer))
    made._waits = waits
    run = made.run()
    for _ in range(3):
        assert next(run) is Tick.STEP
    made.collect()
    before = {name: weight.clone() for name, weight in made.plan.model.named_parameters()}
    assert all(torch.isfinite(weight).all() for weight in before.values())
    made.plan.train.feeds[0].values[:] = value
    left = list(run)
    diverged = left[-1]
    assert isinstance(diverged, Diverged) and not math.isfinite(diverged.loss)
    assert (diverged.epoch, diverged.step) == (1, 4)
    for name, weight in made.plan.model.named_parameters():
        assert torch.equal(weight, before[name]), f"{name} was stepped"


def test_the_flag_on_the_device_changes_no_number(trainer: Make) -> None:
    plain, flagged = trainer(cnn(epochs=2)), trainer(cnn(epochs=2))
    first = finish(plain)
    torch.manual_seed(7)
    flagged = trainer(cnn(epochs=2))
    flagged._waits = False
    assert finish(flagged) == first


def test_the_learning_rate_follows_the_schedule(trainer: Make) -> None:
    schedule = {"kind": "StepLR", "params": {"step_size": 2, "gamma": 0.5}}
    ends = finish(trainer(mlp(epochs=5, schedule=schedule, optimizer={"kind": "SGD", "params": {"lr": 0.08}})))
    assert [end.learning_rate for end in ends] == [0.08, 0.08, 0.04, 0.04, 0.02]


KINDS = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta")


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    stop=st.integers(0, 150),
    kind=st.sampled_from(KINDS),
    layers=st.sampled_from([CNN, MLP]),
    seed=st.integers(0, 99),
)
def test_a_saved_training_goes_on_to_the_same_bits(
    trainer: Make, tmp_path_factory: pytest.TempPathFactory, stop: int, kind: str, layers: Layers, seed: int
) -> None:
    momentum = {"momentum": 0.9} if kind == "SGD" else {}
    document = chain(
        layers,
        "digits" if layers is CNN else "iris",
        epochs=3,
        seed=seed,
        optimizer={"kind": kind, "params": {"lr": 0.01, **momentum}},
        schedule="CosineAnnealingLR",
    )
    whole = finish(trainer(document))

    interrupted = trainer(document)
    before = []
    for count, event in enumerate(interrupted.run()):
        if isinstance(event, EpochEnd):
            before.append(event)
        if count == stop:
            break
    interrupted.collect()
    folder = tmp_path_factory.mktemp("state")
    write_files(captured(interrupted), folder)
    torch.rand(5)

    resumed = trainer(document)
    assert load_state(resumed, folder)
    assert before + finish(resumed) == whole


class NoReads(TorchDispatchMode):
    """Refuses to bring a number over from a tensor: on a graphics card that waits for everything before it."""

    def __torch_dispatch__(self, function: Any, types: Any, arguments: Any = (), settings: Any = None) -> Any:
        assert "local_scalar_dense" not in str(function), "a step waits for the device"
        return function(*arguments, **(settings or {}))


@pytest.mark.parametrize("kind", METRICS)
@pytest.mark.parametrize("waits", [False, True])
def test_no_step_waits_for_a_graphics_card(trainer: Make, tmp_path: Path, kind: str, waits: bool) -> None:
    made = trainer(two_ended(tmp_path, metrics=[kind], optimizer="RMSprop"))
    made._waits = waits
    reading = pytest.raises(AssertionError, match="waits for the device") if waits else nullcontext()
    with NoReads(), reading:
        for _ in range(3):
            assert made._step((torch.arange(16),)) is None
    if not waits:
        assert made.collect() is None and made.recent.examples == 48


def test_the_trained_loss_is_the_weighted_sum_of_the_outputs_losses(trainer: Make, tmp_path: Path) -> None:
    made = trainer(two_ended(tmp_path))
    weights = [weight.clone() for weight in made.plan.model.parameters()]
    (end, *_) = finish(made)
    values = made.plan.measures(end.train)
    assert list(values) == ["loss", "kind/loss", "price/loss", "kind/accuracy", "price/mae"]
    assert values["loss"] == pytest.approx(values["kind/loss"] + 0.25 * values["price/loss"], rel=1e-5)
    assert end.train.mean_loss == values["loss"]
    assert all(not torch.equal(*pair) for pair in zip(weights, made.plan.model.parameters(), strict=True))


def test_an_output_of_weight_zero_is_measured_and_not_trained(trainer: Make, tmp_path: Path) -> None:
    document = two_ended(tmp_path)
    document.apply(SetParam("price", "weight", 0))
    made = trainer(document)
    before = made.plan.model.get_parameter("fc3.weight").clone()
    ends = finish(made)
    assert torch.equal(before, made.plan.model.get_parameter("fc3.weight"))
    values = made.plan.measures(ends[-1].validation)
    assert values["loss"] == values["kind/loss"] and values["price/mae"] > 0


def test_a_weight_scales_the_loss_of_the_only_output_too(trainer: Make) -> None:
    losses = []
    for weight in (1, 0.5):
        document = mlp(epochs=1, optimizer={"kind": "SGD", "params": {"lr": 0.0}})
        document.apply(SetParam("output1", "weight", weight))
        losses.append(finish(trainer(document))[0].train.mean_loss)
    assert losses[1] == pytest.approx(losses[0] / 2, rel=1e-6)


def test_several_inputs_and_outputs_resume_to_the_bit(trainer: Make, tmp_path: Path) -> None:
    document = two_ended(tmp_path, metrics=["MacroF1", "R2Score"])
    whole = trainer(document)
    ends = [whole.plan.measures(end.validation) for end in finish(whole)]
    first = trainer(document)
    run = first.run()
    for _ in range(4):
        next(run)
    first.collect()
    (tmp_path / "state").mkdir()
    write_files(captured(first), tmp_path / "state")
    second = trainer(document)
    assert load_state(second, tmp_path / "state")
    assert [second.plan.measures(end.validation) for end in finish(second)] == ends


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({}, ""),
        ({"precision": "float16"}, ""),
        ({"precision": "float16", "optimizer": "RMSprop"}, "the optimizer has no fused step"),
        ({"optimizer": "RMSprop"}, "the optimizer has no fused step"),
        ({"fused": False}, "its fused step is switched off"),
        ({"activation_checkpointing": 1}, ""),
    ],
)
def test_what_keeps_steps_from_being_captured_is_told_by_its_reason(
    settings: dict[str, Any], why: str, plan: Callable[[Document], Plan]
) -> None:
    assert Trainer(plan(mlp(**settings)))._obstacle == why


def test_what_is_worked_out_again_and_drawn_is_not_captured(plan: Callable[[Document], Plan]) -> None:
    why = "activation checkpointing repeats what is drawn"
    assert Trainer(plan(cnn(activation_checkpointing=1)))._obstacle == why
    assert Trainer(plan(cnn()))._obstacle == ""


@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW"])
def test_a_first_step_that_float16_passes_over_leaves_no_trace(
    kind: str, trainer: Callable[[Document], Trainer]
) -> None:
    """Scaled gradients overflow in it: weights and what the optimizer remembers are as if it had not been."""
    momentum = {"momentum": 0.9} if kind == "SGD" else {}
    made = trainer(mlp(precision="float16", optimizer={"kind": kind, "params": momentum}, batch_size=30))
    assert made.plan.optimizer.param_groups[0]["fused"]
    before = [weight.clone() for weight in made.plan.model.parameters()]
    made.plan.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**100)
    run = made.run()
    next(run)
    assert all(map(torch.equal, made.plan.model.parameters(), before))
    kept = [value for own in made.plan.optimizer.state.values() for value in own.values() if torch.is_tensor(value)]
    assert kept and all(not value.any() for value in kept), "nothing is remembered of it"


def test_momentum_that_is_dampened_begins_with_its_first_gradient(plan: Callable[[Document], Plan]) -> None:
    sgd = {"kind": "SGD", "params": {"momentum": 0.9, "dampening": 0.5}}
    made = plan(mlp(precision="float16", optimizer=sgd))
    assert not made.optimizer.param_groups[0].get("fused") and not made.optimizer.state


def test_a_state_of_a_graphics_card_draws_anew_on_the_cpu(
    trainer: Callable[[Document], Trainer], tmp_path: Path
) -> None:
    """What a card's generator keeps is 16 bytes, of which the CPU's can make nothing."""
    first, second = (trainer(mlp(augmentation=["GaussianNoise"])) for _ in range(2))
    state = captured(first)
    tensors = state.tensors | {AUGMENTATION: torch.zeros(16, dtype=torch.uint8)}
    (tmp_path / "state").mkdir()
    write_files(state._replace(tensors=tensors), tmp_path / "state")
    before = second.plan.augmenter.generator.get_state()
    load_state(second, tmp_path / "state")
    assert torch.equal(second.plan.augmenter.generator.get_state(), before)


def test_a_last_batch_is_taken_without_trying_kernels() -> None:
    torch.backends.cudnn.benchmark = True
    try:
        with as_it_comes(True):
            assert not torch.backends.cudnn.benchmark
        with as_it_comes(False):
            assert torch.backends.cudnn.benchmark
        assert torch.backends.cudnn.benchmark
    finally:
        torch.backends.cudnn.benchmark = False
