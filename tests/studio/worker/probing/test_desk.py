"""The desk: the newest question first, one step at a time; what is given up ends, what fails is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from trained_runs import Asking

from studio.runs.folder import RunFolder
from studio.runs.probes.answer import Answer, read_answer
from studio.worker.probes import PROBES
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Probe, Steps

Run = Callable[[str], RunFolder]
STEPS = 5


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A probe that counts in steps; what it did, in order."""
    done: list[str] = []

    def counting(asked: Asked) -> Steps:
        name = asked.text("name")
        try:
            for step in range(STEPS):
                done.append(f"{name}{step}")
                yield step + 1, STEPS
            return Answer({"steps": np.arange(STEPS)}, {"name": name})
        finally:
            done.append(f"{name} over")

    monkeypatch.setitem(PROBES, "counting", Probe("counting", counting, {}, "images", False))
    yield done


def test_a_newer_question_goes_first_and_the_older_one_goes_on_from_where_it_was(
    run: Run, asking: Asking, count: list[str]
) -> None:
    long = asking.question("counting", run("images"), slot="long", name="a")
    asking.desk.put(long)
    for _ in range(3):
        asking.desk.step()
    short = asking.question("counting", run("images"), slot="short", name="b")
    asking.desk.put(short)
    assert asking.outcome(long) == asking.outcome(short) == ("done", "")
    assert count == ["a0", "a1", *(f"b{n}" for n in range(STEPS)), "b over", "a2", "a3", "a4", "a over"]
    assert read_answer(Path(long.answer)).facts == {"name": "a"}


def test_a_newer_question_in_the_same_slot_takes_the_place_of_the_older(
    run: Run, asking: Asking, count: list[str]
) -> None:
    first, second = (asking.question("counting", run("images"), slot="one", name=name) for name in "ab")
    asking.desk.put(first)
    asking.desk.step()
    asking.desk.step()
    asking.desk.put(second)
    assert asking.outcome(first) == ("canceled", "")
    assert asking.outcome(second) == ("done", "")
    assert count[:3] == ["a0", "a over", "b0"]
    assert not Path(first.answer).exists()


def test_a_question_that_is_given_up_ends_at_its_next_step(run: Run, asking: Asking, count: list[str]) -> None:
    question = asking.question("counting", run("images"), name="a")
    asking.desk.put(question)
    for _ in range(3):
        asking.desk.step()
    asking.desk.cancel(question.id)
    asking.desk.cancel("nonsense")
    assert asking.outcome(question) == ("canceled", "")
    assert count[-1] == "a over" and "a4" not in count


def test_progress_is_told_a_few_times_a_second_at_most(run: Run, asking: Asking, count: list[str]) -> None:
    asking.ask("counting", run("images"), name="a")
    told = [facts for state, facts in asking.said if state == "answering"]
    assert told[0]["done"] == 1 and told[0]["total"] == STEPS
    assert len(told) < STEPS


def test_network_and_data_stay_warm_from_question_to_question(
    run: Run, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking.ask("thought", run("images"), sample=0)
    monkeypatch.setattr("studio.worker.probing.bench.load_data", None)
    monkeypatch.setattr("studio.worker.probing.bench.load_model", None)
    asking.ask("thought", run("images"), sample=1)
    asking.ask("thought", run("images"), sample=1, part="training")


def test_another_checkpoint_takes_over_the_data(run: Run, asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = asking.ask("thought", run("images"), sample=0).arrays["chances"]
    monkeypatch.setattr("studio.worker.probing.bench.load_data", None)
    drawn = asking.ask("thought", run("images"), sample=0, checkpoint="").arrays["chances"]
    assert not np.allclose(trained, drawn)


def test_a_training_sends_questions_away_and_gives_their_memory_back(
    run: Run, asking: Asking, count: list[str]
) -> None:
    question = asking.question("counting", run("images"), name="a")
    asking.desk.put(question)
    asking.desk.step()
    asking.desk.clear()
    assert asking.outcome(question)[0] == "failed"
    assert asking.desk._seat is None


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), MemoryError(), ZeroDivisionError("division by zero")])
def test_whatever_a_probe_raises_is_a_sentence_and_the_next_one_is_answered(
    run: Run, asking: Asking, monkeypatch: pytest.MonkeyPatch, error: Exception, capfd: pytest.CaptureFixture[str]
) -> None:
    def failing(asked: Asked) -> Steps:
        yield 0, 1
        raise error

    monkeypatch.setitem(PROBES, "failing", Probe("failing", failing, {}, "images", False))
    sentence = asking.failure("failing", run("images"))
    assert "memory ran out" in sentence if isinstance(error, MemoryError) else type(error).__name__ in sentence
    assert "Traceback" in capfd.readouterr().err
    asking.ask("thought", run("images"), sample=0)


def test_a_kind_that_there_is_not_is_said(run: Run, asking: Asking) -> None:
    assert "no question “fortune”" in asking.failure("fortune", run("images"))
