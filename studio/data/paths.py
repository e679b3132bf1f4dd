"""Finding the file that a document names."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from studio.data.errors import DataError


def located(path: str, base: Path | None, what: str, folder: bool = False) -> Path:
    """`path` relative to `base` (the document's folder), which must exist. Raises `DataError`."""
    if not path.strip():
        raise DataError(f"No {what} is chosen. Choose one in the data settings.")
    found = resolved(path, base)
    try:
        exists, is_folder = found.exists(), found.is_dir()
    except OSError as error:
        raise DataError(f"Could not look at {what} {found}: {error.strerror}.") from error
    if not exists:
        raise DataError(f"Expected the {what} at {found}, but nothing is there. Choose it again.")
    if is_folder != folder:
        kind = ("a folder", "a file") if folder else ("a file", "a folder")
        raise DataError(f"Expected {kind[0]} at {found}, found {kind[1]}. Choose {kind[0]}.")
    return found


def resolved(path: str, base: Path | None) -> Path:
    """`path` as an absolute path, taken from `base` where it is relative."""
    found = Path(path)
    with suppress(RuntimeError):  # “~somebody” who is nobody here names a file of that name
        found = found.expanduser()
    return ((base or Path()) / found).absolute()
