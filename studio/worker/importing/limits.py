"""What a process that runs a stranger's file may not do: a limit on accidents, and no jail.

Linux alone has all of it: a network and a list of processes of its own (`unshare`), files by Landlock, and limits on
time and memory. Elsewhere there are those on time and memory; `Limits` says which hold.
https://docs.kernel.org/userspace-api/landlock.html and unshare(2).
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

NEW_USER, NEW_NETWORK, NEW_PROCESSES = 0x10000000, 0x40000000, 0x20000000
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
DIES_WITH_PARENT, NO_NEW_PRIVILEGES = 1, 38
READ_FILE, READ_FOLDER = 1 << 2, 1 << 3
RIGHTS = (13, 14, 15, 15, 16)
"""How many rights over files each version of Landlock knows; later ones know those of the last."""
NET_VERSION, NETWORK_RIGHTS = 4, 3
LEAST_MEMORY = 4 << 30


class Limits(NamedTuple):
    """Which limits hold in this process."""

    network: bool
    files: bool
    resources: bool


def isolate() -> bool:
    """Go on in a child with a network and processes of its own, where the system has them; returns whether it is so.

    To be called before there are threads. The child ends with its parent, and all that it starts with the child.
    """
    if sys.platform != "linux":
        return False
    system = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if system.unshare(NEW_USER | NEW_NETWORK | NEW_PROCESSES) != 0:
        return False
    for file, text in (("uid_map", f"{user} {user} 1"), ("setgroups", "deny"), ("gid_map", f"{group} {group} 1")):
        try:
            Path(f"/proc/self/{file}").write_text(text)
        except OSError:
            continue  # files of others are then nobody's, which takes no right that is needed here
    child = os.fork()
    if child:
        signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGKILL))
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    system.prctl(DIES_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    return True


def limit(seconds: int, memory: int, readable: Iterable[Path], writable: Iterable[Path]) -> tuple[bool, bool]:
    """Limit time and memory, and files to those below some folders; returns whether files and resources are limited."""
    limited = _limit_resources(seconds, memory)
    return sys.platform == "linux" and _limit_files(readable, writable), limited


def _limit_resources(seconds: int, memory: int) -> bool:
    try:
        import resource
    except ImportError:  # Windows
        return False
    wanted = {"RLIMIT_CPU": seconds, "RLIMIT_CORE": 0, "RLIMIT_NOFILE": 512}
    if sys.platform == "linux":
        wanted["RLIMIT_AS"] = max(memory, LEAST_MEMORY)
    for name, value in wanted.items():
        which = getattr(resource, name)
        _, hard = resource.getrlimit(which)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))
    return True


def _limit_files(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    system = ctypes.CDLL(None, use_errno=True)
    version = system.syscall(CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    rights = (1 << RIGHTS[min(version, len(RIGHTS)) - 1]) - 1
    asked = struct.pack("QQ", rights, NETWORK_RIGHTS if version >= NET_VERSION else 0)
    size = len(asked) if version >= NET_VERSION else 8
    rules = system.syscall(CREATE_RULESET, asked, size, 0)
    if rules < 0:
        return False
    for folders, allowed in ((readable, READ_FILE | READ_FOLDER), (writable, rights)):
        for folder in folders:
            _allow(system, rules, folder, allowed)
    system.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    held: bool = system.syscall(RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    return held


def _allow(system: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not path.is_dir():
        rights &= READ_FILE | 1 << 1 | (1 << 14)  # of a file: read, write, truncate
    beneath = struct.pack("=Qi", rights, handle)
    system.syscall(ADD_RULE, rules, 1, beneath, 0)
    os.close(handle)


def places_of_python() -> list[Path]:
    """What Python and its packages are read from."""
    found = {Path(sys.prefix), Path(sys.base_prefix), *(Path(entry) for entry in sys.path if entry)}
    system = ("/usr", "/lib", "/lib64", "/etc", "/proc", "/sys", "/dev", "/opt", "/nix")
    return [*(path for path in found if path.exists()), *map(Path, system)]
