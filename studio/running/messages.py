"""What a worker says, read as if anybody might have said it: a library that prints, a process gone mad."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from studio.runs.files.reading import plain_json

LONGEST_LINE = 1 << 16
"""Bytes of the longest line that is read as one."""

ANSWERS = ("answering", "answered")
"""States that are about a question; what the worker itself is at stays as it was."""
STATES = ("starting", "ready", "loading", "training", "paused", "ended", "acknowledged", "refused", "alive", *ANSWERS)


def read_message(line: bytes) -> dict[str, Any] | None:
    """The message in a line, with its "state"; None if it is none. Facts of another kind than known are left out."""
    try:
        content = plain_json(line)
    except ValueError:
        return None
    if not isinstance(content, dict) or not isinstance(content.get("state"), str) or content["state"] not in STATES:
        return None
    return {name: value for name, value in content.items() if name not in _KINDS or _KINDS[name](value)}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -1 <= value < 1 << 53


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e18


def _are_devices(value: object) -> bool:
    names = ("id", "name")
    return isinstance(value, list) and all(
        isinstance(device, dict) and all(isinstance(device.get(name), str) for name in names) for device in value
    )


_KINDS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("run", "reason", "message", "outcome", "torch", "device"), _is_text),
    **dict.fromkeys(("ticks", "step", "steps", "epochs", "done", "total", "pid", "id"), _is_whole),
    **dict.fromkeys(("epoch", "samples_per_second"), _is_number),
    "devices": _are_devices,
}
