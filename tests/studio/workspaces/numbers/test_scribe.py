"""Lines are written on a thread, the newest request alone, while the window goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from waiting import until
from worked import exam

from models.byhand.pen import Line, Page
from studio.worker.probing.working import Work
from studio.workspaces.numbers.scribe import Scribe


@pytest.fixture(scope="module")
def sheet() -> Page:
    """The first pass of the exam."""
    work = Work(exam())
    for _ in work.walk(1):
        pass
    return Page(work.document.network, work.settings, work.walked, 0)


@pytest.fixture
def scribe(qtbot: QtBot) -> Iterator[Scribe]:
    parent = QObject()
    scribe = Scribe(parent)
    yield scribe
    until(lambda: not scribe.is_busy, "the lines")
    parent.deleteLater()


class Heard:
    """What a scribe answered, and on which thread it was heard."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.words: list[str] = []

    def __call__(self, lines: list[Line], words: str) -> None:
        assert threading.current_thread() is threading.main_thread()
        self.lines += [line.text for line in lines]
        self.words += [words] if words else []


def test_lines_come_later_and_of_several_requests_the_last_one_is_answered(scribe: Scribe, sheet: Page) -> None:
    heard = Heard()
    for place in ((0, 0), (0, 1), (0, 0), (0, 1)):
        scribe.write("shown", sheet, "value/fc1", place, heard)
    assert scribe.is_busy and not heard.lines
    until(lambda: not scribe.is_busy, "the lines")
    assert [line.split(" = ")[0] for line in heard.lines] == ["fc1₂"]


def test_slots_do_not_disturb_each_other_and_one_that_is_dropped_says_nothing(scribe: Scribe, sheet: Page) -> None:
    shown, pointed, dropped = Heard(), Heard(), Heard()
    scribe.write("dropped", sheet, "loss", (), dropped)
    scribe.write("shown", sheet, "value/fc2", (0, 0), shown)
    scribe.write("pointed", sheet, "value/relu1", (0, 0), pointed)
    scribe.drop("dropped")
    until(lambda: not scribe.is_busy, "the lines")
    assert len(shown.lines) == 1 and "fc2₁" in shown.lines[0]
    assert len(pointed.lines) == 1 and "relu1₁" in pointed.lines[0]
    assert not dropped.lines and not dropped.words


def test_why_nothing_is_written_is_said(scribe: Scribe, sheet: Page) -> None:
    heard = Heard()
    scribe.write("shown", sheet, "target/output1", (0, 0), heard)
    until(lambda: not scribe.is_busy, "the sentence")
    assert heard.words == ["It is given."] and not heard.lines
