"""Jobs on threads of their own: results come back on the window's thread, only the last one's, and errors too."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from studio.services import errors
from studio.services.background import Background, JobFailed, Queue
from support import run_python


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    background = Background()
    yield background
    background.forget()


@pytest.fixture
def queue(qtbot: QtBot) -> Iterator[Queue]:
    queue = Queue()
    yield queue
    queue.forget()


def fail(error: Exception) -> Any:
    raise error


def test_a_result_arrives_on_the_windows_thread(background: Background, qtbot: QtBot) -> None:
    where: list[threading.Thread] = []
    results: list[int] = []

    def job() -> int:
        where.append(threading.current_thread())
        return 7

    def take(result: int) -> None:
        results.append(result)
        where.append(threading.current_thread())

    background.run(job, take, results.append, ())
    qtbot.waitUntil(lambda: results == [7])
    assert where[0] is not where[1]
    assert where[1] is threading.main_thread()


def test_starting_a_job_does_not_wait_for_its_end(background: Background, qtbot: QtBot) -> None:
    results: list[bool] = []
    gate = threading.Event()
    background.run(lambda: gate.wait(60), results.append, results.append, ())
    gate.set()
    qtbot.waitUntil(lambda: results == [True])


def test_an_expected_error_is_handed_over(background: Background, qtbot: QtBot) -> None:
    caught: list[Exception] = []
    background.run(lambda: fail(KeyError("a")), caught.append, caught.append, (LookupError,))
    qtbot.waitUntil(lambda: len(caught) == 1)
    assert isinstance(caught[0], KeyError)


def test_an_unexpected_error_goes_through_the_door_and_ends_the_job(
    background: Background, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("threading.excepthook", threading.excepthook)
    monkeypatch.setattr("sys.excepthook", lambda *_: None)
    errors.install()
    sentences: list[str] = []
    slot = errors.unexpected.connect(lambda sentence, log: sentences.append(sentence))
    caught: list[Exception] = []
    background.run(lambda: fail(KeyError("a")), caught.append, caught.append, (OSError,))
    qtbot.waitUntil(lambda: len(caught) == 1 and len(sentences) == 1)
    errors.unexpected.disconnect(slot)
    assert isinstance(caught[0], JobFailed)
    assert "KeyError" in sentences[0]
    assert "KeyError" in capsys.readouterr().err


def test_only_the_last_job_is_answered(background: Background, qtbot: QtBot) -> None:
    results: list[int] = []
    gate = threading.Event()
    background.run(lambda: gate.wait(60) and 1, results.append, results.append, ())
    background.run(lambda: 2, results.append, results.append, ())
    qtbot.waitUntil(lambda: results == [2])
    gate.set()
    qtbot.wait(50)
    assert results == [2]


def test_after_forget_nothing_is_answered_and_no_thread_is_left(background: Background, qtbot: QtBot) -> None:
    results: list[int] = []
    background.run(lambda: time.sleep(0.1) or 1, results.append, results.append, ())
    background.forget()
    qtbot.wait(20)
    assert results == []
    assert not [thread for thread in threading.enumerate() if thread.name == "background"]


def test_many_jobs_leave_no_threads(background: Background, qtbot: QtBot) -> None:
    results: list[int] = []
    for number in range(100):
        background.run(lambda number=number: number, results.append, results.append, ())
    qtbot.waitUntil(lambda: results[-1:] == [99])
    background.forget()
    assert not [thread for thread in threading.enumerate() if thread.name == "background"]


def test_a_job_that_is_dropped_is_not_answered(background: Background, qtbot: QtBot) -> None:
    results: list[int] = []
    background.run(lambda: 1, results.append, results.append, ())
    assert background.is_busy
    background.drop()
    assert not background.is_busy
    background.run(lambda: 2, results.append, results.append, ())
    qtbot.waitUntil(lambda: results == [2])


# One after another


def test_a_queue_does_and_answers_everything_in_order(queue: Queue, qtbot: QtBot) -> None:
    began: list[int] = []
    results: list[int] = []
    for number in range(30):
        queue.run(lambda number=number: began.append(number) or number, results.append)
    qtbot.waitUntil(lambda: len(results) == 30)
    assert began == results == list(range(30))
    assert not queue.is_busy


def test_a_queue_does_one_thing_at_a_time(queue: Queue, qtbot: QtBot) -> None:
    at_work: list[int] = []
    most: list[int] = []
    results: list[None] = []

    def job() -> None:
        at_work.append(1)
        most.append(len(at_work))
        time.sleep(0.002)
        at_work.pop()

    for _ in range(20):
        queue.run(job, results.append)
    qtbot.waitUntil(lambda: len(results) == 20)
    assert set(most) == {1}


def test_an_error_keeps_nobody_in_the_queue_from_their_turn(
    queue: Queue, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    results: list[object] = []
    queue.run(lambda: fail(OSError("expected")), results.append, lambda error: results.append(str(error)), (OSError,))
    queue.run(lambda: fail(KeyError("not")), results.append, lambda error: results.append(type(error)))
    queue.run(lambda: "last", results.append)
    qtbot.waitUntil(lambda: len(results) == 3)
    assert results == ["expected", JobFailed, "last"]


def test_what_waits_in_a_queue_is_done_when_it_is_forgotten(queue: Queue, qtbot: QtBot) -> None:
    done: list[int] = []
    answered: list[None] = []
    for number in range(5):
        queue.run(lambda number=number: time.sleep(0.005) or done.append(number), answered.append)
    queue.forget()
    assert done == [0, 1, 2, 3, 4]
    qtbot.wait(20)
    assert not answered
    assert not [thread for thread in threading.enumerate() if thread.name == "background"]


GONE = """
import sys
import shiboken6
from PySide6.QtCore import QCoreApplication, QObject
from studio.services.background import Background

application, answered = QCoreApplication([]), []
sys.setswitchinterval(1e-6)
for _ in range(1000):
    host = QObject()
    for _ in range(4):
        Background(host).run(lambda: None, answered.append, answered.append, ())
    shiboken6.delete(host)
application.processEvents()
print(answered)
"""


def test_who_asked_may_be_gone_when_the_answer_comes() -> None:
    done = run_python(GONE)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr[-2000:]
