"""Targets in standard deviations from their mean: by the training part, kept by the run, taken back in answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.document import Document
from studio.data.portable import statistics
from studio.runs.folder import RunFolder
from studio.runs.samples.scale import Scale, write_scale
from studio.worker.training.loading import kept_units
from studio.worker.training.loop import outputs_of, unit_of
from studio.worker.training.plan import Plan
from studio.worker.training.trainer import EpochEnd, Trainer
from tests.documents import chain, mlp, regression

Make = Callable[[Document], Plan]


@pytest.mark.parametrize("shape", [(5000, 3), (7, 2, 4), (9, 3, 4, 5)])
def test_the_unit_is_what_inputs_are_normalized_by(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).normal(200_000, 3, shape).astype(np.float32)
    values[..., 0] = 7.0 if len(shape) == 2 else values[..., 0]
    for mine, other in zip(unit_of(torch.from_numpy(values)), statistics(values), strict=True):
        np.testing.assert_allclose(mine.numpy(), other, rtol=1e-5)


def test_targets_are_scaled_by_the_training_part_alone(plan: Make) -> None:
    made = plan(regression())
    (target,) = made.train.targets
    unit = made.objectives[0].unit
    assert unit is not None and torch.allclose(unit[0], target.mean(0))
    assert not torch.allclose(unit[0], torch.cat([target, *made.validation.targets]).mean(0))


def test_the_loss_and_the_answers_undo_each_other(plan: Make) -> None:
    made = plan(regression())
    inputs, targets = next(made.train.batches([torch.arange(9)]))
    mean, std = made.objectives[0].unit or ()
    (output,) = outputs_of(made.model.eval(), inputs)
    loss, _ = made.losses[0]
    expected = torch.nn.functional.huber_loss(output, (targets[0] - mean) / std)
    assert torch.equal(loss(output, targets[0]), expected)
    assert loss(((targets[0] - mean) / std), targets[0]).item() == 0
    assert torch.allclose(made.read(((targets[0] - mean) / std,))[0], targets[0])


@pytest.mark.parametrize(
    "document",
    [
        regression(scale_targets=False),
        mlp(),
        chain([("input1", "Input", {"shape": [10]}), ("fc1", "Linear", {"out_features": 1}), ("act1", "Sigmoid", {}),
               ("flatten1", "Flatten", {}), ("output1", "Output", {"loss": "MSELoss"})], "diabetes"),
    ],
    ids=["off", "classes", "a range of its own"],
)  # fmt: skip
def test_what_is_not_scaled_has_no_unit(plan: Make, document: Document) -> None:
    assert plan(document).objectives[0].unit is None


def test_large_numbers_are_learned_at_the_usual_settings(plan: Make) -> None:
    errors = []
    for is_scaled in (True, False):
        made = plan(regression(scale_targets=is_scaled))
        (train,), (validation,) = made.train.targets, made.validation.targets
        last = [event for event in Trainer(made).run() if isinstance(event, EpochEnd)][-1]
        errors.append(made.measures(last.validation)["mae"])
    assert errors[0] < float((validation - train.mean(0)).abs().mean()) < errors[1]


def uncertain(**training: Any) -> Document:
    """Diabetes, a number with its variance."""
    layers = [("input1", "Input", {"shape": [10]}), ("fc1", "Linear", {"out_features": 2})]
    return chain([*layers, ("output1", "Output", {"loss": "GaussianNLLLoss"})], "diabetes", **training)


def test_numbers_with_their_variance_are_scaled_both(plan: Make) -> None:
    made = plan(uncertain())
    inputs, targets = next(made.train.batches([torch.arange(9)]))
    mean, std = made.objectives[0].unit or ()
    (output,) = outputs_of(made.model.eval(), inputs)
    middle, spread = output.chunk(2, 1)
    (read,) = made.read((output,))
    assert torch.allclose(read, middle * std + mean)
    scaled = torch.nn.functional.gaussian_nll_loss(middle, (targets[0] - mean) / std, spread.exp())
    assert torch.allclose(made.losses[0][0](output, targets[0]), scaled)
    own = torch.nn.functional.gaussian_nll_loss(read, targets[0], spread.exp() * std.square())
    assert torch.allclose(own, scaled + std.log(), rtol=1e-4), "the same likelihood, in another unit"


def test_numbers_with_their_variance_are_learned_at_the_usual_settings(plan: Make) -> None:
    errors = []
    for is_scaled in (True, False):
        made = plan(uncertain(epochs=8, scale_targets=is_scaled, optimizer={"kind": "Adam", "params": {"lr": 0.01}}))
        last = [event for event in Trainer(made).run() if isinstance(event, EpochEnd)][-1]
        errors.append(made.measures(last.validation)["mae"])
    assert errors[0] < 70 < 140 < errors[1]


def test_a_run_keeps_its_units(new: Callable[[Document], RunFolder]) -> None:
    run = new(regression())
    assert kept_units(run, resuming=False) is None
    assert kept_units(run, resuming=True) is None, "it ended before its first step, and begins anew"
    run.checkpoints.save(1, lambda path: path.joinpath("state.json").write_text("{}") and None)
    assert kept_units(run, resuming=True) == {}, "it began before targets were scaled"
    write_scale(run.scale_path, Scale({}, {"output1": None}))
    assert kept_units(run, resuming=False) == {}
    ends = np.array([150.0], np.float32), np.array([77.0], np.float32)
    write_scale(run.scale_path, Scale({}, {"output1": None}, units={"output1": ends}))
    found = kept_units(run, resuming=True)
    assert found is not None and [part.item() for part in found["output1"]] == [150, 77]
    Path(run.scale_path).write_bytes(b"damaged")
    assert kept_units(run, resuming=True) is None
