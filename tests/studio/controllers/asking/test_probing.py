"""Questions of the window to a real worker: answered, replaced, given up, and outlived."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import cnn
from pytestqt.qtbot import QtBot
from trained_runs import trained
from waiting import until

from studio.controllers.asking.probing import Probing
from studio.running.client import WorkerClient
from studio.running.launch import new_run
from studio.runs.folder import RunFolder
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import Question


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return trained(cnn(epochs=1), tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def probing(qapp: object) -> Iterator[Probing]:
    """One worker for all tests of this module."""
    probing = Probing()
    probing.warm_up()
    yield probing
    probing.close()


class Heard:
    """What came of a question."""

    def __init__(self, probing: Probing, run: RunFolder, kind: str, slot: str, **arguments: Any) -> None:
        self.answers: list[Answer] = []
        self.sentences: list[str] = []
        self.told: list[tuple[int, int]] = []
        question = Question(kind, str(run.path), slot=slot, arguments=arguments)
        probing.ask(
            question, self.answers.append, self.sentences.append, lambda done, total: self.told.append((done, total))
        )

    @property
    def ended(self) -> bool:
        return bool(self.answers or self.sentences)


def test_an_answer_comes_through_a_file_that_goes_away(qtbot: QtBot, probing: Probing, run: RunFolder) -> None:
    heard = Heard(probing, run, "scores", "results")
    assert probing.asks("results") and not heard.ended
    until(lambda: heard.ended)
    (answer,) = heard.answers
    assert answer.facts["examples"] == 359 and not probing.asks("results")
    until(lambda: not probing.is_busy)
    assert probing._folder is not None
    assert not list(Path(probing._folder.name).iterdir())


def test_a_question_that_fails_is_said(qtbot: QtBot, probing: Probing, run: RunFolder) -> None:
    heard = Heard(probing, run, "thought", "thought", sample=10**6)
    until(lambda: heard.ended)
    assert heard.answers == [] and "the data has 359" in heard.sentences[0]


def test_of_two_questions_in_a_slot_the_newer_is_answered_and_others_are_too(
    qtbot: QtBot, probing: Probing, run: RunFolder
) -> None:
    older = [Heard(probing, run, "thought", "thought", sample=n) for n in range(20)]
    newer, other = Heard(probing, run, "thought", "thought", sample=99), Heard(probing, run, "maps", "maps", sample=3)
    until(lambda: newer.ended and other.ended and not probing.is_busy)
    assert newer.answers[0].facts["sample"] == 99 and other.answers
    assert not any(heard.ended for heard in older)


def test_what_is_dropped_is_not_answered(qtbot: QtBot, probing: Probing, run: RunFolder) -> None:
    heard = Heard(probing, run, "occlusion", "heat", sample=0, patch=1)
    probing.drop("heat")
    after = Heard(probing, run, "thought", "thought", sample=1)
    until(lambda: after.ended and not probing._left)
    assert not heard.ended


def test_what_is_dropped_while_its_answer_is_read_is_not_answered(
    qtbot: QtBot, probing: Probing, run: RunFolder
) -> None:
    heard = Heard(probing, run, "scores", "results")
    # It has come, and a thread reads it: what it brings waits for this one.
    until(lambda: not probing._asked)
    assert probing._reading.is_busy and probing.asks("results")
    probing.drop("results")
    newer = Heard(probing, run, "scores", "results")
    until(lambda: newer.ended)
    assert not heard.ended and newer.answers and not probing.asks("results")


def test_arrays_are_kept_where_the_worker_reads_them(qtbot: QtBot, probing: Probing, run: RunFolder) -> None:
    places: list[Path] = []
    probing.keep("sketch", {"values": np.full((1, 8, 8), 9, np.float32)}, places.append, pytest.fail)
    until(lambda: bool(places))
    (place,) = places
    heard = Heard(probing, run, "thought", "play", sample=0, sketch=str(place))
    until(lambda: heard.ended)
    assert heard.answers[0].arrays["values"].min() == 9
    place.unlink()


@pytest.mark.usefixtures("forked")
def test_a_worker_that_dies_says_why_and_the_next_question_has_another(qtbot: QtBot, run: RunFolder) -> None:
    probing = Probing()  # with threads of its own, as those of a new worker are new
    heard = Heard(probing, run, "thought", "thought", sample=1)
    until(lambda: heard.ended)
    pid = probing.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # so that it cannot answer first
    cut_off = Heard(probing, run, "thought", "thought", sample=2)
    os.kill(pid, signal.SIGKILL)
    until(lambda: cut_off.ended)
    assert cut_off.answers == [] and cut_off.sentences[0].endswith("Ask once more.")
    after = Heard(probing, run, "thought", "thought", sample=2)
    until(lambda: after.ended)
    assert after.answers and probing.worker_pid != pid
    probing.close()


def test_a_question_that_is_too_long_is_said_and_the_next_one_is_answered(
    qtbot: QtBot, probing: Probing, run: RunFolder
) -> None:
    heard = Heard(probing, run, "thought", "thought", sample=1, padding="x" * 100_000)
    until(lambda: heard.ended)
    assert heard.answers == [] and heard.sentences == ["That is too much to be asked at once."]
    after = Heard(probing, run, "thought", "thought", sample=1)
    until(lambda: after.ended)
    assert after.answers


@pytest.mark.usefixtures("forked")
def test_a_run_is_asked_while_another_one_trains(
    qtbot: QtBot, probing: Probing, run: RunFolder, tmp_path: Path
) -> None:
    states: list[str] = []
    worker = WorkerClient(lambda state: states.append(state.name))
    worker.train(new_run(cnn(epochs=100_000), None, tmp_path).path)
    until(lambda: "training" in states)
    heard = Heard(probing, run, "scores", "results")
    until(lambda: heard.ended)
    assert heard.answers and worker.is_busy
    worker.close()


@pytest.mark.usefixtures("forked")
def test_after_the_end_nothing_is_asked(qtbot: QtBot, run: RunFolder) -> None:
    probing = Probing()
    probing.close()
    heard = Heard(probing, run, "thought", "thought", sample=1)
    probing.warm_up()
    assert not probing.is_busy and probing.worker_pid is None and not heard.ended
