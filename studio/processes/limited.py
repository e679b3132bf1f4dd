"""A child that runs a file of somebody's: an order goes in, an answer comes out, and nothing of it is left running.

The module limits itself (`studio.worker.importing.limits`); here it is watched, ended in time, and its answer read.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import psutil

from studio.processes.interpreter import environment, module_command

LOOK_EVERY = 0.05
LARGEST_ANSWER = 1 << 26
SHARE_OF_MEMORY = 0.75
FAREWELL = 5.0
"""Seconds that what was killed may take to be gone: the system writes its memory back first."""
MARK = "NETLOOM_IMPORT"
"""The variable by which all that a file started is found."""


class Failed(Exception):
    """The file gave nothing; the text says why, and where in it."""


class Child:
    """A ``module`` of the worker that runs a file as ordered, with a folder to write in, and all that it starts."""

    def __init__(self, module: str, file: Path, order: Mapping[str, Any], folder: Path, seconds: int) -> None:
        self._file, self._folder, self._seconds = file, folder, seconds
        memory = int(psutil.virtual_memory().total * SHARE_OF_MEMORY)
        whole = {**order, "file": str(file.resolve()), "seconds": seconds, "memory": memory}
        (folder / "order.json").write_text(json.dumps(whole), encoding="utf-8")
        self.token = uuid.uuid4().hex
        surroundings = environment() | {
            MARK: self.token, "CUDA_VISIBLE_DEVICES": "", "TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        with (folder / "log.txt").open("wb") as log:
            self._process = subprocess.Popen(
                [*module_command(module), str(folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=folder, env=surroundings, start_new_session=True,
            )  # fmt: skip
        self._latest = time.monotonic() + seconds

    def answer(self, look: Callable[[], object], name: str = "answer", *, early: bool = False) -> dict[str, Any]:
        """What it answers under a name, when it has ended; ``early`` as soon as it has. ``look`` is called now and
        then, and may raise to wait no more. Raises `Failed`."""
        path = self._folder / f"{name}.json"
        while self._process.poll() is None and not (early and path.exists()):
            look()
            if time.monotonic() > self._latest:
                raise Failed(f"{self._file.name} took longer than {self._seconds} seconds and was ended.")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(LOOK_EVERY)
        answer = _answer(path)
        if answer is None:
            how = f"{_last_line(self._folder)} (status {self._process.poll()})"
            raise Failed(f"{self._file.name} ended the process: {how}.")
        if "failure" in answer:
            place = f", {answer['place']}" if answer.get("place") else ""
            raise Failed(f"{self._file.name}{place}: {answer['failure']}")
        return answer

    def end(self) -> None:
        """End it and everything that it started."""
        end(self._process, self.token)


def answer_of(
    module: str, file: Path, order: Mapping[str, Any], folder: Path, seconds: int, look: Callable[[], object]
) -> dict[str, Any]:
    """What a `Child` answers that is gone afterwards. Raises `Failed`, and what ``look`` does. Waits: to be called from
    a thread, or the command line."""
    child = Child(module, file, order, folder, seconds)
    try:
        return child.answer(look)
    finally:
        child.end()


def _answer(path: Path) -> dict[str, Any] | None:
    try:
        if path.stat().st_size > LARGEST_ANSWER:
            return None
        found = json.loads(path.read_bytes(), parse_constant=_refused)
        json.dumps(found, ensure_ascii=False).encode()  # half of a letter cannot be shown
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def end(child: subprocess.Popen[bytes], token: str) -> None:
    """End the child and everything that it started, in whatever group that is now."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        child.kill()
    child.wait()
    killed = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == token:
                process.kill()
                killed.append(process)
    psutil.wait_procs(killed, FAREWELL)


def _last_line(folder: Path) -> str:
    text = (folder / "log.txt").read_bytes()[-2000:].decode(errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it says nothing"
