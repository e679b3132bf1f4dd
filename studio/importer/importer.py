"""A network of others, dropped or chosen, opened beside its report: code is asked about and run, models are read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from models.storage import files
from studio.controllers.documents import DocumentController
from studio.importer.wanted import Wanted
from studio.running.foreign import READERS, Sizes, import_model
from studio.running.holding import what_it_holds
from studio.services import dialogs
from studio.services.background import Background
from studio.services.commands import Command
from studio.services.message import Action, Message

if TYPE_CHECKING:
    from models.importers import Report
    from studio.importer.dialogs import ImportReport
    from studio.running.importing import Outcome

HDF5 = (".h5", ".hdf5")
FILTER = "Python files (*.py)"
MODELS = f"Models ({' '.join(f'*{suffix}' for suffix in READERS)})"


def is_code(path: Path) -> bool:
    """Whether a file is one of Python, by its name."""
    return path.suffix == ".py"


def is_model(path: Path) -> bool:
    """Whether a file is a model of another program that can be read, by its name; HDF5 may as well hold data."""
    return path.suffix.lower() in READERS and path.suffix.lower() not in HDF5


class _Made(QObject):
    """Tells the window of a document that a thread has made, while the thread goes on, and lives as long as that."""

    there = Signal(object, object, object)

    def __init__(self, show: Callable[[Path, threading.Event, Report], None]) -> None:
        super().__init__()
        self._show = show
        self.there.connect(self._deliver)

    def _deliver(self, target: Path, given_up: threading.Event, report: Report) -> None:
        self._show(target, given_up, report)


class Importer:
    """Asks before a file is run; imports on a thread, writes document and weights beside the file and opens them."""

    def __init__(self, window: QWidget, controller: DocumentController, open: Callable[[Path], object]) -> None:
        self._window, self._controller, self._open = window, controller, open
        self._background = Background(window)
        self._given_up = threading.Event()
        self._wanted = Wanted()
        self._report: ImportReport | None = None
        self._made = _Made(self._show)

    def commands(self) -> list[Command]:
        """What opens networks of others."""
        return [
            Command("import", "File", "Import PyTorch code…", (), self.ask_file),
            Command("import-model", "File", "Import ONNX, Keras or .pt2 model…", (), self.ask_model),
        ]

    @property
    def is_busy(self) -> bool:
        """Whether a file is being run."""
        return self._background.is_busy

    def ask_file(self) -> None:
        """Ask for a file of Python and import it."""
        dialogs.ask_open(self._window, "Import PyTorch code", self._start(), FILTER, self.ask)

    def ask_model(self) -> None:
        """Ask for a model of another program and import it."""
        dialogs.ask_open(self._window, "Import model", self._start(), MODELS, self.read)

    def _start(self) -> Path:
        path = self._controller.path
        return path.parent if path else Path.home()

    def ask(self, path: Path) -> None:
        """Say that the file is a program, and ask how to call its network."""
        from studio.importer.dialogs import ImportQuestion  # here: the first window needs none of it

        target = _free(path)
        run = partial(self.run, path, target)
        ImportQuestion(self._window, path, target.name, self._wanted, run).open()

    def weigh(self, path: Path) -> None:
        """Say what a file of weights is for; the next source that is imported is offered them."""

        def told(words: str) -> None:
            self._wanted = self._wanted._replace(weights=str(path))
            self._controller.said.emit(Message(words, actions=(("Import its source…", self.ask_file),)))

        self._background.run(partial(what_it_holds, path), told, self._say_failed, (OSError,))

    def run(self, path: Path, target: Path, wanted: Wanted) -> None:
        """Import a file as it is wanted; a later one takes the place of one that runs."""
        from studio.running.importing import Ask, import_file, inputs_from

        self._wanted = wanted
        weights = Path(wanted.weights).expanduser() if wanted.weights else None
        ask = Ask(path, inputs_from(wanted.inputs), wanted.name, wanted.arguments, weights=weights)

        def failed(error: Exception) -> None:
            self._say_failed(error, ("Change…", partial(self.ask, path)))

        self._make(path, target, partial(import_file, ask), failed)

    def read(self, path: Path, sizes: Sizes | None = None) -> None:
        """Import a model, of which nothing is run; sizes that it leaves open are asked for."""
        from models.importers import SizesNeeded

        target = _free(path)

        def failed(error: Exception) -> None:
            give = ("Give sizes…", partial(self._ask_sizes, path))
            self._say_failed(error, *([give] if isinstance(error, SizesNeeded) else []))

        self._make(path, target, lambda _: import_model(path, sizes or {}), failed)

    def _ask_sizes(self, path: Path) -> None:
        from studio.running.importing import inputs_from

        def given(text: str) -> None:
            inputs = inputs_from(text)
            if not inputs:
                wrong = f"Expected sizes such as 3x224x224, found ‘{text:.30}’."
                self._controller.said.emit(Message(wrong, "error", (("Give sizes…", partial(self._ask_sizes, path)),)))
                return
            self.read(path, {name: shape for name, shape, _ in inputs})

        dialogs.ask_text(self._window, "Sizes of the input", "Without the batch, channels first:", "3x224x224", given)

    def _say_failed(self, error: Exception, *actions: Action) -> None:
        self._controller.said.emit(Message(f"Nothing was imported. {error}", "error", actions))

    def _make(
        self,
        path: Path,
        target: Path,
        make: Callable[[Callable[[], bool]], Outcome],
        failed: Callable[[Exception], object],
    ) -> None:
        from models.importers import ImportFailed

        self._given_up.set()
        self._given_up = given_up = threading.Event()

        def work() -> Report:
            outcome = make(given_up.is_set)
            try:
                if given_up.is_set():
                    raise ImportFailed("It was given up.")
                outcome.keep_weights(target)
                files.write(outcome.document, target)
                self._made.there.emit(target, given_up, replace(outcome.report, pending=True))
                outcome.compare(given_up.is_set)
            finally:
                outcome.close()
            return outcome.report

        self._controller.said.emit(Message(f"Importing {path.name:.40}…", actions=(("Stop", given_up.set),)))
        self._background.run(work, self._tell, failed, (ImportFailed, files.FileError, OSError))

    def close(self) -> None:
        """Say nothing any more; what is run is ended."""
        self._given_up.set()
        self._background.forget()

    def _show(self, target: Path, given_up: threading.Event, report: Report) -> None:
        """Open the document, beside the report as far as it is known."""
        from studio.importer.dialogs import ImportReport

        if not given_up.is_set():
            self._open(target)
            self._report = ImportReport(self._window, report)
            self._report.open()

    def _tell(self, report: Report) -> None:
        """Outputs were compared."""
        if self._report is not None and isValid(self._report):
            self._report.tell(report)
        if report.is_equal:
            self._controller.said.emit(Message(f"Imported {report.source:.40}: its outputs are equal.", "good"))
        else:
            text = f"Imported {report.source:.40}, but not all of it is known to be equal."
            self._controller.said.emit(Message(text, "warning"))


def _free(path: Path) -> Path:
    """A document beside a file that is not there yet."""
    names = (path.with_name(f"{path.stem}{number or ''}.netloom") for number in (0, *range(2, 1000)))
    return next((name for name in names if not name.exists()), path.with_suffix(files.SUFFIX))
