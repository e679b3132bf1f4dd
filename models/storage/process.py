"""Which process owns a file, and whether it still lives, even if its number was given to another one since."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Owner:
    """A process: number, computer, and when it started there (`started` and `boot` tell reused numbers apart)."""

    pid: int
    host: str
    started: str
    boot: str

    @classmethod
    def current(cls) -> Owner:
        """This very process."""
        return cls(os.getpid(), socket.gethostname(), _started(os.getpid()) or "", _boot())

    @classmethod
    def read(cls, path: Path) -> Owner | None:
        """The owner that the JSON file `path` names, or None if it is missing or unreadable."""
        try:
            return cls.of(json.loads(path.read_bytes()))
        except (OSError, ValueError, RecursionError):
            return None

    @classmethod
    def of(cls, facts: Any) -> Owner | None:
        """The owner with these `facts`, or None if they are none."""
        try:
            return cls(int(facts["pid"]), str(facts["host"]), str(facts["started"]), str(facts["boot"]))
        except (ValueError, KeyError, TypeError, OverflowError):
            return None

    def facts(self) -> dict[str, object]:
        """The same as plain JSON."""
        return asdict(self)

    def is_elsewhere(self) -> bool:
        """Whether it runs on another computer, so that its life can't be checked here."""
        return self.host != socket.gethostname()

    def is_alive(self) -> bool:
        """Whether this very process still runs on this computer (an ended one not yet waited for is dead)."""
        return not self.is_elsewhere() and self.boot == _boot() and _started(self.pid) == self.started


def is_running(pid: int) -> bool:
    """Whether any process of that number runs on this computer."""
    return _started(pid) is not None


def _started(pid: int) -> str | None:
    """When process `pid` started, as the platform tells it; None if no such process runs."""
    if not Path("/proc/self/stat").exists():
        return _started_portable(pid)
    try:
        # man 5 proc: the name in parentheses may hold anything; state and start time are fields 3 and 22
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]


def _started_portable(pid: int) -> str | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.NoSuchProcess:
        return None


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
