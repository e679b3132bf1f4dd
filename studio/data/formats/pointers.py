"""Files that stand for others, or came in their place: they are named for what they are."""

from __future__ import annotations

from pathlib import Path

from studio.data.errors import DataError

_POINTER = b"version https://"
_PAGES = (b"<!doctype html", b"<html")


def refuse_other(path: Path, start: bytes) -> None:
    """Raise `DataError` for a pointer of Git LFS and for a web page, by its first bytes."""
    if start.startswith(_POINTER):
        raise DataError(f"{path.name}: found a pointer of Git LFS in place of the file. Run git lfs pull for it.")
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_PAGES):
        raise DataError(f"{path.name}: found a web page in place of the file. Download the file itself.")
