"""What is noted of layers is what torch says of them, and looking changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from documents import Layers, chain, cnn, mlp, two_ended
from hypothesis import given
from hypothesis import strategies as st

from models.document import Document
from models.storage import files
from models.training import TrainingSettings
from studio.runs.folder import RunFolder
from studio.runs.health.reader import read_health
from studio.runs.health.record import MEASURES
from studio.runs.metrics.reader import read_metrics
from studio.worker.session import train
from studio.worker.training import monitor
from studio.worker.training.monitor import Monitor, Sample, Watched
from studio.worker.training.trainer import Trainer

Make = Callable[[Document], Trainer]
SHARED: Layers = [
    ("input1", "Input", {"shape": [10]}),
    ("fc1", "Linear", {"out_features": 10}),
    ("relu1", "ReLU", {}),
    ("fc2", "Linear", {"out_features": 10}),
    ("relu2", "ReLU", {}),
    ("fc3", "Linear", {"out_features": 1}),
    ("output1", "Output", {"loss": "MSELoss"}),
]


def watch(layer: torch.nn.Module, x: torch.Tensor, **how: Any) -> dict[str, float]:
    """What is noted of one layer in one step of gradient descent on its sum."""
    made = Monitor([Watched("layer", layer, **how)], 1)
    optimizer = torch.optim.SGD(list(layer.parameters()) or [torch.nn.Parameter(torch.zeros(1))], lr=0.5)
    with made.watching(0, 0.0):
        outputs = layer(x)
        first = outputs[0] if isinstance(outputs, tuple) else outputs
        if first.requires_grad:
            first.sum().backward()
        made.see_gradients()
        optimizer.step()
    (sample,) = made.drain()
    return dict(zip(MEASURES, sample.values, strict=True))


def test_norms_are_those_of_torch() -> None:
    layer, x = torch.nn.Linear(5, 3), torch.randn(16, 5)
    weights = [weight.detach().clone() for weight in layer.parameters()]
    found = watch(layer, x)
    gradients = [weight.grad for weight in layer.parameters()]
    whole = [torch.cat([part.flatten() for part in parts if part is not None]).norm() for parts in (gradients, weights)]
    assert found["gradient"] == pytest.approx(float(whole[0]), rel=1e-5)
    assert found["weight"] == pytest.approx(float(whole[1]), rel=1e-5)
    assert found["update"] == pytest.approx(0.5 * found["gradient"], rel=1e-4)


@pytest.mark.parametrize("offset", [0.0, 3000.0])
def test_mean_deviation_and_shares_are_those_of_torch(offset: float) -> None:
    x = torch.randn(64, 3, 5, 5) * 4 + offset
    found = watch(torch.nn.Identity(), x)
    assert (found["mean"], found["std"]) == pytest.approx(
        (float(x.mean()), float(x.std(correction=0))), rel=1e-3, abs=1e-5
    )
    assert found["zeros"] == 0
    assert np.isnan([found[name] for name in ("gradient", "weight", "update", "saturated", "silent")]).tolist() == [
        *(True, True, True, True, True)
    ]


def test_values_at_the_ends_are_saturated() -> None:
    x = torch.tensor([[-9.0, -0.5, 0.0, 4.0, 6.0, 8.0, 4.5, -4.5]])
    sigmoid = torch.sigmoid(x)
    expected = float(((sigmoid < 0.01) | (sigmoid > 0.99)).float().mean())
    assert watch(torch.nn.Sigmoid(), x, ends=(0.0, 1.0))["saturated"] == pytest.approx(expected) == 0.375
    assert watch(torch.nn.Tanh(), x / 2, ends=(-1.0, 1.0))["saturated"] == pytest.approx(expected)


def test_a_unit_is_silent_where_it_gives_zero_to_every_example() -> None:
    flat = torch.randn(32, 4)
    flat[:, 1] = -1
    assert watch(torch.nn.ReLU(), flat, rectifies=True)["silent"] == pytest.approx(0.25)
    images = torch.randn(8, 4, 5, 5)
    images[:, :2] = -1
    assert watch(torch.nn.ReLU(), images, rectifies=True)["silent"] == pytest.approx(0.5)
    for sequences in (torch.randn(16, 6, 4), torch.randn(16, 4, 6)):
        sequences[(slice(None), 1) if sequences.shape[1] == 4 else (..., 1)] = -1
        assert watch(torch.nn.ReLU(), sequences, rectifies=True)["silent"] == pytest.approx(0.25)


def test_large_outputs_are_looked_at_in_part() -> None:
    x = torch.ones(200, 1000)
    x[100:] = 5  # 65 examples are enough
    assert watch(torch.nn.Identity(), x)["mean"] == 1


def test_what_works_in_place_does_not_spoil_what_came_before() -> None:
    linear, relu = torch.nn.Linear(4, 4), torch.nn.ReLU(inplace=True)
    made = Monitor([Watched("fc", linear), Watched("relu", relu)], 1)
    with made.watching(0, 0.0):
        relu(linear(torch.randn(64, 4)))
    (sample,) = made.drain()
    assert sample.values[MEASURES.index("zeros")] == 0 < sample.values[len(MEASURES) + MEASURES.index("zeros")]


def samples_of(trainer: Trainer) -> list[Sample]:
    for _ in trainer.run():
        pass
    return trainer.monitor.drain()


@pytest.mark.parametrize("document", [mlp(), cnn(epochs=1)], ids=["mlp", "cnn"])
def test_looking_changes_nothing(trainer: Make, monkeypatch: pytest.MonkeyPatch, document: Document) -> None:
    monkeypatch.setattr(monitor, "FEWEST_STEPS", 1)
    weights = []
    for health in (True, False):
        value = files.to_json(document)
        value["training"]["health"] = health
        made = trainer(files.from_json(value)[0])
        assert bool(samples_of(made)) == health
        weights.append([weight.clone() for weight in made.plan.model.parameters()])
        assert not any(module._forward_hooks for module in made.plan.model.modules())
    assert all(map(torch.equal, *weights))


def test_an_error_in_a_step_leaves_nothing_behind() -> None:
    layer = torch.nn.Linear(2, 2)
    made = Monitor([Watched("fc", layer)], 1)
    with pytest.raises(FloatingPointError), made.watching(0, 0.0):
        layer(torch.ones(1, 2))
        raise FloatingPointError
    assert not made.drain() and not layer._forward_hooks
    made.see_gradients()  # of a step that nobody looks at


@given(batches=st.integers(1, 100_000))
def test_looks_come_a_few_times_an_epoch_and_never_too_often(batches: int) -> None:
    made = Monitor([Watched("x", torch.nn.Identity())], batches)
    due = [place for place in range(monitor.THINS_AFTER) if made.is_due(place * made.every)]
    assert len(due) == monitor.THINS_AFTER and not made.is_due(1)
    assert made.every >= monitor.FEWEST_STEPS and made.every * monitor.SAMPLES_AN_EPOCH >= batches


def test_a_run_of_a_million_steps_has_some_thousands_of_looks() -> None:
    made = Monitor([Watched("x", torch.nn.Identity())], 100)
    assert 1000 < sum(made.is_due(step) for step in range(0, 1_000_000, made.every)) < 4000
    assert not Monitor([], 100).is_due(0)


def test_layers_that_share_weights_are_one_layer(trainer: Make) -> None:
    document = chain(SHARED, "diabetes", epochs=1)
    document.network.set_module("fc2", "fc1")
    made = trainer(document)
    assert made.monitor.names == ("fc1", "relu1", "relu2", "fc3")
    (sample, *_) = samples_of(made)
    assert np.isfinite(sample.values[: len(MEASURES) - 2]).all()


def test_two_inputs_and_two_outputs(trainer: Make, tmp_path: Path) -> None:
    made = trainer(two_ended(tmp_path))
    assert made.monitor.names == ("fc1", "relu1", "fc2", "fc3")
    (sample, *_) = samples_of(made)
    assert sample.gradient > 0 and sample.update > 0
    assert sample.gradient**2 == pytest.approx(sum(sample.values[at * len(MEASURES)] ** 2 for at in (0, 2, 3)))


def test_recurrent_layers_give_their_outputs() -> None:
    found = watch(torch.nn.LSTM(4, 6, batch_first=True), torch.randn(8, 5, 4))
    assert found["gradient"] > 0 and 0 < found["std"] < 1 and np.isnan(found["silent"])


def test_integers_and_weights_without_a_part_in_the_loss_are_no_trouble() -> None:
    embedding = torch.nn.Embedding(9, 4, sparse=True)
    assert watch(embedding, torch.tensor([[1, 2], [3, 3]]))["gradient"] > 0
    idle = torch.nn.Linear(2, 2)
    made = Monitor([Watched("idle", idle)], 1)
    with made.watching(0, 0.0):
        made.see_gradients()
    (sample,) = made.drain()
    assert sample.values[0] == sample.values[2] == 0 and np.isnan(sample.values[3])


def test_a_run_notes_its_health_and_two_series_of_the_whole_network(new: Callable[[Document], RunFolder]) -> None:
    run = new(cnn(epochs=3))
    assert train(run).state == "finished"
    health, series = read_health(run.health_path), read_metrics(run.metrics_path)
    assert health is not None and health.layers == ("conv1", "bn1", "relu1", "pool1", "fc1")
    assert health.steps.tolist() == [0, 80] == series["gradient_norm"].steps.tolist()
    assert health.epochs == pytest.approx(health.steps / 45)
    norms = np.sqrt(np.nansum(health.measure("gradient") ** 2, axis=1))
    assert series["gradient_norm"].values == pytest.approx(norms, rel=1e-5)
    assert (series["update_ratio"].values > 0).all()


def test_it_can_be_switched_off(new: Callable[[Document], RunFolder]) -> None:
    run = new(mlp(epochs=1, health=False))
    assert train(run).state == "finished"
    assert read_health(run.health_path) is None
    assert TrainingSettings.read({})[0].settings(all_fields=True)["health"] is True


def test_gradients_of_eight_sigmoid_layers_fall_from_layer_to_layer(new: Callable[[Document], RunFolder]) -> None:
    layers: Layers = [("input1", "Input", {"shape": [1, 8, 8]}), ("flatten1", "Flatten", {})]
    for number in range(1, 9):
        layers += [(f"fc{number}", "Linear", {"out_features": 32}), (f"sigmoid{number}", "Sigmoid", {})]
    run = new(chain([*layers, ("fc9", "Linear", {"out_features": 10}), ("output1", "Output", {})], "digits", epochs=2))
    assert train(run).state == "finished"
    health = read_health(run.health_path)
    assert health is not None
    gradients = np.median(health.measure("gradient")[:, ::2], axis=0)
    assert (gradients[0] / gradients[-1]) ** (1 / 8) == pytest.approx(0.17, abs=0.04)
    assert all(later > sooner for sooner, later in pairwise(gradients[1:]))
