"""The paces of this computer's devices, measured once and remembered for all documents."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Mapping
from pathlib import Path

from models.analysis.pace import Pace
from models.storage.atomic import replace_file
from studio.runs.files.reading import plain_json

LARGEST = 1 << 20
"""Bytes: a home may be shared by many computers."""


def _file() -> Path:
    from platformdirs import user_data_path

    return user_data_path("netloom", appauthor=False) / "paces.json"


def _content() -> dict[str, object]:
    """What is remembered, by the names of computers."""
    try:
        if _file().stat().st_size > LARGEST:
            return {}
        content = plain_json(_file().read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def known_paces() -> dict[str, Pace]:
    """The paces of the devices of this computer, the best device first; empty where none was measured."""
    found = _content().get(platform.node())
    pairs = found.items() if isinstance(found, dict) else ()
    return {id: pace for id, numbers in pairs if (pace := pace_from(numbers)) is not None}


def remember_paces(paces: Mapping[str, Pace]) -> None:
    """Remember what was measured; raises `OSError` where the disk refuses."""
    content = _content() | {platform.node(): {id: [*pace] for id, pace in paces.items()}}
    _file().parent.mkdir(parents=True, exist_ok=True)
    replace_file(_file(), json.dumps(content, indent=1).encode())


def pace_from(numbers: object) -> Pace | None:
    """A pace from a list of numbers; None if it is none."""
    if not isinstance(numbers, list) or len(numbers) != len(Pace._fields):
        return None
    sound = all(isinstance(each, int | float) and math.isfinite(each) and each > 0 for each in numbers)
    return Pace(*map(float, numbers)) if sound else None
