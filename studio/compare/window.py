"""Two networks side by side in a window of their own, with what differs and the way to take it over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from models.compare import Difference, compare, effect, effect_lines, take
from models.document import Document
from studio.compare.curves import ComparedCurves
from studio.controllers.documents import DocumentController
from studio.versions import Version
from widgets.compare import DifferenceList, SideBySide
from widgets.controls import Button, ElidedLabel, EmptyState, Paragraph, Segmented, Themed, announce
from widgets.theme import color, px

FIRST_SIZE, SMALLEST = (1280, 800), (800, 520)
NETWORKS, CURVES = "networks", "curves"
CALM = 150
"""Milliseconds without an edit until the open network is compared again."""


class CompareWindow(Themed, QWidget):
    """Compares two versions. Where one of them is the open network, differences can be taken over into it; of two runs
    the curves can be seen, too."""

    closed = Signal()

    def __init__(
        self,
        controller: DocumentController,
        left: Version,
        right: Version,
        parent: QWidget,
        runs: Sequence[Path] = (),
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._controller = controller
        self.left, self.right = left, right
        self.comparison = compare(left.document, right.document)
        self.sides, self.list = SideBySide(), DifferenceList()
        self.curves = ComparedCurves(runs) if runs else None
        self.views = Segmented([(NETWORKS, "Networks"), (CURVES, "Curves")], NETWORKS)
        self.views.setVisible(bool(runs))
        self.empty = EmptyState("No difference.", "check")
        self.summary, self.effect = ElidedLabel("", 13, 600), Paragraph("", 12, 400, "text2")
        # What is new in the open network is put back to what it was in the other one.
        back = right.document is controller.document
        self.take_button = Button("Put back" if back else "Take over")
        self.all_button = Button("Put all back" if back else "Take all over")
        self._calm = QTimer(self, singleShot=True, interval=CALM)
        self._calm.timeout.connect(self.compare_again)
        self._lay_out()
        self._connect()
        self.sides.set_titles(left.title, right.title)
        self._show()
        self.follow_theme()

    @property
    def open_side(self) -> Document | None:
        """The side that is the open network, into which differences are taken over."""
        document = self._controller.document
        return next((side.document for side in (self.left, self.right) if side.document is document), None)

    def compare_again(self) -> None:
        """Compare both as they are now."""
        self.comparison = compare(self.left.document, self.right.document)
        self._show()

    def take(self, chosen: Sequence[Difference]) -> bool:
        """Take differences over into the open network, as one edit; tells whether it was made."""
        document = self.open_side
        if document is None or not chosen:
            return False
        if document is self.left.document:
            edit = take(self.comparison, chosen)
        else:
            # They are told as what became of the other one; here they are taken back.
            back, keys = compare(document, self.left.document), {item.key for item in chosen}
            edit = take(back, [item for item in (*back.differences, *back.moved) if item.key in keys])
        try:
            document.apply(edit)
        except ValueError as error:
            self._say(str(error))
            return False
        self.compare_again()
        return True

    # Set up

    def _lay_out(self) -> None:
        self.setMinimumSize(*SMALLEST)
        self.setWindowTitle(f"{self.left.title} and {self.right.title} — Netloom")
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, px(8), 0, px(8))
        column.setSpacing(px(6))
        head = QHBoxLayout()
        head.setContentsMargins(px(16), 0, px(12), 0)
        head.addWidget(self.views)
        head.addWidget(self.summary, 1)
        head.addWidget(self.take_button)
        head.addWidget(self.all_button)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        self.effect.setContentsMargins(px(16), 0, px(16), 0)
        column.addWidget(self.effect)
        rows = QSplitter(Qt.Orientation.Vertical)
        self._above = QStackedWidget()
        self._above.addWidget(self.sides)
        if self.curves:
            self._above.addWidget(self.curves)
        rows.addWidget(self._above)
        rows.addWidget(below)
        rows.setStretchFactor(0, 1)
        rows.setChildrenCollapsible(False)
        rows.setHandleWidth(1)
        rows.setSizes([540, px(260)])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(rows)
        self.resize(QSize(*FIRST_SIZE).boundedTo(self.screen().availableSize()))

    def show_view(self, view: str) -> None:
        """Show the networks or the curves above what differs in networks and settings."""
        self.views.set_value(view)
        if view == CURVES and self.curves:
            self._above.setCurrentWidget(self.curves)
            self.curves.show_curves()
        else:
            self._above.setCurrentWidget(self.sides)

    def _connect(self) -> None:
        self.views.changed.connect(self.show_view)
        self.list.shown.connect(self.sides.reveal)
        self.list.selection_moved.connect(self._show_buttons)
        self.list.activated.connect(lambda _: self.take(self.list.chosen()))
        self.sides.clicked.connect(lambda older, id: self.list.choose(id, older=older))
        self.take_button.clicked.connect(lambda: self.take(self.list.chosen()))
        self.all_button.clicked.connect(lambda: self.take(self.comparison.differences))
        self._controller.edited.connect(lambda _: self._calm.start())
        self._controller.opened.connect(self.close)
        for keys, act in (
            ("Ctrl+Z", self._controller.undo),
            ("Ctrl+Shift+Z", self._controller.redo),
            ("Ctrl+W", self.close),
            ("Escape", self.close),
        ):
            QShortcut(QKeySequence(keys), self, act)

    # Showing

    def _show(self) -> None:
        comparison = self.comparison
        self.sides.show_comparison(comparison)
        self.list.set_differences(comparison.differences)
        self.list.setVisible(not comparison.equal)
        self.empty.setVisible(comparison.equal)
        count, moved = len(comparison.differences), len(comparison.moved)
        parts = [f"{count:,} difference{'s' * (count != 1)}" if count else "No difference of meaning"]
        parts += [f"{moved:,} card{'s' * (moved != 1)} moved"] if moved else []
        self._say(" · ".join(parts))
        self.effect.setText("\n".join(effect_lines(effect(comparison))))
        self.effect.setVisible(bool(self.effect.text()))
        self._show_buttons()

    def _show_buttons(self) -> None:
        can = self.open_side is not None
        for button in (self.take_button, self.all_button):
            button.setVisible(can)
        self.take_button.setEnabled(bool(self.list.chosen()))
        self.all_button.setEnabled(not self.comparison.equal)

    def _say(self, text: str) -> None:
        self.summary.setText(text)
        announce(self, text)

    def restyle(self) -> None:
        palette = self.palette()
        palette.setColor(self.backgroundRole(), color("panel"))
        self.setPalette(palette)
        self.setAutoFillBackground(True)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._calm.stop()
        self.sides.forget()
        if self.curves:
            self.curves.forget()
        self.closed.emit()
        super().closeEvent(event)
