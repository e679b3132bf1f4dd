"""The log of what happened in a run: one line of JSON an event, appended whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from studio.runs.errors import disk_error
from studio.runs.files.append_file import AppendFile
from studio.runs.files.atomic import to_json
from studio.runs.files.reading import open_plain, plain_json
from studio.runs.timeline import Timeline

Event = dict[str, Any]

LONGEST_LINE = 1 << 20
"""Bytes; a longer line is no event."""
PIECE = 1 << 22
"""Bytes that are read at once."""
LONGEST_TEXT = 4_000
MOST_VALUES = 200
MOST_SEQUENCE = 1 << 53
LATEST = 32_503_680_000.0
"""The year 3000 in Unix seconds: the last that every system can show as a date."""

_NO_NUMBERS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class EventLog:
    """The only writer of one `events.jsonl`; an existing file is continued and a torn last line is cut off."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sequence = 0
        """The number of the next event."""
        self._file = AppendFile(path, self._continue)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def write(self, event: str, **facts: Any) -> None:
        """Append `event` with its facts; it survives the process at once. Raises `RunError` when it can't.

        A "resumed" event with a fact `keeps` takes back the epochs from the event of that number on, which the run goes
        through once more.
        """
        stamps = {"sequence": self.sequence, "time": time.time(), "monotonic": time.monotonic(), "event": event}
        self._file.append(to_json({**facts, **stamps}) + b"\n")
        self.sequence += 1

    def sync(self) -> None:
        """Force what was written to the disk."""
        self._file.sync()

    def close(self) -> None:
        """Force the log to the disk and let go of it; a second call does nothing."""
        self._file.close()

    def _continue(self, data: bytes) -> int:
        """Take up the numbering of before, and give the length of the whole lines."""
        end = data.rfind(b"\n") + 1
        self.sequence = max((event["sequence"] for event in _parse(data[:end])[0]), default=-1) + 1
        return end


class EventReader:
    """Follows one `events.jsonl`: each `poll` gives the events added since the one before.

    Epochs that a resumed run goes through once more are left out. Where they were given before, `rewound` is set, and
    that poll and the following give the events from the first one on anew.
    `is_behind` says that a poll did not come to the end. `damaged` counts the lines that are no events.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0
        self.rewound = False
        self.is_behind = False
        self._position = 0
        self._last_epoch = -1
        self._timeline = Timeline()

    @property
    def position(self) -> int:
        """Bytes up to which the file was read."""
        return self._position

    def poll(self, most: int | None = None) -> list[Event]:
        """The new events in order, from about `most` bytes (all, if not given); a last line that isn't finished is
        left for the next poll. Raises `RunError` when the file can't be read."""
        self.rewound = self.is_behind = False
        try:
            size = self.path.stat().st_size
            if size < self._position:
                self._timeline = Timeline()
                self._start_over()
            return self._read(size, size if most is None else most) if size > self._position else []
        except FileNotFoundError:
            return []
        except OSError as error:
            raise disk_error("read", self.path, error) from error

    def _start_over(self) -> None:
        self._position, self._last_epoch, self.damaged, self.rewound = 0, -1, 0, True

    def _read(self, size: int, most: int) -> list[Event]:
        events: list[Event] = []
        left = most
        with open_plain(self.path) as file:
            while self._position < size and left > 0:
                file.seek(self._position)
                data = file.read(min(PIECE, size - self._position))
                end = data.rfind(b"\n") + 1
                if not end and len(data) > LONGEST_LINE:
                    end = len(data)  # what follows up to the next line is no event either
                if not end:
                    return events
                new, damaged = _parse(data[:end])
                if self._goes_back(new):
                    self._start_over()
                    events, left = [], most
                    continue
                events += self._counting(new)
                self.damaged += damaged
                self._position += end
                left -= end
        self.is_behind = self._position < size
        return events

    def _goes_back(self, events: list[Event]) -> bool:
        """Whether there are returns among new events that change what was given before."""
        reach = MOST_SEQUENCE
        for event in events:
            if event["event"] == "resumed" and "keeps" in event:
                unknown = self._timeline.go_back(event["sequence"], event["keeps"], 0)
                reach = min(reach, event["keeps"]) if unknown else reach
        return reach <= self._last_epoch

    def _counting(self, events: list[Event]) -> list[Event]:
        epochs = [event["sequence"] for event in events if event["event"] == "epoch"]
        self._last_epoch = max(epochs, default=self._last_epoch)
        return [e for e in events if e["event"] != "epoch" or self._timeline.until(e["sequence"]) is None]


def read_events(path: Path) -> list[Event]:
    """Every event that counts of the run whose `events.jsonl` is at `path`."""
    return EventReader(path).poll()


def _parse(data: bytes) -> tuple[list[Event], int]:
    """The events in whole lines of `data`, and how many lines are not events."""
    lines = data.split(b"\n")[:-1] if data.endswith(b"\n") else data.split(b"\n")
    events = [event for line in lines if (event := _event(line)) is not None]
    return events, len(lines) - len(events)


def _event(line: bytes) -> Event | None:
    try:
        content = plain_json(line)
    except ValueError:
        return None
    if not isinstance(content, dict) or not isinstance(content.get("event"), str):
        return None
    if not _is_whole(content.get("sequence"), MOST_SEQUENCE) or not _is_number(content.get("time"), LATEST):
        return None
    for name in _FACTS.keys() & content.keys():
        content[name] = _FACTS[name](content[name])
        if content[name] is None:
            del content[name]
    return content


def _is_whole(value: object, below: int = MOST_SEQUENCE) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < below


def _is_number(value: object, below: float = float(MOST_SEQUENCE)) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < below


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and _is_whole(value) else None


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and _is_number(value) else None


def _text(value: object) -> str | None:
    return value[:LONGEST_TEXT] if isinstance(value, str) else None


def _values(values: object) -> dict[str, float]:
    """Measured values by name, as floats; those that are not numbers are left out."""
    if not isinstance(values, dict):
        return {}
    numbers = ((name, _NO_NUMBERS.get(value, value) if isinstance(value, str) else value)
               for name, value in islice(values.items(), MOST_VALUES))  # fmt: skip
    return {name: float(value) for name, value in numbers if isinstance(value, int | float)}


_FACTS: dict[str, Callable[[object], object]] = {
    **dict.fromkeys(
        ("keeps", "step", "epochs", "steps_per_epoch", "examples", "parameters", "threads", "processes"), _whole
    ),
    **dict.fromkeys(("epoch", "learning_rate"), _number),
    **dict.fromkeys(("reason", "message", "device", "after", "torch"), _text),
    "values": _values,
}
"""How known facts of an event are read; what is of another kind is left out."""
