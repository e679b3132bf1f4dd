"""How the processes of one run find each other, and what is known of one that is gone."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
import torch.distributed as dist
from torch._C._distributed_c10d import FileStore, PrefixStore, Store

from studio.worker.errors import TrainingError
from studio.worker.ranks.launcher import PATIENCE, Pulse
from studio.worker.ranks.place import Place
from studio.worker.ranks.spawning import Helper

LISTENS_EVERY = 0.05
REASON_WITHIN = 3.0
"""Seconds that a process which fails may take to say why."""
HEARD_WITHIN = 7.0
"""Seconds after which one that gives no more signs of life is told from the others."""
RUN, CHECKPOINT, FAILED, HERE = "run", "checkpoint", "failed", "here"


def store_in(path: Path, place: Place) -> Store:
    """What the processes of one computer meet at: a file of the run folder."""
    return FileStore(str(path), place.count)


class Meeting:
    """Process ``place`` of a run at a ``store``; `helpers` are those that it has started, ``pulse`` tells of those of a
    launcher."""

    def __init__(self, place: Place, store: Store, helpers: list[Helper], pulse: Pulse | None = None) -> None:
        self.place, self.store, self.helpers, self.pulse = place, store, helpers, pulse

    def gather(self, device: torch.device, go_on: Callable[[], None]) -> None:
        """Wait for all processes, then connect them; ``go_on`` may raise to end the waiting. Raises `TrainingError`
        where one does not come."""
        self.store.set(f"{HERE}/{self.place.rank}", "")
        everyone = [f"{HERE}/{rank}" for rank in range(self.place.count)]
        while not self.store.check(everyone):
            go_on()
            if reason := self.failure():
                raise TrainingError(reason)
            time.sleep(LISTENS_EVERY)
        backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
        dist.init_process_group(
            backend,
            store=PrefixStore("group", self.store),
            rank=self.place.rank,
            world_size=self.place.count,
            timeout=PATIENCE,
        )

    def tell_failure(self, sentence: str) -> None:
        """Leave a word for process 0 why this one cannot go on."""
        self.store.set(f"{FAILED}/{self.place.rank}", sentence)

    def failure(self) -> str:
        """Why another process is gone, "" while none is known to be."""
        for rank in range(self.place.count):
            if rank != self.place.rank and self.store.check([f"{FAILED}/{rank}"]):
                sentence = self.store.get(f"{FAILED}/{rank}").decode(errors="replace")
                return f"Process {rank + 1} of {self.place.count} failed: {sentence}"
        return self.lost()

    def lost(self) -> str:
        """Which process is gone, of those that this one has started or hears of; "" while none is."""
        silent = self.pulse.lost() if self.pulse else ""
        return next((reason for helper in self.helpers if (reason := helper.end())), silent)

    def close(self) -> None:
        """Take the connection to the other processes down."""
        leave()
        if self.pulse:
            self.pulse.close()

    def reason_for(self, error: BaseException) -> str:
        """Why this process lost the others, where that is what an error says; "" for an error of its own."""
        if not is_loss(error):
            return ""
        until = time.monotonic() + (HEARD_WITHIN if self.pulse else REASON_WITHIN)
        while time.monotonic() < until:
            if reason := self._known():
                return reason
            time.sleep(LISTENS_EVERY)
        if self.pulse and (reason := self.pulse.lost(REASON_WITHIN + 1.0)):
            return reason
        return f"One of the {self.place.count} processes is gone; what started it says which and why."

    def _known(self) -> str:
        try:
            return self.failure()
        except RuntimeError:  # the store is gone as well
            return ""


def is_loss(error: BaseException) -> bool:
    """Whether an error is that of a connection to another process."""
    said = re.search(r"gloo|nccl|connection|socket|broken pipe", str(error), re.IGNORECASE)
    return isinstance(error, dist.DistError) or (isinstance(error, RuntimeError) and said is not None)


def leave() -> None:
    """Take the connection to the other processes down."""
    if dist.is_initialized():
        dist.destroy_process_group()


@contextmanager
def watching(meeting: Meeting, lost: Callable[[str], None], patience: float = 10.0) -> Iterator[None]:
    """Call ``lost`` with the reason, from another thread, where a process is gone and this process has not noticed by
    itself within some seconds, as when it waits for a graphics card that waits for the helper's."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(1.0):
            if meeting.lost() and not over.wait(patience):
                lost(meeting._known())
                return

    thread = threading.Thread(target=watch, name="watch-helpers", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
