"""Taking the network away: the exports of a document, as files, some of them by a process of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from models.document import Document, FrozenContent
from models.storage import atomic, files
from studio.controllers.documents import DocumentController
from studio.exports import EXPORTS, ByProcess, Export, Made, OfDocument
from studio.running.apart import carried_out
from studio.runs.errors import RunError
from studio.services import dialogs
from studio.services.background import Queue
from studio.services.commands import Command
from studio.services.message import Message
from studio.services.settings import Settings

KEYS = {"module": ("Ctrl+E",), "script": ("Ctrl+Shift+E",)}


class Exporter:
    """Asks where to, writes the file whole or not at all, and says what was left out.

    Both are made and written on a thread, of the network as it was when it was asked for.
    """

    def __init__(self, window: QWidget, controller: DocumentController, settings: Settings) -> None:
        self._window = window
        self._controller = controller
        self._settings = settings
        self._queue = Queue(window)
        self._given_up = threading.Event()

    def commands(self) -> list[Command]:
        """What takes the network away: one command for each export of a document."""
        return [
            Command(
                f"export-{kind.kind}",
                "File",
                f"Export {kind.title}…",
                KEYS.get(kind.kind, ()),
                partial(self.ask, kind),
            )
            for kind in EXPORTS.values()
            if issubclass(kind, OfDocument | ByProcess)
        ]

    @property
    def is_busy(self) -> bool:
        """Whether something is still to be written."""
        return self._queue.is_busy

    def ask_module(self) -> None:
        """Ask for a place and write the `nn.Module`."""
        self.ask(EXPORTS["module"])

    def ask(self, kind: type[Export]) -> None:
        """Ask for the settings of a kind of export, then for a place, and write it there."""
        if kind.fields:
            from studio.controllers.asking.export_settings import ask_settings  # forms, which the first window has not

            ask_settings(self._window, kind, self._settings, self._ask_where, kind.of_runs)
        else:
            self._ask_where(kind())

    def _ask_where(self, export: Export) -> None:
        suffix, write = export.suffix.removeprefix("."), partial(self.write, export)
        dialogs.ask_save(self._window, f"Export {export.title}", self._start(export), export.files, suffix, write)

    def write(self, export: Export, path: Path) -> None:
        """Write an export; layers with errors that are left out are said to be, as is what cannot be written."""
        place, title = self._controller.path, self._controller.title
        if isinstance(export, ByProcess):
            self._have_written(export, path, place, title)
            return
        assert isinstance(export, OfDocument)

        def make(document: Document) -> Made:
            return export.made(document, place, title)

        self._export(path, make, partial(self._ask_where, export))

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
        """Say nothing any more; what is being written here is still written, what another process writes is not."""
        self._given_up.set()
        self._queue.forget()

    def _have_written(self, export: ByProcess, path: Path, place: Path | None, title: str) -> None:
        frozen = FrozenContent(self._controller.document.content)
        self._given_up = given_up = threading.Event()

        def write() -> list[str]:
            document, _ = files.from_json(files.content_to_json(frozen.content()))
            return list(carried_out(export.of_document(document, place, title, path), given_up.is_set)["notes"])

        def written(notes: list[str]) -> None:
            self._controller.said.emit(Message(f"Exported to {path}. {' '.join(notes)}", "good"))

        def failed(error: Exception) -> None:
            self._controller.said.emit(Message(str(error), "error"))

        text = f"Writing {path.name}, which is then opened again and compared…"
        self._controller.said.emit(Message(text, actions=(("Stop", given_up.set),)))
        self._queue.run(write, written, failed, (RunError, ValueError, files.FileError, OSError))

    def _export(self, path: Path, make: Callable[[Document], Made], ask_again: Callable[[], None]) -> None:
        from studio.data.errors import DataError

        frozen = FrozenContent(self._controller.document.content)

        def write() -> Made:
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

    def _say_written(self, path: Path, made: Made) -> None:
        note = ""
        if made.left_out:
            names = ", ".join(made.left_out[:3]) + (" and others" if len(made.left_out) > 3 else "")
            note = f" Left out because of errors: {names}."
        self._controller.said.emit(Message(f"Exported to {path}.{note}", "warning" if note else "good"))

    def _say_not_written(self, path: Path, error: OSError, ask_again: Callable[[], None]) -> None:
        sentence = atomic.refusal(path.name, error)
        self._controller.said.emit(Message(sentence, "error", (("Export elsewhere…", ask_again),)))

    def _start(self, export: Export) -> Path:
        folder = self._controller.path.parent if self._controller.path else Path.home()
        return folder / f"{self._controller.title}{export.ending}{export.suffix}"
