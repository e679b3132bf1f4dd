"""A row of the welcome screen: a recent file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from models.basics.quantities import ago_text
from widgets.controls import Button, ElidedLabel, Label
from widgets.kinds.tile import Tile
from widgets.theme import px

if TYPE_CHECKING:
    from studio.welcome.recent import Glance


class RecentRow(Button):
    """The name of a file at once; what a look at it tells as soon as that is known. One that is gone is hidden."""

    def __init__(self, path: Path) -> None:
        super().__init__("", None, "quiet", height=46)
        self._path = path
        self.is_gone = False
        self.setAccessibleName(f"Open {path.stem}")
        self._tile = Tile(32)
        self._best = Label("", 12, 600)
        self._about = ElidedLabel(path.parent.name, 12, token="text3")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(path.stem, 13, 600))
        words.addWidget(self._about)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 10, 4)
        row.setSpacing(10)
        row.addWidget(self._tile)
        row.addLayout(words, 1)
        row.addWidget(self._best, 0, Qt.AlignmentFlag.AlignTop)

    def show_glance(self, glance: Glance) -> None:
        """Show what the network is made of, when it was edited and how well it did."""
        self.is_gone = glance.changed is None
        self.setHidden(self.is_gone)
        if glance.changed is not None:
            changed = ago_text(max(time.time() - glance.changed, 0))
            self._about.setText(f"edited {changed} · {self._path.parent.name}")
        self._tile.set_kind(glance.kind)
        self._best.setText(glance.best)
        self.setAccessibleDescription(f"best validation {glance.best}" if glance.best else "")

    def sizeHint(self) -> QSize:
        return QSize(px(220), px(46))
