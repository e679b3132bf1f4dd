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


def answer_of(
    module: str, file: Path, order: Mapping[str, Any], folder: Path, seconds: int, look: Callable[[], object]
) -> dict[str, Any]:
    """What a ``module`` of the worker answers that runs a file as ordered, with a folder to write in.

    ``look`` is called now and then; an exception from it ends the child. Raises `Failed`. Waits: to be called from a
    thread, or the command line.
    """
    memory = int(psutil.virtual_memory().total * SHARE_OF_MEMORY)
    whole = {**order, "file": str(file.resolve()), "seconds": seconds, "memory": memory}
    (folder / "order.json").write_text(json.dumps(whole), encoding="utf-8")
    status = _ended(module, folder, seconds, look)
    if status is None:
        raise Failed(f"{file.name} took longer than {seconds} seconds and was ended.")
    answer = _answer(folder / "answer.json")
    if answer is None:
        raise Failed(f"{file.name} ended the process: {_last_line(folder)} (status {status}).")
    if "failure" in answer:
        place = f", {answer['place']}" if answer.get("place") else ""
        raise Failed(f"{file.name}{place}: {answer['failure']}")
    return answer


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


def _ended(module: str, folder: Path, seconds: int, look: Callable[[], object]) -> int | None:
    """The status with which the child ended; None if it had to be ended."""
    token = uuid.uuid4().hex
    surroundings = environment() | {
        MARK: token, "CUDA_VISIBLE_DEVICES": "", "TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    with (folder / "log.txt").open("wb") as log:
        child = subprocess.Popen(
            [*module_command(module), str(folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            cwd=folder, env=surroundings, start_new_session=True,
        )  # fmt: skip
        latest = time.monotonic() + seconds
        try:
            while child.poll() is None:
                look()
                if time.monotonic() > latest:
                    return None
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(LOOK_EVERY)
            return child.returncode
        finally:
            end(child, token)


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
