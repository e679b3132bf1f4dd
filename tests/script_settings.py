"""Networks and settings whose scripts are looked at in tests, data for them, and what the formatter says of them."""

from __future__ import annotations

from typing import Any

from block_networks import gated, opened
from documents import CNN, MLP, REGRESSION, Layers, chain

from models.document import Document

SETTINGS: list[dict[str, Any]] = [
    {
        "optimizer": {"kind": "NAdam", "params": {"lr": 0.02}},
        "schedule": {"kind": "OneCycleLR"},
        "schedule_by": "update",
        "warmup": 3,
    },
    {"optimizer": {"kind": "RAdam"}, "warmup": 7},
    {"optimizer": {"kind": "ASGD"}, "schedule": {"kind": "MultiStepLR", "params": {"milestones": "1, 2"}}, "warmup": 3},
    {"optimizer": {"kind": "Adamax"}, "schedule": "PolynomialLR", "warmup": 5},
    {"precision": "bfloat16", "optimizer": {"kind": "AdamW", "params": {"lr": 0.01}}},
    {"precision": "tf32", "schedule": "StepLR", "optimizer": {"kind": "RMSprop"}},
    {
        "optimizer": {"kind": "SGD", "params": {"lr": 0.02, "momentum": 0.9, "nesterov": True}},
        "schedule": {"kind": "CosineAnnealingLR"},
    },
    {"optimizer": {"kind": "Adam", "params": {"lr": 0.003}}, "batch_size": 37},
]
NETWORKS: dict[str, tuple[Layers, str]] = {
    "mlp": (MLP, "iris"),
    "cnn with dropout and batch norm": (CNN, "digits"),
    "regression": (REGRESSION, "diabetes"),
}


def in_blocks() -> Document:
    """Digits by blocks in blocks, one of them repeated with a first that differs."""
    document, usual = opened(gated()), chain(CNN, "digits")
    for section in ("data", "training"):
        document.content.set_section(section, usual.content.section(section))
    return document


BINARY: Layers = [
    ("input1", "Input", {"shape": [2]}),
    ("fc1", "Linear", {"out_features": 6}),
    ("bn1", "BatchNorm1d", {}),
    ("relu1", "ReLU", {}),
    ("fc2", "Linear", {"out_features": 1}),
    ("output1", "Output", {"loss": "BCEWithLogitsLoss"}),
]
SWITCHES: Layers = [*MLP[:-1], ("output1", "Output", {"loss": "BCEWithLogitsLoss"})]
DOCUMENTS = {
    f"{name} by {settings['optimizer']['kind']}": chain(layers, source, **settings)
    for name, (layers, source) in NETWORKS.items()
    for settings in SETTINGS
} | {
    "two classes, one switch, a last batch of one": chain(
        BINARY, data={"source": "moons", "samples": 201}, batch_size=32, schedule="InverseTimeLR"
    ),
    "three classes, three switches": chain(SWITCHES, "iris", schedule="ExponentialLR"),
    "blocks in blocks, one repeated": in_blocks(),
    "one batch larger than the set": chain(CNN, "digits", batch_size=5000, schedule="StepLR"),
}
