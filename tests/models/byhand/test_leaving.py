"""What a walk leaves out is said by name, a few of them at most."""

from __future__ import annotations

from typing import Any

import pytest
from documents import Layers, chain

from models.byhand.leaving import left_out
from models.training import TrainingSettings

LAYERS: Layers = [
    ("input1", "Input", {"shape": [4]}),
    ("fc1", "Linear", {"out_features": 3}),
    ("output1", "Output", {}),
]
MANY = "the schedule, pruning and 2 more settings"
WEIGHTED = {"kind": "CrossEntropyLoss", "params": {"class_weights": "balanced"}}


def said(training: dict[str, Any], loss: Any = "CrossEntropyLoss") -> str:
    document = chain([*LAYERS[:2], ("output1", "Output", {"loss": loss})], **training)
    return left_out(document.network, TrainingSettings.read(document.training)[0])


@pytest.mark.parametrize(
    ("training", "named"),
    [
        ({"warmup": 10}, "the schedule"),
        ({"schedule": "StepLR"}, "the schedule"),
        ({"start_from": "run"}, "the weights to start from"),
        ({"sparsity": 0.5}, "pruning"),
        ({"accumulate": 2, "average": "SWA"}, "accumulation and averaged weights"),
        ({"augmentation": ["GaussianNoise"]}, "augmentation"),
        (
            {"warmup": 1, "accumulate": 2, "average": "EMA", "sparsity": 0.1},
            "the schedule, pruning and 2 more settings",
        ),
    ],
)
def test_settings_that_are_left_out_are_named(training: dict[str, Any], named: str) -> None:
    sentence = said(training)
    assert sentence == f"A training also heeds {named}; this walk does not." and len(sentence) <= 90


def test_weights_of_classes_are_named_and_what_is_heeded_is_not() -> None:
    assert "class weights" in said({}, WEIGHTED)
    heeded = {"l1": 0.1, "clip_grad_norm": 1.0, "clip_grad_value": 1.0, "start_from": "numbers", "schedule": "Constant"}
    assert said(heeded) == ""
