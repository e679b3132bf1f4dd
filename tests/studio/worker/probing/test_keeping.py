"""Scores are kept in the run folder: the second look is at a file, and only at the very same scores."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from documents import cnn, mlp
from trained_runs import Asking, trained

from studio.worker.probing import keeping


def kept(run: Path) -> set[str]:
    return {path.name for path in (run / keeping.FOLDER).glob("*")}


def test_the_second_look_reads_no_data_and_runs_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = trained(mlp(epochs=1), tmp_path / "runs")
    first = Asking(tmp_path).ask("scores", run)
    monkeypatch.setattr("studio.worker.probing.bench.load_data", None)
    second = Asking(tmp_path).ask("scores", run)
    assert first.facts == second.facts
    for name, array in first.arrays.items():
        np.testing.assert_array_equal(array, second.arrays[name])


def test_other_weights_parts_and_data_are_kept_apart(tmp_path: Path) -> None:
    run = trained(mlp(epochs=1), tmp_path / "runs")
    asking = Asking(tmp_path)
    for more in ({}, {"part": "training"}, {"checkpoint": ""}, {"data": {"source": "iris", "seed": 3}}):
        before = kept(run.path)
        asking.ask("scores", run, **more)
        assert len(kept(run.path)) == len(before) + 1, more
    asking.ask("thought", run, sample=0)
    assert len(kept(run.path)) == 4, "only what costs much is kept"


def test_a_file_that_was_written_since_is_scored_anew(tmp_path: Path) -> None:
    path, y = tmp_path / "own.npz", np.arange(60) % 10
    x = np.random.default_rng(0).normal(size=(60, 1, 8, 8)).astype(np.float32)
    np.savez(path, x=x, y=y)
    run = trained(cnn(epochs=1, data={"source": "numpy", "path": str(path)}), tmp_path / "runs")
    before = Asking(tmp_path).ask("scores", run)
    np.savez(path, x=x[::-1], y=y)
    os.utime(path, (1, 1))
    assert not np.array_equal(Asking(tmp_path).ask("scores", run).arrays["loss"], before.arrays["loss"])


def test_a_damaged_file_is_scored_anew_and_old_ones_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = trained(mlp(epochs=1), tmp_path / "runs")
    asking = Asking(tmp_path)
    asking.ask("scores", run)
    (name,) = kept(run.path)
    (run.path / keeping.FOLDER / name).write_bytes(b"no answer")
    assert asking.ask("scores", run).facts["examples"] == 30
    monkeypatch.setattr(keeping, "MOST_KEPT", 2)
    for seed in range(3):
        asking.ask("scores", run, data={"source": "iris", "seed": seed + 1})
    assert len(kept(run.path)) == 2


def test_nothing_is_written_through_a_link_or_where_the_disk_refuses(tmp_path: Path) -> None:
    run = trained(mlp(epochs=1), tmp_path / "runs")
    (tmp_path / "elsewhere").mkdir()
    (run.path / keeping.FOLDER).symlink_to(tmp_path / "elsewhere")
    Asking(tmp_path).ask("scores", run)
    assert not list((tmp_path / "elsewhere").iterdir())
    (run.path / keeping.FOLDER).unlink()
    (run.path / keeping.FOLDER).write_text("in the way")
    assert Asking(tmp_path).ask("scores", run).facts["examples"] == 30
