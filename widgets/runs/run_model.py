"""Runs as rows of a list, and which of them are shown on the charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

Index = QModelIndex | QPersistentModelIndex


class RunRow(NamedTuple):
    """What one row shows: ``state`` as the run folder names it, ``value`` such as “94.6 %”, ``detail`` such as
    “20 of 20”, ``note`` what was special about the run, ``tip`` more of it, such as why it ended.

    ``members`` are the runs that a row stands for, which follow it, ``inside``, where it is ``unfolded``.
    """

    id: str
    name: str
    note: str
    state: str
    value: str
    detail: str
    tip: str = ""
    starred: bool = False
    inside: bool = False
    members: tuple[str, ...] = ()
    unfolded: bool = False


class RunModel(QAbstractListModel):
    """Rows and which of them are shown on the charts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[RunRow] = []
        self.shown: dict[str, int] = {}
        """Color index of each run on the charts."""
        self.names: dict[str, str] = {}
        """What tells the runs on the charts apart."""

    def color_of(self, row: RunRow) -> int | None:
        """The color index of a run on the charts, of several the first one there; None for none."""
        return next((self.shown[id] for id in (row.id, *row.members) if id in self.shown), None)

    def set_rows(self, rows: Sequence[RunRow]) -> None:
        """Show these rows; equal ids keep their place in views."""
        if [row.id for row in rows] == [row.id for row in self.rows]:
            self.rows = list(rows)
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def set_row(self, row: RunRow) -> None:
        """Show one run as it is now; one that is not listed is fine."""
        place = self.place(row.id)
        if place is not None:
            self.rows[place] = row
            self.dataChanged.emit(self.index(place), self.index(place))

    def set_shown(self, shown: Mapping[str, int], names: Mapping[str, str] | None = None) -> None:
        """Tell which runs are on the charts, the color index of each, and what tells them apart."""
        self.shown, self.names = dict(shown), dict(names or {})
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def note(self, row: RunRow) -> str:
        """What stands beneath the name of a run: on the charts, what tells it from the others there."""
        name = self.names.get(row.id, row.name)
        return row.note if name == row.name else name

    def place(self, id: str) -> int | None:
        """Where a run is listed, None if it is not."""
        return next((place for place, row in enumerate(self.rows) if row.id == id), None)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            words = (
                row.name, row.state, f"{row.value} {row.detail}", "starred" if row.starred else "",
                "on the charts" if self.color_of(row) is not None else "",
                ("unfolded" if row.unfolded else "folded") if row.members else "",
            )  # fmt: skip
            return ", ".join(word for word in words if word)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "".join(f"<p>{escape(text)}</p>" for text in (row.name, self.note(row), row.tip) if text)
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if self.color_of(row) is not None else Qt.CheckState.Unchecked
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
