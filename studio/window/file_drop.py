"""Files dropped on the window: a document is opened, data becomes the data of the document that is open. Of what is
neither, but of a known kind, it is said what makes data of it.

What can be dropped is a list of `Takes`: something new to drop is one more of them, where the window is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from models.storage.files import SUFFIX
from studio.services.message import Message


class Takes(NamedTuple):
    """Which files and folders something takes, and what it does with one."""

    accepts: Callable[[Path], bool]
    take: Callable[[Path], object]


class FileDrop(QObject):
    """Takes what is dropped on a window: of several files the first that the first of `takes` accepts."""

    def __init__(self, window: QWidget, takes: Sequence[Takes], say: Callable[[Message], object]) -> None:
        super().__init__(window)
        self.takes = list(takes)
        self._say = say
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        found = self._found(event.mimeData()) if isinstance(event, QDropEvent) else None
        if found is None or not isinstance(event, QDropEvent):
            return super().eventFilter(watched, event)
        event.acceptProposedAction()
        if not isinstance(event, QDragEnterEvent) and event.type() == QEvent.Type.Drop:
            take, path = found
            take(path)
        return True

    def _found(self, mime: QMimeData) -> tuple[Callable[[Path], object], Path] | None:
        """What takes which of the dragged files."""
        paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
        every = [*self.takes, Takes(is_foreign, self._explain)]
        return next(((take, path) for accepts, take in every for path in paths if accepts(path)), None)

    def _explain(self, path: Path) -> None:
        from studio.data.formats.foreign import foreign_text

        self._say(Message(foreign_text(path), "error"))


def is_document(path: Path) -> bool:
    """Whether a file is one of Netloom's documents, by its name."""
    return path.name.endswith(SUFFIX)


def is_data(path: Path) -> bool:
    """Whether some kind of data set takes a file or folder, by its name."""
    from studio.data import kind_for

    return kind_for(path) is not None


def is_foreign(path: Path) -> bool:
    """Whether a file is of a kind that nothing here takes as it is, by its name."""
    from studio.data.formats.foreign import foreign_kind

    return foreign_kind(path.name) is not None
