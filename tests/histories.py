"""What a run and its exported script tell of each epoch, to be compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from documents import history

from models.document import Document
from studio.running.launch import new_run, training_script
from studio.worker.session import train


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
