"""Whether the data that a document names is what it was, and where it lies if that is elsewhere now."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from models.data.held import FilesNow, Held, held
from models.storage.consent import CONSENT, is_on_network, real_place
from studio.data.kept.contents import GoOn, content_of
from studio.data.kept.moved import places, remember
from studio.data.kept.sets import ready_named
from studio.data.naming import named_paths
from studio.data.paths import DEEPEST, now_at, resolved, stored_path

MOST_LOOKED = 5_000
"""Files and folders among which something that was moved is looked for."""


def files_now(
    settings: Mapping[str, Any], base: Path | None, most: int | None = None, go_on: GoOn = lambda: None
) -> FilesNow:
    """What lies where a document's "data" names something; relative paths start at ``base``.

    What the user must allow first, what is on another computer and ready sets are passed over. ``most`` as of
    `content_of`. Reads files: not for the thread of a window.
    """
    now: dict[str, Held] = {}
    moved: dict[str, str] = {}
    for name, path in named_paths(settings).items():
        if (place := _at_hand(path, base)) is None:
            continue
        content = content_of(present := now_at(place), most, go_on)
        if content is not None:
            now[name] = content
            moved |= {name: stored_path(present, base)} if present != place else {}
    return FilesNow(now, moved)


def find_moved(settings: Mapping[str, Any], section: Mapping[str, Any], base: Path | None) -> None:
    """Look for what is not any more where a document names it, by the content that its ``section`` tells: in the
    document's folder, and where data of the user's lies.

    What is found is remembered for whoever names the old place.
    """
    for name, was in held(section).items():
        place = _at_hand(named_paths(settings).get(name, ""), base)
        if place is None or place.name != was.name or os.path.lexists(now_at(place)):
            continue
        if (now := _sought(was, _roots(base))) is not None:
            with suppress(OSError):
                remember(place, now)


def _at_hand(path: str, base: Path | None) -> Path | None:
    """The place that a path names, None where it must not be looked at unasked."""
    if not path.strip() or ready_named(path) is not None:
        return None
    place = resolved(path, base)
    if CONSENT.missing(place, base) or is_on_network(Path(path)) or is_on_network(real_place(place)):
        return None
    return place


def _roots(base: Path | None) -> list[Path]:
    """Folders in which data may lie now: the document's, and those of data that the user has named."""
    named = [Path(path) for path in reversed([*places(), *CONSENT.given])]
    roots = dict.fromkeys([*([base] if base else []), *(path.parent for path in named)])
    return [root for root in roots if not is_on_network(real_place(root))]


def _sought(was: Held, roots: Iterable[Path]) -> Path | None:
    """Where that content lies, by its name first: a file of this size, or a folder that is called so."""
    alike = [place for root in roots for place in _near(root) if _may_be(place, was)]
    for place in sorted(dict.fromkeys(alike), key=lambda place: place.name != was.name):
        content = content_of(place)
        if content is not None and not was.differs(content) and content.sha256:
            return place
    return None


def _may_be(place: Path, was: Held) -> bool:
    """Whether a place could hold that, without reading it."""
    try:
        if place.is_dir():
            return was.files > 0 and place.name == was.name
        return was.files == 0 and place.is_file() and place.stat().st_size == was.bytes
    except OSError:
        return False


def _near(root: Path) -> Iterator[Path]:
    """What lies in a folder and some levels below, the nearest first."""
    waiting, looked = deque([(root, 0)]), 0
    while waiting:
        folder, depth = waiting.popleft()
        try:
            items = sorted(os.scandir(folder), key=lambda item: item.name)
        except (OSError, ValueError):
            continue
        for item in items:
            looked += 1
            if looked > MOST_LOOKED:
                return
            if item.name.startswith(".") or item.is_symlink():
                continue
            yield Path(item.path)
            if depth < DEEPEST and item.is_dir():
                waiting.append((Path(item.path), depth + 1))
