"""A real disk that is really full, in a small file system of its own; and a run whose folder goes while it trains."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from documents import cnn

from models.document import Document
from studio.runs.folder import RunFolder
from studio.worker.session import train
from support import ROOT

TRAIN = """
import os, shutil, sys
from pathlib import Path
from documents import cnn, history
from studio.running.launch import new_run
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import read_metrics
from studio.worker.process.control import Control
from studio.worker.session import resume, train

disk = Path(sys.argv[1])
assert train(new_run(cnn(epochs=1), None, disk / "runs")).state == "finished"
ballast = disk / "ballast"

def run_into_the_wall(patient):
    run = new_run(cnn(epochs=16), None, disk / "runs")
    told, reasons = [], []
    control = Control()

    def listen(event, facts):
        told.append((event, facts))
        if event == "epoch" and facts["epoch"] == 3:
            with open(ballast, "wb", buffering=0) as file:
                try:
                    while file.write(bytes(512)):
                        pass
                except OSError:
                    pass
        if event == "paused":
            reasons.append(facts["reason"])
            ballast.unlink(missing_ok=True)
            control.go_on()

    outcome = train(run, control=control, listener=listen, patient=patient)
    if patient:
        assert outcome.state == "finished" and len(history(told)) == 16, outcome
        assert len(reasons) == 1, reasons
        reason = reasons[0]
    else:
        assert outcome.state == "failed", outcome
        reason = outcome.reason
        assert len(read_metrics(run.metrics_path)["train/loss"]) > 0
        assert RunFolder.open(run.path).status().state in ("failed", "running")
        ballast.unlink()
        assert resume(RunFolder.open(run.path)).state == "finished"
    assert read_metrics(run.metrics_path)["validation/loss"].steps.tolist() == [45 * n for n in range(1, 17)]
    shutil.rmtree(run.path)
    print(reason)

run_into_the_wall(patient=True)
run_into_the_wall(patient=False)
"""


def has_own_file_systems() -> bool:
    """Whether an ordinary user may mount a file system for himself alone."""
    if shutil.which("unshare") is None or sys.platform != "linux":
        return False
    command = ["unshare", "-Urm", "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.R4
@pytest.mark.skipif(not has_own_file_systems(), reason="this system mounts no file systems for ordinary users")
def test_a_full_disk_loses_nothing_watched_or_not(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "disk").mkdir()
    script = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" "$3" "$1"'
    command = ["unshare", "-Urm", "sh", "-c", script, "sh", tmp_path / "disk", sys.executable, tmp_path / "train.py"]
    result = subprocess.run(
        [*map(str, command)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("the disk is full. Free some space") == 2


@pytest.mark.parametrize("watching", [True, False])
@pytest.mark.skipif(os.name == "nt", reason="there, open files cannot be deleted")
def test_a_run_that_is_deleted_while_it_is_trained_ends(new: Callable[[Document], RunFolder], watching: bool) -> None:
    run = new(cnn(epochs=40))

    def delete(event: str, facts: dict[str, Any]) -> None:
        if event == "epoch" and facts["epoch"] == 2:
            shutil.rmtree(run.path)

    outcome = train(run, listener=delete, patient=watching)
    assert outcome.state == "failed"
    assert "deleted while it " in outcome.reason and not run.path.exists()
    assert outcome.epoch < 40
