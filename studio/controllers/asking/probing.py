"""Questions to what a run has learned, as the window asks them: of a worker of its own, so that no training waits.

    probing.ask(Question("scores", str(run), slot="results"), show, say, progress)

Returns at once. The worker writes the answer into a file of a private folder, a thread reads it, and ``show`` gets the
`Answer` on the window's thread. Of two questions in one slot only the newer is answered. Who asks need not care whether
the worker lives: where it dies, ``say`` gets the reason, and the next question has another.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from studio.controllers.mailbox import Mailbox
from studio.running.client import WorkerClient, WorkerState
from studio.runs.errors import RunError
from studio.runs.probes.answer import Answer, read_answer, write_answer
from studio.runs.probes.question import Question
from studio.services.background import Queue

if TYPE_CHECKING:
    from studio.runs.probes.answer import Arrays

GIVES_UP_WITHIN = 5_000
"""Milliseconds that a question which was given up may go on; then its worker is ended and another one starts."""

Show = Callable[[Answer], object]
Say = Callable[[str], object]
Tell = Callable[[int, int], object]


class _Asked(NamedTuple):
    question: Question
    show: Show
    say: Say
    tell: Tell


class Probing(QObject):
    """The one door to what runs have learned. `changed` follows anything about who is asking or answering."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = WorkerClient(Mailbox(self._on_state, self).put)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._asked: dict[int, _Asked] = {}
        self._arriving: dict[int, _Asked] = {}
        """Those that are answered, while a thread reads what."""
        self._left: set[int] = set()
        self._reading = Queue(self)
        self._patience = QTimer(self, singleShot=True, interval=GIVES_UP_WITHIN)
        self._patience.timeout.connect(self._end_by_force)
        self._number = 0
        self._closed = False

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._asked) or self._reading.is_busy

    @property
    def worker_pid(self) -> int | None:
        """The number of the worker's process, None while there is none."""
        return self._client.pid

    def asks(self, slot: str) -> bool:
        """Whether the answer to a question of that slot is still to come."""
        return any(item.question.slot == slot for item in (*self._asked.values(), *self._arriving.values()))

    def warm_up(self) -> None:
        """Start the worker ahead of the first question."""
        if not self._closed:
            self._client.start()

    def ask(self, question: Question, show: Show, say: Say, tell: Tell = lambda done, total: None) -> None:
        """Ask; one of ``show`` and ``say`` (a sentence) follows, unless a newer question or `drop` comes first.

        ``tell`` is told how far the answer is.
        """
        if self._closed:
            return
        self.drop(question.slot)
        self._number += 1
        place = self._place(f"answer-{self._number}")
        numbered = replace(question, id=self._number, answer=str(place))
        self._asked[self._number] = _Asked(numbered, show, say, tell)
        self._client.ask(numbered)
        self.changed.emit()

    def drop(self, slot: str) -> None:
        """Want no answer to what was asked in a slot."""
        self._arriving = {id: item for id, item in self._arriving.items() if item.question.slot != slot}
        for id in [id for id, item in self._asked.items() if item.question.slot == slot]:
            del self._asked[id]
            self._left.add(id)
            self._client.drop(id)
            self._patience.start()
            self.changed.emit()

    def keep(
        self,
        name: str,
        arrays: Arrays,
        then: Callable[[Path], object],
        say: Say,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Put arrays where the worker reads them, such as a sketch, and ``facts`` about them; ``then`` gets the place,
        else ``say`` why not."""
        place = self._place(name)
        if not self._closed:
            write = partial(write_answer, place, Answer(arrays, dict(facts or {})))
            self._reading.run(write, lambda _: then(place), lambda error: say(str(error)), (RunError,))

    def close(self) -> None:
        """The window closes: nobody waits for answers any more."""
        self._closed = True
        self._asked.clear()
        self._arriving.clear()
        self._patience.stop()
        self._client.close()
        self._reading.forget()
        if self._folder is not None:
            self._folder.cleanup()

    def _place(self, name: str) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="netloom-answers-")
        return Path(self._folder.name, f"{name}.safetensors")

    # What the worker says

    def _on_state(self, state: WorkerState) -> None:
        if self._closed:
            return
        id = state.facts.get("id")
        if state.name == "answering" and id in self._asked:
            self._asked[id].tell(int(state.facts.get("done", 0)), int(state.facts.get("total", 0)))
        elif state.name == "answered" and isinstance(id, int):
            self._answered(id, str(state.facts.get("outcome")), str(state.facts.get("message", "")))
        elif state.name == "died":
            self._fail_all(f"{state.facts.get('reason', '')} Ask once more.")
        elif state.name == "refused":  # which names no question
            self._fail_all(str(state.facts.get("message", "")))

    def _answered(self, id: int, outcome: str, message: str) -> None:
        self._left.discard(id)
        if not self._left:
            self._patience.stop()
        asked = self._asked.pop(id, None)
        if outcome == "done":
            if asked is not None:
                self._arriving[id] = asked
            place = self._place(f"answer-{id}")
            self._reading.run(partial(_taken, place), partial(self._show, id), partial(self._say, id), (RunError,))
        elif asked is not None and outcome == "failed":
            asked.say(message)
        self.changed.emit()

    def _show(self, id: int, answer: Answer) -> None:
        """What was read, unless it is wanted no more."""
        if asked := self._arriving.pop(id, None):
            asked.show(answer)

    def _say(self, id: int, error: Exception) -> None:
        if asked := self._arriving.pop(id, None):
            asked.say(str(error))

    def _fail_all(self, sentence: str) -> None:
        asked, self._asked = list(self._asked.values()), {}
        self._left.clear()
        self._patience.stop()
        for item in asked:
            item.say(sentence)
        self.changed.emit()

    def _end_by_force(self) -> None:
        if self._left:
            self._client.kill()


def _taken(place: Path) -> Answer:
    """The answer in a file, which goes away."""
    try:
        return read_answer(place)
    finally:
        place.unlink(missing_ok=True)
