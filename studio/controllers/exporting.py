"""Taking the network away: the PyTorch module or the training script, as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from models.storage import atomic, files
from studio.controllers.documents import DocumentController
from studio.services import dialogs
from studio.services.background import Background
from studio.services.message import Message

PYTHON = "Python files (*.py)"


class Exporter:
    """Asks where to, writes the file whole or not at all, and says what was left out."""

    def __init__(self, window: QWidget, controller: DocumentController) -> None:
        self._window = window
        self._controller = controller
        self._background = Background(window)

    def ask_module(self) -> None:
        """Ask for a place and write the `nn.Module`."""
        dialogs.ask_save(self._window, "Export PyTorch module", self._start(""), PYTHON, "py", self.write_module)

    def ask_script(self) -> None:
        """Ask for a place and write a script that trains by itself."""
        dialogs.ask_save(self._window, "Export training script", self._start("_train"), PYTHON, "py", self.write_script)

    def write_module(self, path: Path) -> bool:
        """Write the module; layers with errors are left out and said to be."""
        from models.codegen.module import generate

        document = self._controller.document
        source = generate(document.network, document.analysis, self._controller.title)
        left_out = source.left_out
        note = ""
        if left_out:
            names = ", ".join(left_out[:3]) + (" and others" if len(left_out) > 3 else "")
            note = f" Left out because of errors: {names}."
        return self._write(path, source.text, self.ask_module, note)

    def write_script(self, path: Path) -> None:
        """Write the training script; a network or data that cannot train is said instead.

        Data may have to be read for it, so this takes its time on a thread of its own.
        """
        from studio.data.errors import DataError
        from studio.running.launch import training_script

        controller = self._controller
        snapshot, place, title = files.snapshot(controller.document), controller.path, controller.title

        def make() -> str:
            document, _ = files.from_json(snapshot)
            return training_script(document, place, title)

        expected = (DataError, ValueError, files.FileError)
        self._background.run(make, lambda text: self._write(path, text, self.ask_script), self._say_not_made, expected)

    def close(self) -> None:
        """Want nothing any more."""
        self._background.forget()

    def _say_not_made(self, error: Exception) -> None:
        self._controller.said.emit(Message(str(error), "error"))

    def _start(self, suffix: str) -> Path:
        folder = self._controller.path.parent if self._controller.path else Path.home()
        return folder / f"{self._controller.title}{suffix}.py"

    def _write(self, path: Path, text: str, ask_again: Callable[[], None], note: str = "") -> bool:
        try:
            atomic.replace_file(path, text.encode())
        except OSError as error:
            self._controller.said.emit(
                Message(atomic.refusal(path.name, error), "error", (("Export elsewhere…", ask_again),))
            )
            return False
        self._controller.said.emit(Message(f"Exported to {path}.{note}", "warning" if note else "good"))
        return True
