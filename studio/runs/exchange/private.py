"""Takes out of texts what is nobody's business where a run is sent: absolute paths become the names at their ends."""

from __future__ import annotations

import re
from typing import Any

_WHOLE = re.compile(r"(?:/|~[^/\\]*[/\\]|\\\\|[A-Za-z]:[\\/])[^\n\0]*")
_WITHIN = re.compile(r"(?<![\w.:/~\\])(?:~[\w.-]*[/\\]|/|\\\\|[A-Za-z]:[\\/])(?=[^\s/\\])[^\s'\"“”‘’<>|,;()]*")


def without_paths(value: Any) -> Any:
    """JSON data in which every text that is an absolute path, or holds one, names the file alone."""
    if isinstance(value, str):
        return _last(value) if _WHOLE.fullmatch(value) else _WITHIN.sub(lambda match: _last(match[0]), value)
    if isinstance(value, dict):
        return {name: without_paths(item) for name, item in value.items()}
    return [without_paths(item) for item in value] if isinstance(value, list | tuple) else value


def _last(path: str) -> str:
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1]
