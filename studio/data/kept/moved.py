"""Where data lies now that was somewhere else: told once, known for whoever names the old place."""

from __future__ import annotations

import os
from pathlib import Path

from studio.data.kept.notes import note, noted

MOST = 1_000
NAME = "moved"


def _known() -> dict[str, str]:
    content = noted(NAME)
    pairs = content.items() if isinstance(content, dict) else ()
    return {old: new for old, new in pairs if isinstance(new, str)}


def places() -> list[str]:
    """Where data lies that was moved, the latest last."""
    return list(_known().values())


def remember(old: Path, new: Path) -> None:
    """What was at ``old`` is at ``new``; raises `OSError` where the disk refuses."""
    if old == new:
        return
    named = os.path.normpath(old)
    known = {place: to for place, to in _known().items() if place != named} | {named: str(new)}
    note(NAME, dict(list(known.items())[-MOST:]))


def moved(old: Path) -> Path | None:
    """Where the file or folder is now that was at ``old``, if that was told of it or of what lay beside it."""
    known, old = _known(), Path(os.path.normpath(old))
    if str(old) in known:
        return Path(known[str(old)])
    for before, after in reversed(known.items()):
        place, now = Path(before), Path(after)
        if place.name == now.name and old.is_relative_to(place.parent) and place.parent != Path(place.anchor):
            found = now.parent / old.relative_to(place.parent)
            if found.exists():
                return found
    return None
