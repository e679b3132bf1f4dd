"""Batches that are augmented while training: what losses and metrics get, and that a resumed run draws the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from augmenting import EVERYTHING, masks, photos, sounds
from documents import history, mlp, regression
from torch import nn

from models.document import Document
from models.training import AUGMENTATIONS
from studio.runs.folder import RunFolder
from studio.worker.process.control import Control
from studio.worker.session import resume, train
from studio.worker.state import AUGMENTATION, captured, load_state, write_files
from studio.worker.training.augmenting.batches import ends_of, soft
from studio.worker.training.trainer import Tick, Trainer

Make = Callable[[Document], Trainer]


def first_batch(trainer: Trainer) -> tuple[torch.Tensor, torch.Tensor]:
    plan = trainer.plan
    inputs, targets = plan.train.ready((torch.arange(20),))
    return inputs[0], targets[0]


def test_training_alone_is_augmented(trainer: Make, tmp_path: Path) -> None:
    made = trainer(photos(tmp_path, augmentation=["GaussianNoise"]))
    plain = trainer(photos(tmp_path))
    batches = (item.plan.validation.batches(item.plan.in_order(item.plan.validation)) for item in (made, plain))
    pairs = zip(*batches, strict=True)
    assert all(torch.equal(one[0][0], other[0][0]) for one, other in pairs)
    inputs, targets = first_batch(made)
    changed, own, goals = made.plan.augmenter.change((inputs,), (targets,))
    assert not torch.equal(changed[0], inputs)
    assert torch.equal(own[0], targets) and torch.equal(goals[0], targets)


def test_mixed_classes_train_with_probabilities_and_are_measured_by_their_own(trainer: Make, tmp_path: Path) -> None:
    made = trainer(photos(tmp_path, augmentation=[{"kind": "MixUp", "params": {"alpha": 1.0}}]))
    inputs, targets = first_batch(made)
    _, own, (goal,) = made.plan.augmenter.change((inputs,), (targets,))
    assert torch.equal(own[0], targets) and goal.shape == (20, 3)
    torch.testing.assert_close(goal.sum(1), torch.ones(20))
    assert torch.equal(goal.argmax(1)[goal.amax(1) > 0.5001], targets[goal.amax(1) > 0.5001])


def test_the_loss_of_shared_classes_is_the_shared_loss() -> None:
    """Cross-entropy is linear in the probabilities of its target."""
    generator = torch.Generator().manual_seed(0)
    scores, classes = torch.randn(9, 4, generator=generator), torch.arange(9) % 4
    own = torch.linspace(0.5, 1, 9)
    each = nn.CrossEntropyLoss(reduction="none")
    wanted = own * each(scores, classes) + (1 - own) * each(scores, classes.roll(1, 0))
    torch.testing.assert_close(nn.CrossEntropyLoss()(scores, soft(classes, own, 4)), wanted.mean())


def test_numbers_are_mixed_for_losses_and_metrics_alike(trainer: Make, tmp_path: Path) -> None:
    for document in (
        masks(tmp_path, "BCEWithLogitsLoss", augmentation=["MixUp"]),
        regression(augmentation=["MixUp"]),
    ):
        made = trainer(document)
        inputs, targets = first_batch(made)
        _, (own,), (goal,) = made.plan.augmenter.change((inputs,), (targets,))
        assert own is goal and own.shape == targets.shape and not torch.equal(own, targets)


def test_a_mask_goes_where_its_image_goes(trainer: Make, tmp_path: Path) -> None:
    wanted = ["RandomHorizontalFlip", "RandomCrop", "CutMix"]
    made = trainer(masks(tmp_path, augmentation=wanted))
    inputs, targets = first_batch(made)
    low = made.plan.augmenter._ends[0][0]
    (image,), (mask,), (goal,) = made.plan.augmenter.change((inputs,), (targets,))
    assert goal is mask and mask.dtype == torch.int64 and not torch.equal(mask, targets)
    feed = made.plan.train.feeds[0]
    mean, std = feed.scale or (0.0, 1.0)
    seen = image * std + mean
    inside = (image != low)[:, 0]
    assert torch.equal((seen[:, 0] > 0)[inside].long(), mask[inside])


def test_regression_and_spectrograms_train(trainer: Make, tmp_path: Path) -> None:
    for document in (
        regression(augmentation=["GaussianNoise", "MixUp"]),
        sounds(tmp_path, augmentation=["TimeMasking", "FrequencyMasking"]),
    ):
        made = trainer(document)
        assert next(made.run()) is Tick.STEP and torch.isfinite(made._loss)


def test_black_and_white_are_what_the_network_takes() -> None:
    x = np.arange(24, dtype=np.uint8).reshape(2, 3, 2, 2)
    mean = np.array([1.0, 2.0, 3.0], dtype=np.float32).reshape(3, 1, 1)
    low, high = ends_of(x, mean, 2 * np.ones_like(mean), "cpu")
    assert low.flatten().tolist() == [-0.5, -1.0, -1.5] and high.flatten().tolist() == [11.0, 10.5, 10.0]
    low, high = ends_of(np.full((4, 1, 2, 2), 7.0), None, None, "cpu")
    assert high > low, "all alike is no reason to divide by zero"


def test_every_augmentation_resumes_in_the_midst_of_an_epoch_to_the_bit(
    new: Callable[[Document], RunFolder], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plain = Trainer._step
    for document in (
        photos(tmp_path, augmentation=EVERYTHING, batch_size=10),
        sounds(tmp_path, augmentation=["TimeMasking", "FrequencyMasking", "MixUp"], batch_size=10),
    ):
        told: list[tuple[str, dict[str, float]]] = []
        train(new(document), listener=lambda event, facts, told=told: told.append((event, facts)))
        whole = history(told)
        run, control, parts = new(document), Control(), []
        taken: list[int] = []

        def step(trainer: Trainer, picked: object, taken: list[int] = taken, control: Control = control) -> object:
            taken.append(1)
            if len(taken) == 7:
                control.stop()
            return plain(trainer, picked)

        monkeypatch.setattr(Trainer, "_step", step)
        outcome = train(run, control=control, listener=lambda event, facts, parts=parts: parts.append((event, facts)))
        assert (outcome.state, outcome.step) == ("stopped", 7)
        resume(run, listener=lambda event, facts, parts=parts: parts.append((event, facts)))
        monkeypatch.setattr(Trainer, "_step", plain)
        assert history(parts) == whole


def test_a_checkpoint_of_before_augmentation_goes_on(trainer: Make, tmp_path: Path) -> None:
    made = trainer(mlp(augmentation=["GaussianNoise"]))
    state = captured(made)
    assert state.tensors.pop(AUGMENTATION) is not None
    write_files(state, tmp_path)
    assert load_state(trainer(mlp(augmentation=["GaussianNoise"])), tmp_path)


def test_what_augments_has_random_numbers_of_its_own(trainer: Make) -> None:
    """Neither weights nor dropout nor the order depend on it."""
    made = trainer(mlp(augmentation=["GaussianNoise", "MixUp"]))
    before, order = torch.get_rng_state(), made.order.get_state()
    made.plan.augmenter.change((torch.zeros(8, 4),), (torch.arange(8) % 3,))
    assert torch.equal(torch.get_rng_state(), before) and torch.equal(made.order.get_state(), order)
    pairs = zip(made.plan.model.parameters(), trainer(mlp()).plan.model.parameters(), strict=True)
    assert all(torch.equal(*pair) for pair in pairs)


def test_what_is_left_out_is_said_in_the_log(new: Callable[[Document], RunFolder]) -> None:
    told: list[str] = []
    train(
        new(mlp(augmentation=["RandomCrop"], epochs=1)), listener=lambda _, facts: told.append(facts.get("message", ""))
    )
    assert any("RandomCrop changes images" in message and "left out" in message for message in told)
    assert set(EVERYTHING) < set(AUGMENTATIONS)
