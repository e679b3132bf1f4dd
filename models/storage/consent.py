"""Which files outside of a document's folder may be read: those that the user has named, here or before.

A document may come from anywhere and name any path; to look at one on the network is to tell another computer who asks.
Until `Consent.ask` everything may be read, as in the worker, which is told to train by somebody who was asked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

MOST_REMEMBERED = 1000
_NETWORK_TYPES = ("9p", "afpfs", "afs", "autofs", "ceph", "cifs", "davfs", "nfs", "nfs4", "smb3", "smbfs")
_FUSED_TYPES = ("fuse.davfs2", "fuse.rclone", "fuse.sshfs")
_MOUNTS = Path("/proc/self/mounts")


class Consent:
    """The user's word on paths, for this process."""

    def __init__(self) -> None:
        self._given: dict[str, None] = {}
        self._how = ""
        self._tell: Callable[[Path], None] | None = None

    def ask(self, how: str, given: Iterable[str] = (), tell: Callable[[Path], None] | None = None) -> None:
        """From now on ask; ``how`` says where to allow a path. With ``tell``, paths on this computer are only told."""
        self._given, self._how, self._tell = dict.fromkeys(given), how, tell

    def forget(self) -> None:
        """Ask no more."""
        self.ask("")

    def give(self, path: Path) -> None:
        """The user has named a path: chosen, dropped, typed, or allowed when asked."""
        key = _plain(path)
        self._given.pop(key, None)
        self._given[key] = None

    def carry(self, paths: Iterable[Path], base: Path | None) -> None:
        """A document leaves its folder ``base``: what could be read from there can be read from the next one."""
        for path in paths:
            if base is not None and Path(_plain(path)).is_relative_to(_plain(base)):
                self.give(path)

    @property
    def how(self) -> str:
        """Where to allow a path, as a sentence."""
        return self._how

    @property
    def given(self) -> list[str]:
        """The paths that were named, the latest last."""
        return list(self._given)[-MOST_REMEMBERED:]

    def missing(self, path: Path, base: Path | None) -> str:
        """Why a path must not be looked at yet, as a sentence; "" if it may. Tells it without looking."""
        key = _plain(path)
        if not self._how or key in self._given or (base is not None and Path(key).is_relative_to(_plain(base))):
            return ""
        on_network = is_on_network(Path(key))
        if self._tell and not on_network:
            self.give(path)
            self._tell(path)
            return ""
        where = "on the network" if on_network else "outside of its folder"
        return f"The document names data {where}: {path}."


CONSENT = Consent()


def is_on_network(path: Path) -> bool:
    """Whether another computer would be asked for a path, as far as its name and the mounted folders tell."""
    text = os.fspath(path)
    if text.startswith(("\\\\", "//")):
        return True
    try:
        mounts = [line.split(" ")[1:3] for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return False
    places = [(place.replace("\\040", " "), kind) for place, kind in mounts]
    above = [(len(place), kind) for place, kind in places if path.is_relative_to(place)]
    return max(above, default=(0, ""))[1] in (*_NETWORK_TYPES, *_FUSED_TYPES)


def _plain(path: Path) -> str:
    """A path without .. and the like; links are not followed, which would look at it."""
    text = os.fspath(path)
    return text if text.startswith("\\\\") else os.path.normpath(os.path.abspath(text))
