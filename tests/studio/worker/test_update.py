"""What acts on an update: clips, penalties, accumulation, averages, groups; each in runs, resumed runs and scripts."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from block_networks import gated, opened
from documents import CNN, MLP, chain, cnn, history, mlp, regression

from models.document import Document
from models.training import TrainingSettings
from studio.running.launch import new_run, training_script
from studio.runs.folder import RunFolder
from studio.worker.process.control import Control
from studio.worker.session import resume, train
from studio.worker.training.losses.modules import CountedLoss
from studio.worker.training.plan import Plan
from studio.worker.training.trainer import Trainer
from support import scaled

New = Callable[[Document], RunFolder]
CHOICES: dict[str, list[Any]] = {
    "optimizer": [
        {"kind": "SGD", "params": {"lr": 0.01, "momentum": 0.9, "weight_decay": 0.01}},
        {"kind": "AdamW", "params": {"lr": 0.01}},
        {"kind": "ASGD"},
        {"kind": "RMSprop", "params": {"lr": 0.003}},
        {"kind": "Muon", "params": {"lr": 0.003}},
        {"kind": "LBFGS", "params": {"lr": 0.5, "max_iter": 3, "line_search_fn": "strong_wolfe"}},
    ],
    "weight_decay_on": ["matrices", "all"],
    "schedule": [
        "Constant",
        "CosineAnnealingLR",
        {"kind": "ReduceLROnPlateau", "params": {"patience": 0, "threshold": 0.2, "factor": 0.5}},
    ],
    "updates": [0, 0, 11],
    "schedule_by": ["epoch", "update"],
    "warmup": [0, 4],
    "patience": [0, 1],
    "min_delta": [0.0, 0.05],
    "watched": ["loss", "loss"],
    "l1": [0.0, 0.001],
    "clip_grad_norm": [None, 0.5],
    "clip_grad_value": [None, 0.1],
    "average": ["none", "EMA", "SWA"],
    "average_decay": [0.9],
    "average_from": [0.4],
    "accumulate": [1, 3],
    "precision": ["float32", "float32", "bfloat16", "float16"],
    "deterministic": [False, True],
    "activation_checkpointing": [0, 0, 1, 2],
    "fused": [True, True, False],
    "channels_last": [True, True, False],
    "sampling": ["shuffled", "shuffled", "balanced"],
    "train_measured": ["meanwhile", "afterwards"],
    "scale_targets": [True, False],
    "restore_best": [False, True],
    "sparsity": [0.0, 0.0, 0.5],
    "prune_by": ["global", "layer"],
    "augmentation": [[], [], ["GaussianNoise", "MixUp"]],
    "metrics": [[], ["Accuracy", "BalancedAccuracy"]],
}
ELSEWHERE = {
    **dict.fromkeys(("device", "devices", "sync_batch_norm", "cuda_graph"), "which devices there are"),
    **dict.fromkeys(("num_workers", "multiprocessing_context", "persistent_workers", "prefetch_factor", "pin_memory"),
                    "streamed data, tests/studio/worker/training/test_streaming.py"),
    **dict.fromkeys(("start_from", "start_run", "start_file", "start_sha256"), "training/test_starting*.py"),
    **dict.fromkeys(("health", "samples_over_time"), "what is recorded changes no loss"),
    **dict.fromkeys(("seed", "epochs", "batch_size"), "drawn with the network"),
    "per_class": "batches of groups, tests/models/codegen/test_script_values.py",
    "checkpoint_blocks": "networks with blocks, below",
    "compile": "equal within rounding, training/test_compiling.py",
}  # fmt: skip
"""Settings that are not drawn here, and why, or where they are tested."""
NETWORKS = (mlp, cnn, regression)


def drawn(number: int) -> Document:
    """A network with settings that were drawn."""
    generator = random.Random(number)
    training = {name: generator.choice(values) for name, values in CHOICES.items()}
    if training["optimizer"]["kind"] == "LBFGS":  # takes gradients as they are
        training |= {"l1": 0.0, "clip_grad_norm": None, "clip_grad_value": None, "accumulate": 1}
        training["precision"] = "float32"
    make = NETWORKS[number % len(NETWORKS)]
    if make is regression:  # has no classes
        training |= {"sampling": "shuffled", "metrics": []}
    if make is cnn:  # a quarter of the digits gives steps enough
        training["data"] = {"source": "digits", "training_share": 0.25}
    return make(epochs=3, batch_size=generator.choice([17, 32]) if make is not cnn else 41, **training)


def compared(epochs: list[dict[str, float]]) -> list[dict[str, float]]:
    """What a run and a script both tell."""
    return [
        {name: value for name, value in values.items() if name == "train/loss" or name.startswith("validation/")}
        for values in epochs
    ]


def told_by(action: Callable[..., Any], run: RunFolder, control: Control | None = None) -> tuple[Any, list[Any]]:
    told: list[tuple[str, dict[str, Any]]] = []
    outcome = action(run, control=control, listener=lambda event, facts: told.append((event, facts)))
    return outcome, history(told)


@pytest.mark.parametrize("number", range(scaled(100, 0.3)))
def test_a_script_and_a_resumed_run_give_the_losses_of_the_run(
    number: int, new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = drawn(number)
    outcome, whole = told_by(train, new(document))
    assert outcome.state == "finished", outcome
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(training_script(document, None), "script.py", "exec"), names)
    try:
        assert compared(names["main"]()) == compared(whole)
    finally:
        torch.use_deterministic_algorithms(False)
    control, plain, taken = Control(), Trainer._step, 0
    stop = random.Random(number).randrange(1, outcome.step)

    def step(trainer: Trainer, picked: Any) -> Any:
        nonlocal taken
        taken += 1
        if taken == stop:
            control.stop()
        return plain(trainer, picked)

    monkeypatch.setattr(Trainer, "_step", step)
    run = new(document)
    stopped, first = told_by(train, run, control)
    assert (stopped.state, stopped.step) == ("stopped", stop), stopped.reason
    resumed, second = told_by(resume, run)
    assert resumed.state == "finished" and first + second == whole


def test_every_setting_is_drawn_or_tested_elsewhere() -> None:
    assert {*CHOICES, *ELSEWHERE} == set(TrainingSettings.fields) and not {*CHOICES} & {*ELSEWHERE}


@pytest.mark.parametrize("off", ["fused", "channels_last"])
@pytest.mark.parametrize("optimizer", ["SGD", "AdamW"])
def test_what_is_chosen_for_speed_changes_losses_by_rounding_alone(new: New, off: str, optimizer: str) -> None:
    # Dropout draws in the order of memory, which channels change.
    layers = [row for row in CNN if row[1] != "Dropout"]
    settings = {"optimizer": {"kind": optimizer, "params": {"lr": 0.01}}, "epochs": 1, "batch_size": 200}
    documents = [chain(layers, "digits", **settings, **chosen) for chosen in ({}, {off: False})]
    fast, plain = (told_by(train, new(document))[1][0] for document in documents)
    assert fast["validation/loss"] == pytest.approx(plain["validation/loss"], rel=1e-3)


def one_step(plan: Plan) -> list[torch.Tensor]:
    """The weights after the first update."""
    trainer = Trainer(plan)
    next(trainer.run())
    return [weight.detach().clone() for weight in plan.model.parameters()]


def test_accumulated_batches_are_one_large_batch_with_a_last_group_that_is_smaller(
    plan: Callable[[Document], Plan],
) -> None:
    large, small = plan(mlp(batch_size=48)), plan(mlp(batch_size=12, accumulate=4))
    assert large.batches == small.batches == 3
    for _ in zip(Trainer(large).run(), Trainer(small).run(), strict=True):
        pairs = zip(large.model.parameters(), small.model.parameters(), strict=True)
        assert all(torch.allclose(one, other, atol=1e-5) for one, other in pairs)


def weighed(loss: str, weights: str, **training: Any) -> Document:
    """Iris, whose classes have weights."""
    end = ("output1", "Output", {"loss": {"kind": loss, "params": {"class_weights": weights}}})
    return chain([*MLP[:-1], end], "iris", **training)


@pytest.mark.parametrize("weights", ["setosa: 5, virginica: 0.2", "setosa: 0"])
@pytest.mark.parametrize("loss", ["CrossEntropyLoss", "FocalLoss", "MultiMarginLoss"])
def test_batches_are_accumulated_by_the_weights_of_their_classes_as_one_large_batch_is(
    loss: str, weights: str, plan: Callable[[Document], Plan]
) -> None:
    large, small = (
        plan(weighed(loss, weights, optimizer={"kind": "SGD", "params": {"lr": 0.5}}, **size))
        for size in ({"batch_size": 48}, {"batch_size": 7, "accumulate": 7})
    )
    found = []
    for made in (large, small):  # the very same examples, the last batch of seven being one
        picked = next(made.train.picks([torch.arange(43)]))
        found.append(Trainer(made)._worked_out(picked, made.model)[0][0].item())
    assert found[0] == pytest.approx(found[1], abs=1e-6)
    pairs = zip(large.model.parameters(), small.model.parameters(), strict=True)
    assert all(torch.allclose(one, other, atol=1e-6) for one, other in pairs)


@pytest.mark.parametrize("accumulate", [1, 3])
@pytest.mark.parametrize("loss", ["CrossEntropyLoss", "FocalLoss"])
def test_a_batch_of_classes_that_count_nothing_moves_nothing_and_ends_no_run(
    loss: str, accumulate: int, new: New
) -> None:
    outcome, epochs = told_by(train, new(weighed(loss, "setosa: 0", batch_size=1, accumulate=accumulate, epochs=2)))
    assert outcome.state == "finished" and epochs
    assert all(math.isfinite(value) for values in epochs for value in values.values())


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("shared", [False, True])
def test_a_loss_without_some_classes_is_that_of_torch(smoothing: float, shared: bool) -> None:
    weights, scores = torch.tensor([0.0, 2.0, 0.5]), torch.randn(8, 3, 5)
    targets = torch.randint(3, (8, 5))
    goals = torch.nn.functional.one_hot(targets, 3).movedim(-1, 1).float() * 0.7 + 0.1 if shared else targets
    made = CountedLoss(torch.nn.CrossEntropyLoss(weight=weights, label_smoothing=smoothing))
    theirs = torch.nn.CrossEntropyLoss(weight=weights, label_smoothing=smoothing)
    assert torch.allclose(made(scores, goals), theirs(scores, goals), atol=1e-6)
    assert made(scores, torch.zeros_like(targets)) == 0 and theirs(scores, torch.zeros_like(targets)).isnan()
    assert made(torch.full_like(scores, torch.nan), targets).isnan()


@pytest.mark.parametrize("settings", [{"clip_grad_norm": 0.01}, {"clip_grad_value": 0.001}])
def test_clipped_gradients_bound_the_step(settings: dict[str, float], plan: Callable[[Document], Plan]) -> None:
    made = plan(mlp(optimizer={"kind": "SGD", "params": {"lr": 1.0}}, **settings))
    before = [weight.detach().clone() for weight in made.model.parameters()]
    moved = [old - new for old, new in zip(before, one_step(made), strict=True)]
    norm = torch.cat([part.flatten() for part in moved])
    if "clip_grad_norm" in settings:
        assert norm.norm() == pytest.approx(0.01, rel=1e-3)
    else:
        assert norm.abs().max() == pytest.approx(0.001, rel=1e-3)


def test_decay_and_l1_spare_biases_unless_told_otherwise(plan: Callable[[Document], Plan]) -> None:
    decay = {"kind": "SGD", "params": {"lr": 0.1, "weight_decay": 0.5}}
    plain = one_step(plan(mlp(optimizer={"kind": "SGD", "params": {"lr": 0.1}})))
    for settings in ({"optimizer": decay}, {"optimizer": {"kind": "SGD", "params": {"lr": 0.1}}, "l1": 0.5}):
        spared = one_step(plan(mlp(**settings, weight_decay_on="matrices")))
        every = one_step(plan(mlp(**settings, weight_decay_on="all")))
        for one, other, third in zip(plain, spared, every, strict=True):
            assert torch.equal(one, other) == (one.dim() == 1)
            assert not torch.equal(one, third)
            assert torch.equal(other, third) == (one.dim() > 1)


def test_the_average_is_validated_and_saved_and_the_weights_are_trained_on(new: New) -> None:
    run = new(mlp(average="EMA", average_decay=0.9))
    plain, averaged = told_by(train, new(mlp())), told_by(train, run)
    for one, other in zip(plain[1], averaged[1], strict=True):
        assert one["train/loss"] == other["train/loss"]
        assert one["validation/loss"] != other["validation/loss"]


def test_a_run_stops_early_and_keeps_its_best(new: New) -> None:
    run = new(mlp(epochs=50, patience=2, min_delta=0.5, restore_best=True))
    outcome, told = told_by(train, run)
    assert outcome.state == "finished" and "Stopped early" in outcome.reason and len(outcome.reason) <= 120
    assert len(told) < 50
    assert run.checkpoints.steps()["last"] == run.checkpoints.steps()["best"]
    resumed, more = told_by(resume, new(mlp(epochs=3, patience=5)))
    assert len(more) == 3 and resumed.reason == ""


def test_a_run_ends_with_its_last_update_in_the_midst_of_an_epoch(new: New) -> None:
    run = new(mlp(updates=6, batch_size=32))
    outcome, told = told_by(train, run)
    assert (outcome.state, outcome.step, len(told)) == ("finished", 6, 2)
    assert told[-1]["validation/loss"] < told[0]["validation/loss"]


def test_a_rate_falls_where_what_is_watched_does_not_become_better(new: New) -> None:
    schedule = {"kind": "ReduceLROnPlateau", "params": {"patience": 1, "threshold": 0.9}}
    told: list[float] = []
    run = new(mlp(epochs=6, schedule=schedule, watched="accuracy"))
    train(run, listener=lambda event, facts: told.append(facts["learning_rate"]) if event == "epoch" else None)
    assert told == pytest.approx([0.001] * 3 + [0.0001] * 2 + [0.00001])


def test_recomputed_layers_give_the_very_same_run_and_keep_less(new: New, plan: Callable[[Document], Plan]) -> None:
    for make in (cnn, regression):
        plain, recomputed = (
            told_by(train, new(make(epochs=2, batch_size=300, activation_checkpointing=size))) for size in (0, 2)
        )
        assert plain[1] == recomputed[1] and plain[1]

    def kept(size: int) -> int:
        made, sizes = plan(cnn(activation_checkpointing=size)), []
        (inputs, _), *_ = made.train.batches(made.in_order(made.train)[:1])

        def pack(tensor: torch.Tensor) -> torch.Tensor:
            sizes.append(tensor.nbytes)
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            made.model(inputs[0])
        return sum(sizes)

    assert kept(3) < kept(0) / 2


def in_blocks(**training: Any) -> Document:
    """Digits by blocks in blocks, with batch normalization; one is repeated, with a first that differs."""
    document, usual = opened(gated()), cnn(epochs=2, batch_size=300, **training)
    for section in ("data", "training"):
        document.content.set_section(section, usual.content.section(section))
    return document


def test_recomputed_blocks_give_the_very_same_run_and_script(new: New) -> None:
    (_, plain), (_, again) = (told_by(train, new(in_blocks(checkpoint_blocks=on))) for on in (False, True))
    assert again == plain
    names: dict[str, Any] = {"__name__": "script"}
    source = training_script(in_blocks(checkpoint_blocks=True), None)
    exec(compile(source, "script.py", "exec"), names)
    assert compared(names["main"]()) == compared(plain)
    assert 'recompute_blocks(model, ["stage1", "stage2"], draws=False)' in source and "def parts_of(" not in source
    model = names["Network"]()
    names["recompute_blocks"](model, ["stage1", "stage2"], draws=False)
    blocks = [model.stage1[0], model.stage1[1], model.stage2]
    assert all("forward" in vars(block) for block in blocks)
    assert sum("forward" in vars(part) for part in model.modules()) == len(blocks)


def test_where_there_are_no_blocks_to_recompute_it_is_said(new: New) -> None:
    run = new(mlp(epochs=1, checkpoint_blocks=True))
    assert train(run).state == "finished"
    assert "has no blocks" in run.events_path.read_text()


def test_no_step_is_taken_on_a_loss_that_is_no_number(plan: Callable[[Document], Plan]) -> None:
    for settings in ({"accumulate": 3}, {"precision": "float16"}):
        trainer = Trainer(plan(mlp(**settings)))
        trainer.plan.train.feeds[0].values[::7] = float("nan")
        before = [weight.detach().clone() for weight in trainer.plan.model.parameters()]
        list(trainer.run())
        after = trainer.plan.model.parameters()
        assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))


def test_a_script_has_what_acts_on_updates_and_nothing_else(tmp_path: Path) -> None:
    plain = training_script(mlp(), None)
    assert not any(name in plain for name in ("clip_", "accumulated_step", "averages", "judged", "partial"))
    full = training_script(drawn(3), None)
    assert new_run(drawn(3), None, tmp_path).source_path.exists() and "import torch" in full
