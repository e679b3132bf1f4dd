"""Questions that decide what runs: the safe answer is the one that Enter and Escape give."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from studio.services.dialogs import ask_trust


def test_source_from_elsewhere_is_shown_as_it_is_and_runs_after_a_yes(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    answers: list[str] = []
    difference = "-x = 1\n+<b>os.system('x')</b>"
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        dialog = ask_trust(parent, "Run <i>gift</i>", difference, lambda: answers.append("run it"))
        assert dialog.findChild(QPlainTextEdit).toPlainText() == difference
        assert dialog.findChildren(QLabel)[0].textFormat() == Qt.TextFormat.PlainText
        buttons = dialog.findChild(QDialogButtonBox)
        assert buttons.button(QDialogButtonBox.StandardButton.Cancel).isDefault()
        qtbot.keyClick(dialog, key)
        assert not dialog.isVisible() and not answers
    dialog = ask_trust(parent, "Run gift", difference, lambda: answers.append("run it"))
    (yes,) = [button for button in dialog.findChildren(QPushButton) if button.text() == "Run it"]
    qtbot.mouseClick(yes, Qt.MouseButton.LeftButton)
    assert answers == ["run it"] and not dialog.isVisible()
