"""The worker's side of the two pipes: state lines out, command lines in, stray prints kept away from both."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio.runs.files.append_file import open_log
from studio.runs.files.atomic import to_json
from studio.runs.files.reading import plain_json

LONGEST_LINE = 1 << 16
"""Bytes; a longer command is none of ours."""


class Channel:
    """State lines, one JSON object each, on a private copy of standard output.

    Standard output itself is joined to standard error, and both to a run's log.txt while it trains. Nobody reading
    never blocks training: what may be dropped is dropped, as a full pipe means a window that stands still.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._out = os.dup(1)
        if os.name != "nt":
            os.set_blocking(self._out, False)
        os.dup2(2, 1)

    def send(self, state: str, *, may_drop: bool = False, **facts: Any) -> None:
        """Send one line; a reader that is gone is not our trouble, the end of standard input tells of it."""
        line = memoryview(to_json({"state": state, **facts}) + b"\n")
        with self._lock:
            try:
                while line:
                    try:
                        line = line[os.write(self._out, line) :]
                        may_drop = False  # a line that was begun is finished
                    except BlockingIOError:
                        if may_drop:
                            return
                        time.sleep(0.02)
            except OSError:
                return


def commands() -> Iterator[dict[str, Any] | None]:
    """The commands on standard input as they come; None for a line that is no command. Ends with the input."""
    # Not through sys.stdin: a thread that waits in there keeps a lock, for which Python aborts as it ends.
    rest = b""
    while piece := os.read(0, LONGEST_LINE):
        *lines, rest = (rest + piece).split(b"\n")
        yield from map(_command, lines)
        if len(rest) > LONGEST_LINE:
            rest = b""
            yield None


def _command(line: bytes) -> dict[str, Any] | None:
    try:
        value = plain_json(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) and isinstance(value.get("command"), str) else None


def print_to(path: Path) -> None:
    """Send whatever this process and its libraries print to the end of a file; raises `RunError`."""
    handle = open_log(path)
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)
