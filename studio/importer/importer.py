"""A file of PyTorch code, dropped or chosen: asked about, run apart, opened beside its report."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from models.storage import files
from studio.controllers.documents import DocumentController
from studio.importer.wanted import Wanted
from studio.services import dialogs
from studio.services.background import Background
from studio.services.commands import Command
from studio.services.message import Message

if TYPE_CHECKING:
    from models.importers import Report

FILTER = "Python files (*.py)"


def is_code(path: Path) -> bool:
    """Whether a file is one of Python, by its name."""
    return path.suffix == ".py"


class Importer:
    """Asks before a file is run; imports on a thread, writes document and weights beside the file and opens them."""

    def __init__(self, window: QWidget, controller: DocumentController, open: Callable[[Path], object]) -> None:
        self._window, self._controller, self._open = window, controller, open
        self._background = Background(window)
        self._given_up = threading.Event()
        self._wanted = Wanted()

    def commands(self) -> list[Command]:
        """What opens networks of others."""
        return [Command("import", "File", "Import PyTorch code…", (), self.ask_file)]

    @property
    def is_busy(self) -> bool:
        """Whether a file is being run."""
        return self._background.is_busy

    def ask_file(self) -> None:
        """Ask for a file of Python and import it."""
        path = self._controller.path
        start = path.parent if path else Path.home()
        dialogs.ask_open(self._window, "Import PyTorch code", start, FILTER, self.ask)

    def ask(self, path: Path) -> None:
        """Say that the file is a program, and ask how to call its network."""
        from studio.importer.dialogs import ImportQuestion  # here: the first window needs none of it

        target = _free(path)
        run = partial(self.run, path, target)
        ImportQuestion(self._window, path.name, target.name, self._wanted, run).open()

    def run(self, path: Path, target: Path, wanted: Wanted) -> None:
        """Import a file as it is wanted; a later one takes the place of one that runs."""
        from models.importers import ImportFailed
        from studio.running.importing import Ask, import_file, inputs_from

        self._wanted = wanted
        self._given_up.set()
        self._given_up = given_up = threading.Event()
        ask = Ask(path, inputs_from(wanted.inputs), wanted.name, wanted.arguments)

        def work() -> Report:
            outcome = import_file(ask, given_up.is_set)
            try:
                outcome.keep_weights(target)
                files.write(outcome.document, target)
            finally:
                outcome.close()
            return outcome.report

        def failed(error: Exception) -> None:
            again = (("Change…", partial(self.ask, path)),)
            self._controller.said.emit(Message(f"Nothing was imported. {error}", "error", again))

        self._controller.said.emit(Message(f"Importing {path.name:.40}…", actions=(("Stop", given_up.set),)))
        self._background.run(work, partial(self._show, target), failed, (ImportFailed, files.FileError, OSError))

    def close(self) -> None:
        """Say nothing any more; what is run is ended."""
        self._given_up.set()
        self._background.forget()

    def _show(self, target: Path, report: Report) -> None:
        from studio.importer.dialogs import ImportReport

        show = ImportReport(self._window, report)
        if report.is_exact:
            self._controller.said.emit(Message(f"Imported {report.source:.40}: its outputs are equal.", "good"))
        else:
            text = f"Imported {report.source:.40}, but not all of it is known to be equal."
            self._controller.said.emit(Message(text, "warning"))
        self._open(target)
        show.open()


def _free(path: Path) -> Path:
    """A document beside a file that is not there yet."""
    names = (path.with_name(f"{path.stem}{number or ''}.netloom") for number in (0, *range(2, 1000)))
    return next((name for name in names if not name.exists()), path.with_suffix(files.SUFFIX))
