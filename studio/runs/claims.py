"""Who writes a run: claims, of which the newest counts.

    claims/1.json    {"pid": 4711, "host": "ada", "started": "81720", "boot": "5c0e…", "ended": false}
    claims/2.json    the claim of the process that went on with the run

A claim is made by creating the file of the next number, which the file system lets exactly one process do, on network
disks as well; so of several who find the newest claim to be given up one gets the next. While it is held, its time is
renewed now and then: the only sign of life that another computer sees. How long the last one is ago is measured by a
clock that nobody sets, from the first look on: a calendar that is put on by a day ends no run.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from models.storage.process import Owner
from studio.runs.errors import RunError, RunGoneError, disk_error
from studio.runs.files.reading import plain_json, read_file

BEATS_EVERY = 20.0
"""Seconds between two signs of life."""
SILENCE = 120.0
"""Seconds without a sign of life after which a process on another computer counts as gone."""
BEING_WRITTEN = 10.0
"""Seconds that a claim may take from being created to naming its process."""

_NAME = re.compile(r"([1-9]\d{0,8})\.json")
_LONGEST = 4096
_MOST_SIGHTED = 10_000
_HELD, _ENDED = b"false", b"true "


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim as it lies on the disk: its owner (None while that is not written or not readable), whether it was
    given back, and when its last sign of life was, as the clock here would say now (Unix seconds)."""

    number: int
    owner: Owner | None
    ended: bool
    seen: float

    def is_held(self, now: float) -> bool:
        """Whether a living process holds it; ``now`` is the time here."""
        if self.ended:
            return False
        if self.owner is None:
            return abs(now - self.seen) < BEING_WRITTEN
        if self.owner.is_elsewhere():
            return now - self.seen < SILENCE
        return self.owner.is_alive()


class _Sightings:
    """How long ago claims last showed a sign of life: another time of their file than at the look before. Only at the
    first look the calendar has to tell, and a time that is still to come counts as now."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def silence(self, path: Path, sign: float, clock: float) -> float:
        """Seconds since the last sign of life; ``sign`` and ``clock`` are times of the file and of its disk now."""
        now = time.monotonic()
        with self._lock:
            before, at = self._seen.pop(path, (sign, now - max(clock - sign, 0.0)))
            at = at if before == sign else now
            self._seen[path] = sign, at
            while len(self._seen) > _MOST_SIGHTED:
                del self._seen[next(iter(self._seen))]
        return now - at


_SIGHTINGS = _Sightings()


def newest_claim(folder: Path, clock: float | None = None) -> Claim | None:
    """The claim that counts, None if there was never one; raises `RunError` where the folder can't be read.

    ``clock`` is the time by the clock of the disk, where that is known to be another than ours.
    """
    try:
        number = max(_numbers(folder), default=0)
    except OSError as error:
        raise disk_error("read", folder, error) from error
    return _read(folder, number, clock) if number else None


class Holding:
    """This process's claim to the run whose claims lie in ``folder``; made by `take`, given back by `release`."""

    def __init__(self, folder: Path, number: int, file: int) -> None:
        self._folder, self._number, self._file = folder, number, file
        self._path = _path(folder, number)
        self._over = threading.Event()
        threading.Thread(target=self._beat, daemon=True, name="claim").start()

    @classmethod
    def take(cls, folder: Path, run: str) -> Holding:
        """Claim the run called ``run``; raises `RunError` while another process holds it or when the disk refuses."""
        try:
            folder.mkdir(exist_ok=True)
            while True:
                before = newest_claim(folder, _clock(folder))
                if before and before.is_held(time.time()):
                    raise RunError(_refusal(run, before.owner))
                number = before.number + 1 if before else 1
                if (file := _create(_path(folder, number))) is not None:
                    break
            if max(_numbers(folder), default=0) != number:  # more than one claim was made while the first look lasted
                _give_back(file)
                raise RunError(_refusal(run, None))
            _tidy(folder, number)
        except FileNotFoundError as error:
            raise RunGoneError(f"The run’s folder is gone: {folder.parent}.") from error
        except OSError as error:
            raise disk_error("write", folder, error) from error
        return cls(folder, number, file)

    def check(self) -> None:
        """Raise `RunGoneError` if the run was moved, deleted or taken over by another process meanwhile."""
        try:
            there = os.path.samestat(os.stat(self._path), os.fstat(self._file))
        except FileNotFoundError:
            there = False
        except OSError as error:
            raise disk_error("read", self._path, error) from error
        if not there:
            raise RunGoneError("The run’s folder was moved or deleted while it trained. Resume it from its new place.")
        if _path(self._folder, self._number + 1).exists():
            raise RunGoneError("Another process has taken the run over, since this one was silent for minutes.")

    def release(self) -> None:
        """Give the run back, so that any process may claim it; a second call does nothing."""
        if not self._over.is_set():
            self._over.set()
            _give_back(self._file)

    def _beat(self) -> None:
        while not self._over.wait(BEATS_EVERY):
            with suppress(OSError):  # a disk that is away for a while; whether the claim stands is for `check` to say
                os.utime(self._path)


def _refusal(run: str, owner: Owner | None) -> str:
    if owner is None:
        return f"Another process has just begun to train {run}. Wait for it, or stop it first."
    where = f" on {owner.host}" if owner.is_elsewhere() else ""
    return f"Process {owner.pid}{where} is training {run} already. Stop that one first."


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number}.json"


def _numbers(folder: Path) -> list[int]:
    try:
        with os.scandir(folder) as entries:
            return [int(match[1]) for entry in entries if (match := _NAME.fullmatch(entry.name))]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _read(folder: Path, number: int, clock: float | None) -> Claim:
    path, now = _path(folder, number), time.time()
    owner, ended, seen = None, False, 0.0
    with suppress(OSError, ValueError):  # what can't be read was made by nobody who is at work
        seen = now - _SIGHTINGS.silence(path, path.stat().st_mtime, now if clock is None else clock)
        facts = plain_json(read_file(path, _LONGEST))
        owner, ended = Owner.of(facts), isinstance(facts, dict) and facts.get("ended") is True
    return Claim(number, owner, ended, seen)


def _create(path: Path) -> int | None:
    """The open file of a new claim of this process; None if somebody else has just made it."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
    except FileExistsError:
        return None
    try:
        content = json.dumps({**Owner.current().facts(), "ended": False}).encode()
        if os.write(file, content) < len(content):
            raise OSError(28, os.strerror(28))
        os.fsync(file)
    except OSError:
        os.close(file)
        path.unlink(missing_ok=True)  # nobody else could make a claim of that number, so it is ours to take away
        raise
    return file


def _give_back(file: int) -> None:
    """Mark a claim as ended. In place, which a full disk allows; what is half written counts as ended soon as well."""
    with suppress(OSError):
        os.lseek(file, -len(_HELD) - 1, os.SEEK_END)  # before the closing bracket
        os.write(file, _ENDED)
    os.close(file)


def _tidy(folder: Path, number: int) -> None:
    """Remove claims that are history. The one before stays: who lists the folder just now finds one of the two."""
    for old in _numbers(folder):
        if old < number - 1:
            _path(folder, old).unlink(missing_ok=True)


def _clock(folder: Path) -> float:
    """What time it is by the clock of the disk, which may be another computer's."""
    with tempfile.TemporaryFile(dir=folder) as file:
        return os.fstat(file.fileno()).st_mtime
