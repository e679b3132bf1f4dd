"""Runs that are averaged: members of two networks on the same data, trained once, bagged ones among them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from documents import chain, cnn, mlp, regression
from trained_runs import trained

from models.document import Document
from studio.runs.folder import RunFolder

WIDER = [
    ("input1", "Input", {"shape": [4]}),
    ("fc1", "Linear", {"out_features": 24}),
    ("relu1", "ReLU", {}),
    ("drop1", "Dropout", {"p": 0.1}),
    ("fc2", "Linear", {"out_features": 3}),
    ("output1", "Output", {}),
]


def bagged(number: int) -> Document:
    """A member with a training part of its own."""
    optimizer = {"kind": "Adam", "params": {"lr": 0.02}}
    return mlp(epochs=4, seed=number, optimizer=optimizer, data={"source": "iris", "resample": number})


MEMBERS = {
    "one": lambda: mlp(epochs=3, seed=1),
    "two": lambda: mlp(epochs=3, seed=2),
    "wider": lambda: chain(WIDER, "iris", epochs=3, seed=3),
    "bag1": lambda: bagged(1),
    "bag2": lambda: bagged(2),
    "bag3": lambda: bagged(3),
    "other split": lambda: mlp(epochs=1, data={"source": "iris", "seed": 5}),
    "other data": lambda: cnn(epochs=1),
    "numbers1": lambda: regression(epochs=2, seed=1),
    "numbers2": lambda: regression(epochs=2, seed=2, data={"source": "diabetes", "resample": 3}),
}


@pytest.fixture(scope="session")
def members(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, RunFolder]:
    """Trained runs by their names in `MEMBERS`; nobody may change them."""
    folder: Path = tmp_path_factory.mktemp("members")
    return {name: trained(make(), folder, name) for name, make in MEMBERS.items()}
