"""Following a run folder: points and events as they come, rewinds, damage, and an end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot
from waiting import read

from studio.controllers.run_follower import RunFollower
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import read_metrics


class Heard:
    """What a follower told, put together as a chart would."""

    def __init__(self, follower: RunFollower) -> None:
        self.values: dict[str, list[float]] = {}
        self.steps: dict[str, list[int]] = {}
        self.events: list[str] = []
        self.rewinds = 0
        self.sentences: list[str] = []
        follower.points.connect(self._add)
        follower.rewound.connect(self._forget)
        follower.happened.connect(lambda id, events: self.events.extend(event["event"] for event in events))
        follower.failed.connect(self.sentences.append)

    def _add(self, id: str, points: dict[str, Any]) -> None:
        for name, new in points.items():
            self.values.setdefault(name, []).extend(new.values.tolist())
            self.steps.setdefault(name, []).extend(new.steps.tolist())

    def _forget(self, id: str) -> None:
        self.rewinds += 1
        self.values.clear()
        self.steps.clear()


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path, b"{}", "", {"name": "run 1"})


@pytest.fixture
def follower(run: RunFolder, qtbot: QtBot) -> Iterator[RunFollower]:
    follower = RunFollower(run.path, live=False)
    yield follower
    follower.end()


def write(run: RunFolder, steps: range, name: str = "train/loss") -> None:
    writer = run.metric_writer()
    for step in steps:
        writer.record(name, step, step / 10, float(step))
    writer.close()


def test_a_folder_that_is_no_run_is_a_sentence_and_the_end(tmp_path: Path, qtbot: QtBot) -> None:
    follower = RunFollower(tmp_path, live=True)
    heard = Heard(follower)
    follower.poll()
    read(follower)
    assert len(heard.sentences) == 1 and "is not a run" in heard.sentences[0]
    follower.poll()
    assert not follower.is_reading


def test_a_run_begins_with_what_it_is_called(run: RunFolder, follower: RunFollower) -> None:
    log: list[str] = []
    follower.began.connect(lambda folder: log.append(folder.name))
    follower.happened.connect(lambda id, events: log.append("events"))
    follower.poll()
    assert follower.is_reading and follower.folder is None and not log
    read(follower)
    assert log == ["run 1", "events"]


def test_a_long_run_comes_in_pieces(run: RunFolder, follower: RunFollower, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.controllers.run_follower.MOST_POINTS", 300)
    heard = Heard(follower)
    pieces: list[int] = []
    follower.points.connect(lambda id, points: pieces.append(len(points["train/loss"])))
    write(run, range(5000))
    follower.poll()
    read(follower)
    assert heard.steps["train/loss"] == list(range(5000))
    assert len(pieces) == 17 and max(pieces) == 300


def test_what_is_ended_tells_nothing_of_the_look_under_way(run: RunFolder, follower: RunFollower, qtbot: QtBot) -> None:
    heard = Heard(follower)
    follower.poll()
    follower.end()
    qtbot.wait(150)
    follower.poll()
    assert heard.events == [] and not follower.is_reading


def test_each_look_gives_what_is_new(run: RunFolder, follower: RunFollower) -> None:
    heard = Heard(follower)
    follower.poll()
    read(follower)
    assert heard.events == ["created"] and heard.values == {}
    write(run, range(3))
    follower.poll()
    read(follower)
    write(run, range(3, 5))
    follower.poll()
    read(follower)
    follower.poll()
    read(follower)
    assert heard.steps == {"train/loss": [0, 1, 2, 3, 4]}


def test_a_live_run_is_looked_at_by_itself(run: RunFolder, qtbot: QtBot) -> None:
    follower = RunFollower(run.path, live=True)
    heard = Heard(follower)
    write(run, range(3))
    with run.event_log() as events:
        events.write("started")
    qtbot.waitUntil(lambda: heard.steps == {"train/loss": [0, 1, 2]} and heard.events == ["created", "started"])
    write(run, range(3, 4))
    follower.stop()
    read(follower)
    assert heard.steps["train/loss"] == [0, 1, 2, 3]
    write(run, range(4, 9))
    qtbot.wait(250)
    assert heard.steps["train/loss"] == [0, 1, 2, 3]


def test_points_behind_a_rewind_are_replaced(run: RunFolder, follower: RunFollower) -> None:
    heard = Heard(follower)
    write(run, range(10))
    follower.poll()
    read(follower)
    writer = run.metric_writer()
    writer.rewind(4)
    writer.close()
    follower.poll()
    read(follower)
    assert heard.rewinds == 1
    assert heard.steps["train/loss"] == [0, 1, 2, 3, 4]
    write(run, range(5, 8))
    follower.poll()
    read(follower)
    assert heard.steps["train/loss"] == [0, 1, 2, 3, 4, 5, 6, 7]


def test_a_run_that_was_resumed_before_the_first_look_needs_no_rewind(run: RunFolder, follower: RunFollower) -> None:
    write(run, range(10))
    writer = run.metric_writer()
    writer.rewind(4)
    writer.close()
    write(run, range(5, 8))
    heard = Heard(follower)
    follower.poll()
    read(follower)
    assert heard.rewinds == 0
    assert heard.steps["train/loss"] == [0, 1, 2, 3, 4, 5, 6, 7]


def test_a_file_of_another_format_is_a_sentence_and_the_end(run: RunFolder, qtbot: QtBot) -> None:
    follower = RunFollower(run.path, live=True)
    heard = Heard(follower)
    run.metrics_path.write_bytes(b"something else" * 100)
    qtbot.waitUntil(lambda: len(heard.sentences) == 1)
    qtbot.wait(250)
    assert len(heard.sentences) == 1
    assert "should begin with the header" in heard.sentences[0]
    follower.end()


def test_a_run_that_is_deleted_meanwhile_is_quiet(run: RunFolder, follower: RunFollower) -> None:
    import shutil

    heard = Heard(follower)
    write(run, range(3))
    follower.poll()
    read(follower)
    shutil.rmtree(run.path)
    follower.poll()
    read(follower)
    assert heard.steps == {"train/loss": [0, 1, 2]}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from(["write", "rewind", "poll"]), st.integers(0, 12)), max_size=15))
def test_what_was_told_is_what_the_file_holds(tmp_path: Path, qtbot: QtBot, acts: list[tuple[str, int]]) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {"name": "run"})
    follower = RunFollower(run.path, live=False)
    heard = Heard(follower)
    step = 0
    for act, number in acts:
        if act == "write":
            write(run, range(step, step + number))
            step += number
        elif act == "rewind":
            writer = run.metric_writer()
            writer.rewind(min(number, step))
            writer.close()
            step = min(number, step) + 1
        else:
            follower.poll()
            read(follower)
    follower.stop()
    read(follower)
    truth = {name: points.steps.tolist() for name, points in read_metrics(run.metrics_path).items()}
    assert heard.steps == truth
