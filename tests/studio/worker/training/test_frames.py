"""Training on windows of frames is training on an array that holds all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from documents import chain, history
from histories import history_of_run, history_of_script, told_by, told_in_two
from recordings import spoken

from models.document import Document
from studio.data import dataset_from
from studio.runs.folder import RunFolder
from studio.worker.session import train
from studio.worker.training.examples import WindowRows

New = Callable[[Document], RunFolder]
LAYERS = [
    ("input1", "Input", {"shape": [5, 6]}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 8}),
    ("fc2", "Linear", {"out_features": 2}),
    ("output1", "Output", {}),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("recordings")
    spoken(found)
    return found


def document(data: dict[str, Any]) -> Document:
    return chain(LAYERS, epochs=3, batch_size=8, data=data)


def sound(folder: Path) -> Document:
    return document({**spoken(folder), "path": str(folder)})


def test_rows_of_windows_are_what_a_stored_tensor_gives(folder: Path) -> None:
    x: Any = dataset_from(sound(folder).data)[0].load().train.x
    rows = WindowRows(torch.from_numpy(x.frames), torch.from_numpy(x.starts), x.width)
    stored, some = torch.from_numpy(x.read()), torch.tensor([3, 0, 3, 7])
    assert torch.equal(rows.index_select(0, some), stored[some])
    assert rows.shape == stored.shape and rows.dtype == stored.dtype


def test_losses_are_those_of_the_stored_windows(new: New, folder: Path, tmp_path: Path) -> None:
    data = dataset_from(sound(folder).data)[0].load()
    mean, std = data.mean, data.std
    parts = [(np.asarray(part.x) - mean) / std for part in data.splits]
    named = zip(("train", "test"), parts, data.splits, strict=True)
    arrays = {f"{side}_{name}": value for name, x, part in named for side, value in (("x", x), ("y", part.y))}
    np.savez(tmp_path / "stored.npz", **arrays)
    stored = {"source": "numpy", "path": str(tmp_path / "stored.npz"), "normalize": False, "layout": "as stored"}
    expected = history(told_by(train, new(document(stored))))
    assert len(expected) == 3 and history(told_by(train, new(sound(folder)))) == expected


def test_a_run_is_resumed_to_the_bit(new: New, folder: Path) -> None:
    whole = history(told_by(train, new(sound(folder))))
    first, second = told_in_two(new(sound(folder)), 2)
    assert history(first) + history(second) == whole
    assert next(facts for event, facts in second if event == "resumed")["exact"]


def test_the_script_trains_with_the_losses_of_the_run(folder: Path, tmp_path: Path) -> None:
    assert history_of_script(sound(folder)) == history_of_run(sound(folder), tmp_path)
