"""What is read ahead waits until no thread can be the first to ask for a class of Qt's."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from waiting import until

from studio.services import ahead
from studio.services.ahead import ReadAhead, make_classes
from support import ROOT


@pytest.fixture
def unmade(monkeypatch: pytest.MonkeyPatch) -> None:
    """As at the start of the program."""
    monkeypatch.setattr(ahead, "_made", type(ahead._made)())


def test_threads_may_read_once_all_classes_are_made(unmade: None) -> None:
    steps = make_classes()
    for _ in range(100):
        next(steps)
        assert not ahead.may_read()
    assert sum(1 for _ in steps) > 500 and ahead.may_read()


def test_modules_are_read_by_a_thread_behind_the_classes(
    qtbot: QtBot, unmade: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[str, bool]] = []

    def note(name: str) -> object:
        read.append((name, ahead.may_read()))
        return import_module(name)

    monkeypatch.setattr(ahead, "import_module", note)
    owner = QObject()
    reading = ReadAhead(owner)
    reading.read("json")
    reading.read("string")
    assert reading.is_busy and not read
    until(lambda: not reading.is_busy, "what is read ahead")
    assert read == [("json", True), ("string", True)]
    reading.forget()


def test_what_nobody_waits_for_is_not_read(qtbot: QtBot, unmade: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "import_module", lambda name: pytest.fail(f"{name} was read"))
    owner = QObject()
    reading = ReadAhead(owner)
    reading.read("json")
    reading.forget()
    assert not reading.is_busy and not reading._timer.isActive()


def test_afterwards_charts_ask_for_no_class_first() -> None:
    """pyqtgraph asks for every name of Qt's modules; made before, they take it next to no time."""
    program = (
        "import time\nimport numpy\nfrom studio.services.ahead import make_classes\nlist(make_classes())\n"
        "import PySide6.QtCore as core, PySide6.QtGui as gui, PySide6.QtWidgets as widgets\n"
        "start = time.perf_counter()\n[getattr(m, n) for m in (core, gui, widgets) for n in dir(m)]\n"
        "print(time.perf_counter() - start)\n"
    )
    made = [sys.executable, "-c", program]
    assert float(subprocess.run(made, cwd=ROOT, capture_output=True, text=True, check=True).stdout) < 0.03
