"""Why a worker process ended, in a sentence."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import IO

from studio.runs.files.reading import open_plain

OOM_COUNTERS = ("/proc/vmstat", "/sys/fs/cgroup/memory.events")
"""Where Linux counts the processes that it ended for lack of memory, in lines such as ``oom_kill 3``."""

WITHIN, BEYOND = "The worker’s memory ran out.", "The system ended the worker because memory ran out."


class Killer:
    """What was known while the process lived of who might end it."""

    def __init__(self) -> None:
        self.by_us = False
        self.unresponsive = False
        self.ended_for_memory = oom_kills()


def oom_kills() -> int:
    """How many processes the system has ended so far because memory ran out; 0 where it does not say."""
    count = 0
    for path in OOM_COUNTERS:
        try:
            text = Path(path).read_text()
        except OSError:
            continue
        count += sum(int(number) for number in re.findall(r"^oom_kill (\d+)$", text, re.MULTILINE))
    return count


def cause_of_death(status: int, killer: Killer, log: Path | None, errors: IO[bytes] | None) -> str:
    """The sentence for an exit status, given what the process printed last."""
    if killer.unresponsive:
        return "The worker did not stop when it was told to, so it was ended."
    if killer.by_us:
        return "The worker was ended."
    if status < 0:
        return _killed(-status, killer)
    last = _last_line(log, errors)
    if re.search(r"MemoryError|out of memory|can't allocate memory", last):
        return f"{WITHIN} Try a smaller batch size or a smaller network."
    if last and status:
        return f"The worker ended with an error: {last}"
    return f"The worker ended by itself with status {status}." if status else "The worker ended."


def is_of_memory(reason: str) -> bool:
    """Whether a `cause_of_death` is that memory ran out."""
    return reason.startswith((WITHIN, BEYOND))


def _killed(number: int, killer: Killer) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = "unknown"
    if number == getattr(signal, "SIGKILL", 9) and oom_kills() > killer.ended_for_memory:
        return f"{BEYOND} Try a smaller batch size or a smaller network."
    if name in ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT"):
        return f"The worker crashed: signal {number} ({name}). The run’s log.txt may say more."
    return f"The worker was killed by signal {number} ({name})."


def _last_line(log: Path | None, errors: IO[bytes] | None) -> str:
    """The last line of a traceback, from the run's log or from what came before there was one."""
    text = ""
    try:
        if errors is not None:
            text = _end_of(errors)
        if log is not None and log.exists():
            with open_plain(log) as file:
                text += _end_of(file)
    except (OSError, ValueError):
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


def _end_of(file: IO[bytes]) -> str:
    file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
    return file.read(4096).decode(errors="replace")
