"""Which files outside of a document's folder may be read: those that the user has named, here or before.

A document may come from anywhere and name any path; to look at one on the network is to tell another computer who asks.
What counts is where a path leads: links are read, from the root on, up to the first step onto another computer.
Until `Consent.ask` everything may be read, as in the worker, which is told to train by somebody who was asked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

MOST_REMEMBERED = 1000
MOST_LINKS = 40
"""Links on the way to one place; systems follow no more."""
_FAR_TYPES = ("9p", "afpfs", "afs", "autofs", "ceph", "cifs", "davfs", "nfs", "nfs4", "smb3", "smbfs",
              "fuse.davfs2", "fuse.rclone", "fuse.sshfs")  # fmt: skip
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
        key = _key(path)
        self._given.pop(key, None)
        self._given[key] = None

    def carry(self, paths: Iterable[Path], base: Path | None) -> None:
        """A document leaves its folder ``base``: what could be read from there can be read from the next one."""
        for path in paths:
            if base is not None and _is_beside(real_place(path, base), base):
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
        """Why a path must not be looked at yet, as a sentence; "" if it may. Tells it without looking at the place."""
        if not self._how or _key(path) in self._given:
            return ""
        place = real_place(path, base)
        if base is not None and _is_beside(place, base):
            return ""
        on_network = is_on_network(path) or is_on_network(place)
        if self._tell and not on_network:
            self.give(path)
            self._tell(path)
            return ""
        where = "on the network" if on_network else "outside of its folder"
        leads = "" if place == Path(os.path.abspath(path)) else f", which leads to {place}"
        return f"The document names data {where}: {path}{leads}."

    def missing_within(self, folder: Path, base: Path | None, depth: int) -> str:
        """As `missing`, of the links in a folder that may be read and in ``depth`` levels of folders in it.

        Whoever names a folder means what it links to as well.
        """
        if not self._how or _key(folder) in self._given:
            return ""
        return next((sentence for link in _links(folder, depth) if (sentence := self.missing(link, base))), "")


CONSENT = Consent()


def is_on_network(path: Path) -> bool:
    """Whether another computer would be asked for a path, as far as its name and the mounted folders tell."""
    return _is_far(path, _mounted())


def real_place(path: Path, base: Path | None = None) -> Path:
    """Where a path leads when links are followed, or the first step of that onto another computer, with the rest.

    Looks at nothing beyond that step; where the document itself lies, in ``base``, may be looked at.
    """
    homes = [] if base is None else [base.absolute(), Path(os.path.realpath(base))]
    mounted = _mounted()
    rest = list(reversed(path.absolute().parts))
    place, links = Path(rest.pop()), 0
    while rest:
        part = rest.pop()
        place = place.parent if part == ".." else place / part
        if _is_far(place, mounted) and not any(_are_in_line(place, home) for home in homes):
            break
        target = _target(place) if links < MOST_LINKS else ""
        if target:
            links += 1
            place = place.parent
            rest += reversed(Path(target).parts)
    return place.joinpath(*reversed(rest))


def _mounted() -> list[tuple[str, str]]:
    """Folders where something is mounted, with the kinds of that; none where all is at hand or nobody tells."""
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    found = [(place.replace("\\040", " "), kind) for place, kind in (line.split(" ")[1:3] for line in lines)]
    return found if any(kind in _FAR_TYPES for _, kind in found) else []


def _is_far(path: Path, mounted: list[tuple[str, str]]) -> bool:
    if os.fspath(path).startswith(("\\\\", "//")):
        return True
    above = [(len(place), kind) for place, kind in mounted if path.is_relative_to(place)]
    return max(above, default=(0, ""))[1] in _FAR_TYPES


def _target(place: Path) -> str:
    """Where a link leads, "" for what is none."""
    try:
        target = os.readlink(place)
    except (OSError, ValueError):
        return ""
    # Windows writes absolute targets in a form of its own.
    return target if target.startswith("\\\\?\\UNC") else target.removeprefix("\\\\?\\")


def _are_in_line(place: Path, home: Path) -> bool:
    return place.is_relative_to(home) or home.is_relative_to(place)


def _is_beside(place: Path, base: Path) -> bool:
    return place.is_relative_to(os.path.realpath(base))


def _links(folder: Path, depth: int) -> Iterator[Path]:
    """The links in a folder and in the folders of it; no link is followed."""
    try:
        entries = list(os.scandir(folder))
    except (OSError, ValueError):
        return  # whoever reads it says so
    for entry in entries:
        if entry.is_symlink():
            yield Path(entry.path)
        elif depth and entry.is_dir(follow_symlinks=False):
            yield from _links(Path(entry.path), depth - 1)


def _key(path: Path) -> str:
    """A path as it is remembered. What lies above a link is above its target, so that ".." is no matter of letters."""
    text = os.fspath(path)
    if text.startswith("\\\\"):
        return text
    return str(real_place(path)) if ".." in path.parts else os.path.abspath(text)
