"""The one error that run folders raise."""

from __future__ import annotations

import errno
from pathlib import Path


class RunError(Exception):
    """A run can't be written or read; the text is a sentence for the user."""


def disk_error(action: str, path: Path, error: OSError) -> RunError:
    """The sentence for an operating system error while doing `action` ("write", "read", ...) to `path`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        advice = "Free some space or choose another folder for runs."
        return RunError(f"Could not {action} {path}: the disk is full. {advice}")
    if error.errno == errno.EFBIG:
        return RunError(f"Could not {action} {path}: the file reached the largest size allowed here.")
    return RunError(f"Could not {action} {path}: {error.strerror or error}.")
