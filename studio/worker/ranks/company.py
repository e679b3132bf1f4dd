"""Process 0's side of a run on several processes: it has them come, and sees them off."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import torch

from models.document import Document
from studio.runs.folder import RunFolder
from studio.worker.ranks.launcher import Pulse, come_again, open_door, wait_until_all_came
from studio.worker.ranks.meeting import CHECKPOINT, RUN, Meeting, store_in, watching
from studio.worker.ranks.place import ALONE, Place, started_by_launcher
from studio.worker.ranks.spawning import close, start
from studio.worker.ranks.team import Ranks, Team, Word

STORE = "processes.store"
"""In the run folder while it trains: where the processes of this computer meet."""


class Company:
    """The processes of one run: those of a launcher, or as many as the settings ask for (``count``), or this one.

    ``go_on`` may raise to end the waiting. Raises `TrainingError` where the launcher's do not meet, and `OSError` where
    none can be started.
    """

    def __init__(self, run: RunFolder, count: int, device: str, trust: str, go_on: Callable[[], None]) -> None:
        self.team = Team()
        self.meeting: Meeting | None = None
        self._store: Path | None = None
        place = started_by_launcher()
        if place.count > 1:
            self.place = place
            store = open_door(place)
            wait_until_all_came(place, store, go_on)
            self.meeting = Meeting(place, store, [], Pulse(place, come_again(place)))
            self.meeting.store.set(RUN, json.dumps([str(run.path.absolute()), device, trust]))
        elif count > 1:
            self.place = Place(0, count, 0, count)
            self.meeting = self._started(run, device, trust)
        else:
            self.place = ALONE

    def _started(self, run: RunFolder, device: str, trust: str) -> Meeting:
        self._store = run.path.absolute() / STORE
        self._store.unlink(missing_ok=True)
        store = store_in(self._store, self.place)
        helpers = start(run.path.absolute(), self.place.count, device, trust, self._store, run.log_path)
        return Meeting(self.place, store, helpers)

    def connect(self, device: torch.device, document: Document, go_on: Callable[[], None]) -> Team:
        """The team once all are here; ``go_on`` may raise to end the waiting. Raises `TrainingError`."""
        if self.meeting:
            self.meeting.gather(device, go_on)
            self.team = Ranks(self.place, device, document)
        return self.team

    def begin(self, checkpoint: Path | None) -> None:
        """Have the others begin where this process does: at a checkpoint, or without one."""
        if self.meeting:
            self.meeting.store.set(CHECKPOINT, str(checkpoint.absolute()) if checkpoint else "")

    def watched(self, lost: Callable[[str], None]) -> AbstractContextManager[None]:
        """Within, ``lost`` is called from another thread where this process would wait for one that is gone."""
        return watching(self.meeting, lost) if self.meeting else nullcontext()

    def finish(self) -> None:
        """Tell the others that the run is over: between two events, when they listen."""
        self.team.ask(Word.END)

    def reason_for(self, error: BaseException) -> str:
        """Who is gone and why, where that is what an error comes from; "" for an error of this process."""
        return self.meeting.reason_for(error) if self.meeting else ""

    def close(self) -> None:
        """Take the connections down and end what was started."""
        if not self.meeting:
            return
        self.meeting.close()
        close(self.meeting.helpers)
        if self._store:
            self._store.unlink(missing_ok=True)
