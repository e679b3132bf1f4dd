"""Runs and trainers in a temporary folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from models.document import Document
from studio.data import dataset_from
from studio.running.launch import new_run
from studio.runs.folder import RunFolder
from studio.worker.training.plan import Plan, make_plan
from studio.worker.training.trainer import Trainer


@pytest.fixture(autouse=True)
def no_save_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints are made where a test asks for them, not when a slow computer has trained for two seconds."""
    monkeypatch.setattr("studio.worker.saver.FIRST_SAVE", 1e9)


@pytest.fixture
def new(tmp_path: Path) -> Callable[[Document], RunFolder]:
    """Makes a run out of a document."""
    return lambda document: new_run(document, None, tmp_path / "runs")


@pytest.fixture
def plan(new: Callable[[Document], RunFolder]) -> Callable[[Document], Plan]:
    """Makes a plan out of a document, on the CPU."""

    def make(document: Document) -> Plan:
        run = new(document)
        data = dataset_from(document.data)[0].load()
        return make_plan(document, run.source_path.read_text(), run.source_path, data, torch.device("cpu"))

    return make


@pytest.fixture
def trainer(plan: Callable[[Document], Plan]) -> Callable[[Document], Trainer]:
    """Makes a trainer at the beginning of a document's training."""
    return lambda document: Trainer(plan(document))
