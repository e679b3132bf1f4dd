"""What this computer remembers of data, as small JSON files in the user's data folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.storage.atomic import replace_file

LARGEST = 1 << 22
"""Bytes of such a file."""


def noted(name: str) -> Any:
    """What was noted under a name; None where nothing can be read."""
    try:
        if _file(name).stat().st_size > LARGEST:
            return None
        return json.loads(_file(name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def note(name: str, content: Any) -> None:
    """Keep that under a name; raises `OSError` where the disk refuses."""
    _file(name).parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, ensure_ascii=False)
    replace_file(_file(name), text.encode("utf-8", "surrogateescape"))


def _file(name: str) -> Path:
    from platformdirs import user_data_path

    return user_data_path("netloom", appauthor=False) / f"{name}.json"
