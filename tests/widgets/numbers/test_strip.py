"""The strip of steps."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from models.byhand.course import BACKWARD, LOSS
from widgets.controls import Button
from widgets.numbers.strip import NumbersStrip


def test_buttons_say_what_is_wanted_and_the_next_one_stands_out(qtbot: QtBot) -> None:
    strip = NumbersStrip()
    qtbot.addWidget(strip)
    wanted: list[object] = []
    strip.stage_wanted.connect(wanted.append)
    strip.check_wanted.connect(lambda: wanted.append("check"))
    strip.stages[BACKWARD].click()
    strip.check.click()
    assert wanted == [BACKWARD, "check"]
    strip.show_place("Pass 1, forward", LOSS, True)
    assert [button.property("role") for button in strip.stages.values()] == ["plain", "main", "plain", "plain"]
    assert strip.back.isEnabled()


def test_what_is_pressed_while_it_waits_is_wanted_once_there_is_something(qtbot: QtBot) -> None:
    strip = NumbersStrip()
    qtbot.addWidget(strip)
    wanted: list[object] = []
    strip.stage_wanted.connect(wanted.append)
    strip.step_wanted.connect(lambda: wanted.append("step"))
    strip.wait()
    strip.step.click()
    strip.stages[BACKWARD].click()
    assert wanted == []
    strip.show_place("Pass 1, ready", LOSS, False)
    strip.show_place("Pass 1, ready", LOSS, False)
    assert wanted == [BACKWARD], "the last one, once"
    strip.wait()
    strip.step.click()
    strip.show_place("", -1, False)
    assert not strip.step.isEnabled()
    strip.show_place("Pass 1, ready", LOSS, False)
    assert wanted == [BACKWARD], "of a network that cannot be worked nothing is kept"


def test_nothing_is_cut_where_there_is_little_room(qtbot: QtBot) -> None:
    host, strip = QWidget(), NumbersStrip()
    QVBoxLayout(host).setContentsMargins(0, 0, 0, 0)
    host.layout().addWidget(strip)  # type: ignore[union-attr]
    qtbot.addWidget(host)
    host.show()
    for width in (1280, 900, 760):
        host.resize(width, 200)
        QApplication.processEvents()
        for button in strip.findChildren(Button):
            assert button.width() >= button.sizeHint().width(), (width, button.accessibleName())
            assert button.geometry().right() < width, width
    assert strip.back.text() == "" and strip.back.accessibleName() == "Back"
