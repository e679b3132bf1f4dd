"""The worker process: starts before it is needed, then trains one run after another as it is told.

Commands, JSON lines on standard input: ``{"command": "train", "run": PATH, "device": "", "trust": ""}``, "resume" (the
same), "pause", "continue", "stop" (with a "reason"), "shutdown"; "ask" with a question
(`studio.runs.probes.question`), "drop" with the "id" of one. State lines on standard output
(`studio.worker.process.channel`):

    starting                         the process lives; torch is being imported
    ready     devices, torch         waiting for a command
    loading   run, done, total       reading data
    training  run, step, steps, …    a few times a second
    paused    run, reason
    ended     run, outcome, reason   "finished", "stopped", "left" or "failed"; ready for the next command, unless it
                                     "retires": then this process ends, and the next one takes commands
    answering id, done, total        a question that takes its time
    answered  id, outcome, message   "done" (the answer lies in its file), "failed" or "canceled"
    acknowledged, refused            at once for every command, from the thread that reads them
    alive     ticks                  once a second, whatever else happens

The end of standard input means that the window is gone: the run is saved and the process ends within two seconds.
"""

from __future__ import annotations

import faulthandler
import os
import queue
import signal
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, NoReturn

from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.probes.question import Question
from studio.worker.probing.desk import Desk
from studio.worker.process.channel import Channel, commands, print_to
from studio.worker.process.control import Control

if TYPE_CHECKING:
    from studio.worker.session import Session

GRACE = 1.5
"""Seconds that the present step and the last checkpoint may take once the window is gone."""
BEAT_EVERY = 1.0
LONGEST_REASON = 1_000
LOOK_AT_DESK: Final = "look at the desk"


class Job(NamedTuple):
    """A run to be trained, and what can be asked of it from the moment it is accepted."""

    path: str
    device: str
    resuming: bool
    trust: str
    control: Control


def main() -> NoReturn:
    """Serve until told to end."""
    # The frames of threads that are still running can't be read safely: a second crash there would hide the first.
    faulthandler.enable(all_threads=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the window's affair
    Service(Channel()).serve()
    sys.stdout.flush()
    sys.stderr.flush()
    # All files are closed by now. A thread that is still importing libraries would crash in an interpreter that is
    # being taken down.
    os._exit(0)


class Service:
    """The main thread trains, one thread reads commands, one says that the process is alive."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self._jobs: queue.SimpleQueue[Job | Literal["look at the desk"] | None] = queue.SimpleQueue()
        self._desk = Desk(channel.send)
        self._control: Control | None = None
        self._session: Session | None = None
        self._ended = threading.Event()

    def serve(self) -> None:
        """Import torch, announce readiness, then do jobs until there will be no more."""
        signal.signal(signal.SIGTERM, lambda *_: self._leave("The training process was told to end"))
        for work in (self._read, self._beat):
            threading.Thread(target=work, daemon=True).start()
        self.channel.send("starting", pid=os.getpid())
        self._warm_up()
        while (job := self._next()) is not None:
            if job == LOOK_AT_DESK:
                self._desk.step()
            else:
                self._desk.clear()
                self._do(job)
        self._ended.set()

    def _next(self) -> Job | Literal["look at the desk"] | None:
        """A run to train goes before questions; None ends the process."""
        try:
            return self._jobs.get(block=not self._desk.is_busy)
        except queue.Empty:
            return LOOK_AT_DESK

    def _warm_up(self) -> None:
        """Import what training needs and touch the devices, so that the first step comes at once."""
        import torch

        from studio.worker.devices import probe

        import_module("studio.worker.session")
        found = probe()
        torch.zeros(8, device=found[0].id).sum().item()
        devices = [device._asdict() for device in found]
        self.channel.send("ready", devices=devices, torch=torch.__version__)
        threading.Thread(target=_import_more, daemon=True).start()

    def _do(self, job: Job) -> None:
        from studio.worker.session import Session

        try:
            run = RunFolder.open(Path(job.path))
            print_to(run.log_path)
        except RunError as error:
            self._end(job, "failed", str(error))
            return
        self._session = session = Session(
            run, job.device, job.control, Told(self.channel, job.path), patient=True, trust=job.trust
        )
        outcome = session.run(resuming=job.resuming)
        sys.stdout.flush()
        self._session = None
        # An error may leave the card unusable for this process, and what still reads data keeps its memory: the next
        # process is sound.
        retires = session.left_behind or (outcome.state == "failed" and session.device.startswith("cuda"))
        if retires:
            self._jobs.put(None)
        self._end(job, outcome.state, outcome.reason, retires)

    def _end(self, job: Job, outcome: str, reason: str, retires: bool = False) -> None:
        self._control = None
        self.channel.send("ended", run=job.path, outcome=outcome, reason=reason, retires=retires)

    # The thread that reads

    def _read(self) -> None:
        for command in commands():
            sentence = "A command is a JSON object with an entry “command”." if command is None else self._obey(command)
            if sentence:
                self.channel.send("refused", command=command and command["command"], message=sentence)
            elif command:
                self.channel.send("acknowledged", command=command["command"])
        self._leave("The window was closed")
        if not self._ended.wait(GRACE):  # a step that takes longer; the last periodic checkpoint stands
            if self._session is not None:
                self._session.abandon("The window was closed; the run goes on from its last checkpoint.")
            os._exit(1)

    def _obey(self, command: dict[str, Any]) -> str:
        """Do what a command says; returns why not, if it can't be."""
        name, control = command["command"], self._control
        if name in ("train", "resume"):
            return self._accept(command, resuming=name == "resume")
        if name == "shutdown":
            self._leave("The training process was told to end")
        elif name == "ask":
            return self._ask(command)
        elif name == "drop":
            self._desk.cancel(command.get("id"))
        elif name not in ("pause", "continue", "stop"):
            return f"There is no command {name[:40]!r}."
        elif control is None:
            return "Nothing is being trained."
        elif name == "stop":
            control.stop(str(command.get("reason", ""))[:LONGEST_REASON])
        else:
            {"pause": control.pause, "continue": control.go_on}[name]()
        return ""

    def _accept(self, command: dict[str, Any], *, resuming: bool) -> str:
        path, device, trust = command.get("run"), command.get("device", ""), command.get("trust", "")
        if not (isinstance(path, str) and isinstance(device, str) and isinstance(trust, str)):
            return "Expected texts: the path of a run in “run”, a device in “device”, and “trust”."
        if self._control is not None:
            return "Another run is being trained."
        self._control = Control()
        self._jobs.put(Job(path, device, resuming, trust, self._control))
        return ""

    def _ask(self, command: dict[str, Any]) -> str:
        try:
            question = Question.from_json(command)
        except ValueError as error:
            return str(error)
        if self._control is not None:
            message = "This worker is training. Ask again when its run is over."
            self.channel.send("answered", id=question.id, outcome="failed", message=message)
            return ""
        self._desk.put(question)
        self._jobs.put(LOOK_AT_DESK)
        return ""

    def _leave(self, reason: str) -> None:
        if self._control is not None:
            self._control.leave(reason)
        self._desk.close()
        self._jobs.put(None)

    # The thread that says so

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_EVERY):
            self.channel.send("alive", may_drop=True, ticks=self._ticks())

    def _ticks(self) -> int:
        # In a function of its own: between two beats nothing here may hold a session that has ended, and its memory.
        session = self._session
        return session.ticks if session else -1


def _import_more() -> None:
    """Import what a first run would wait for: optimizers load it when they are made."""
    import_module("torch._dynamo")


class Told:
    """Passes on what a session tells of one run, as far as it is not in the run's own logs."""

    def __init__(self, channel: Channel, run: str) -> None:
        self.channel, self.run = channel, run

    def __call__(self, event: str, facts: dict[str, Any]) -> None:
        if event in ("loading", "progress"):
            self.channel.send("training" if event == "progress" else event, may_drop=True, run=self.run, **facts)
        elif event in ("started", "resumed", "paused"):
            self.channel.send("paused" if event == "paused" else "training", run=self.run, **facts)
