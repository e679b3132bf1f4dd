"""Processes that are born with torch imported, for tests that are not about how a worker or a training starts.

One that starts as usual imports for two seconds of processor time. One from here is forked from a process that has done
so: its pipes, its number, its signals and its end are those of any child of the process that tests. It differs in what
the system takes for its command, and in that torch is there already.
"""

from __future__ import annotations

import ctypes
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from studio.processes.interpreter import environment

IMPORTED = ("torch", "torch._dynamo", "studio.worker.session", "studio.worker.devices")
_PR_SET_CHILD_SUBREAPER = 36
_LONGEST = 1 << 17


class Nursery:
    """A process that waits to be forked. `subprocess` is that module, with a `Popen` that forks it, for commands like
    ``python -P -m studio.worker`` and ``python main.py train``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-P", str(Path(__file__)), str(theirs.fileno())]
        one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # a fork has but the thread that forks
        self._process = subprocess.Popen(command, env=environment() | one_thread, pass_fds=[theirs.fileno()])
        theirs.close()
        nursery = self

        class Forked(subprocess.Popen[Any]):
            def _execute_child(self, args: list[str], *given: Any) -> None:
                variables, pipes = given[5], given[9:15]
                standard = [own if given < 0 else given for own, given in enumerate((pipes[0], pipes[3], pipes[5]))]
                self.pid = nursery.fork(args, standard, variables)
                self._child_created = True
                self._close_pipe_fds(*pipes)

        self.subprocess = SimpleNamespace(**vars(subprocess) | {"Popen": Forked})

    def fork(self, command: list[str], standard: list[int], variables: Mapping[str, str]) -> int:
        """Have a command run with these three standard files; the number of its process, a child of this one."""
        with self._lock:
            words = [word for word in command[1:] if word != "-P"]
            order = json.dumps({"words": words, "folder": os.getcwd(), "variables": dict(variables)}).encode()
            # Whoever is orphaned meanwhile becomes a child of this process instead of the system's first.
            _adopt(True)
            try:
                socket.send_fds(self._link, [order], standard)
                return int(self._link.recv(_LONGEST))
            finally:
                _adopt(False)

    def close(self) -> None:
        """End it; workers live on."""
        self._link.close()
        self._process.wait(60)


def _adopt(orphans: bool) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, int(orphans), 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl failed")


def _serve(link: socket.socket) -> None:
    for name in IMPORTED:
        import_module(name)
    while True:
        order, handles, _, _ = socket.recv_fds(link, _LONGEST, 3)
        if not order:
            return
        told, tell = os.pipe()
        between = os.fork()
        if not between:
            if child := os.fork():
                os.write(tell, str(child).encode())
                os._exit(0)  # which makes the child an orphan
            _become(handles, **json.loads(order))
        for handle in (tell, *handles):
            os.close(handle)
        os.waitpid(between, 0)
        link.send(os.read(told, 32))
        os.close(told)


def _become(handles: list[int], words: list[str], folder: str, variables: dict[str, str]) -> NoReturn:
    status = 1
    try:
        for place, handle in enumerate(handles):
            os.dup2(handle, place)
        os.closerange(3, 1024)
        # The present ones remember what kind of files theirs were.
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w", buffering=1), open(2, "w", buffering=1)  # noqa: SIM115
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(variables)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if words[0] == "-m":
            sys.argv = words[1:]
            runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        elif words[0] == "-c":
            sys.argv = ["-c", *words[2:]]
            exec(words[1], {})
        else:
            sys.argv = words
            runpy.run_path(words[0], run_name="__main__")
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
