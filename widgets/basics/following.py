"""Listening to a document for as long as a widget lives, without keeping the widget alive."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakMethod

from PySide6.QtWidgets import QWidget

from models.document import DocumentChange, Sheet


class Following:
    """Calls a widget's method after every change of the document that is followed now."""

    def __init__(self, widget: QWidget, method: Callable[[DocumentChange], None]) -> None:
        self._method = WeakMethod(method)
        self.document: Sheet | None = None
        widget.destroyed.connect(self.stop)

    def follow(self, document: Sheet | None) -> None:
        """Listen to this document and to no other."""
        self.stop()
        self.document = document
        if document is not None:
            document.changed.connect(self._call)

    def stop(self) -> None:
        """Stop listening."""
        if self.document is not None:
            self.document.changed.disconnect(self._call)
            self.document = None

    def _call(self, change: DocumentChange) -> None:
        method = self._method()
        if method is None:
            self.stop()
        else:
            method(change)


def renamed(ids: tuple[str, ...], change: DocumentChange, document: Sheet | None) -> tuple[str, ...]:
    """The same nodes under the names that they have after a change; those that are gone are left out."""
    for step in change.network:
        if step.what == "renamed":
            old, new = step.nodes
            ids = tuple(new if id == old else id for id in ids)
    return tuple(id for id in ids if document is not None and id in document.network)
