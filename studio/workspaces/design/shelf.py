"""What is kept from a document for others: a block in the user's library or in a file, the whole as a template."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from models.blocks import own
from models.document import Document, FrozenContent
from models.network import Kinds, NetworkError
from models.storage import files, templates
from studio.controllers.documents import DocumentController
from studio.services import dialogs
from studio.services.background import Queue
from studio.services.commands import Command
from studio.services.message import Message

FILES = f"Netloom documents (*{files.SUFFIX})"


class Shelf(QObject):
    """Keeps on a thread, as things were when it was asked to, and says what came of it; `changed` tells that there are
    other blocks now."""

    changed = Signal()

    def __init__(self, page: QWidget, controller: DocumentController) -> None:
        super().__init__(page)
        self._page, self._controller = page, controller
        self._queue = Queue(self)

    # Blocks

    def keep_block(self, name: str) -> None:
        """Keep a block of the document in the user's library."""

        def kept(called: str) -> None:
            under = f" as {called:.30}, since there is another {name:.30}" if called != name else ""
            self._say(f"{name:.30} is in your library{under}.", "good")
            self.changed.emit()

        self._of_document(lambda document: own.keep(document, name), kept)

    def ask_share(self, name: str) -> None:
        """Ask for a place and write a block there, as a document of its own."""

        def write(path: Path) -> None:
            def save(document: Document) -> None:
                own.share(document, name, path)

            self._of_document(save, lambda _: self._say(f"{name:.30} is in {path.name:.40} now.", "good"))

        start = (self._controller.base or Path.home()) / f"{name}{files.SUFFIX}"
        dialogs.ask_save(self._page.window(), "Save block", start, FILES, files.SUFFIX.removeprefix("."), write)

    def ask_block(self) -> None:
        """Ask for a file and take its block into the library."""
        start = self._controller.base or Path.home()
        dialogs.ask_open(self._page.window(), "Add a block", start, FILES, self.take_in)

    def take_in(self, path: Path) -> None:
        """Take the block of a file into the library."""

        def taken(called: str) -> None:
            self._say(f"{called:.40} is in your library.", "good")
            self.changed.emit()

        self._do(lambda: own.take_in(path), taken)

    def forget_block(self, name: str) -> None:
        """Take a block out of the library; documents that use it have it still."""

        def gone(_: object) -> None:
            self._say(f"{name:.30} is gone from your library; documents that use it keep it.", "info")
            self.changed.emit()

        self._do(lambda: own.forget(name), gone)

    def finds(self, library: Kinds) -> Iterator[Command]:
        """What a search finds here: the user's own blocks in the library, to be taken out of it."""
        for name in (name for name, kind in library.items() if kind.synonyms is own.SYNONYMS):
            run = partial(self.forget_block, name)
            yield Command(f"forget-block {name}", "Your library", f"Remove block {name} from your library", (), run)

    # Templates

    def keep_template(self) -> None:
        """Keep the document as a template of the user's own."""
        from studio.data import named_paths  # read with the first template that is kept

        title = self._controller.title
        # Files lie where this document is; a network that begins elsewhere has its own.
        with_data = not named_paths(self._controller.document.data)

        def kept(_: str) -> None:
            self._say(f"{title:.40} is among your templates now, on the welcome page.", "good")

        self._of_document(lambda document: templates.keep(document, title, with_data=with_data), kept)

    # How it is done

    def _of_document(self, make: Callable[[Document], Any], then: Callable[[Any], object]) -> None:
        frozen = FrozenContent(self._controller.document.content)

        def work() -> Any:
            document, _ = files.from_json(files.content_to_json(frozen.content()))
            return make(document)

        self._do(work, then)

    def _do(self, work: Callable[[], Any], then: Callable[[Any], object]) -> None:
        def failed(error: Exception) -> None:
            self._say(str(error), "info" if isinstance(error, NetworkError) else "error")

        self._queue.run(work, then, failed, (files.FileError, NetworkError, OSError))

    def _say(self, text: str, kind: str) -> None:
        self._controller.said.emit(Message(text, kind))  # type: ignore[arg-type]
