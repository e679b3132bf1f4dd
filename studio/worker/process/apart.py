"""The other side of `studio.running.apart`: a process that does one piece of work, answers and ends."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from studio.runs.probes.answer import FAILED, Answer, write_answer


def serve(work: Callable[[Mapping[str, Any]], dict[str, Any]], refusals: tuple[type[Exception], ...]) -> None:
    """Do the work with the arguments in the file that is named first, and put its facts, or the sentence of one of the
    ``refusals``, into the one named second. Ends with standard input, whatever is going on."""
    threading.Thread(target=_end_with_input, daemon=True).start()
    given, answer = map(Path, sys.argv[1:3])
    try:
        facts = work(json.loads(given.read_text(encoding="utf-8")))
    except refusals as error:
        facts = {FAILED: str(error)}
    write_answer(answer, Answer({}, facts))
    # Threads of libraries that still run would crash in an interpreter that is being taken down.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _end_with_input() -> None:
    while os.read(0, 1 << 12):
        pass
    os._exit(1)
