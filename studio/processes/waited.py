"""A module of ours that a process runs while somebody waits, who may give it up."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from studio.processes.interpreter import environment, module_command

LOOK_EVERY = 0.1
"""Seconds between two looks whether the work is done or not wanted any more."""
_NOTHING: Mapping[str, str] = MappingProxyType({})


def ended(
    module: str,
    arguments: Sequence[str],
    log: int,
    given_up: Callable[[], bool],
    surroundings: Mapping[str, str] = _NOTHING,
) -> int | None:
    """How the process ended whose output goes into ``log``; None where it was given up.

    ``surroundings`` are variables of its environment. Raises what ``given_up`` does, and leaves no process behind.
    """
    # It ends with its standard input, and so at the latest with this process.
    around = environment({**os.environ, **surroundings})
    child = subprocess.Popen(
        [*module_command(module), *arguments], stdin=subprocess.PIPE, stdout=log, stderr=log, env=around
    )
    try:
        while not given_up():
            try:
                return child.wait(LOOK_EVERY)
            except subprocess.TimeoutExpired:
                continue
        return None
    finally:
        child.kill()
        child.wait()
        if child.stdin:
            child.stdin.close()
