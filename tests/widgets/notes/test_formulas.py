"""The formulas of all notes: drawn once, on a thread, whatever becomes of one of them."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from widgets.notes.formulas import Formulas, paint_formula
from widgets.notes.typesetting import MISSING, UNREADABLE, Drawn, Failed

BLOCK = Drawn('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9h-9z" fill="black"/></svg>', 1.0, 1.0, 0.0)


class Slow:
    """Draws when it is let, and remembers what, and on which thread."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.calls: list[str] = []
        self.threads = set[str]()

    def __call__(self, source: str, display: bool) -> Drawn | Failed:
        self.calls.append(source)
        self.threads.add(threading.current_thread().name)
        assert self.may.wait(20)
        return BLOCK if source != "bad" else Failed("Bad.")


def made(slow: Slow) -> Formulas:
    formulas = Formulas(slow)
    formulas.possible = True
    return formulas


def test_each_is_drawn_once_on_a_thread_and_told_of(qtbot: QtBot) -> None:
    slow = Slow()
    formulas = made(slow)
    for _ in range(3):
        assert formulas.find("x", False) is None and formulas.find("bad", False) is None
    with qtbot.waitSignal(formulas.drawn):
        slow.may.set()
    assert formulas.find("x", False) == BLOCK and formulas.find("bad", False) == Failed("Bad.")
    assert slow.calls == ["x", "bad"] and slow.threads == {"formulas"}
    with qtbot.waitSignal(formulas.drawn):
        assert formulas.find("x", True) is None
    assert formulas.find("x", True) == BLOCK


def test_a_picture_waits_for_its_formulas(qtbot: QtBot) -> None:
    slow = Slow()
    slow.may.set()
    formulas = made(slow)
    formulas.wait_for("x", False)
    assert formulas.find("x", False) == BLOCK and slow.threads == {"MainThread"}
    formulas.wait_for("x", False)
    assert slow.calls == ["x"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_that_nobody_expected_spoils_one_formula(qtbot: QtBot) -> None:
    def draw(source: str, display: bool) -> Drawn:
        if source == "worst":
            raise MemoryError
        return BLOCK

    formulas = Formulas(draw)
    formulas.possible = True
    with qtbot.waitSignal(formulas.drawn):
        formulas.find("worst", False)
    assert formulas.find("worst", False) == Failed(UNREADABLE)
    with qtbot.waitSignal(formulas.drawn):
        formulas.find("x", False)
    assert formulas.find("x", False) == BLOCK


def test_without_the_extra_each_says_so(qtbot: QtBot) -> None:
    slow = Slow()
    formulas = made(slow)
    formulas.possible = False
    formulas.wait_for("x", False)
    assert formulas.find("x", False) == Failed(MISSING) and not slow.calls


@pytest.mark.parametrize("ink", ["#ff0000", "#00ff00"])
def test_it_is_painted_in_the_color_of_words(qtbot: QtBot, ink: str) -> None:
    image = QImage(20, 20, QImage.Format.Format_ARGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    paint_formula(painter, QRectF(0, 0, 20, 20), BLOCK, QColor(ink))
    painter.end()
    assert image.pixelColor(10, 10).name() == ink
