"""What the window says in its banner: what shows it, when it goes, and where the keyboard stays."""

from __future__ import annotations

from pathlib import Path

from asked import banner_button
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from waiting import idle

from models.document.edits import SetParam
from studio.services.message import Message
from studio.window.main_window import MainWindow
from widgets.inspector.parts import MendButton


def test_what_the_workspace_in_front_shows_needs_no_banner(window: MainWindow) -> None:
    message = Message("run 1 has finished.", "good", shown_by="train")
    window.show_workspace("design")
    window.say(message)
    assert window.banner.text() == message.text
    window.training.run_started.emit(Path("run"))
    assert window.banner.isHidden()
    window.show_workspace("train")
    window.say(message)
    assert window.banner.isHidden()


def test_answering_a_message_by_mouse_leaves_the_keyboard_where_it_was(
    window: MainWindow, path: Path, qtbot: QtBot
) -> None:
    window.open(path)
    idle(window)
    answers: list[str] = []
    window.say(Message("It changed.", "warning", (("Open it again", lambda: answers.append("open")),)))
    qtbot.mouseClick(banner_button(window, "Open it again"), Qt.MouseButton.LeftButton)
    assert answers == ["open"] and window.banner.isHidden()
    assert window.focusWidget() is window.design.canvas


def test_what_is_said_goes_once_it_is_not_true_any_more(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    window.say(Message("exam.netloom was not saved: the disk is full.", "error"))
    window.save()
    idle(window)
    assert window.banner.isHidden()
    window.say(Message("exam.netloom is open in another window, too.", "warning"))
    window.new()
    assert window.banner.isHidden()


def test_a_message_moves_nothing_and_stays_with_its_document(window: MainWindow) -> None:
    window.new("mlp")
    idle(window)
    before = window.pages.geometry()
    window.say(Message("Batch 512 needs 14 GB; 8.2 GB are free. Try 256.", "warning", (("Use 256", lambda: None),)))
    QApplication.processEvents()
    assert window.pages.geometry() == before and before.contains(window.banner.geometry())
    window.resize(1100, 700)
    QApplication.processEvents()
    assert window.pages.geometry().contains(window.banner.geometry())
    window.say(Message("Recover?", waits=True))
    window.new("digits-cnn")
    idle(window)
    assert window.banner.isHidden()
    window.show_welcome()
    assert window.banner.text() == "Recover?"


def test_the_keyboard_stays_where_a_problem_was_mended(window: MainWindow, qtbot: QtBot) -> None:
    window.new("small-resnet")
    idle(window)
    window.controller.apply(SetParam("block2_project", "stride", 1))
    window.design.drawer.show_tab("problems")

    def mends() -> list[MendButton]:
        return [button for button in window.design.drawer.findChildren(MendButton) if button.isVisible()]

    qtbot.waitUntil(lambda: bool(mends()))
    qtbot.waitUntil(window.isActiveWindow)
    mends()[0].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(mends()[0], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window.controller.errors)
    QApplication.processEvents()
    here = window.focusWidget()
    assert here is not None and window.design.isAncestorOf(here), here


def test_the_keyboard_goes_back_from_a_message_to_where_it_was(window: MainWindow) -> None:
    window.show_welcome()
    window.welcome.setFocus()
    before = window.focusWidget()
    done: list[str] = []
    window.say(Message("Resume?", "info", (("Resume", lambda: done.append("resume")),), waits=True))
    assert window.focusWidget() is banner_button(window, "Resume")
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    assert done == ["resume"] and window.focusWidget() is before
