"""The log of what happened in a run: one line of JSON an event, appended whole or not at all."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from studio.runs.append_file import AppendFile
from studio.runs.atomic import to_json
from studio.runs.errors import disk_error

Event = dict[str, Any]


class EventLog:
    """The only writer of one `events.jsonl`; an existing file is continued and a torn last line is cut off."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sequence = 0
        self._file = AppendFile(path, self._continue)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def write(self, event: str, **facts: Any) -> None:
        """Append `event` with its facts; it survives the process at once. Raises `RunError` when it can't."""
        stamps = {"sequence": self._sequence, "time": time.time(), "monotonic": time.monotonic(), "event": event}
        self._file.append(to_json({**facts, **stamps}) + b"\n")
        self._sequence += 1

    def close(self) -> None:
        """Force the log to the disk and let go of it; a second call does nothing."""
        self._file.close()

    def _continue(self, data: bytes) -> int:
        """Take up the numbering of before, and give the length of the whole lines."""
        end = data.rfind(b"\n") + 1
        self._sequence = max((event["sequence"] for event in _parse(data[:end])[0]), default=-1) + 1
        return end


class EventReader:
    """Follows one `events.jsonl`: each `poll` gives the events added since the one before.

    `damaged` counts the lines that could not be read and were passed over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0
        self._position = 0

    def poll(self) -> list[Event]:
        """The new events in order; a last line that isn't finished is left for the next poll."""
        try:
            size = self.path.stat().st_size
            if size < self._position:
                self._position = 0
            if size == self._position:
                return []
            with open(self.path, "rb") as file:
                file.seek(self._position)
                data = file.read(size - self._position)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise disk_error("read", self.path, error) from error
        whole = data.rfind(b"\n") + 1
        self._position += whole
        events, damaged = _parse(data[:whole])
        self.damaged += damaged
        return events


def read_events(path: Path) -> list[Event]:
    """Every event of the run whose `events.jsonl` is at `path`."""
    return EventReader(path).poll()


def _parse(data: bytes) -> tuple[list[Event], int]:
    """The events in whole lines of `data`, and how many lines are not events."""
    events: list[Event] = []
    damaged = 0
    for line in data.splitlines():
        event = _event(line)
        if event is None:
            damaged += 1
        else:
            events.append(event)
    return events, damaged


def _event(line: bytes) -> Event | None:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or not isinstance(content.get("event"), str):
        return None
    if not isinstance(content.get("sequence"), int) or not isinstance(content.get("time"), int | float):
        return None
    return content
