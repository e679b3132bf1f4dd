"""The Train workspace in a test: runs of its folder, waiting for it, and the rows that it lists."""

from __future__ import annotations

from pathlib import Path

from documents import mlp
from waiting import until

from models.storage import files
from studio.runs.folder import RunFolder
from studio.workspaces.train.workspace import TrainWorkspace

LONG = 100_000


def old_run(runs_dir: Path, number: int, epochs: int = 3, end: str = "finished", **header: object) -> RunFolder:
    """A finished run that was trained some time ago."""
    document = mlp(epochs=epochs)
    about = {"name": f"run {number}", "title": "exam", "settings": {"epochs": epochs}, **header}
    run = RunFolder.create(runs_dir, files.format_json(files.to_json(document)), "", about)
    writer = run.metric_writer()
    with run.event_log() as events:
        events.write("started", device="cpu")
        for epoch in range(1, epochs + 1):
            values = {"validation/loss": 1 / epoch, "validation/accuracy": 1 - 0.1 / epoch}
            for name, value in values.items():
                writer.record(name, epoch * 10, float(epoch), value)
            events.write("epoch", epoch=epoch, values=values)
        events.write(end)
    writer.close()
    return run


def settle(train: TrainWorkspace) -> None:
    """Wait for what is read on threads: the list of runs, curves, the log."""
    panel = train.panel
    until(lambda: not (train.training.runs.is_busy or panel.is_reading or train.curves.is_reading))


def rows(train: TrainWorkspace) -> dict[str, tuple[str, str, str]]:
    return {row.name: (row.state, row.value, row.detail) for row in train.panel.list.runs.rows}
