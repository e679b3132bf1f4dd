"""What the window asks and says in a test, and what is answered and edited there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from models.document.edits import SetParam
from models.storage import files
from studio.window.main_window import MainWindow

MakeWindow = Callable[..., MainWindow]


def edit(window: MainWindow, size: int = 5) -> None:
    assert window.controller.apply(SetParam("fc1", "out_features", size))


def questions(window: MainWindow) -> list[QMessageBox]:
    return [box for box in window.findChildren(QMessageBox) if box.isVisible()]


def question(window: MainWindow) -> QMessageBox:
    [box] = questions(window)
    return box


def banner_button(window: MainWindow, label: str) -> QPushButton:
    QApplication.processEvents()
    buttons = window.banner.findChildren(QPushButton)
    return next(button for button in buttons if button.text() == label and not button.isHidden())


def on_disk(path: Path) -> int:
    document, problems = files.read(path)
    assert not problems
    return int(document.network["fc1"].params["out_features"])
