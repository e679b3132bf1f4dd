"""Questions that decide what runs: the safe answer is the one that Enter and Escape give."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from studio.services.dialogs import ask_quit, ask_trust, ask_unsaved
from widgets.theme import px, theme


def test_source_from_elsewhere_is_shown_as_it_is_and_runs_after_a_yes(qtbot: QtBot, qapp: QApplication) -> None:
    theme().apply(qapp)  # as in the window: a style sheet changes which button Enter presses
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


@pytest.mark.parametrize(
    ("name", "default", "answers"),
    [
        ("", "Stop and quit", {"Stop and quit": "stop", "Cancel": "cancel"}),
        ("exam", "Stop and save", {"Stop and save": "save", "Stop and discard": "discard", "Cancel": "cancel"}),
    ],
)
def test_quitting_asks_about_the_run_and_what_is_not_saved(
    qtbot: QtBot, name: str, default: str, answers: dict[str, str]
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    for words, answer in answers.items():
        told: list[str] = []
        box = ask_quit(parent, "run 4 is at epoch 3 of 20.", name, told.append)
        assert "run 4 is at epoch 3 of 20." in box.informativeText() and name in box.text()
        assert box.defaultButton().text() == default
        next(button for button in box.buttons() if button.text().replace("&", "") == words).click()
        assert told == [answer]
    box = ask_quit(parent, "run 4 goes on.", name, told.append)
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert told[-1] == "cancel"


@pytest.mark.parametrize("scale", [1.0, 1.4])
def test_no_word_of_a_button_is_cut(qtbot: QtBot, qapp: QApplication, scale: float) -> None:
    theme().apply(qapp)
    theme().set_scale(scale)
    parent = QWidget()
    qtbot.addWidget(parent)
    try:
        for box in (
            ask_quit(parent, "run 4 goes on.", "", print),
            ask_quit(parent, "run 4 goes on.", "exam", print),
            ask_unsaved(parent, "exam", print),
        ):
            for button in box.buttons():
                words = button.fontMetrics().horizontalAdvance(button.text())
                assert button.minimumWidth() >= max(words, px(64)) + 2 * 12, "as little as a narrow box leaves it"
                assert button.width() >= button.minimumWidth() and button.minimumHeight() >= px(28)
            box.close()
    finally:
        theme().set_scale(1.0)
