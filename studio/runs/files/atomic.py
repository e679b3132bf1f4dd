"""Files that are either the old or the new version, whatever happens while they are written."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from models.storage.atomic import replace_file
from studio.runs.errors import disk_error


def atomic_write(path: Path, content: bytes) -> None:
    """Replace `path` by `content` as `models.storage.atomic` does; raises `RunError` when the disk refuses."""
    try:
        replace_file(path, content)
    except OSError as error:
        raise disk_error("write", path, error) from error


def sync_file(path: Path) -> None:
    """Force the content of `path` to the disk."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def to_json(value: Any, indent: int | None = None) -> bytes:
    """Strict JSON in UTF-8: numbers that JSON lacks become the texts "NaN", "Infinity" and "-Infinity"."""
    encoder = _SHORT if indent is None else _encoder(indent, (",", ": "))
    try:
        text = encoder.encode(value)
    except ValueError:
        text = encoder.encode(_plain(value))
    return text.encode("utf-8", "replace")


def _encoder(indent: int | None, separators: tuple[str, str]) -> json.JSONEncoder:
    """One that refuses the numbers that JSON lacks, which are few: others need no look at each."""
    return json.JSONEncoder(ensure_ascii=False, allow_nan=False, indent=indent, separators=separators, default=str)


_SHORT = _encoder(None, (",", ":"))
"""Kept, as a list of ten thousand runs asks for it fifty thousand times."""


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
