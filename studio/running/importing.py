"""A file of PyTorch code as a document: asked of a child process that may not do much, and is gone afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from models.document import Document
from models.importers import ImportFailed, Report
from models.specs.values import FieldError, numbers_from
from models.storage.files import FileError, from_json
from studio.processes.limited import Child, Failed
from studio.runs.files.reading import plain_json, read_file

SECONDS = 60
"""How long an import may take unless somebody allows more."""
Given = Callable[[], bool]
"""Whether it is not wanted any more."""
LARGEST_ANSWER = 1 << 26


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
    """What came of an import, as soon as there is a document. ``folder`` holds its files, until `close` takes it away
    and ends what runs."""

    document: Document
    report: Report
    folder: Path
    limits: dict[str, bool] = field(default_factory=dict)
    child: Child | None = field(default=None, repr=False)
    rest: Callable[[Outcome, Given], None] = field(default=lambda outcome, given_up: None, repr=False)
    """What compares the outputs, and puts into the report what comes of that."""
    weights: Path = field(init=False)
    """The weights of the document's module by name."""

    def __post_init__(self) -> None:
        self.weights = self.folder / "weights.safetensors"

    def compare(self, given_up: Given = lambda: False) -> None:
        """Hold the outputs against the original's. Waits; until then the report does not tell."""
        self.rest(self, given_up)

    def keep_weights(self, path: Path) -> None:
        """Put the weights beside the document at ``path``, and have its trainings start from them."""
        target = path.with_suffix(".safetensors")
        part = target.with_name(f".{target.name}.part")
        shutil.move(self.weights, part)
        os.replace(part, target)
        self.weights = target
        training = self.document.content.section("training")
        self.document.content.set_section("training", training | {"start_from": "file", "start_file": target.name})
        self.report.weights_file = target.name

    def close(self) -> None:
        """End what still runs, and take the folder away."""
        if self.child is not None:
            self.child.end()
        shutil.rmtree(self.folder, ignore_errors=True)


def input_from(text: str) -> tuple[str, tuple[int, ...], str]:
    """An input as it is typed: ``3x224x224``, ``128:int`` for integers, ``mask=128`` for an argument by name, and
    ``t=scalar`` for one number an example.

    Raises `ImportFailed`.
    """
    name, sign, rest = text.partition("=")
    sizes, _, numbers = (rest if sign else text).partition(":")
    dtype = numbers or "float"
    single = sizes.strip() == "scalar"
    try:
        shape = () if single else tuple(numbers_from(sizes))
    except FieldError:
        shape = ()
    sound = all(isinstance(size, int) and size > 0 for size in shape) and (shape or single)
    if not sound or dtype not in ("float", "int"):
        raise ImportFailed(f"expected an input such as 3x224x224 or 128:int, found ‘{text:.40}’.")
    return (name.strip() if sign else ""), tuple(int(size) for size in shape), dtype


def inputs_from(text: str) -> list[tuple[str, tuple[int, ...], str]]:
    """The inputs in a line, apart by blanks or commas; none if one of them cannot be read."""
    try:
        return [input_from(word) for word in text.replace(",", " ").split()]
    except ImportFailed:
        return []


def import_file(ask: Ask, canceled: Given = lambda: False) -> Outcome:
    """Run the file in a child and read what it makes of it. The child goes on to compare outputs, for which
    `Outcome.compare` waits; nothing of it is left running after `Outcome.close`.

    Raises `ImportFailed` with the place of what went wrong. Waits: to be called from a thread, or the command line.
    """
    if not ask.file.is_file():
        raise ImportFailed(f"expected a file of Python, found none at {ask.file}.")
    if ask.weights is not None and not ask.weights.is_file():
        raise ImportFailed(f"expected a file of weights, found none at {ask.weights}.")
    order = {"name": ask.name, "inputs": list(ask.inputs), "arguments": ask.arguments,
             "weights": str(ask.weights.resolve()) if ask.weights else ""}  # fmt: skip
    folder = Path(tempfile.mkdtemp(prefix="netloom-import-"))
    with contextlib.ExitStack() as failed:
        failed.callback(shutil.rmtree, folder, ignore_errors=True)
        child = Child("studio.worker.importing", ask.file, order, folder, ask.seconds)
        failed.callback(child.end)
        outcome = _outcome(ask, child, folder, canceled)
        failed.pop_all()
    return outcome


def _outcome(ask: Ask, child: Child, folder: Path, canceled: Given) -> Outcome:
    try:
        answer = child.answer(partial(_look, canceled), early=True)
    except Failed as error:
        raise ImportFailed(str(error)) from None
    document, _ = from_json(_read(folder / "document.json"), name=ask.file.name)
    limits = answer.get("limits")
    held = {str(name): bool(value) for name, value in limits.items()} if isinstance(limits, dict) else {}
    return Outcome(document, Report.from_json(answer.get("report")), folder, held, child, _compared)


def _compared(outcome: Outcome, given_up: Given) -> None:
    """Wait for what a child finds of the outputs."""
    assert outcome.child is not None, "a file was run"
    try:
        found = outcome.child.answer(partial(_look, given_up), "compared", early=True)
    except (Failed, ImportFailed) as error:
        outcome.report.uncompared = str(error).rstrip(".")
        return
    told = Report.from_json(found.get("report"))
    outcome.report.difference, outcome.report.uncompared = told.difference, told.uncompared


def _look(canceled: Given) -> None:
    if canceled():
        raise ImportFailed("The import was canceled.")


def _read(path: Path) -> Any:
    try:
        return plain_json(read_file(path, LARGEST_ANSWER))
    except (OSError, ValueError, FileError) as error:
        raise ImportFailed(f"The answer of the import cannot be read: {error}.") from None
