"""Work that takes torch and packages of its own, done once by a process that ends with it, or with whoever asked."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from studio.processes.waited import ended
from studio.runs.errors import RunError
from studio.runs.probes.answer import FAILED, read_answer

MOST_SAID = 200


class Order(NamedTuple):
    """What a ``module`` of the worker is to do with ``arguments``; it needs ``packages``, which an ``extra`` installs.

    The module is started with two files: the arguments as JSON, and where its answer goes.
    """

    module: str
    arguments: Mapping[str, Any]
    packages: tuple[str, ...] = ()
    extra: str = ""


def carried_out(order: Order, given_up: Callable[[], bool] = lambda: False) -> dict[str, Any]:
    """The facts of the answer. Raises `RunError` where there is none, with the sentence that tells why."""
    missing = [name for name in order.packages if find_spec(name) is None]
    if missing:
        raise RunError(f"This needs {', '.join(missing)}: pip install “netloom[{order.extra}]”")
    with tempfile.TemporaryDirectory(prefix="netloom-apart-") as folder:
        given, answer, said = (Path(folder, name) for name in ("given.json", "answer", "said.txt"))
        given.write_text(json.dumps(order.arguments), encoding="utf-8")
        with said.open("wb") as log:
            status = ended(order.module, [str(given), str(answer)], log.fileno(), given_up)
        if status is None:
            raise RunError("It was given up; nothing was written.")
        if status or not answer.is_file():
            raise RunError(_why(status, said))
        facts = read_answer(answer).facts
    if sentence := facts.get(FAILED):
        raise RunError(str(sentence))
    return facts


def _why(status: int, said: Path) -> str:
    """Why a process ended without an answer."""
    if status < 0:
        return f"The process was killed by signal {-status}. Perhaps the memory ran out."
    lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["it said nothing"]
    return f"The process ended with status {status}: {lines[-1][:MOST_SAID]}"
