"""How the processes of one run find each other, and what is known of one that is gone."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from torch._C._distributed_c10d import FileStore, PrefixStore, Store
from torch.distributed.rendezvous import rendezvous

from studio.worker.errors import TrainingError
from studio.worker.ranks.place import Place
from studio.worker.ranks.spawning import Helper

LISTENS_EVERY = 0.05
PATIENCE = timedelta(days=30)
"""How long a process waits for the others: a pause may take as long as it likes, and one that dies is noticed."""
REASON_WITHIN = 3.0
"""Seconds that a process which fails may take to say why."""
RUN, CHECKPOINT, FAILED, HERE = "run", "checkpoint", "failed", "here"


def store_in(path: Path, place: Place) -> Store:
    """What the processes of one computer meet at: a file of the run folder."""
    return FileStore(str(path), place.count)


def launcher_store() -> Store:
    """What the processes of a launcher meet at, by MASTER_ADDR and MASTER_PORT. Raises `TrainingError`."""
    try:
        store, _, _ = next(rendezvous("env://", timeout=timedelta(minutes=10)))
    except (dist.DistError, RuntimeError, ValueError) as error:
        raise TrainingError(f"The processes of the launcher did not meet: {' '.join(str(error).split())}") from error
    return PrefixStore("netloom", store)


class Meeting:
    """Process ``place`` of a run at a ``store``; `helpers` are those that it has started."""

    def __init__(self, place: Place, store: Store, helpers: list[Helper]) -> None:
        self.place, self.store, self.helpers = place, store, helpers

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
        return next((reason for helper in self.helpers if (reason := helper.end())), "")

    def reason_for(self, error: BaseException) -> str:
        """Why this process lost the others, where that is what an error says; "" for an error of its own."""
        if not is_loss(error):
            return ""
        until = time.monotonic() + REASON_WITHIN
        while time.monotonic() < until:
            if reason := self._known():
                return reason
            time.sleep(LISTENS_EVERY)
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
    """Call ``lost`` with the reason, from another thread, where a helper is gone and this process has not noticed by
    itself within some seconds, as when it waits for a graphics card that waits for the helper's."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(1.0):
            if any(helper.end() for helper in meeting.helpers) and not over.wait(patience):
                lost(meeting._known())
                return

    thread = threading.Thread(target=watch, name="watch-helpers", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
