"""What a run and its exported script tell of each epoch, to be compared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from documents import history

from models.document import Document
from studio.running.launch import new_run, training_script
from studio.runs.folder import RunFolder
from studio.worker.process.control import Control
from studio.worker.session import resume, train

Told = list[tuple[str, dict[str, Any]]]


def told_by(run: Callable[..., Any], *given: Any, **more: Any) -> Told:
    """All that a training tells."""
    events: Told = []
    run(*given, listener=lambda *told: events.append(told), **more)
    return events


def told_in_two(run: RunFolder, epoch: int) -> tuple[Told, Told]:
    """What a run tells that is stopped at the end of an epoch, and when it is resumed."""
    control = Control()
    first: Told = []

    def listen(event: str, facts: dict[str, Any]) -> None:
        first.append((event, facts))
        if event == "epoch" and facts["epoch"] == epoch:
            control.stop()

    train(run, control=control, listener=listen)
    return first, told_by(resume, run)


def history_of_run(document: Document, folder: Path) -> list[dict[str, float]]:
    """What a run tells of each epoch, without what a script does not measure."""
    told: list[tuple[str, dict[str, Any]]] = []
    outcome = train(new_run(document, None, folder), listener=lambda event, facts: told.append((event, facts)))
    assert outcome.state == "finished", outcome
    return [
        {name: value for name, value in values.items() if name == "train/loss" or name.startswith("validation/")}
        for values in history(told)
    ]


def history_of_script(document: Document) -> list[dict[str, float]]:
    """What the exported script returns, run here."""
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(training_script(document, None), "script.py", "exec"), names)
    found: list[dict[str, float]] = names["main"]()
    return found
