"""Summaries of runs for tests of tables."""

from __future__ import annotations

from typing import Any

from studio.runs.summary import RunSummary

BLANK: dict[str, Any] = {
    "id": "a", "name": "run 14", "created": "2026-11-21T14:30:00+00:00", "state": "finished", "reason": "",
    "dataset": "digits", "device": "cpu", "epochs": 20.0, "seconds": 3.0, "parameters": 13050, "document_path": "",
    "settings": {}, "best": {}, "last": {}, "title": "exam", "network": "n1",
}  # fmt: skip


def summary(**values: Any) -> RunSummary:
    """A run that has finished, with other values."""
    return RunSummary(**(BLANK | values))
