"""The process's outermost door for errors: whatever nobody caught is written to a log and said in a banner.

The window lives on: documents are safe in their journal, and one failed action is no reason to lose the session.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from models.basics.signal import Signal

LOG_LIMIT = 1_000_000

unexpected: Signal[[str, Path]] = Signal()
"""Emitted, in the thread of the error, with a sentence and the log's path."""


def log_path() -> Path:
    """Where unexpected errors are written down."""
    from platformdirs import user_log_path

    return user_log_path("netloom", appauthor=False) / "errors.log"


def install() -> None:
    """Catch what nobody caught, on the main thread, in Qt slots and in threads."""
    sys.excepthook = _on_exception
    threading.excepthook = lambda hook: _on_exception(hook.exc_type, hook.exc_value, hook.exc_traceback)


def guarded(run: Callable[[], int]) -> int:
    """Run the program; a failure outside of any event ends it with a sentence and exit code 70."""
    try:
        return run()
    except Exception as error:  # The outermost door: there is nobody left to handle it.
        _on_exception(type(error), error, error.__traceback__)
        return 70


def _on_exception(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.exit(130)
    text = "".join(traceback.format_exception(kind, error, trace))
    sys.stderr.write(text)
    path = log_path()
    _append(path, f"{time.strftime('%Y-%m-%dT%H:%M:%S')}\n{text}\n")
    unexpected.emit(f"Something unexpected went wrong ({kind.__name__}). Your work is kept.", path)


def _append(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".old.log"))
        with path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as error:
        sys.stderr.write(f"The error could not be written to {path}: {error}\n")
