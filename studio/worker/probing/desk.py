"""Where questions lie while they are answered: the newest first, one step at a time, so that none waits for a long one.

A question that is newer takes the place of one in the same slot; one that was asked before in another slot goes on
afterwards from where it rests.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from studio.runs.probes.answer import Answer, write_answer
from studio.runs.probes.question import Question
from studio.worker.probing.errors import Failed, failures
from studio.worker.process.control import Control, Ended

if TYPE_CHECKING:
    from studio.worker.probing.asked import Asked
    from studio.worker.probing.base import Probe, Steps
    from studio.worker.probing.seat import Seat

# What computes is imported where it is used: a process says that it lives before torch is there.

TELL_EVERY = 0.05
"""Seconds between two words on how far an answer is."""


class Send(Protocol):
    """How a state line is sent."""

    def __call__(self, state: str, *, may_drop: bool = False, **facts: object) -> None: ...


@dataclass(eq=False)
class _Open:
    question: Question
    control: Control = field(default_factory=Control)
    asked: tuple[Probe, Asked] | None = None
    steps: Steps | None = None
    told: float = 0.0


class Desk:
    """Questions come from one thread (`put`, `cancel`, `close`) and are answered on another (`step`, `clear`)."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._open: list[_Open] = []
        self._seat: Seat | None = None

    @property
    def is_busy(self) -> bool:
        """Whether there is a step to take."""
        return bool(self._open)

    def put(self, question: Question) -> None:
        """Take a question; an older one in its slot is given up."""
        with self._lock:
            for older in self._open:
                if older.question.slot == question.slot:
                    older.control.stop()
            self._open.append(_Open(question))

    def cancel(self, id: object) -> None:
        """Give up a question; None is as good as any that is answered already."""
        with self._lock:
            for item in self._open:
                if item.question.id == id:
                    item.control.stop()

    def close(self) -> None:
        """Give up all questions."""
        with self._lock:
            for item in self._open:
                item.control.stop()

    def clear(self) -> None:
        """Let go of the network and the data that are kept warm."""
        self._seat = None
        for item in tuple(self._open):
            self._end(item, "failed", "This worker is training. Ask again when its run is over.")

    def step(self) -> None:
        """Take one step towards the newest answer; questions that were given up go first."""
        with self._lock:
            over = [item for item in self._open if item.control.ends]
            newest = next(reversed(self._open), None)
        for item in over:
            self._end(item, "canceled")
        if newest is not None and newest not in over:
            self._advance(newest)

    def _advance(self, item: _Open) -> None:
        try:
            with failures():
                answer = self._begin(item) if item.steps is None else self._go_on(item, item.steps)
                if answer is not None and not item.control.ends:
                    write_answer(Path(item.question.answer), answer)
        except Ended:
            self._end(item, "canceled")
        except Failed as failure:
            self._end(item, "failed", str(failure))
        else:
            if answer is not None:
                self._end(item, "done")

    def _begin(self, item: _Open) -> Answer | None:
        """Sit down to a question; gives the answer where it was kept."""
        from studio.worker.probing.keeping import kept
        from studio.worker.probing.seat import Seat

        if self._seat is None:
            self._seat = Seat()
        item.asked = self._seat.ask(item.question, item.control, lambda done, total: self._tell(item, done, total))
        probe, asked = item.asked
        if probe.is_kept and (found := kept(asked)) is not None:
            return found
        item.steps = probe.answer(asked)
        return None

    def _go_on(self, item: _Open, steps: Steps) -> Answer | None:
        from studio.worker.probing.keeping import keep

        try:
            self._tell(item, *next(steps))
        except StopIteration as end:
            answer: Answer = end.value
            if item.asked is not None and item.asked[0].is_kept:
                keep(item.asked[1], answer)
            return answer
        return None

    def _tell(self, item: _Open, done: int, total: int) -> None:
        now = time.monotonic()
        if now - item.told >= TELL_EVERY:
            item.told = now
            self._send("answering", may_drop=True, id=item.question.id, done=done, total=total)

    def _end(self, item: _Open, outcome: str, message: str = "") -> None:
        if item.steps is not None:
            item.steps.close()
        with self._lock:
            self._open.remove(item)
        self._send("answered", id=item.question.id, outcome=outcome, message=message)
