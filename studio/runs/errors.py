"""The errors that run folders raise."""

from __future__ import annotations

from pathlib import Path

from models.storage.atomic import reason


class RunError(Exception):
    """A run can't be written or read; the text is a sentence for the user."""


class RunGoneError(RunError):
    """A run was deleted, moved or taken over while it was being written: trying again is of no use."""


def disk_error(action: str, path: Path, error: OSError) -> RunError:
    """The sentence for an operating system error while doing `action` ("write", "read", ...) to `path`."""
    why = reason(error)
    advice = " Free some space or choose another folder for runs." if why == "the disk is full" else ""
    return RunError(f"Could not {action} {path}: {why}.{advice}")
