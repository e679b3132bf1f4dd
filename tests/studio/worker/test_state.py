"""Saved states: what is in them, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from documents import cnn, mlp

from models.document import Document
from studio.runs.checkpoints import WEIGHTS
from studio.worker.errors import TrainingError
from studio.worker.state import NUMBERS, TENSORS, captured, load_state, write_files
from studio.worker.training.trainer import Tick, Trainer

Make = Callable[[Document], Trainer]


def saved(trainer: Trainer, folder: Path, steps: int = 3) -> Path:
    folder = folder / "state"
    folder.mkdir()
    run = trainer.run()
    while steps:
        steps -= next(run) is Tick.STEP
    trainer.collect()
    write_files(captured(trainer), folder)
    return folder


def test_moments_keep_the_memory_layout_of_their_weights(trainer: Make, tmp_path: Path) -> None:
    first = trainer(cnn(optimizer="Adam"))
    second = trainer(cnn(optimizer="Adam"))
    load_state(second, saved(first, tmp_path))
    weight = second.plan.model.get_parameter("conv1.weight")
    moment = second.plan.optimizer.state[weight]["exp_avg"]
    assert moment.stride() == weight.stride()
    assert torch.equal(moment, first.plan.optimizer.state[first.plan.model.get_parameter("conv1.weight")]["exp_avg"])


def test_the_files_are_no_pickles(trainer: Make, tmp_path: Path) -> None:
    folder = saved(trainer(mlp()), tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == sorted((WEIGHTS, TENSORS, NUMBERS))
    assert json.loads((folder / NUMBERS).read_text())["step"] == 3
    for name in (WEIGHTS, TENSORS):
        length = int.from_bytes((folder / name).read_bytes()[:8], "little")
        assert "__metadata__" not in json.loads((folder / name).read_bytes()[8 : 8 + length])


def test_a_state_of_another_network_is_refused(trainer: Make, tmp_path: Path) -> None:
    folder = saved(trainer(mlp()), tmp_path)
    with pytest.raises(TrainingError, match="does not fit this run's network"):
        load_state(trainer(cnn()), folder)


@pytest.mark.parametrize("name", [WEIGHTS, TENSORS, NUMBERS])
@pytest.mark.parametrize("content", [b"", b"\xff" * 40, b"{}"])
def test_a_damaged_state_is_refused(trainer: Make, tmp_path: Path, name: str, content: bytes) -> None:
    folder = saved(trainer(mlp()), tmp_path)
    (folder / name).write_bytes(content)
    with pytest.raises(TrainingError):
        load_state(trainer(mlp()), folder)


def test_other_data_makes_resuming_inexact(trainer: Make, tmp_path: Path) -> None:
    folder = saved(trainer(mlp()), tmp_path)
    assert not load_state(trainer(mlp(data={"source": "iris", "seed": 5})), folder)
    assert load_state(trainer(mlp()), folder)
