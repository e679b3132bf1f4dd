"""Steps without what `torch.optim` looks up anew for each are those that it takes, to the bit."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from documents import cnn, mlp
from torch import Tensor, nn

from models.document import Document
from models.training import OPTIMIZERS, Optimizer, TrainingSettings
from studio.runs.folder import RunFolder
from studio.runs.source import ANY
from studio.worker.session import train
from studio.worker.training.loop import (
    add_l1,
    at_own_rates,
    clip_norm,
    follow,
    parameter_groups,
    set_learning_rate,
)
from studio.worker.training.trainer import EpochEnd, Trainer
from studio.worker.training.updating.optimizer import make_optimizer
from studio.worker.training.updating.quick import Quick, quick

Change = Callable[[torch.optim.Optimizer, nn.Module], object]
FUSED = [kind for kind in OPTIMIZERS.values() if kind.has_fused]
SETTINGS = [
    {},
    {"weight_decay": 0.1},
    {"momentum": 0.9},
    {"momentum": 0.9, "nesterov": True},
    {"momentum": 0.9, "dampening": 0.5},
    {"amsgrad": True},
    {"betas": [0.5, 0.6]},
    {"beta1": 0.5},
    {"beta1": 0.0, "weight_decay": 0.1},
    {"maximize": True},
]
CASES = [
    pytest.param(kind(**own), id=f"{kind.kind} {json.dumps(own)}")
    for kind in FUSED
    for own in SETTINGS
    if own.keys() <= kind.fields.keys()
]


def network() -> nn.Module:
    torch.manual_seed(3)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.ReLU(), nn.Linear(16, 5), nn.ReLU(), nn.Linear(5, 3))


class Pair:
    """Two equal networks: one is moved by torch's own steps, the other by quick ones."""

    def __init__(self, made: Callable[[nn.Module], torch.optim.Optimizer]) -> None:
        self.plain, self.fast = network(), network()
        self.of_plain, self.of_fast = made(self.plain), made(self.fast)
        self.steps = quick(self.of_fast)

    def change(self, what: Change) -> None:
        for optimizer, model in ((self.of_plain, self.plain), (self.of_fast, self.fast)):
            what(optimizer, model)

    def train(self, count: int, seed: int = 0, part: slice | None = None) -> None:
        """So many steps of each; only a ``part`` of the layers is used, if it is given."""
        random = torch.Generator().manual_seed(seed)
        for _ in range(count):
            images = torch.randn(8, 1, 4, 4, generator=random)
            for model, optimizer in ((self.plain, self.of_plain), (self.fast, self.steps)):
                optimizer.zero_grad()
                loss = (model[part](images) if part else model(images)).square().mean()  # type: ignore[index]
                loss.backward()
                optimizer.step()

    def check(self) -> None:
        """Weights, gradients and all that the optimizers keep are equal, and told by the same names."""
        for one, other in zip(self.plain.parameters(), self.fast.parameters(), strict=True):
            assert torch.equal(one, other)
            assert (one.grad is None) == (other.grad is None)
            assert one.grad is None or torch.equal(one.grad, other.grad)  # type: ignore[arg-type]
        mine, torchs = self.of_fast.state_dict(), self.of_plain.state_dict()
        assert mine["param_groups"] == torchs["param_groups"]
        assert mine["state"].keys() == torchs["state"].keys()
        for place, kept in torchs["state"].items():
            assert mine["state"][place].keys() == kept.keys()
            for name, value in kept.items():
                assert torch.equal(mine["state"][place][name], value), name
                assert mine["state"][place][name].stride() == value.stride()


def by_settings(optimizer: Optimizer) -> Callable[[nn.Module], torch.optim.Optimizer]:
    return lambda model: make_optimizer(TrainingSettings(optimizer=optimizer), model)


@pytest.mark.parametrize("optimizer", CASES)
def test_steps_are_those_of_torch_to_the_bit(optimizer: Optimizer) -> None:
    pair = Pair(by_settings(optimizer))
    assert isinstance(pair.steps, Quick)
    for count in (1, 1, 10):
        pair.train(count, seed=count)
        pair.check()


def test_every_fused_optimizer_has_quick_steps() -> None:
    assert len(FUSED) >= 3
    for kind in OPTIMIZERS.values():
        settings = TrainingSettings(optimizer=kind())
        if kind.is_sparse or kind.parts:
            continue
        made = quick(make_optimizer(settings, network()))
        assert isinstance(made, Quick) == kind.has_fused, kind.kind


def test_an_optimizer_that_is_not_fused_takes_its_own_steps() -> None:
    plain = torch.optim.Adam(network().parameters())
    assert quick(plain) is plain


def test_one_on_another_device_takes_its_own_steps() -> None:
    class Elsewhere(torch.optim.Adam):
        """One that is not of the kind that is known."""

    other = Elsewhere(network().parameters(), fused=True)
    assert quick(other) is other


@pytest.mark.parametrize("optimizer", CASES)
def test_a_state_that_is_loaded_is_gone_on_from(optimizer: Optimizer) -> None:
    pair = Pair(by_settings(optimizer))
    pair.train(3)
    kept = copy.deepcopy((pair.of_plain.state_dict(), pair.plain.state_dict()))
    pair.train(4, seed=1)

    def go_back(made: torch.optim.Optimizer, model: nn.Module) -> None:
        made.load_state_dict(copy.deepcopy(kept[0]))
        model.load_state_dict(kept[1])

    pair.change(go_back)
    pair.check()
    pair.train(4, seed=2)
    pair.check()


@pytest.mark.parametrize("optimizer", CASES)
def test_what_is_done_before_and_behind_a_step_is_done(optimizer: Optimizer) -> None:
    pair = Pair(by_settings(optimizer))
    averages: dict[int, list[Tensor]] = {}

    def add(made: torch.optim.Optimizer, model: nn.Module) -> None:
        own = averages[id(model)] = [weight.detach().clone() for weight in model.parameters()]
        made.register_step_pre_hook(partial(add_l1, 0.01))
        made.register_step_pre_hook(partial(clip_norm, 0.05))
        made.register_step_post_hook(partial(follow, own, model, 0.9))

    pair.change(add)
    pair.train(6)
    pair.check()
    for one, other in zip(averages[id(pair.plain)], averages[id(pair.fast)], strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("kind", FUSED)
def test_rates_change_and_differ_between_groups(kind: type[Optimizer]) -> None:
    def made(model: nn.Module) -> torch.optim.Optimizer:
        groups = at_own_rates(parameter_groups(model), model, {"3": 0.5, "5": 3.0}, 0.01)
        return getattr(torch.optim, kind.kind)(groups, lr=0.01, weight_decay=0.1, fused=True)  # type: ignore[no-any-return]

    pair = Pair(made)
    assert len(pair.of_plain.param_groups) == 6
    for rate in (0.01, 0.02, 0.001):
        pair.change(lambda optimizer, _, rate=rate: set_learning_rate(optimizer, rate))  # type: ignore[misc]
        pair.train(2, seed=round(rate * 1000))
        pair.check()


@pytest.mark.parametrize("optimizer", CASES)
def test_frozen_layers_stay(optimizer: Optimizer) -> None:
    def made(model: nn.Module) -> torch.optim.Optimizer:
        model[0].requires_grad_(False)  # type: ignore[index]
        return by_settings(optimizer)(model)

    pair = Pair(made)
    before = [weight.clone() for weight in pair.fast[0].parameters()]  # type: ignore[index]
    pair.train(5)
    pair.check()
    assert all(map(torch.equal, before, pair.fast[0].parameters()))  # type: ignore[index]


@pytest.mark.parametrize("optimizer", CASES)
def test_a_group_of_frozen_weights_alone_stays(optimizer: Optimizer) -> None:
    def made(model: nn.Module) -> torch.optim.Optimizer:
        model[0].requires_grad_(False)  # type: ignore[index]
        groups = [{"params": list(layer.parameters())} for layer in (model[0], model[3], model[5])]  # type: ignore[index]
        arguments: dict[str, Any] = optimizer.in_full(fused=True)
        return getattr(torch.optim, optimizer.kind)(groups, **arguments)  # type: ignore[no-any-return]

    pair = Pair(made)
    pair.train(5)
    pair.check()


@pytest.mark.parametrize("optimizer", CASES)
def test_layers_that_a_step_does_not_use_keep_their_weights_in_it(optimizer: Optimizer) -> None:
    pair = Pair(by_settings(optimizer))
    if not getattr(optimizer, "momentum", 0.0):  # with it torch's own step fails where one joins later
        pair.train(2, part=slice(0, 4))
        pair.check()
    pair.train(3)
    pair.check()
    pair.train(2, part=slice(0, 4))
    pair.check()
    pair.train(3, seed=4)
    pair.check()


@pytest.mark.parametrize(
    "settings",
    [{}, {"nesterov": True}, {"dampening": 0.5}, {"weight_decay": 0.1, "dampening": 0.2}, {"maximize": True}],
    ids=str,
)
def test_weights_whose_first_gradient_comes_late_begin_as_in_the_plain_form(settings: dict[str, Any]) -> None:
    """torch's fused SGD raises a TypeError there."""

    def made(model: nn.Module) -> torch.optim.Optimizer:
        return torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, fused=model is pair.fast, **settings)

    pair = Pair.__new__(Pair)
    pair.plain, pair.fast = network(), network()
    pair.of_plain, pair.of_fast = made(pair.plain), made(pair.fast)
    pair.steps = quick(pair.of_fast)
    pair.train(2, part=slice(0, 4))
    pair.train(3)
    pair.train(2, part=slice(0, 4))
    pair.train(2)
    pairs = zip(pair.plain.parameters(), pair.fast.parameters(), strict=True)
    assert all(torch.allclose(one, other, atol=1e-6) for one, other in pairs)


_BRANCHES = """
import torch
from torch import nn


class Untitled(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.late, self.calls = nn.Linear(4, 3), nn.Linear(4, 3), 0

    def forward(self, x):
        self.calls += self.training
        return self.fc1(x) + self.late(x) if self.calls > 3 else self.fc1(x)
"""


def test_a_run_whose_edited_network_uses_a_branch_later_trains(new: Callable[[Document], RunFolder]) -> None:
    run = new(mlp(epochs=2, optimizer={"kind": "SGD", "params": {"lr": 0.01, "momentum": 0.9}}))
    run.source_path.write_text(_BRANCHES)
    outcome = train(run, trust=ANY)
    assert outcome.state == "finished", outcome


def test_gradients_are_forgotten() -> None:
    pair = Pair(lambda model: torch.optim.Adam(model.parameters(), fused=True))
    pair.train(1)
    pair.steps.zero_grad()
    assert all(weight.grad is None for weight in pair.fast.parameters())


@pytest.mark.parametrize("optimizer", FUSED)
@pytest.mark.parametrize("more", [{}, {"accumulate": 3, "average": "ema"}, {"clip_grad_norm": 0.1, "l1": 0.01}])
def test_a_run_takes_quick_steps(
    trainer: Callable[[Document], Trainer], optimizer: type[Optimizer], more: dict[str, Any]
) -> None:
    ends = []
    for steps in (Quick, optimizer):
        made = trainer(cnn(epochs=2, optimizer={"kind": optimizer.kind}, **more))
        assert isinstance(made._optimizer, Quick)
        if steps is not Quick:
            made._optimizer = made.plan.optimizer
        ends.append([(end.train, end.validation) for end in made.run() if isinstance(end, EpochEnd)])
    assert len(ends[0]) == 2 and ends[0] == ends[1]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_one_weight_that_is_no_finite_number_is_found_among_all(
    trainer: Callable[[Document], Trainer], value: float
) -> None:
    made = trainer(cnn(epochs=1))
    assert made.weights_are_finite()
    for weight in made.plan.model.parameters():
        kept = weight.detach().flatten()[-1].item()
        for given, expected in ((value, False), (torch.finfo(weight.dtype).max, True), (kept, True)):
            with torch.no_grad():
                weight.view(-1)[-1] = given
            assert made.weights_are_finite() == expected
