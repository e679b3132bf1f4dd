"""Pruned weights: the smallest, 0 through a training, exactly so when it goes on, from a run's weights as well."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from documents import Layers, chain, cnn, mlp
from safetensors.torch import load_file
from torch import nn

from models.document import Document
from studio.runs.checkpoints import WEIGHTS
from studio.runs.events import read_events
from studio.runs.folder import RunFolder
from studio.worker.process.control import Control
from studio.worker.session import resume, train
from studio.worker.training.updating.pruning import hold_zeros, prune

New = Callable[[Document], RunFolder]


@pytest.fixture
def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))


def weights(run: RunFolder, name: str = "last") -> dict[str, torch.Tensor]:
    checkpoint = run.checkpoints.get(name)
    assert checkpoint is not None
    return load_file(checkpoint.path / WEIGHTS)


def zeros(weight: torch.Tensor) -> int:
    return weight.numel() - int(weight.count_nonzero())


@pytest.mark.parametrize("share", [0.0, 0.25, 0.8, 1.0])
def test_the_smallest_of_all_are_pruned(model: nn.Module, share: float) -> None:
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    masks = prune(model, share, "global", {"0.weight": [], "2.weight": []})
    total = 8 * 16 + 16 * 4
    assert sum(zeros(mask) for mask in masks.values()) == min(round(share * total), total - 1)
    gone = torch.cat([before[name][mask == 0].abs() for name, mask in masks.items()])
    kept = torch.cat([before[name][mask == 1].abs() for name, mask in masks.items()])
    assert not len(gone) or gone.max() <= kept.min()
    for name, weight in model.named_parameters():
        expected = before[name] * masks[name] if name in masks else before[name]
        assert torch.equal(weight, expected)


def test_each_layer_loses_its_own_share(model: nn.Module) -> None:
    masks = prune(model, 0.5, "layer", {"0.weight": [], "2.weight": []})
    assert [zeros(mask) for mask in masks.values()] == [64, 32]


def test_a_filter_goes_whole_with_its_bias_and_one_always_stays(model: nn.Module) -> None:
    norms = model[0].weight.detach().norm(dim=1)
    masks = prune(model, 0.75, "filter", {"0.weight": ["0.bias"]})
    assert zeros(masks["0.bias"]) == 12 and torch.equal(masks["0.weight"], masks["0.bias"][:, None].expand(16, 8))
    assert norms[masks["0.bias"] == 0].max() <= norms[masks["0.bias"] == 1].min()
    assert zeros(prune(model, 1.0, "filter", {"0.weight": ["0.bias"]})["0.bias"]) == 15
    assert prune(model, 0.5, "global", {}) == {}


@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.AdamW])
def test_no_step_brings_a_pruned_weight_back(model: nn.Module, optimizer: type[torch.optim.Optimizer]) -> None:
    masks = prune(model, 0.5, "global", {"0.weight": [], "2.weight": []})
    made = optimizer(model.parameters(), lr=0.1, weight_decay=0.1)  # type: ignore[call-arg]
    hold_zeros(model, made, masks)
    for _ in range(3):
        made.zero_grad()
        model(torch.randn(5, 8)).square().mean().backward()
        made.step()
    assert sum(zeros(weight) for name, weight in model.named_parameters() if name in masks) == 96
    assert all(not weight[masks[name] == 0].any() for name, weight in model.named_parameters() if name in masks)


def test_a_run_that_is_fine_tuned_keeps_its_zeros_and_says_how_many(new: New) -> None:
    origin = new(mlp(epochs=1))
    assert train(origin).state == "finished"
    run = new(mlp(epochs=2, start_from="run", start_run=origin.id, sparsity=0.75))
    assert train(run).state == "finished"
    found = weights(run)
    assert zeros(found["fc1.weight"]) + zeros(found["fc2.weight"]) == round(0.75 * 112)
    said = [event["message"] for event in read_events(run.events_path) if event["event"] == "note"]
    assert "84 of 112 weights are pruned: they are 0 and stay so." in said
    first = weights(origin, "best")
    gone = first["fc1.weight"][found["fc1.weight"] == 0].abs()
    assert gone.max() <= first["fc1.weight"][found["fc1.weight"] != 0].abs().max()


@pytest.mark.parametrize("by", ["global", "filter"])
def test_it_goes_on_exactly(new: New, by: str) -> None:
    document = cnn(epochs=2, sparsity=0.5, prune_by=by, optimizer={"kind": "SGD", "params": {"lr": 0.1}})
    whole, halted = new(document), new(document)
    assert train(whole).state == "finished"
    control = Control()

    def listen(event: str, facts: dict[str, object]) -> None:
        if event == "epoch":
            control.stop()

    assert train(halted, control=control, listener=listen).state == "stopped"
    assert resume(halted).state == "finished"
    for name, weight in weights(whole).items():
        assert torch.equal(weight, weights(halted)[name]), name


def test_a_network_without_filters_to_prune_says_so(new: New) -> None:
    lone: Layers = [
        ("input1", "Input", {"shape": [4]}),
        ("fc1", "Linear", {"out_features": 3}),
        ("output1", "Output", {}),
    ]
    run = new(chain(lone, "iris", epochs=1, sparsity=0.5, prune_by="filter"))
    assert train(run).state == "finished"
    said = [event["message"] for event in read_events(run.events_path) if event["event"] == "warning"]
    assert any("Nothing can be pruned so" in sentence for sentence in said)
