"""Whether something has room in memory: asked before it is read, from what headers and sizes tell."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

from studio.data.errors import DataError

SHARE = 0.9
"""Share of the free memory that data may take."""
_GROUP = Path("/sys/fs/cgroup")


def free_memory() -> int:
    """Bytes that this process may still take: of the computer's, and of the group's that it runs in."""
    import psutil

    free = int(psutil.virtual_memory().available)
    try:
        limit, used = (int((_GROUP / f"memory.{name}").read_text()) for name in ("max", "current"))
    except (OSError, ValueError):  # no group, or one without a limit
        return free
    return min(free, max(0, limit - used))


def check_memory(what: str, size: float, mend: str) -> None:
    """Raise `DataError` if ``size`` bytes are more than there is room for; ``mend`` says what to do."""
    if size > SHARE * free_memory():
        raise DataError(f"{what} takes {size / 1e9:,.1f} GB of memory, more than is free. {mend}")


def give_back() -> None:
    """Return to the system what this process has freed, where the C library keeps it: glibc does so for each thread."""
    if trim := _trim():
        trim(0)


@cache
def _trim() -> ctypes._NamedFuncPointer | None:
    try:
        found: ctypes._NamedFuncPointer = ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):  # another system, another library
        return None
    return found
