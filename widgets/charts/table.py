"""The values of a chart as a table, for keyboards and screen readers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from widgets.theme import font, px

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ChartTable(QDialog):
    """Rows of text, the heads first, as they were when it was opened."""

    def __init__(self, title: str, rows: Sequence[Sequence[str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"{title} — values")
        heads, cells = list(rows[0]), rows[1:]
        self.view = QTableWidget(len(cells), len(heads))
        self.view.setAccessibleName(f"Values of {title}")
        self.view.setFont(font(12))
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setHorizontalHeaderLabels(heads)
        self.view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.view.verticalHeader().hide()
        for place, row in enumerate(cells):
            for column, text in enumerate(row):
                item = QTableWidgetItem(text)
                item.setTextAlignment(_RIGHT)
                self.view.setItem(place, column, item)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.view)
        layout.addWidget(buttons)
        self.resize(QSize(px(560), px(420)))
        self.view.setFocus()
