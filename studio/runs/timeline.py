"""Which parts of a log count, where a run went back to a checkpoint and on from there, more than once perhaps."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple


class Part(NamedTuple):
    """Places from ``start`` on, up to the next part; ``until`` is the last step that counts there.

    None stands for all steps, -1 for none.
    """

    start: int
    until: int | None


class Timeline:
    """The places of one log, such as bytes or numbers of lines, as they count after every return so far.

    A return at place `at` makes the log what it was when `to` was its end. Where a log does not say (it was written
    before they did), what lies before counts up to a step.
    """

    def __init__(self) -> None:
        self._returns: dict[int, tuple[int | None, int]] = {}
        self._order: list[int] = []
        self._parts = [Part(0, None)]
        self._starts = [0]

    def go_back(self, at: int, to: int | None, step: int) -> bool:
        """Note a return; gives whether it was not known."""
        if self._returns.get(at) == (to, step):
            return False
        self._returns[at] = (to, step)
        self._order = sorted(self._returns)
        self._parts = self._counting()
        self._starts = [part.start for part in self._parts]
        return True

    def until(self, place: int) -> int | None:
        """The last step that counts at a place: None for all of them, -1 for none."""
        return self._parts[bisect_right(self._starts, place) - 1].until

    def _counting(self) -> list[Part]:
        """From the end back: what lies behind the last return counts, then what counted when its goal was the end."""
        parts: list[Part] = []
        limit: int | None = None
        place = len(self._order) - 1
        while place >= 0:
            at = self._order[place]
            to, step = self._returns[at]
            parts.append(Part(at, limit))
            if to is None:
                limit = step if limit is None else min(step, limit)
                place -= 1
                continue
            end = min(max(to, 0), at)
            parts.append(Part(end, -1))
            place = bisect_right(self._order, end - 1, hi=place) - 1
        parts.append(Part(0, limit))
        return _joined(parts[::-1])


def _joined(parts: list[Part]) -> list[Part]:
    """Without empty parts: of two that start at one place, the later one counts."""
    return list({part.start: part for part in parts}.values())
