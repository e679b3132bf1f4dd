"""The window's side of the worker process: start it ahead of need, tell it what to do, notice when it fails.

    client = WorkerClient(on_state)     # on_state(state: WorkerState) is called from a thread of the client's own
    client.start()                      # returns at once; "starting", then "ready" with the devices
    client.train(run.path)              # or resume; pause, go_on, stop: all return at once
    client.close()                      # the worker saves and ends; called before the program ends

No Qt, no torch. A window passes ``on_state`` on through a queued signal. What a run measures comes through its folder
(`studio.runs`), not through here.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from studio.processes.interpreter import environment, module_command
from studio.running.death import Killer, cause_of_death, is_of_memory
from studio.running.messages import ANSWERS, LONGEST_LINE, read_message
from studio.runs.probes.question import Question

FROZEN_AFTER = 6.0
"""Seconds of silence, with a sign of life due every second, after which the worker counts as frozen."""
STUCK_AFTER = 60.0
"""Seconds without a finished batch after which a step counts as stuck; ten times the usual pace if that is longer."""
ENDS_WITHIN = 4.5
"""Seconds after which a worker that was told to stop is ended by force."""
LAST_WORD = 1.5
"""Seconds before that end at which it is asked once more."""
STARTS = 3
"""How often in a row a worker that ends before it is ready is started anew."""
LOOK_EVERY = 0.2
LONGEST_QUESTION = 1 << 15
"""Letters of a question: half of what a pipe takes in one piece, as the window waits for nobody to read the rest."""


@dataclass(frozen=True)
class WorkerState:
    """What the worker is at.

    ``name``: "starting", "ready" (devices), "loading", "training" (step, steps, epoch, epochs, loss, …), "paused"
    (reason), "ended" (outcome "finished", "stopped", "left" or "failed", and reason), "frozen" and "stuck" (seconds;
    "alive" when that is over), "refused" (message), "answering" (id, done, total), "answered" (id, outcome "done",
    "failed" or "canceled", and message), "died" (reason; ``restarts`` tells whether a new one is coming,
    ``memory`` whether memory ran out).
    ``run`` is the folder of the run concerned, "" if none is; ``worker`` the worker's number in its pool.
    """

    name: str
    run: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    worker: int = 0


class WorkerClient:
    """One worker process at a time, and a new one whenever it dies. Methods return at once, from any thread."""

    def __init__(
        self, on_state: Callable[[WorkerState], None], *, python: str = sys.executable, threads: int = 0
    ) -> None:
        """``threads`` is how many a worker computes with, 0 for as many as the computer has."""
        self._on_state = on_state
        self._python = python
        self._threads_each = threads
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._killer = Killer()
        self._closing = False
        self._failed_starts = 0
        self._waiting: dict[str, str] | None = None
        self._questions: dict[str, Question] = {}
        """What is to be asked, by slot, once a worker is ready."""
        self._forget()
        self.state = "none"
        self.devices: list[dict[str, Any]] = []
        self._threads: list[threading.Thread] = []

    def _forget(self) -> None:
        self.run = ""
        self._stop_by: float | None = None
        self._heard = self._moved = time.monotonic()
        self._ticks = -1
        self._pace = 0.0
        self._flagged = ""
        self._leaves = False
        """Whether the process was told to end, so that no further run must be given to it."""

    @property
    def pid(self) -> int | None:
        """The number of the worker's process, None while there is none."""
        process = self._process
        return process.pid if process else None

    @property
    def is_busy(self) -> bool:
        """Whether a run is being trained or about to be."""
        return bool(self.run)

    def start(self) -> None:
        """Start a worker, unless there is one."""
        with self._lock:
            if self._process is not None or self._closing:
                return
            self._forget()
            self._killer = Killer()
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
            self._process = process = self._spawn(self._errors)
            self._threads = [
                threading.Thread(target=work, args=(process,), daemon=True, name=f"worker {work.__name__}")
                for work in (self._read, self._watch)
            ]
            for thread in self._threads:
                thread.start()

    def _spawn(self, errors: IO[bytes]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            module_command("studio.worker", self._python),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment() | ({"OMP_NUM_THREADS": str(self._threads_each)} if self._threads_each else {}),
        )
        if os.name != "nt" and process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
        return process

    def train(self, run: Path, device: str = "") -> None:
        """Train a new run; it begins once the worker is ready, and is never begun if it is stopped before."""
        self._begin("train", run, device)

    def resume(self, run: Path, device: str = "", trust: str = "") -> None:
        """Go on with a run that stopped or was interrupted; ``trust`` as in `studio.runs.source`."""
        self._begin("resume", run, device, trust)

    def pause(self) -> None:
        """Rest after the present step."""
        self._send({"command": "pause"})

    def go_on(self) -> None:
        """End a pause."""
        self._send({"command": "continue"})

    def stop(self, reason: str = "") -> None:
        """End the run after the present step, with a sentence why where it is not the user's word. A worker that does
        not get there in 4.5 seconds is ended by force."""
        with self._lock:
            waiting, self._waiting = self._waiting, None
            if waiting:
                self.run = ""
            elif self.run and self._stop_by is None:
                self._stop_by = time.monotonic() + ENDS_WITHIN
        if waiting:
            self._tell(WorkerState("ended", waiting["run"], {"outcome": "stopped", "reason": reason}))
        else:
            self._send({"command": "stop", "reason": reason})

    def ask(self, question: Question) -> None:
        """Ask something about a run (`studio.runs.probes`); the states "answering" and "answered" carry its id."""
        if len(json.dumps(question.to_json())) > LONGEST_QUESTION:
            facts = {"id": question.id, "outcome": "failed", "message": "That is too much to be asked at once."}
            self._tell(WorkerState("answered", "", facts))
            return
        with self._lock:
            self.start()
            if self.state in ("none", "starting"):
                self._questions[question.slot] = question
            else:
                self._send({"command": "ask", **question.to_json()})

    def drop(self, id: int) -> None:
        """Give up a question; the state "answered" tells that it was."""
        with self._lock:
            held = next((slot for slot, question in self._questions.items() if question.id == id), None)
            if held is not None:
                del self._questions[held]
                self._tell(WorkerState("answered", "", {"id": id, "outcome": "canceled", "message": ""}))
                return
        self._send({"command": "drop", "id": id})

    def kill(self) -> None:
        """End the worker at once; a new one is started. The run can be resumed from its last checkpoint."""
        with self._lock:
            if self._process is not None:
                self._killer.by_us = True
                self._process.kill()

    def close(self, timeout: float = 3.0) -> None:
        """Have the worker save and end, by force after some seconds, and start no other; waits for it."""
        with self._lock:
            self._closing = True
            process = self._process
        if process is None:
            return
        if not self.is_busy:
            self.kill()  # there is nothing to save, and a worker that still imports torch would not hear
        with contextlib.suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(2.0)

    def _begin(self, command: str, run: Path, device: str, trust: str = "") -> None:
        with self._lock:
            if self.run:
                self._tell(WorkerState("refused", str(run), {"message": "Another run is being trained."}))
                return
            self.start()
            self.run = str(run)
            self._stop_by = None
            order = {"command": command, "run": str(run), "device": device, "trust": trust}
            if self.state in ("none", "starting"):
                self._waiting = order
            else:
                self._send(order)

    def _send(self, command: dict[str, Any]) -> None:
        with self._lock:
            stdin = self._process.stdin if self._process else None
            # A full pipe is that of a frozen worker, a broken one that of a dead one; both are noticed elsewhere.
            with contextlib.suppress(OSError, ValueError):
                if stdin is not None:
                    os.write(stdin.fileno(), json.dumps(command).encode() + b"\n")

    # The thread that reads

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        while line := process.stdout.readline(LONGEST_LINE):
            message = read_message(line)
            if message is not None:
                self._hear(message)
        self._bury(process)

    def _hear(self, message: dict[str, Any]) -> None:
        name, run = str(message.pop("state")), str(message.pop("run", ""))
        over = False
        with self._lock:
            self._heard = time.monotonic()
            if name == "alive":
                over = self._count(message.get("ticks", -1))
            elif name == "ready":
                self.devices = message.get("devices", [])
                self._failed_starts = 0
                if self._waiting is not None:
                    self._send(self._waiting)
                    self._waiting = None
                for question in self._questions.values():
                    self._send({"command": "ask", **question.to_json()})
                self._questions = {}
            elif name == "ended":
                self.run, self._stop_by, self._ticks = "", None, -1
            over = over or self._flagged == "frozen"
            if over:
                self._flagged = ""
            if name not in ("alive", "acknowledged", "refused", *ANSWERS):
                self.state = "none" if message.pop("retires", False) or self._leaves else name
        if over:
            self._tell(WorkerState("alive", self.run))
        if name not in ("alive", "acknowledged"):
            self._tell(WorkerState(name, run, message))

    def _count(self, ticks: int) -> bool:
        """Note how far training is; returns whether a step that counted as stuck is over."""
        if ticks == self._ticks:
            return False
        elapsed = self._heard - self._moved
        if 0 <= self._ticks < ticks:
            pace = elapsed / (ticks - self._ticks)
            self._pace = pace if not self._pace else 0.9 * self._pace + 0.1 * pace
        self._ticks, self._moved = ticks, self._heard
        return self._flagged == "stuck"

    def _tell(self, state: WorkerState) -> None:
        self._on_state(state)

    # The thread that watches

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            now = time.monotonic()
            flag, seconds = "", 0.0
            with self._lock:
                if self._stop_by is not None and now > self._stop_by:
                    self._killer.by_us = self._killer.unresponsive = True
                    process.kill()
                elif self._stop_by is not None and now > self._stop_by - LAST_WORD:
                    self._leaves = True
                    process.terminate()
                flag, seconds = self._slowness(now)
                new = flag and flag != self._flagged
                self._flagged = flag or self._flagged
            if new:
                self._tell(WorkerState(flag, self.run, {"seconds": seconds}))
            time.sleep(LOOK_EVERY)

    def _slowness(self, now: float) -> tuple[str, float]:
        if now - self._heard > FROZEN_AFTER:
            return "frozen", now - self._heard
        if self.state != "training" or self._ticks < 0:
            self._moved = now
        elif now - self._moved > max(STUCK_AFTER, 10 * self._pace):
            return "stuck", now - self._moved
        return "", 0.0

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        """Standard output is closed: the process has ended or is about to. Say why, and start the next one."""
        try:
            status = process.wait(1.0)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        with self._lock:
            run, was_ready = self.run, self.state not in ("none", "starting")
            reason = cause_of_death(status, self._killer, Path(run) / "log.txt" if run else None, self._errors)
            self._failed_starts = 0 if was_ready else self._failed_starts + 1
            restarts = not self._closing and self._failed_starts < STARTS
            self._close_files(process)
            self._process = None
            self.state = "none"
            self._forget()
            if not restarts:
                self._waiting, self._questions = None, {}
            elif self._waiting is not None:  # the next worker gets it
                self.run, run = run, ""
        if not self._closing or run:
            facts = {"reason": reason, "status": status, "restarts": restarts, "memory": is_of_memory(reason)}
            self._tell(WorkerState("died", run, facts))
        if restarts:
            self.start()

    def _close_files(self, process: subprocess.Popen[bytes]) -> None:
        for file in (process.stdin, process.stdout, self._errors):
            if file is not None:
                with contextlib.suppress(OSError):
                    file.close()
