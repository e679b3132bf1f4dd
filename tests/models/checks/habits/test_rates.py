"""Runs that are too short for what is to happen in them: said, with a button after which it happens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from documents import chain

from models.checks import Finding, findings
from models.data import Facts
from models.document import Document
from models.training import TrainingSettings

FLOWERS = Facts.simple("Flowers", (4,), ("a", "b", "c"), (), 150, 120)


def flowers(**training: Any) -> Document:
    layers = [("in1", "Input", {"shape": [4]}), ("fc1", "Linear", {"out_features": 3}), ("out1", "Output", {})]
    return chain(layers, "iris", **training)


def found(document: Document, code: str, facts: Facts = FLOWERS) -> list[Finding]:
    return [finding for finding in findings(document, facts) if finding.code == code]


def rates(document: Document) -> list[float]:
    settings = TrainingSettings.read(document.training)[0]
    each = settings.updates_each(120)
    return [settings.learning_rate(step, each) for step in range(settings.total_updates(each))]


@pytest.mark.parametrize(("training", "updates"), [({"epochs": 3}, 12), ({"updates": 7}, 7), ({"accumulate": 4}, 3)])
def test_a_warm_up_that_outlasts_the_run_is_said_and_mended(training: dict[str, int], updates: int) -> None:
    document = flowers(warmup=500, **training)
    (finding,) = found(document, "long-warm-up")
    assert f"the run has {updates}:" in finding.message
    document.apply(finding.mends[0].edit)
    assert not found(document, "long-warm-up") and max(rates(document)) == 0.001


@pytest.mark.parametrize("epochs", [1, 2, 30])
def test_an_average_that_lags_is_said_and_mended(epochs: int) -> None:
    document = flowers(average="EMA", epochs=epochs)
    (finding,) = found(document, "average-lags")
    document.apply(finding.mends[0].edit)
    assert not found(document, "average-lags")
    assert not found(flowers(average="EMA", epochs=1000), "average-lags")
    assert not found(flowers(average="SWA", epochs=epochs), "average-lags")


@pytest.mark.parametrize(
    ("schedule", "training"),
    [
        ("StepLR", {"epochs": 10}),
        ("CosineAnnealingLR", {"epochs": 1}),
        ("OneCycleLR", {"epochs": 1}),
        ("StableDecayLR", {"epochs": 3}),
        ("InverseSqrtLR", {"epochs": 1}),
        ({"kind": "InverseSqrtLR", "params": {"stay": 50}}, {"epochs": 30}),
        ({"kind": "MultiStepLR", "params": {"milestones": "30"}}, {"epochs": 20}),
        ({"kind": "StepLR", "params": {"step_size": 1000}}, {"epochs": 20, "schedule_by": "update"}),
    ],
    ids=str,
)
def test_a_schedule_that_moves_nothing_is_said_and_mended(schedule: Any, training: dict[str, Any]) -> None:
    document = flowers(schedule=schedule, **training)
    assert len({*rates(document)}) == 1
    (finding,) = found(document, "rate-stays")
    document.apply(finding.mends[0].edit)
    assert not found(document, "rate-stays")
    constant = TrainingSettings.read(document.training)[0].schedule.kind == "Constant"
    assert constant or len({*rates(document)}) > 1


def test_a_plateau_with_more_patience_than_epochs_is_said_and_mended() -> None:
    document = flowers(schedule="ReduceLROnPlateau", epochs=10)
    (finding,) = found(document, "rate-stays")
    document.apply(finding.mends[0].edit)
    assert not found(document, "rate-stays")
    assert TrainingSettings.read(document.training)[0].schedule.settings() == {"patience": 2}


def test_without_the_number_of_examples_nothing_is_said() -> None:
    document = flowers(schedule="StepLR", average="EMA", warmup=1_000_000)
    unknown = replace(FLOWERS, training=None, examples=None)
    assert not {"long-warm-up", "average-lags", "rate-stays"} & {each.code for each in findings(document, unknown)}
