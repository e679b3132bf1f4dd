"""Files dropped on the window: a document is opened, data becomes the data of the document that is open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from models.storage.files import SUFFIX

DATA_KINDS = {".csv": "csv", ".tsv": "csv", ".npz": "numpy", ".npy": "numpy"}


class FileDrop(QObject):
    """Takes what is dropped on a window. `document_dropped` carries a path, `data_dropped` a data kind and a path."""

    document_dropped = Signal(Path)
    data_dropped = Signal(str, Path)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDropEvent):
            for path in _known(event.mimeData())[:1]:
                event.acceptProposedAction()
                if not isinstance(event, QDragEnterEvent) and event.type() == QEvent.Type.Drop:
                    self._take(path)
                return True
        return super().eventFilter(watched, event)

    def _take(self, path: Path) -> None:
        if path.name.endswith(SUFFIX):
            self.document_dropped.emit(path)
        else:
            self.data_dropped.emit("image_folder" if path.is_dir() else DATA_KINDS[path.suffix.lower()], path)


def _known(mime: QMimeData) -> list[Path]:
    """What can be taken of dragged files, documents first."""
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    documents = [path for path in paths if path.name.endswith(SUFFIX)]
    return documents + [path for path in paths if path.suffix.lower() in DATA_KINDS or path.is_dir()]
