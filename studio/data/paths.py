"""Finding the file that a document names."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path

from models.storage.consent import CONSENT
from studio.data.errors import ConsentNeeded, DataError
from studio.data.kept.moved import moved
from studio.data.kept.ready_set import HUB
from studio.data.kept.sets import ready_named

DEEPEST = 3
"""Levels of folders that are read in a folder of data: a part, a class, and what lies in that."""


def located(path: str, base: Path | None, what: str, folder: bool = False) -> Path:
    """`path` relative to `base` (the document's folder), which must exist. Raises `DataError`.

    Paths that the user has not named are not looked at (`models.storage.consent`).
    """
    if not path.strip():
        raise DataError(f"No {what} is chosen. Choose one in the data settings.")
    found = resolved(path, base)
    ask_first(found, base)
    if (elsewhere := now_at(found)) != found:
        found = elsewhere
        ask_first(found, base)
    wanted = "a folder" if folder else "a file"
    try:
        mode = found.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if (ready := ready_named(path)) is not None:
            told = ready.path if ready.prefix == HUB else ready.name
            raise DataError(
                f"{ready.title} is not on this computer. {ready.terms}. "
                f"Download it in the Data workspace, or with netloom fetch {told}."
            ) from None
        raise DataError(f"Expected the {what} at {found}, but nothing is there. Choose it again.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"Could not look at {what} {found}: {reason}.") from error
    kind = "a folder" if stat.S_ISDIR(mode) else "a file" if stat.S_ISREG(mode) else "a device or a pipe"
    if kind != wanted:
        raise DataError(f"Expected {wanted} at {found}, found {kind}. Choose {wanted}.")
    return found


def is_folder(path: str, base: Path | None) -> bool:
    """Whether a path that may be looked at names a folder; raises `DataError` for one that must be asked for first."""
    found = resolved(path, base)
    ask_first(found, base)
    return now_at(found).is_dir()


def now_at(path: Path) -> Path:
    """Where what a path names is now: there, or where it was moved to. Looks at the place."""
    return path if os.path.lexists(path) else moved(path) or path


def ask_first(path: Path, base: Path | None) -> None:
    """Raise `ConsentNeeded` where the user must allow a path first, or what it links to, if it is a folder."""
    if sentence := CONSENT.missing(path, base) or CONSENT.missing_within(path, base, DEEPEST):
        raise ConsentNeeded(sentence, CONSENT.how, path)


def resolved(path: str, base: Path | None) -> Path:
    """`path` as an absolute path, taken from `base` where it is relative; that of a ready set where that is kept."""
    if (ready := ready_named(path)) is not None:
        CONSENT.give(ready.file)  # it is Netloom's own
        return ready.file
    found = Path(path)
    with suppress(RuntimeError):  # “~somebody” who is nobody here names a file of that name
        found = found.expanduser()
    return ((base or Path()) / found).absolute()


MOST_UP = 2
"""Folders that a document's data may lie above its own, where it is named from there."""


def stored_path(path: Path, base: Path | None) -> str:
    """A path as a document in the folder ``base`` keeps it: from there where the file lies in it, or in what holds both
    a folder or two further up, so that a project can be moved as a whole."""
    if base is None or not path.is_absolute() or path.anchor != base.anchor:
        return os.fspath(path)
    relative = Path(os.path.relpath(path, base))
    up = relative.parts.count("..")
    shared = Path(os.path.normpath(base.joinpath(*[".."] * up)))
    if up > MOST_UP or (up and shared in (Path(base.anchor), Path.home(), Path.home().parent)):
        return os.fspath(path)
    return relative.as_posix()


TRAINING, VALIDATION, TEST = ("train", "training"), ("validation", "val", "valid"), ("test", "testing")
"""How folders of the parts are called, in any case of letters; of several for one the first in this order counts."""
_PARTING = re.compile(r"[\s_.-]+")


def parts_in(names: Iterable[str]) -> list[str]:
    """The folders of training, validation and test among some names, none where there is none for training.

    Where there is none for validation, that of the test is it.
    """
    called = {name.lower(): name for name in sorted(names, reverse=True)}
    found = (next((called[name] for name in known if name in called), "") for known in (TRAINING, VALIDATION, TEST))
    training, *others = found
    return [training, *filter(None, others)] if training else _parts_with_words(called)


def _parts_with_words(called: Mapping[str, str]) -> list[str]:
    """Folders that are parts by a word in their names that are else the same: training_set and test_set."""
    parts: dict[tuple[str, ...], dict[int, str]] = {}
    for name in sorted(called):
        words = _PARTING.split(name)
        for place, known in enumerate((TRAINING, VALIDATION, TEST)):
            if len(named := [word for word in words if word in known]) == 1 < len(words):
                rest = tuple(word for word in words if word not in named)
                parts.setdefault(rest, {}).setdefault(place, called[name])
    found = next((own for own in parts.values() if 0 in own and len(own) > 1), {})
    return [found[place] for place in sorted(found)]


def first_names(folder: Path) -> Iterator[str]:
    """Some names of files in a folder and in the first folders below."""
    with os.scandir(folder) as entries:
        some = list(islice(entries, 200))
    yield from (entry.name for entry in some if os.path.isfile(entry.path))
    for entry in [entry for entry in some if os.path.isdir(entry.path)][:3]:
        with os.scandir(entry) as below:
            yield from (item.name for item in islice(below, 50))
