"""All keys on one sheet, as the guide lists them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.help import pages
from widgets.controls import Button, Label, keep_bar_room
from widgets.theme import px

_SIZE = (1080, 680)


class KeySheet(QDialog):
    """The keys and what they do; Escape or ? closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys")
        tables = QWidget()
        row = QHBoxLayout(tables)
        row.setContentsMargins(px(20), px(12), px(20), px(12))
        row.setSpacing(px(32))
        for table in pages.key_tables():
            row.addWidget(_table(table), 1, Qt.AlignmentFlag.AlignTop)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(tables)
        keep_bar_room(scroll)
        close = Button("Close")
        close.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, px(12))
        column.addWidget(scroll)
        column.addWidget(close, alignment=Qt.AlignmentFlag.AlignCenter)
        room = parent.window().size()
        self.resize(min(px(_SIZE[0]), room.width() - px(40)), min(px(_SIZE[1]), room.height() - px(40)))


def _table(table: pages.KeyTable) -> QWidget:
    part = QWidget()
    grid = QGridLayout(part)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(px(16))
    grid.setVerticalSpacing(px(7))
    grid.addWidget(Label(table.title, 13, 600), 0, 0, 1, 2)
    for number, (what, keys) in enumerate(table.rows, 1):
        for place, label in enumerate((Label(what, token="text2"), Label(keys))):
            label.setWordWrap(True)
            grid.addWidget(label, number, place, Qt.AlignmentFlag.AlignTop)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    return part
