"""Tests of a document before any run: what they find where the answer is known."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from documents import CNN, Layers, chain, mlp, regression

from models.document import Document
from models.storage import files
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import Question
from studio.runs.probes.trials import TRIALS, applied, trial_of
from studio.worker.probes import PROBES
from studio.worker.probing.asked import Asked
from studio.worker.probing.errors import ProbeError
from studio.worker.process.control import Control
from studio.worker.training.loop import losses_of
from studio.worker.trying.attempt import Attempt


def asked(kind: str, document: Document, **arguments: Any) -> Asked:
    given = {"document": files.to_json(document), "path": "", **arguments}
    return Asked(Question(kind, "", arguments=given), None, Control(), lambda done, total: None)


def answer(kind: str, document: Document, **arguments: Any) -> Answer:
    steps = PROBES[kind].answer(asked(kind, document, **arguments))
    while True:
        try:
            done, total = next(steps)
            assert 0 <= done <= total
        except StopIteration as end:
            found: Answer = end.value
            return found


def adam(rate: float) -> dict[str, Any]:
    return {"kind": "Adam", "params": {"lr": rate}}


def test_the_range_test_suggests_a_rate_that_suits_afterwards() -> None:
    found = answer("rate_range", mlp(optimizer=adam(1e-5)))
    assert found.facts["outcome"] == "doubtful" and found.facts["setting"] == "optimizer.lr"
    assert 1e-3 < found.facts["value"] < 0.5
    rates = found.arrays["rates"]
    np.testing.assert_allclose(np.diff(np.log(rates)), np.log(rates[1] / rates[0]))
    better = answer("rate_range", mlp(optimizer=adam(found.facts["value"])))
    assert better.facts["outcome"] == "good" and not better.facts["setting"]


def test_a_network_that_ignores_its_input_has_no_good_rate() -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [4]}),
        ("drop1", "Dropout", {"p": 1.0}),
        ("fc1", "Linear", {"out_features": 3, "bias": False}),
        ("output1", "Output", {}),
    ]
    found = answer("rate_range", chain(layers))
    assert found.facts["outcome"] == "bad" and "falls at no rate" in found.facts["sentence"]


def test_a_network_that_can_learn_gets_one_batch_right() -> None:
    found = answer("overfit", chain(CNN, "digits", optimizer=adam(0.01)))
    assert found.facts["outcome"] == "good"
    assert found.arrays["right"][-1] == 1 and found.arrays["losses"][-1] < found.arrays["losses"][0]


def test_dropout_and_augmentation_do_not_keep_it_from_that() -> None:
    layers = [*CNN[:5], ("drop1", "Dropout", {"p": 0.95}), *CNN[6:]]
    document = chain(layers, "digits", optimizer=adam(0.01), augmentation=["MixUp", "RandAugment"])
    assert answer("overfit", document).facts["outcome"] == "good"


@pytest.mark.parametrize(("rate", "outcome"), [(1e-9, "bad"), (0.3, "doubtful")])
def test_a_rate_that_is_too_small_is_told_by_its_loss(rate: float, outcome: str) -> None:
    found = answer("overfit", regression(optimizer={"kind": "SGD", "params": {"lr": rate}}), steps=40)
    assert found.facts["outcome"] == outcome, found.facts["sentence"]


def test_a_rate_that_blows_up_is_told_with_a_smaller_one() -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [10]}),
        ("fc1", "Linear", {"out_features": 1}),
        ("output1", "Output", {"loss": "MSELoss"}),
    ]
    found = answer("overfit", chain(layers, "diabetes", optimizer={"kind": "SGD", "params": {"lr": 1e6}}))
    assert found.facts["outcome"] == "bad" and found.facts["value"] == pytest.approx(1e5)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_gradients_of_what_torch_made_are_true(precision: str) -> None:
    found = answer("gradients", chain(CNN, "digits", precision=precision))
    assert found.facts["outcome"] == "good", found.facts["sentence"]
    assert found.facts["layers"] == ["conv1", "bn1", "fc1"] and found.arrays["errors"].max() < 1e-4
    assert found.facts["count"] == 10 + 6 + 6 + 6 + 10 + 10, "ten of each, or all there are"


def test_a_wrong_gradient_is_found_and_its_layer_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Doubled(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, value: torch.Tensor) -> torch.Tensor:
            return value.clone()

        @staticmethod
        def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
            return 2 * gradient

    def wrong(*arguments: Any) -> list[torch.Tensor]:
        return [Doubled.apply(loss) for loss in losses_of(*arguments)]

    monkeypatch.setattr("studio.worker.probes.trying.gradients.losses_of", wrong)
    found = answer("gradients", mlp())
    assert found.facts["outcome"] == "bad" and "fc" in found.facts["sentence"]
    np.testing.assert_allclose(found.arrays["errors"], 0.5, atol=1e-3)


def test_the_speed_test_doubles_the_batch_up_to_the_data() -> None:
    found = answer("speed", mlp())
    sizes = found.arrays["sizes"].tolist()
    assert sizes == [8 << place for place in range(len(sizes))] and sizes[-1] <= 120
    assert (found.arrays["rates"] > 0).all() and (found.arrays["memory"] > 1).all()
    assert found.facts["present"] == 32


def test_a_size_that_does_not_fit_ends_the_speed_test(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Attempt.step

    def step(self: Attempt, picked: Any) -> Any:
        if len(picked[0]) > 16:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return plain(self, picked)

    monkeypatch.setattr(Attempt, "step", step)
    found = answer("speed", mlp())
    assert found.arrays["sizes"].tolist() == [8, 16] and "memory ran out at 32" in found.facts["end"]


def test_a_document_that_cannot_be_tried_says_why() -> None:
    broken: Layers = [("input1", "Input", {"shape": [4]}), ("conv1", "Conv2d", {}), ("output1", "Output", {})]
    for trial in TRIALS:
        with pytest.raises(ProbeError, match="has an error"):
            answer(trial.kind, chain(broken))


def test_nothing_is_kept_of_what_was_tried() -> None:
    document = mlp()
    before = copy.deepcopy(files.to_json(document))
    first, second = (answer("overfit", document, steps=5).arrays["losses"] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert files.to_json(document) == before


def test_every_test_is_a_kind_of_question_and_names_its_arrays() -> None:
    for trial in TRIALS:
        found = answer(trial.kind, mlp(optimizer=adam(0.05)), steps=12)
        assert trial_of(trial.kind) is trial and PROBES[trial.kind].example.keys() >= {"document", "path"}
        assert {*trial.up, *([trial.across] if trial.across else [])} <= found.arrays.keys()
        assert {"outcome", "sentence", "setting", "value"} <= found.facts.keys()
        assert len(found.facts["sentence"]) <= 90


def test_what_is_suggested_becomes_settings_of_the_training() -> None:
    training = {"epochs": 3, "optimizer": {"kind": "SGD", "params": {"lr": 0.5, "momentum": 0.9}}}
    found = applied(training, "optimizer.lr", 0.02)
    assert found["optimizer"] == {"kind": "SGD", "params": {"lr": 0.02, "momentum": 0.9}} and found["epochs"] == 3
    assert applied(training, "batch_size", 256.0) == training | {"batch_size": 256}
