"""Work on many items by processes of their own: for what keeps Python's lock, which threads would wait for.

They are started by the methods of `multiprocessing`, are told items as JSON and answer with bytes. Each ends with its
pipe, so that none is left behind however the process ends that started them.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np

from models.training.run_settings import FORKSERVER, SPAWN
from studio.data.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Work = Callable[[str], "NDArray[Any] | str"]
"""A plain function of a module, or a `partial` of one: what is made of an item, or why that can't be."""
AT_ONCE = 16
"""Items at most that a process is told of at a time."""


class Crew:
    """``count`` processes that make arrays of items, all of one shape, by ``work``.

    ``method`` is how they start: "spawn", or "forkserver" where the system has that. Raises `DataError` where it lets
    none start.
    """

    def __init__(self, work: Work, count: int, method: str) -> None:
        known = multiprocessing.get_all_start_methods()
        context: Any = multiprocessing.get_context(method if method in known else SPAWN)
        if method == FORKSERVER and method in known:
            context.set_forkserver_preload([__name__])
        self._lock = threading.Lock()
        self._members: dict[Connection, BaseProcess] = {}
        try:
            for _ in range(count):
                ours, theirs = context.Pipe()
                process = context.Process(target=_serve, args=(work, theirs), name="loader", daemon=True)
                process.start()
                theirs.close()
                self._members[ours] = process
        except OSError as error:
            self.close()
            raise DataError(f"No process that loads data could start: {error.strerror}. Use threads.") from error

    def fill(self, found: NDArray[Any], items: Sequence[str]) -> dict[int, str]:
        """Fill in what is made of the items, in order; gives why some can't be made, by place: they are 0.

        Raises `DataError` where a process is gone.
        """
        size = max(1, min(AT_ONCE, -(-len(items) // len(self._members))))
        waiting, under_way = deque(range(0, len(items), size)), dict[Connection, int]()
        refused: dict[int, str] = {}
        with self._lock:
            try:
                ready: Sequence[Any] = [*self._members]
                while ready:
                    for way in ready:
                        if way in under_way:
                            first = under_way.pop(way)
                            why = _take(way, found[first : first + size])
                            refused |= {first + place: reason for place, reason in why.items()}
                        if waiting:
                            first = under_way[way] = waiting.popleft()
                            way.send_bytes(json.dumps([*items[first : first + size]]).encode())
                    ready = wait([*under_way]) if under_way else ()
            except (EOFError, OSError) as error:
                raise DataError(self._loss()) from error
        return refused

    def close(self) -> None:
        """End them; from any thread, whatever they are at."""
        for process in self._members.values():
            process.kill()
        for way, process in self._members.items():
            process.join()
            way.close()

    def _loss(self) -> str:
        """Why one of them is gone."""
        for process in self._members.values():
            process.join(0.1)
        codes = [code for process in self._members.values() if (code := process.exitcode)]
        self.close()
        if codes and codes[0] < 0:
            name = signal.Signals(-codes[0]).name
            return f"A loader process was killed ({name}), perhaps for memory. Lower num_workers."
        status = f" with status {codes[0]}" if codes else ""
        return f"A loader process ended{status}. Set multiprocessing_context to threads."


def _take(way: Connection, part: NDArray[Any]) -> dict[int, str]:
    """Fill in what a process has made; gives what it could not make, with why."""
    why = {int(place): str(reason) for place, reason in json.loads(way.recv_bytes()).items()}
    made = [place for place in range(len(part)) if place not in why]
    part[[*why]] = 0
    part[made] = np.frombuffer(way.recv_bytes(), part.dtype).reshape(len(made), *part.shape[1:])
    return why


def _serve(work: Work, way: Connection) -> None:
    """Make what comes in, in a process of its own, until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the affair of who started it
    told: SimpleQueue[list[str]] = SimpleQueue()
    threading.Thread(target=_listen, args=(way, told), daemon=True).start()
    while True:
        made = [work(item) for item in told.get()]
        why = {place: row for place, row in enumerate(made) if isinstance(row, str)}
        way.send_bytes(json.dumps(why).encode())
        way.send_bytes(b"".join(row.tobytes() for row in made if not isinstance(row, str)))


def _listen(way: Connection, told: SimpleQueue[list[str]]) -> None:
    """Hand on what comes in; end the process with the pipe, even while a file does not come to its end."""
    try:
        while True:
            told.put(json.loads(way.recv_bytes()))
    except (EOFError, OSError):
        os._exit(0)
