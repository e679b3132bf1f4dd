"""The time that a run still takes, from how long its steps took."""

from __future__ import annotations

import pytest

from widgets.runs.progress import Pace, Progress


def test_pace_tells_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("widgets.runs.progress.time.monotonic", lambda: now[0])
    pace = Pace()
    facts = {"step": 10, "steps": 110, "epoch": 1.0, "epochs": 11, "samples_per_second": 50.0}
    assert pace.progress(facts) == Progress(1.0, 11, 10, 110, 50.0, None)
    now[0] += 2.0
    assert pace.progress(facts | {"step": 30}).seconds_left == pytest.approx(8.0)
    assert pace.progress({}).steps == 0
