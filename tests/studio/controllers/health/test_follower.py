"""Following the health of layers from a window: growing, over, none, damaged, gone back."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.controllers.health import follower as following
from studio.controllers.health.follower import HealthFollower
from studio.runs.health.record import MEASURES
from studio.runs.health.writer import HealthWriter

ROW = [0.5] * len(MEASURES)


@pytest.fixture
def follower(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> HealthFollower:
    monkeypatch.setattr(following, "POLL_MS", 10)
    return HealthFollower()


def steps(follower: HealthFollower) -> list[int]:
    return follower.health.steps.tolist() if follower.health else []


def test_a_run_that_grows_is_followed_and_one_that_went_back_is_read_anew(
    qtbot: QtBot, follower: HealthFollower, tmp_path: Path
) -> None:
    writer = HealthWriter(tmp_path / "health.bin")
    follower.show_run(tmp_path, live=True)
    writer.record(("fc1",), 0, 0.0, ROW)
    writer.flush()
    end = writer.end
    qtbot.waitUntil(lambda: steps(follower) == [0])
    writer.record(("fc1",), 50, 1.0, ROW)
    writer.flush()
    qtbot.waitUntil(lambda: steps(follower) == [0, 50])
    writer.rewind(40, end)
    writer.record(("fc1",), 45, 0.9, ROW)
    writer.close()
    qtbot.waitUntil(lambda: steps(follower) == [0, 45])
    follower.close()


def test_a_run_that_is_over_is_read_once(qtbot: QtBot, follower: HealthFollower, tmp_path: Path) -> None:
    with HealthWriter(tmp_path / "health.bin") as writer:
        writer.record(("fc1",), 0, 0.0, ROW)
    with qtbot.waitSignals([follower.changed] * 2):
        follower.show_run(tmp_path)
    assert steps(follower) == [0]
    with qtbot.waitSignal(follower.changed):
        follower.show_run(None)
    assert follower.health is None and follower.path is None


@pytest.mark.parametrize("content", [None, b"", b"x" * 200])
def test_a_run_without_a_record_has_no_health(
    qtbot: QtBot, follower: HealthFollower, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "health.bin").write_bytes(content)
    follower.show_run(tmp_path)
    qtbot.waitUntil(lambda: not follower._background.is_busy)
    assert follower.health is None
