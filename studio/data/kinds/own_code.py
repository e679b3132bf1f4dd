"""Data that a program of the user's makes: run in a child, when he has agreed, and read as arrays from then on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.specs.fields import Int, OptionalInt, Text
from studio.data.arrays.base import Arrays, Opened
from studio.data.arrays.used import Used
from studio.data.base import DATASETS
from studio.data.data import Progress
from studio.data.errors import DataError
from studio.data.formats.arrays import door
from studio.data.formats.npy import Place
from studio.data.own.making import Ask, Made, made
from studio.data.own.source import opening_source
from studio.data.own.trust import check_trusted
from studio.data.paths import located, now_at, resolved


@DATASETS.register
class OwnCode(Arrays, kind="python"):
    """A `torch.utils.data.Dataset`, or a function that returns arrays, in a file of Python."""

    title = "Python code"
    icon = "code"
    suffixes = (".py",)
    synonyms = ("dataset", "torch", "program", "own code", "function", "getitem", "iterable")
    help = (
        "A Python file with a torch.utils.data.Dataset, or a function that returns arrays. It runs when you allow it, "
        "in a process of its own with limits; what it gives is kept until the code, or a file it reads, changes."
    )

    path = Text(label="File", path=True, help="The Python file; relative paths start at the document.")
    name = Text(help="The class, function or variable that gives the data; found by itself where there is one alone.")
    arguments = Text(help='What it is called with, as JSON: {"train": true}, or a list. Empty for nothing.')
    samples = OptionalInt(None, minimum=1, help="At most so many of each part, the first; all where empty.")
    folder = Text(
        label="Data folder",
        path=True,
        folder=True,
        help="A folder elsewhere that it reads. What lies beside the file it may read anyway.",
    )
    seconds = Int(600, minimum=1, maximum=86_400, help="How long it may run.", unit="s", advanced=True)

    def ask_to_run(self, folder: Path | None) -> None:
        path = now_at(resolved(self.path, folder))
        if path.is_file():
            check_trusted(path)

    def made(self, base: Path | None, progress: Progress | None = None) -> Made:
        """The arrays that it gives; raises `DataError`."""
        file = located(self.path, base, "Python file")
        folder = located(self.folder, base, "data folder", folder=True) if self.folder.strip() else None
        self._arguments()
        return made(Ask(file, self.name.strip(), self.arguments, self.samples, folder, self.seconds), progress)

    def _opened(self, base: Path | None, progress: Progress | None) -> Opened:
        return Opened(self.made(base, progress).arrays)

    def _arguments(self) -> dict[str, Any] | list[Any]:
        """What is called with; raises `DataError`."""
        try:
            found = json.loads(self.arguments or "{}")
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict | list):
            raise DataError(f'{self.title}: expected arguments as JSON, such as {{"train": true}}. Check them.')
        return found

    def _opening(self, used: Used, base: Path | None) -> tuple[str, list[str]]:
        file, name = located(self.path, base, "Python file"), self.made(base, None).name
        return opening_source(file, name, self._arguments(), self.samples), ["archive = own_arrays()"]

    def _rows_of(self, place: Place) -> str:
        return door.source(place)
