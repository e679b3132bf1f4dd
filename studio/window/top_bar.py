"""The bar at the top: document, undo, workspaces, device, and the main button."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from studio.workspaces.workspace import Workspace
from widgets.controls import Badge, Bar, Button, ElidedLabel, IconButton, Mark, Segmented, Separator, set_tip
from widgets.theme import color, logo, px

EDGE = 12
LETTERS = 14
"""Of the document's name, so many letters have room before the device and the workspaces have words."""


class TopBar(Bar):
    """48 high. Emits what was asked for; shows what it is told."""

    workspace_requested = Signal(str)
    home_requested = Signal()
    undo_requested = Signal()
    redo_requested = Signal()
    search_requested = Signal()
    train_requested = Signal()
    device_requested = Signal()

    def __init__(self, menu: QMenu, workspaces: Sequence[Workspace], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.home = IconButton("mark", "Welcome")
        self.menu_button = IconButton("menu", "Menu")
        self.title = ElidedLabel("untitled", 13, 600)
        self.dot = Mark(partial(color, "warning"), 7)
        set_tip(self.dot, "Edited since it was saved")
        self.undo = IconButton("undo", "Undo")
        self.redo = IconButton("redo", "Redo")
        titles = [(workspace.name, workspace.title) for workspace in workspaces]
        icons = {workspace.name: workspace.icon for workspace in workspaces}
        self.workspaces = Segmented(titles, titles[0][0], icons, height=30, name="Workspace")
        self.search = IconButton("search", "Search commands")
        self.device = Button("", "chip", height=32)
        self.device.hide()
        self.train = Button("Train", "play", "main", height=32)
        self.badge = Badge(0, self)
        self._menu = menu
        self._connect()
        self._lay_out()
        self.follow_theme()

    def show_document(self, title: str, modified: bool, where: str) -> None:
        """Show the document's name, whether it has unsaved edits, and its place as a tooltip."""
        self.title.setText(title)
        self.dot.setVisible(modified)
        self.title.set_more(where)
        self.title.setAccessibleName(f"{title}{', not saved' if modified else ''}")
        self._fit()

    def show_history(self, undo: str, redo: str) -> None:
        """Show what undo and redo would do; "" for nothing."""
        self.undo.setEnabled(bool(undo))
        self.redo.setEnabled(bool(redo))
        self.undo.set_tip(f"Undo {undo}" if undo else "Nothing to undo")
        self.redo.set_tip(f"Redo {redo}" if redo else "Nothing to redo")

    def show_device(self, text: str) -> None:
        """Name the device that the next run will use; "" while none is known."""
        self.device.setText(text)
        self.device.setAccessibleName(f"Device: {text}")
        self.device.setVisible(bool(text))
        self._fit()

    def show_training(self, training: bool) -> None:
        """Say on the main button whether a run is going on."""
        self.train.setText("Training" if training else "Train")
        self.train.set_icon("pulse" if training else "play")
        self.train.set_role("soft" if training else "main")
        self._fit()

    def show_errors(self, count: int) -> None:
        """Show how many errors stand against training, on the main button's corner."""
        self.badge.set_count(count)
        set_tip(
            self.train, f"{count} error{'s' if count != 1 else ''} to mend first" if count else "Train (Ctrl+Enter)"
        )
        self._place_badge()

    def restyle(self) -> None:
        self.setFixedHeight(px(48))
        self.home.setIcon(logo(px(28), self.devicePixelRatioF()))
        self.home.setIconSize(QSize(px(28), px(28)))
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self._place_badge()

    def _fit(self) -> None:
        """Do without the words of the device, then of the workspaces, where the document's name has no room."""
        ways = ((False, False), (True, False), (True, True))
        device, workspaces = next((way for way in ways if self._wanted(*way) <= self.width()), ways[-1])
        self.device.set_compact(device)
        self.workspaces.set_compact(workspaces)

    def _wanted(self, device: bool, workspaces: bool) -> int:
        """The width for which there is room for all, with the device, or the workspaces, without their words."""
        name = self.title.sizeHint().width()
        left = self._left.sizeHint().width() - name + min(name, LETTERS * self.title.fontMetrics().averageCharWidth())
        right = self._right.sizeHint().width()
        if not self.device.isHidden():
            right += (px(34) if device else self.device.full_width()) - self.device.sizeHint().width()
        return 2 * max(left, right) + self.workspaces.full_width(workspaces) + 4 * EDGE

    def _place_badge(self) -> None:
        corner = self.train.mapTo(self, QPoint(self.train.width(), 0))
        self.badge.move(
            min(corner.x() - self.badge.width() // 2, self.width() - self.badge.width() - 2), corner.y() - 5
        )
        self.badge.raise_()

    def _connect(self) -> None:
        self.home.clicked.connect(self.home_requested)
        self.menu_button.clicked.connect(self._open_menu)
        self.undo.clicked.connect(self.undo_requested)
        self.redo.clicked.connect(self.redo_requested)
        self.workspaces.changed.connect(self.workspace_requested)
        self.search.clicked.connect(self.search_requested)
        self.device.clicked.connect(self.device_requested)
        self.train.clicked.connect(self.train_requested)

    def _open_menu(self) -> None:
        self._menu.popup(self.menu_button.mapToGlobal(QPoint(0, self.menu_button.height() + 4)))

    def _lay_out(self) -> None:
        self._left, self._right = left, right = QHBoxLayout(), QHBoxLayout()
        for row in (left, right):
            row.setSpacing(8)
        for item in (self.home, self.menu_button, _line(), self.title, self.dot, _line(), self.undo, self.redo):
            left.addWidget(item)
        left.addStretch(1)
        right.addStretch(1)
        for tool in (self.search, self.device, self.train):
            right.addWidget(tool)
        row = QHBoxLayout(self)
        row.setContentsMargins(EDGE, 0, EDGE, 0)
        row.setSpacing(EDGE)
        # Equal halves keep the workspaces in the middle whatever stands beside them.
        row.addLayout(left, 1)
        row.addWidget(self.workspaces, 0, Qt.AlignmentFlag.AlignCenter)
        row.addLayout(right, 1)


def _line() -> Separator:
    line = Separator(vertical=True)
    line.setFixedHeight(20)
    return line
