"""Which process owns a file, and whether it still lives, even if its number was given to another one since."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Owner:
    """A process: its number, when it started, and what that was a part of.

    ``boot`` names one start of a computer and ``space`` what numbers of processes mean there (a container has numbers
    of its own): where both are those of here, ``started`` tells whether a process of that number is this very one. The
    computer's name is for people alone: it changes with the network.
    """

    pid: int
    host: str = field(compare=False)
    started: str
    boot: str
    space: str = ""

    @classmethod
    def current(cls) -> Owner:
        """This very process."""
        return cls(os.getpid(), _host(), _started(os.getpid()) or "", _boot(), _space())

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
            host, started, boot = (str(facts[name]) for name in ("host", "started", "boot"))
            return cls(int(facts["pid"]), host, started, boot, str(facts.get("space", "")))
        except (ValueError, KeyError, TypeError, OverflowError, AttributeError):
            return None

    def facts(self) -> dict[str, object]:
        """The same as plain JSON."""
        return asdict(self)

    def is_elsewhere(self) -> bool:
        """Whether its life can't be checked here: it ran on another computer or in another container, it seems.

        That is unsure: this computer may have been started anew under another name.
        """
        if self.is_alive():
            return False
        if self.boot and self.boot == _boot():
            return not self._is_numbered_here()
        return self.host != _host()

    def is_alive(self) -> bool:
        """Whether this very process still runs here (an ended one not yet waited for is dead)."""
        return self.boot == _boot() and self._is_numbered_here() and _started(self.pid) == self.started

    def _is_numbered_here(self) -> bool:
        return self.space in ("", _space())  # older Netlooms named none


def is_running(pid: int) -> bool:
    """Whether any process of that number runs on this computer."""
    return _started(pid) is not None


def _host() -> str:
    """The computer's name, without `socket` where the system tells: that takes long to import."""
    if hasattr(os, "uname"):
        return os.uname().nodename
    import socket

    return socket.gethostname()


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
    except (psutil.NoSuchProcess, ValueError, OverflowError):
        return None


@cache
def _boot() -> str:
    """What tells this start of the computer from all others, "" where the system has no such mark.

    Without one, start times of processes are those of a calendar, which tell as much.
    """
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


@cache
def _space() -> str:
    """What tells the processes that are numbered together, "" where the system has no such mark."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except (OSError, AttributeError):
        return ""
