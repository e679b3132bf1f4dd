"""Taking the network away: the PyTorch module or the training script, as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PySide6.QtWidgets import QWidget

from models.document import Document, FrozenContent
from models.storage import atomic, files
from studio.controllers.documents import DocumentController
from studio.services import dialogs
from studio.services.background import Queue
from studio.services.commands import Command
from studio.services.message import Message

PYTHON = "Python files (*.py)"


class _Exported(NamedTuple):
    """Source text, and what of the network is not in it."""

    text: str
    left_out: tuple[str, ...] = ()


class Exporter:
    """Asks where to, writes the file whole or not at all, and says what was left out.

    Both are made and written on a thread, of the network as it was when it was asked for.
    """

    def __init__(self, window: QWidget, controller: DocumentController) -> None:
        self._window = window
        self._controller = controller
        self._queue = Queue(window)

    def commands(self) -> list[Command]:
        """What takes the network away."""
        return [
            Command("export", "File", "Export PyTorch module…", ("Ctrl+E",), self.ask_module),
            Command("export-script", "File", "Export training script…", ("Ctrl+Shift+E",), self.ask_script),
        ]

    @property
    def is_busy(self) -> bool:
        """Whether something is still to be written."""
        return self._queue.is_busy

    def ask_module(self) -> None:
        """Ask for a place and write the `nn.Module`."""
        dialogs.ask_save(self._window, "Export PyTorch module", self._start(""), PYTHON, "py", self.write_module)

    def ask_script(self) -> None:
        """Ask for a place and write a script that trains by itself."""
        dialogs.ask_save(self._window, "Export training script", self._start("_train"), PYTHON, "py", self.write_script)

    def write_module(self, path: Path) -> None:
        """Write the module; layers with errors are left out and said to be."""
        title = self._controller.title

        def make(document: Document) -> _Exported:
            from models.codegen.module import generate

            source = generate(document.network, document.analysis, title)
            return _Exported(source.text, tuple(source.left_out))

        self._export(path, make, self.ask_module)

    def write_script(self, path: Path) -> None:
        """Write the training script; a network or data that cannot train is said instead."""
        place, title = self._controller.path, self._controller.title

        def make(document: Document) -> _Exported:
            from studio.running.launch import training_script

            return _Exported(training_script(document, place, title))

        self._export(path, make, self.ask_script)

    def write_picture(self, path: Path, data: bytes, note: str) -> None:
        """Write a picture that was drawn; ``note`` says what of it is other than was asked for."""

        def failed(error: Exception) -> None:
            sentence = atomic.refusal(path.name, error) if isinstance(error, OSError) else str(error)
            self._controller.said.emit(Message(sentence, "error"))

        def written(_: None) -> None:
            text = f"Exported to {path}. {note}".strip()
            self._controller.said.emit(Message(text, "warning" if note else "good"))

        self._queue.run(lambda: atomic.replace_file(path, data), written, failed, (OSError, ValueError))

    def close(self) -> None:
        """Say nothing any more; what was asked for is still written."""
        self._queue.forget()

    def _export(self, path: Path, make: Callable[[Document], _Exported], ask_again: Callable[[], None]) -> None:
        from studio.data.errors import DataError

        frozen = FrozenContent(self._controller.document.content)

        def write() -> _Exported:
            document, _ = files.from_json(files.content_to_json(frozen.content()))
            made = make(document)
            atomic.replace_file(path, made.text.encode())
            return made

        def failed(error: Exception) -> None:
            if isinstance(error, OSError):
                self._say_not_written(path, error, ask_again)
            else:
                self._controller.said.emit(Message(str(error), "error"))

        expected = (DataError, ValueError, files.FileError, OSError)
        self._queue.run(write, lambda made: self._say_written(path, made), failed, expected)

    def _say_written(self, path: Path, made: _Exported) -> None:
        note = ""
        if made.left_out:
            names = ", ".join(made.left_out[:3]) + (" and others" if len(made.left_out) > 3 else "")
            note = f" Left out because of errors: {names}."
        self._controller.said.emit(Message(f"Exported to {path}.{note}", "warning" if note else "good"))

    def _say_not_written(self, path: Path, error: OSError, ask_again: Callable[[], None]) -> None:
        sentence = atomic.refusal(path.name, error)
        self._controller.said.emit(Message(sentence, "error", (("Export elsewhere…", ask_again),)))

    def _start(self, suffix: str) -> Path:
        folder = self._controller.path.parent if self._controller.path else Path.home()
        return folder / f"{self._controller.title}{suffix}.py"
