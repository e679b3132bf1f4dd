"""How long an experiment takes, told from runs of the same network on the same data, or from one measured epoch."""

from __future__ import annotations

import queue
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean, median

from models.document import Document
from models.training import TrainingSettings
from studio.experiments.dotted import assign
from studio.experiments.experiment import Experiment
from studio.running.client import WorkerState
from studio.running.launch import new_run
from studio.running.pool import WorkerPool
from studio.runs import status
from studio.runs.events import read_events
from studio.runs.location import default_runs_dir
from studio.runs.summary import RunSummary

LONGEST_EPOCH = 120.0
"""Seconds after which an epoch is not waited for any longer."""
LATEST_RUNS = 20


def epoch_of_past(runs: Iterable[RunSummary], document: Document) -> float | None:
    """Seconds an epoch took in the latest runs of a network of as many parameters, on the same data with the same batch
    size; None where there are none."""
    settings, _ = TrainingSettings.read(document.training)
    if settings.updates:  # how many of them an epoch has is not known here
        return None
    wanted = (document.analysis.totals().parameters, str(document.data.get("source", "digits")), settings.batch_size)
    paces = [
        run.seconds / run.epochs
        for run in sorted(runs, key=lambda run: run.created, reverse=True)
        if run.state == status.FINISHED
        and run.epochs > 0
        and run.seconds > 0
        and (run.parameters, run.dataset, run.settings.get("batch_size")) == wanted
    ]
    return median(paces[:LATEST_RUNS]) if paces else None


def measured_epoch(document: Document, document_path: Path | None) -> float | None:
    """Seconds that one epoch takes now, trained by a worker of its own in a folder that is gone afterwards.

    None where it fails or takes too long, or updates are counted.
    """
    if TrainingSettings.read(document.training)[0].updates:
        return None
    states: queue.SimpleQueue[WorkerState] = queue.SimpleQueue()
    pool = WorkerPool(states.put)
    with tempfile.TemporaryDirectory(prefix="netloom-epoch-") as folder:
        assign(document, {"training.epochs": 1})
        run = new_run(document, document_path, Path(folder), kept=default_runs_dir())
        try:
            pool.train(run.path)
            until = time.monotonic() + LONGEST_EPOCH
            while time.monotonic() < until:
                try:
                    state = states.get(timeout=1.0)
                except queue.Empty:
                    continue
                if state.name == "died":
                    return None
                if state.name == "ended":
                    return _seconds(run.events_path) if state.facts.get("outcome") == "finished" else None
            return None
        finally:
            pool.close()


def _seconds(events: Path) -> float | None:
    at = {event["event"]: event["time"] for event in read_events(events)}
    return at["epoch"] - at["started"] if at.keys() >= {"epoch", "started"} else None


def total_seconds(epoch: float, experiment: Experiment, document: Document, runs: int, side_by_side: int) -> float:
    """Seconds for so many runs of an experiment with a document, so many at once, given those of an epoch."""
    settings, _ = TrainingSettings.read(document.training)
    varied = next((axis.points() for axis in experiment.axes if axis.name == "training.epochs"), (settings.epochs,))
    return epoch * fmean(varied) * -(-runs // max(1, side_by_side))


def duration_text(seconds: float) -> str:
    """About how long: ``40 s``, ``12 min``, ``3.5 h``, ``2 days``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days"
