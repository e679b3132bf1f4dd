"""The parts of the Data workspace in a window of a test."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

HOSTILE = "<b>bold</b> & مرحبا 🎉"


def shown(qtbot: QtBot, widget: QWidget, width: int = 700, height: int = 320) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    widget.grab()
