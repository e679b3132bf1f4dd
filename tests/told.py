"""What a session tells in a test, and what is done when it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.document import Document
from studio.runs.events import read_events
from studio.runs.folder import RunFolder

New = Callable[[Document], RunFolder]


class Told:
    """Keeps what a session tells, and may act on it."""

    def __init__(self, act: Callable[[str, dict[str, Any]], None] | None = None) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.act = act

    def __call__(self, event: str, facts: dict[str, Any]) -> None:
        self.events.append((event, facts))
        if self.act:
            self.act(event, facts)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.events]


def when(wanted: str, count: int, action: Callable[[], None]) -> Callable[[str, dict[str, Any]], None]:
    """Do something at the n-th event of a name."""
    seen = 0

    def act(event: str, facts: dict[str, Any]) -> None:
        nonlocal seen
        seen += event == wanted
        if event == wanted and seen == count:
            action()

    return act


def logged(run: RunFolder) -> list[str]:
    return [event["event"] for event in read_events(run.events_path)]
