"""Tests of a document before any run: what they find where the answer is known."""

from __future__ import annotations

import copy
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from documents import CNN, MLP, Layers, chain, mlp, regression, suited
from safetensors.torch import save_file

from models.document import Document
from models.storage import files
from models.training.losses import LOSSES
from studio.data import DataError
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import Question
from studio.runs.probes.trials import TRIALS, applied, trial_of
from studio.worker.errors import TrainingError
from studio.worker.probes import PROBES
from studio.worker.probes.trying import rate_range
from studio.worker.probes.trying.gradients import _Near
from studio.worker.probes.trying.overfit import _Batch
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


def poisoned() -> Document:
    """A network whose very first loss is NaN: the logarithm of what is below 0."""
    layers: Layers = [
        ("input1", "Input", {"shape": [4]}),
        ("calc1", "Expression", {"formula": "log(x - 1000)"}),
        ("fc1", "Linear", {"out_features": 3}),
        ("output1", "Output", {}),
    ]
    return chain(layers)


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
    assert found.facts["outcome"] == "bad" and found.facts["value"] == pytest.approx(0.1)
    better = answer("overfit", chain(layers, "diabetes", optimizer={"kind": "SGD", "params": {"lr": 0.1}}))
    assert better.arrays["losses"][-1] < 0.95 * better.arrays["losses"][0], "what was named helps"


def test_where_no_rate_helps_none_is_named() -> None:
    found = answer("overfit", poisoned())
    assert found.facts["outcome"] == "bad" and "The very first loss" in found.facts["sentence"]
    assert not found.facts["setting"] and not len(found.arrays["losses"])
    assert answer("rate_range", poisoned()).facts["sentence"] == found.facts["sentence"]


@pytest.mark.parametrize("seed", range(4))
def test_a_first_guess_that_is_right_proves_nothing(seed: int) -> None:
    found = answer("overfit", mlp(batch_size=1, seed=seed, optimizer=adam(0.01)))
    assert found.facts["outcome"] == "doubtful", found.facts["sentence"]
    assert "one class" in found.facts["sentence"] and found.facts["examples"] == 1
    several = answer("overfit", mlp(batch_size=16, seed=seed, optimizer=adam(0.01)))
    assert several.facts["outcome"] == "good", "larger batches, as the sentence says"


def test_numbers_are_learned_by_their_loss_and_said_so() -> None:
    found = answer("overfit", regression(optimizer=adam(0.05)))
    assert found.facts["outcome"] == "good" and "the loss fell from" in found.facts["sentence"]
    found = answer("overfit", suited("MultiLabelMarginLoss", optimizer=adam(0.02)))
    assert found.facts["outcome"] == "good", "no answer of it is above 0, and yet its loss is gone"


@pytest.mark.parametrize(
    ("losses", "left"), [([2.0, 1.0], 0.5), ([-1.0, -0.04], 1.96), ([-1.0, -3.0], -1.0), ([0.0, 1.0], 1)]
)
def test_what_is_left_of_a_loss_knows_its_sign(losses: list[float], left: float) -> None:
    batch = _Batch(Attempt(asked("overfit", mlp())), 0.1)
    batch.losses = losses
    assert batch.left == pytest.approx(left)


def test_a_loss_that_jumps_is_not_called_slow() -> None:
    found = answer(
        "overfit", chain([*MLP[:4], ("output1", "Output", {"loss": "MultiMarginLoss"})], optimizer=adam(30.0))
    )
    assert "fell from" not in found.facts["sentence"] or found.arrays["losses"][-1] < found.arrays["losses"][0]


def test_dropout_within_layers_is_off_too() -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [1, 8, 8]}),
        ("shape1", "Reshape", {"shape": [8, 8]}),
        ("lstm1", "LSTM", {"hidden_size": 16, "num_layers": 2, "dropout": 0.95}),
        ("flatten1", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 10}),
        ("output1", "Output", {}),
    ]
    assert answer("overfit", chain(layers, "digits", optimizer=adam(0.01))).facts["outcome"] == "good"


def test_an_easy_first_batch_is_not_where_the_loss_begins() -> None:
    inner = [
        layer
        for place in range(8)
        for layer in ((f"fc{place}", "Linear", {"out_features": 64}), (f"relu{place}", "ReLU", {}))
    ]
    layers: Layers = [
        ("input1", "Input", {"shape": [10]}),
        *inner,
        ("last1", "Linear", {"out_features": 1}),
        ("output1", "Output", {"loss": "MSELoss"}),
    ]
    found = answer("rate_range", chain(layers, "diabetes", optimizer=adam(1e-3)))
    assert found.arrays["losses"][0] < found.arrays["losses"][:20].mean() - 0.2, "its first batch is an easy one"
    assert found.facts["outcome"] == "doubtful" and found.facts["sentence"].endswith("Take larger batches.")
    larger = answer("rate_range", chain(layers, "diabetes", batch_size=128, optimizer=adam(1e-3)))
    assert larger.facts["outcome"] == "good", "what is named leads on"


def test_what_falls_by_chance_suggests_no_rate() -> None:
    verdict = rate_range._verdict
    rates, generator = np.logspace(-6, 1, 120), np.random.default_rng(0)
    losses = 1 + generator.normal(0, 0.6, 120)
    found = verdict(rates, losses, np.where(rates < 0.1, 1.0, 0.7), 20, 0.001)
    assert found.outcome == "doubtful" and "differs between batches" in found.sentence and not found.setting
    found = verdict(rates, np.ones(120), np.where(rates < 0.1, 1.0, 0.7), 20, 0.001)
    assert found.setting == "optimizer.lr"


def test_weights_that_have_learned_are_no_fault_of_the_rate(tmp_path: Path) -> None:
    learned = Attempt(asked("overfit", mlp(optimizer=adam(0.01))))
    for _, picked in zip(range(1500), learned.batches(), strict=False):
        learned.step(picked)
    save_file(learned.plan.model.state_dict(), tmp_path / "w.safetensors")
    document = mlp(start_from="file", start_file=str(tmp_path / "w.safetensors"))
    found = answer("rate_range", document)
    assert found.facts["outcome"] == "doubtful" and "may have learned all of it" in found.facts["sentence"]
    assert found.arrays["losses"][:20].mean() < 0.1, "it began with them"


def test_a_loss_below_zero_ends_the_range_only_where_it_rises() -> None:
    assert not rate_range._has_risen([1.0, 0.1, -1.0]) and not rate_range._has_risen([-1.0, -1.5, -1.2])
    assert (
        rate_range._has_risen([-1.0, 2.5])
        and rate_range._has_risen([1.0, 4.5])
        and not rate_range._has_risen([1.0, 3.5])
    )


@pytest.mark.parametrize("loss", [*LOSSES])
def test_gradients_of_every_loss_are_true(loss: str) -> None:
    found = answer("gradients", suited(loss))
    assert found.facts["outcome"] == "good", found.facts["sentence"]


def at_kinks(**first: Any) -> Document:
    layers: Layers = [
        ("input1", "Input", {"shape": [1, 8, 8]}),
        ("conv1", "Conv2d", {"out_channels": 6, "kernel_size": 3, "padding": 1, "bias_init": "Zeros", **first}),
        ("relu1", "ReLU", {}),
        ("pool1", "MaxPool2d", {"kernel_size": 2}),
        ("flatten1", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 10}),
        ("output1", "Output", {}),
    ]
    return chain(layers, data={"source": "digits", "normalize": False})


def test_a_kink_is_no_wrong_gradient() -> None:
    found = answer("gradients", at_kinks())
    assert found.facts["outcome"] == "good" and "lie at kinks" in found.facts["sentence"]
    assert 0 < found.facts["kinks"] < found.facts["count"] and found.arrays["errors"].max() < 1e-4


def test_a_wrong_gradient_is_found_beside_kinks(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = _Near.error
    monkeypatch.setattr(_Near, "error", lambda near, weight, place: max(0.5, plain(near, weight, place)))
    found = answer("gradients", at_kinks())
    assert found.facts["outcome"] == "bad" and found.facts["kinks"] < found.facts["count"]


@pytest.mark.parametrize("kind", ["overfit", "rate_range", "gradients"])
def test_a_test_begins_with_the_weights_of_a_file(tmp_path: Path, kind: str) -> None:
    plan = Attempt(asked(kind, mlp(seed=99))).plan
    save_file(plan.model.state_dict(), tmp_path / "w.safetensors")
    document = mlp(start_from="file", start_file="w.safetensors")
    found = answer(kind, document, path=str(tmp_path / "iris.netloom"))
    assert found.facts["begun"] == "4 of 4 weights start from those of a file."
    drawn = answer(kind, mlp())
    assert drawn.facts["begun"] == "" and not np.array_equal(
        *(each.arrays[trial_of(kind).up[0]][:2] for each in (found, drawn))
    )
    with pytest.raises(DataError, match="nothing is there"):
        answer(kind, document, path=str(tmp_path / "other" / "iris.netloom"))


def test_a_test_of_what_starts_from_a_run_that_is_gone_says_so(own_home: None) -> None:
    with pytest.raises(TrainingError, match="no run “gone” to start from"):
        answer("speed", mlp(start_from="run", start_run="gone"))


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


def test_a_busy_computer_makes_no_batch_size_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, steps = Attempt.step, iter(range(1_000_000))

    def step(self: Attempt, picked: Any) -> Any:
        if next(steps) % 2:  # another program has the processor
            time.sleep(0.02)
        return plain(self, picked)

    monkeypatch.setattr(Attempt, "step", step)
    found = answer("speed", mlp(), most=16)
    assert (found.arrays["rates"] > 2 * np.array([8, 16]) / 0.02).all()


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
        with pytest.raises(
            ProbeError, match=r"^conv1: Conv2d needs .* receives 4\. There is nothing to try before that is mended"
        ):
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
