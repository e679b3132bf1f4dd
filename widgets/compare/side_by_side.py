"""Two networks side by side that move and zoom together."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from models.compare import Comparison, Difference
from models.document import MAIN
from widgets.compare.looks import marks
from widgets.compare.pane import Pane
from widgets.controls import ElidedLabel
from widgets.theme import px

_LARGEST = 1.0


class SideBySide(QSplitter):
    """The older network at the left, the newer one at the right. `clicked` carries the key of a layer's name: whether
    it was clicked at the left, and its id."""

    clicked = Signal(bool, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.left, self.right = Pane("The older network"), Pane("The newer network")
        self.titles = ElidedLabel("", 12, 600), ElidedLabel("", 12, 600)
        self._offset = QPointF()
        self._following = False
        for title, pane in zip(self.titles, (self.left, self.right), strict=True):
            self.addWidget(_column(title, pane))
        for place in (0, 1):
            self.setStretchFactor(place, 1)
        self.setSizes([10_000, 10_000])  # the same for both, whatever there is
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.left.view_changed.connect(lambda: self._follow(self.left, self.right, self._offset))
        self.right.view_changed.connect(lambda: self._follow(self.right, self.left, -self._offset))
        self.left.clicked.connect(lambda id: self.clicked.emit(True, id))
        self.right.clicked.connect(lambda id: self.clicked.emit(False, id))

    def set_titles(self, left: str, right: str) -> None:
        """Name the two sides."""
        for label, text in zip(self.titles, (left, right), strict=True):
            label.setText(text)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show two documents and mark what differs; sides that are shown already stay where they are."""
        found = (*comparison.differences, *comparison.moved)
        for pane, document, older in (
            (self.left, comparison.before, True),
            (self.right, comparison.after, False),
        ):
            if not pane.has_scene or pane.scene.document is not document:
                pane.set_document(document)
            pane.set_marked(marks(found, older=older))
        if not self._offset:
            self._offset = self._between(comparison)

    def forget(self) -> None:
        """Show nothing, and follow no document."""
        for pane in (self.left, self.right):
            pane.set_document(None)

    def _between(self, comparison: Comparison) -> QPointF:
        """How far the first layer that both have lies from itself."""
        for old, new in comparison.names[MAIN].items():
            one, other = self.left.place(old), self.right.place(new)
            if one is not None and other is not None:
                return other - one
        return QPointF()

    def reveal(self, item: Difference) -> None:
        """Bring the layer, frame or note of a difference into the middle of both sides, and select it there."""
        if item.scope != MAIN:
            return
        one, other = self.left.place_of(item.part, item.before), self.right.place_of(item.part, item.after)
        if one is None and other is None:
            return
        if one is not None and other is not None:
            self._offset = other - one
        self.left.pick(item.part, item.before)
        self.right.pick(item.part, item.after)
        pane, place = (self.left, one) if one is not None else (self.right, other)
        assert place is not None
        pane.look_at(place, min(max(pane.zoom, pane.readable), _LARGEST))

    def _follow(self, moved: Pane, other: Pane, offset: QPointF) -> None:
        if self._following or not other.has_scene:
            return
        self._following = True
        try:
            other.look_at(moved.center + offset, moved.zoom)
        finally:
            self._following = False


def _column(title: ElidedLabel, pane: Pane) -> QWidget:
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    title.setContentsMargins(px(16), px(8), px(16), px(8))
    layout.addWidget(title)
    layout.addWidget(pane, 1)
    return column
