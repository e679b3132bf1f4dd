"""Starting the other processes of a run on this computer, and ending them with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from studio.worker.ranks.place import Place

ENDS_WITHIN = 5.0
"""Seconds that a helper may take to end by itself once the run is over."""
_MAIN = "import sys; sys.path[:] = {paths!r}; from studio.worker.ranks.helper import main; main()"


class Helper:
    """One started process. It ends with its standard input: at the latest when whoever started it is gone."""

    def __init__(self, place: Place, process: subprocess.Popen[bytes]) -> None:
        self.place, self.process = place, process

    def end(self) -> str:
        """Why it ended, "" while it lives or if it ended well."""
        status = self.process.poll()
        return _sentence(status, self.place) if status else ""

    def close(self, until: float) -> None:
        """Have it end, by force from a time on (by `time.monotonic`)."""
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(run: Path, count: int, device: str, trust: str, store: Path, log: Path) -> list[Helper]:
    """Start processes 1 to ``count`` - 1 for a run on this computer. What they print goes to ``log``."""
    # They import what this process would, and nothing of the current folder.
    paths = [path for path in sys.path if os.path.isabs(path)]
    command = [sys.executable, "-P", "-c", _MAIN.format(paths=paths), str(run), device, trust, str(store)]
    helpers = []
    with log.open("ab") as printed:
        for rank in range(1, count):
            place = Place(rank, count, rank, count)
            numbers = {"RANK": rank, "WORLD_SIZE": count, "LOCAL_RANK": rank, "LOCAL_WORLD_SIZE": count}
            variables = {**os.environ, **{name: str(number) for name, number in numbers.items()}}
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=printed, stderr=printed, env=variables)
            helpers.append(Helper(place, process))
    return helpers


def close(helpers: list[Helper]) -> None:
    """Have them all end."""
    until = time.monotonic() + ENDS_WITHIN
    for helper in helpers:
        if helper.process.stdin:
            helper.process.stdin.close()
    for helper in helpers:
        helper.close(until)


def _sentence(status: int, place: Place) -> str:
    who = f"Process {place.rank + 1} of {place.count}"
    if status > 0:
        return f"{who} ended with status {status}; the run’s log says more."
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = "unknown"
    return f"{who} was killed by signal {-status} ({name})."
