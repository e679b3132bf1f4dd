"""A page with a strip above, what is to be said, and its content or why there is none."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot
from waiting import until

from studio.services.settings import Settings
from studio.workspaces.staged import StagedPage
from widgets.controls import EmptyState
from widgets.controls.note import Note


class Lesson(StagedPage):
    def __init__(self) -> None:
        super().__init__(Settings())
        self.strip, self.body = QLabel("strip"), QLabel("body")
        self.empty = EmptyState("Nothing to learn yet.", "lin")
        self._set_stage(self.strip, self.body)


def test_it_begins_empty_and_says_nothing(qtbot: QtBot, own_home: None) -> None:
    page = Lesson()
    qtbot.addWidget(page)
    page.resize(400, 300)
    page.show()
    assert page.is_empty and page.empty.isVisible() and not page.body.isVisible()
    assert not page.notes and not page._saying.isVisible()
    page._show_content()
    assert not page.is_empty and page.body.isVisible()
    page._show_empty()
    assert page.is_empty


def test_the_keyboard_goes_on_with_the_content_that_was_waited_for(qtbot: QtBot, own_home: None) -> None:
    begun: list[bool] = []

    class Heard(Lesson):
        def begin(self) -> None:
            begun.append(self.is_empty)

    page, button = Heard(), QPushButton("Open an example")
    qtbot.addWidget(page)
    page.empty.add(button)
    page.show()
    page._show_content()
    assert not begun, "nobody waited with the keyboard"
    page._show_empty()
    page.activateWindow()
    button.setFocus()
    until(button.hasFocus)
    page._show_content()
    assert begun == [False]


def test_what_is_said_takes_the_place_of_what_was_said(qtbot: QtBot, own_home: None) -> None:
    page = Lesson()
    qtbot.addWidget(page)
    page.show()
    page._show_notes([Note("info", "First."), Note("warning", "Second.")])
    assert [note.text() for note in page.notes] == ["First.", "Second."] and page._saying.isVisible()
    page._show_notes([Note("error", "Third.")])
    assert [note.text() for note in page.notes] == ["Third."]
    page._show_notes([])
    assert not page.notes and not page._saying.isVisible()
