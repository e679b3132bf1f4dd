"""Where the processes of a launcher find one another: the first one opens a door, the others come to it.

Nothing here waits without an end, or in a way that a signal cannot end: PyTorch's own rendezvous does both.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache

import torch.distributed as dist
from torch._C._distributed_c10d import PrefixStore, Store, TCPStore

from studio.worker.errors import TrainingError
from studio.worker.process.aside import Aside
from studio.worker.ranks.place import Place

MEETS_WITHIN = 300.0
"""Seconds within which all processes have to come."""
ANSWERS_WITHIN = 20.0
"""Seconds that whoever listens at the door may take to answer."""
PATIENCE = timedelta(days=30)
"""How long a process waits for the others: a pause may take as long as it likes, and one that dies is noticed."""
LOOKS_EVERY, SAYS_AFTER = 0.05, 5.0
BEATS_EVERY, QUIET, LEAVES_AFTER = 2.0, 60.0, 10.0
"""Seconds between two signs of life, without any until a process counts as lost, and that one which has lost the first
may take to notice by itself."""
CAME, ALIVE = "came", "alive"


def door(environment: Mapping[str, str]) -> tuple[str, int]:
    """Host and port where the processes meet. Raises `TrainingError`."""
    host, port = environment.get("MASTER_ADDR", ""), environment.get("MASTER_PORT", "")
    if not host:
        raise TrainingError("MASTER_ADDR is not set: the launcher should give the host of the first process.")
    if not (port.isdecimal() and 0 < int(port) < 1 << 16):
        raise TrainingError(f"Expected MASTER_PORT from 1 to 65535, found {port[:12]!r}.")
    return host, int(port)


@cache
def open_door(place: Place) -> Store:
    """What the first process keeps for all of them, from now on. Raises `TrainingError`."""
    host, port = door(os.environ)
    if os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True":  # torchrun has opened one
        return _connected(host, port, place)
    try:
        store = _store(host, port, place, opens=True)
    except (dist.DistError, RuntimeError, ValueError) as error:
        if "EADDRINUSE" in str(error):
            why = f"Port {port} is taken by another program on this computer"
            raise TrainingError(f"{why}. Set MASTER_PORT to a free one, the same for all processes.") from error
        raise TrainingError(f"The processes cannot meet at {host}:{port}: {' '.join(str(error).split())}") from error
    return _own(store)


def come_to_door(place: Place) -> Store:
    """What the first process keeps, once it is there. Raises `TrainingError`."""
    host, port = door(os.environ)
    wait_for(lambda: _reason_for_silence(host, port) == "", lambda: _nobody(host, port), f"the first at {host}:{port}")
    return _connected(host, port, place)


def come_again(place: Place) -> Store:
    """Another connection to the same: whoever waits at one has it locked. Raises `TrainingError`."""
    return _connected(*door(os.environ), place)


def wait_until_all_came(place: Place, store: Store, go_on: Callable[[], None] = lambda: None) -> None:
    """Say that this process is there, and wait for the others; ``go_on`` may raise. Raises `TrainingError`."""
    store.set(f"{CAME}/{place.rank}", "")

    def missing() -> list[str]:
        return [str(rank + 1) for rank in range(place.count) if not store.check([f"{CAME}/{rank}"])]

    def all_came() -> bool:
        go_on()
        return not missing()

    def why() -> str:
        host, port = door(os.environ)
        absent = missing()
        return (
            f"{place.count - len(absent)} of {place.count} processes came within {MEETS_WITHIN / 60:g} minutes; number "
            f"{', '.join(absent)} did not. Start the same command on every computer; each must reach {host}:{port}."
        )

    wait_for(all_came, why, f"{place.count} processes")


def wait_for(arrived: Callable[[], bool], why: Callable[[], str], whom: str = "") -> None:
    """Look again and again until somebody has ``arrived``, for as long as that may take; says once ``whom`` it waits
    for. Raises `TrainingError` with ``why``."""
    start, said = time.monotonic(), not whom
    while not arrived():
        waited = time.monotonic() - start
        if waited > MEETS_WITHIN:
            raise TrainingError(why())
        if waited > SAYS_AFTER and not said:
            said = True
            print(f"Waiting for {whom}, for {MEETS_WITHIN / 60:g} minutes at most.", file=sys.stderr, flush=True)
        time.sleep(LOOKS_EVERY)


def _reason_for_silence(host: str, port: int) -> str:
    """Why nobody answers there, "" if somebody does."""
    try:
        socket.create_connection((host, port), timeout=2.0).close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _nobody(host: str, port: int) -> str:
    why = _reason_for_silence(host, port) or "it answered at last"
    return (
        f"The first process was not at {host}:{port} within {MEETS_WITHIN / 60:g} minutes ({why}). "
        "Start it there, or set MASTER_ADDR and MASTER_PORT to where it is."
    )


def _connected(host: str, port: int, place: Place) -> Store:
    # PyTorch waits without an end for an answer of somebody else.
    coming = Aside(lambda: _store(host, port, place, opens=False), (dist.DistError, RuntimeError, ValueError))
    coming.wait(ANSWERS_WITHIN)
    try:
        if coming.is_going_on:
            raise TimeoutError
        return _own(coming.result())
    except (TimeoutError, dist.DistError, RuntimeError, ValueError) as error:
        raise TrainingError(
            f"What answers at {host}:{port} is not the first process of this training. Set MASTER_ADDR to its host, "
            "and MASTER_PORT to a port that is free there, the same for all processes."
        ) from error


def _store(host: str, port: int, place: Place, *, opens: bool) -> Store:
    answers = timedelta(seconds=ANSWERS_WITHIN)
    store = TCPStore(host, port, place.count, opens, answers, wait_for_workers=False, multi_tenant=opens)
    store.set_timeout(PATIENCE)
    return store


def _own(store: Store) -> Store:
    # A process that a launcher starts again must not find what the one before has left.
    return PrefixStore(f"netloom/{os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}", store)


class Pulse:
    """Says every few seconds that this process lives. Process 0 hears of the others so, wherever they wait; another
    ends where process 0 is gone."""

    def __init__(self, place: Place, store: Store) -> None:
        """``store`` is no one else's (`come_again`)."""
        self.place = place
        self._store = store
        self._heard = dict[int, tuple[bytes, float]]()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
        self._thread.start()

    def lost(self, quiet: float = QUIET) -> str:
        """Who has not been heard of for so many seconds, in a sentence; "" where everybody has."""
        now = time.monotonic()
        for rank, (_, when) in self._heard.items():
            if now - when > quiet:
                who = f"Process {rank + 1} of {self.place.count} has not been heard of for {now - when:.0f} s"
                return f"{who}: it was killed, or its computer or the network is down."
        return ""

    def close(self) -> None:
        """No more."""
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        beats = 0
        while not self._over.is_set():
            beats += 1
            try:
                self._store.set(f"{ALIVE}/{self.place.rank}", str(beats))
                if self.place.rank == 0:
                    self._hear()
            except RuntimeError:
                if self.place.rank and not self._over.wait(LEAVES_AFTER):
                    os._exit(1)
                return
            self._over.wait(BEATS_EVERY)

    def _hear(self) -> None:
        for rank in range(1, self.place.count):
            key = f"{ALIVE}/{rank}"
            found = self._store.get(key) if self._store.check([key]) else b""
            if rank not in self._heard or self._heard[rank][0] != found:
                self._heard[rank] = found, time.monotonic()
