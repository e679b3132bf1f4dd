"""Files dropped on the window: a document is opened, data becomes the data of the document that is open.

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


class Takes(NamedTuple):
    """Which files and folders something takes, and what it does with one."""

    accepts: Callable[[Path], bool]
    take: Callable[[Path], object]


class FileDrop(QObject):
    """Takes what is dropped on a window: of several files the first that the first of `takes` accepts."""

    def __init__(self, window: QWidget, takes: Sequence[Takes]) -> None:
        super().__init__(window)
        self.takes = list(takes)
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
        return next(((take, path) for accepts, take in self.takes for path in paths if accepts(path)), None)


def is_document(path: Path) -> bool:
    """Whether a file is one of Netloom's documents, by its name."""
    return path.name.endswith(SUFFIX)


def is_data(path: Path) -> bool:
    """Whether some kind of data set takes a file or folder, by its name."""
    from studio.data import kind_for

    return kind_for(path) is not None
