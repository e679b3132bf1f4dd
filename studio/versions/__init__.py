"""What can be compared: a document on the disk, the one that a run was trained from, the one in git."""

from __future__ import annotations

from studio.versions.git import committed
from studio.versions.version import Version, in_git, of_run, on_disk, version

__all__ = ["Version", "committed", "in_git", "of_run", "on_disk", "version"]
