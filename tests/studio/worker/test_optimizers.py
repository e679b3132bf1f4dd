"""Optimizers with ways of their own: Muon, LBFGS, Nesterov's momentum, and settings that do not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from documents import mlp, regression

from models.document import Document
from models.training import SGD, TrainingSettings
from studio.runs.folder import RunFolder
from studio.worker.session import train
from studio.worker.training.plan import Plan
from studio.worker.training.trainer import Trainer

New = Callable[[Document], RunFolder]


def test_an_optimizer_that_this_torch_lacks_is_said_with_what_to_do(new: New, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.optim, "Muon")  # as torch 2.8 and older
    outcome = train(new(mlp(optimizer="Muon")))
    assert outcome.state == "failed" and "has no Muon. Take another optimizer, or a newer torch" in outcome.reason


def test_muon_takes_matrices_and_leaves_the_rest_to_adamw(plan: Callable[[Document], Plan]) -> None:
    chosen = {"kind": "Muon", "params": {"lr": 0.01, "weight_decay": 0.1, "momentum": 0.8}}
    made = plan(mlp(optimizer=chosen, weight_decay_on="matrices"))
    weights = list(made.model.parameters())
    theirs = [weight.detach().clone().requires_grad_() for weight in weights]
    matrices = [weight for weight in theirs if weight.dim() == 2]
    vectors = [weight for weight in theirs if weight.dim() < 2]
    match = {"lr": 0.01, "weight_decay": 0.1, "momentum": 0.8, "adjust_lr_fn": "match_rms_adamw"}
    muon, adam = torch.optim.Muon(matrices, **match), torch.optim.AdamW(vectors, lr=0.01, weight_decay=0.0)
    for _ in range(3):
        for one, other in zip(weights, theirs, strict=True):
            one.grad = torch.randn_like(one)
            other.grad = one.grad.clone()
        for optimizer in (made.optimizer, muon, adam):
            optimizer.step()
    assert all(torch.equal(one, other) for one, other in zip(weights, theirs, strict=True))


def test_lbfgs_puts_weights_back_where_a_loss_is_refused_within_a_step(plan: Callable[[Document], Plan]) -> None:
    steep = {"kind": "LBFGS", "params": {"lr": 1e30}}
    trainer = Trainer(plan(regression(optimizer=steep)))
    before = [weight.detach().clone() for weight in trainer.plan.model.parameters()]
    (event,) = list(trainer.run())
    assert "Diverged" in type(event).__name__
    assert all(torch.equal(*pair) for pair in zip(before, trainer.plan.model.parameters(), strict=True))


@pytest.mark.parametrize(
    "settings", [{"accumulate": 2}, {"l1": 0.1}, {"clip_grad_norm": 1.0}, {"precision": "float16"}]
)
def test_lbfgs_refuses_what_it_would_pass_over(settings: dict[str, Any], new: New) -> None:
    outcome = train(new(mlp(optimizer="LBFGS", **settings)))
    assert outcome.state == "failed" and outcome.reason.startswith("LBFGS does not go with")


def test_nesterov_in_the_textbook_and_in_torch() -> None:
    """On w²/2 from 1 with rate 0.1 and β 0.9: torch keeps the weights that look ahead."""
    weight, rate, beta = torch.nn.Parameter(torch.ones(())), 0.1, 0.9
    spec = SGD(lr=rate, momentum=beta, nesterov=True)
    optimizer = torch.optim.SGD([weight], **spec.arguments())
    book, velocity = 1.0, 0.0
    for expected_book, expected_torch in ((0.9, 0.81), (0.729, 0.5751)):
        optimizer.zero_grad()
        (weight**2 / 2).backward()
        optimizer.step()
        velocity = beta * velocity - rate * (book + beta * velocity)
        book += velocity
        assert book == pytest.approx(expected_book) and weight.item() == pytest.approx(expected_torch)
        assert weight.item() == pytest.approx(book + beta * velocity)
    assert all(text in SGD.fields["nesterov"].help for text in ("0.9, 0.729", "0.81, 0.5751"))


def test_a_bad_setting_of_an_optimizer_leaves_the_others_and_is_said() -> None:
    params = {"lr": 0.3, "momentum": 7, "speed": 1}
    found, problems = TrainingSettings.read({"optimizer": {"kind": "SGD", "params": params}})
    assert found.optimizer == SGD(lr=0.3)
    assert [problem.field for problem in problems] == ["optimizer", "optimizer"]
    assert "Momentum" in problems[0].message and "speed" in problems[1].message
