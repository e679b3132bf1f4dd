"""Values that do not fit are named before anything starts; what fits passes."""

from __future__ import annotations

from typing import Any

import pytest
from documents import cnn

from models.document import Document
from models.document.edits import SetParam
from studio.experiments.axis import Axis
from studio.experiments.experiment import Experiment
from studio.experiments.fitting import problems_of


def found(document: Document | None = None, *axes: tuple[str, tuple[Any, ...]], **about: Any) -> list[str]:
    plan = Experiment("x", axes=tuple(Axis(name, values) for name, values in axes), **about)
    return problems_of(plan, document or cnn(), None)


def test_what_fits_passes() -> None:
    assert found(None, ("conv1.out_channels", (4, 8)), ("training.optimizer.lr", (0.1, 0.01)), seeds=3) == []
    assert problems_of(Experiment("x", "ablation", changes=({"relu1.bypass": True},)), cnn(), None) == []
    wide = Axis("conv1.out_channels", (), 1, 64, 5, False, True)
    assert problems_of(Experiment("x", "random", (wide,)), cnn(), None) == []


def test_each_value_that_does_not_fit_is_named() -> None:
    (sentence,) = found(None, ("conv1.kernel_size", (3, 99)))
    assert sentence.startswith("kernel_size 99: conv1: ") and "99" in sentence
    wrong = found(None, ("fc1.out_features", (10, 7, 5)))
    assert len(wrong) == 2 and all("10" in sentence for sentence in wrong)
    assert found(None, ("conv1.out_channels", (0, 8))) == ["conv1.out_channels: expected 1 or more, found 0."]
    (unknown,) = found(None, ("conv9.out_channels", (8,)))
    assert "no setting or layer ‘conv9’" in unknown
    named = found(None, ("conv1.kernel_size", tuple(range(20, 90))))
    assert len(named) == 13 and named[-1] == "There may be more that do not fit."


def test_a_setting_of_a_kind_that_varies_is_looked_at_in_combination() -> None:
    both = ("training.optimizer", ("SGD", "Adam")), ("training.optimizer.momentum", (0.5, 0.9))
    wrong = found(cnn(optimizer={"kind": "SGD", "params": {}}), *both)
    assert wrong and all("optimizer Adam" in sentence and "no setting ‘momentum’" in sentence for sentence in wrong)


@pytest.mark.parametrize(
    ("plan", "clue"),
    [
        (Experiment("x"), "Nothing varies"),
        (Experiment("x", "ablation"), "Nothing changes"),
        (Experiment("x", axes=(Axis("training.seed", (1, 2)),), seeds=2), "seed varies already"),
        (Experiment("x", axes=(Axis("training.seed", tuple(range(10_001))),)), "10,001 runs"),
    ],
)
def test_what_is_no_experiment_is_said(plan: Experiment, clue: str) -> None:
    (sentence,) = problems_of(plan, cnn(), None)
    assert clue in sentence and len(sentence) <= 90


def test_a_series_that_no_run_measures_is_named() -> None:
    axis = "training.optimizer.lr", (0.1,)
    assert found(None, axis, metric="validation/loss") == []
    (sentence,) = found(None, axis, metric="validation/beauty")
    assert "No run measures ‘validation/beauty’" in sentence and "validation/accuracy" in sentence


def test_what_is_measured_of_images_alone_may_be_asked_for() -> None:
    document = cnn()
    (end,) = [node.id for node in document.network if node.kind == "Output"]
    for loss, fits in (("BCEWithLogitsLoss", True), ("CrossEntropyLoss", False)):
        document.apply(SetParam(end, "loss", {"kind": loss}))
        plan = Experiment("x", axes=(Axis("training.optimizer.lr", (0.1,)),), metric="validation/mae")
        said = [sentence for sentence in problems_of(plan, document, None) if "No run measures" in sentence]
        assert (said == []) == fits
