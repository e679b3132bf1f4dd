"""Steps that are done one a turn of the event loop."""

from __future__ import annotations

from PySide6.QtCore import QEventLoop, QObject, QTimer
from pytestqt.qtbot import QtBot

from studio.services.turns import Turns


def test_steps_come_in_turn_with_a_turn_between_them(qtbot: QtBot) -> None:
    owner, done, beats = QObject(), list[str](), QTimer(interval=0)
    turns = Turns(owner)
    beats.timeout.connect(lambda: done.append("-"))
    beats.start()
    turns.run(*(lambda word=word: done.append(word) for word in "abc"))
    assert done == ["a"] and turns.is_busy
    qtbot.waitUntil(lambda: not turns.is_busy)
    assert [word for word in done if word != "-"] == ["a", "b", "c"]
    assert "ab" not in "".join(done) and "bc" not in "".join(done)


def test_later_steps_take_the_place_of_earlier_ones(qtbot: QtBot) -> None:
    owner, done = QObject(), list[str]()
    turns = Turns(owner)
    turns.run(lambda: done.append("a"), lambda: done.append("never"))
    turns.run(lambda: done.append("b"), lambda: turns.run(lambda: done.append("c")), lambda: done.append("never"))
    qtbot.waitUntil(lambda: not turns.is_busy)
    turns.run(lambda: None, lambda: done.append("never"))
    turns.drop()
    for _ in range(5):
        QEventLoop().processEvents()
    assert done == ["a", "b", "c"] and not turns.is_busy
