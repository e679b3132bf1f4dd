"""A file of PyTorch code as a document: asked of a child process that may not do much, and is gone afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from models.document import Document
from models.importers import ImportFailed, Report
from models.specs.values import FieldError, numbers_from
from models.storage.files import FileError, from_json
from studio.running.interpreter import environment, module_command
from studio.runs.files.reading import plain_json, read_file

SECONDS = 60
"""How long an import may take unless somebody allows more."""
LOOK_EVERY = 0.05
LARGEST_ANSWER = 1 << 26
SHARE_OF_MEMORY = 0.75
MARK = "NETLOOM_IMPORT"
"""The variable by which all that a file started is found."""


@dataclass(frozen=True)
class Ask:
    """What to import: a file, the class or function in it, inputs as (name, sizes, "float" or "int"), arguments as
    JSON, and how many seconds that may take."""

    file: Path
    inputs: Sequence[tuple[str, tuple[int, ...], str]]
    name: str = ""
    arguments: str = ""
    seconds: int = SECONDS
    weights: Path | None = None
    """A file of weights that the network gets, by name."""


@dataclass
class Outcome:
    """What came of an import. ``weights`` is a safetensors file in a folder that `close` takes away."""

    document: Document
    report: Report
    folder: Path
    limits: dict[str, bool] = field(default_factory=dict)

    @property
    def weights(self) -> Path:
        """The weights of the document's module by name."""
        return self.folder / "weights.safetensors"

    def keep_weights(self, path: Path) -> None:
        """Put the weights beside the document at ``path``, and have its trainings start from them."""
        target = path.with_suffix(".safetensors")
        partial = target.with_name(f".{target.name}.part")
        shutil.copyfile(self.weights, partial)
        os.replace(partial, target)
        training = self.document.content.section("training")
        self.document.content.set_section("training", training | {"start_from": "file", "start_file": target.name})
        self.report.weights_file = target.name

    def close(self) -> None:
        """Take the folder away."""
        shutil.rmtree(self.folder, ignore_errors=True)


def input_from(text: str) -> tuple[str, tuple[int, ...], str]:
    """An input as it is typed: ``3x224x224``, ``128:int`` for integers, ``mask=128`` for an argument by name.

    Raises `ImportFailed`.
    """
    name, sign, rest = text.partition("=")
    sizes, _, numbers = (rest if sign else text).partition(":")
    dtype = numbers or "float"
    try:
        shape = tuple(numbers_from(sizes))
    except FieldError:
        shape = ()
    if not all(isinstance(size, int) and size > 0 for size in shape) or not shape or dtype not in ("float", "int"):
        raise ImportFailed(f"expected an input such as 3x224x224 or 128:int, found ‘{text:.40}’.")
    return (name.strip() if sign else ""), tuple(int(size) for size in shape), dtype


def inputs_from(text: str) -> list[tuple[str, tuple[int, ...], str]]:
    """The inputs in a line, apart by blanks or commas; none if one of them cannot be read."""
    try:
        return [input_from(word) for word in text.replace(",", " ").split()]
    except ImportFailed:
        return []


def import_file(ask: Ask, canceled: Callable[[], bool] = lambda: False) -> Outcome:
    """Run the file in a child and read what it makes of it; nothing of the child is left running.

    Raises `ImportFailed` with the place of what went wrong. Waits: to be called from a thread, or the command line.
    """
    if not ask.file.is_file():
        raise ImportFailed(f"expected a file of Python, found none at {ask.file}.")
    if ask.weights is not None and not ask.weights.is_file():
        raise ImportFailed(f"expected a file of weights, found none at {ask.weights}.")
    folder = Path(tempfile.mkdtemp(prefix="netloom-import-"))
    with contextlib.ExitStack() as failed:
        failed.callback(shutil.rmtree, folder, ignore_errors=True)
        outcome = _answer(ask, folder, canceled)
        failed.pop_all()
    return outcome


def _answer(ask: Ask, folder: Path, canceled: Callable[[], bool]) -> Outcome:
    memory = int(psutil.virtual_memory().total * SHARE_OF_MEMORY)
    order = {"file": str(ask.file.resolve()), "name": ask.name, "inputs": list(ask.inputs), "arguments": ask.arguments,
             "weights": str(ask.weights.resolve()) if ask.weights else "",
             "seconds": ask.seconds, "memory": memory}  # fmt: skip
    (folder / "order.json").write_text(json.dumps(order))
    status = _run(folder, ask.seconds, canceled)
    answer = _read(folder / "answer.json") if (folder / "answer.json").exists() else None
    if status is None:
        raise ImportFailed(f"{ask.file.name} took longer than {ask.seconds} seconds and was ended.")
    if not isinstance(answer, dict):
        raise ImportFailed(f"{ask.file.name} ended the import: {_last_line(folder)} (status {status}).")
    if "failure" in answer:
        place = f", {answer['place']}" if answer.get("place") else ""
        raise ImportFailed(f"{ask.file.name}{place}: {answer['failure']}")
    document, _ = from_json(_read(folder / "document.json"), name=ask.file.name)
    limits = answer.get("limits")
    held = {str(name): bool(value) for name, value in limits.items()} if isinstance(limits, dict) else {}
    return Outcome(document, Report.from_json(answer.get("report")), folder, held)


def _run(folder: Path, seconds: int, canceled: Callable[[], bool]) -> int | None:
    """The status with which the child ended; None if it had to be ended."""
    token = uuid.uuid4().hex
    surroundings = environment() | {
        MARK: token, "CUDA_VISIBLE_DEVICES": "", "TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    with (folder / "log.txt").open("wb") as log:
        child = subprocess.Popen(
            [*module_command("studio.worker.importing"), str(folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            cwd=folder, env=surroundings, start_new_session=True,
        )  # fmt: skip
        latest = time.monotonic() + seconds
        try:
            while child.poll() is None:
                if canceled():
                    raise ImportFailed("The import was canceled.")
                if time.monotonic() > latest:
                    return None
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(LOOK_EVERY)
            return child.returncode
        finally:
            end(child, token)


def end(child: subprocess.Popen[bytes], token: str) -> None:
    """End the child and everything that it started, in whatever group that is now."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        child.kill()
    child.wait()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == token:
                process.kill()


def _read(path: Path) -> Any:
    try:
        return plain_json(read_file(path, LARGEST_ANSWER))
    except (OSError, ValueError, FileError) as error:
        raise ImportFailed(f"The answer of the import cannot be read: {error}.") from None


def _last_line(folder: Path) -> str:
    text = (folder / "log.txt").read_bytes()[-2000:].decode(errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it says nothing"
