"""Runs on charts: which line goes where, colors that stay, resumed runs, and one measure at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.workspaces.train.run_curves import RunCurves


@pytest.fixture
def curves(qtbot: QtBot) -> Iterator[RunCurves]:
    curves = RunCurves()
    for chart in (curves.loss, curves.metric, curves.rate):
        qtbot.addWidget(chart)
    yield curves
    curves.close()


def make(tmp_path: Path, name: str, metric: str = "accuracy", epochs: int = 3, **header: Any) -> RunFolder:
    run = RunFolder.create(tmp_path, b"{}", "", {"name": name, **header})
    write(run, metric, range(epochs))
    return run


def write(run: RunFolder, metric: str, epochs: range) -> None:
    writer = run.metric_writer()
    for epoch in epochs:
        for series in ("train/loss", f"train/{metric}", "validation/loss", f"validation/{metric}", "learning_rate"):
            writer.record(series, epoch * 10, float(epoch), 1 / (1 + epoch))
        writer.record("samples_per_second", epoch * 10, float(epoch), 1000.0)
    writer.close()


def heads(chart: Any) -> set[str]:
    return set(chart.table()[0][1:]) if chart.table() else set()


def test_each_series_has_its_chart(curves: RunCurves, tmp_path: Path) -> None:
    curves.add(make(tmp_path, "run 1").path, live=False)
    assert heads(curves.loss) == heads(curves.metric) == {"run 1 validation", "run 1 training"}
    assert heads(curves.rate) == {"run 1 training"}
    assert len(curves.loss.table()) == 4


def test_a_folder_that_is_no_run_is_refused_and_draws_nothing(curves: RunCurves, tmp_path: Path) -> None:
    with pytest.raises(RunError):
        curves.add(tmp_path, live=False)
    assert curves.colors == {}


def test_colors_stay_while_others_come_and_go(curves: RunCurves, tmp_path: Path) -> None:
    runs = [make(tmp_path, f"run {number}") for number in range(4)]
    for run in runs:
        curves.add(run.path, live=False)
    assert [curves.colors[run.id] for run in runs] == [0, 1, 2, 3]
    curves.remove(runs[1].id)
    assert [curves.colors[run.id] for run in (runs[0], *runs[2:])] == [0, 2, 3]
    curves.add(runs[2].path, live=True)
    assert curves.colors[runs[2].id] == 2
    curves.add(runs[1].path, live=False)
    assert curves.colors[runs[1].id] == 1


def test_a_run_taken_off_leaves_nothing(curves: RunCurves, tmp_path: Path) -> None:
    run = make(tmp_path, "run 1")
    curves.add(run.path, live=True)
    curves.remove(run.id)
    curves.remove(run.id)
    assert curves.colors == {}
    assert heads(curves.loss) == heads(curves.metric) == heads(curves.rate) == set()


def test_a_live_run_grows(curves: RunCurves, tmp_path: Path, qtbot: QtBot) -> None:
    run = make(tmp_path, "run 1", epochs=2, settings={"epochs": 20})
    curves.add(run.path, live=True)
    write(run, "accuracy", range(2, 5))
    qtbot.waitUntil(lambda: len(curves.loss.table()) == 6)
    curves.finish(run.id)
    write(run, "accuracy", range(5, 8))
    qtbot.wait(200)
    assert len(curves.loss.table()) == 6


def test_the_axis_reaches_as_far_as_the_live_run_will(curves: RunCurves, tmp_path: Path) -> None:
    run = make(tmp_path, "run 1", settings={"epochs": 20})
    curves.add(run.path, live=True)
    curves.loss.resize(400, 300)
    curves.loss.grab()
    assert curves.loss.frame.x1 == 20
    curves.finish(run.id)
    curves.loss.grab()
    assert curves.loss.frame.x1 < 20


def test_points_behind_a_rewind_are_gone_at_once(curves: RunCurves, tmp_path: Path, qtbot: QtBot) -> None:
    run = make(tmp_path, "run 1", epochs=10)
    curves.add(run.path, live=True)
    assert len(curves.loss.table()) == 11
    writer = run.metric_writer()
    writer.rewind(40)
    writer.close()
    qtbot.waitUntil(lambda: len(curves.loss.table()) == 6)
    assert heads(curves.loss) == {"run 1 validation", "run 1 training"}
    write(run, "accuracy", range(5, 7))
    qtbot.waitUntil(lambda: len(curves.loss.table()) == 8)


def test_a_rename_reaches_the_ends_of_the_curves(curves: RunCurves, tmp_path: Path) -> None:
    run = make(tmp_path, "run 1")
    curves.add(run.path, live=False)
    curves.rename(run.id, "best")
    curves.rename("unknown", "nobody")
    assert heads(curves.loss) == {"best validation", "best training"}
    assert len(curves.loss.table()) == 4


def test_accuracy_and_an_error_never_share_a_scale(curves: RunCurves, tmp_path: Path) -> None:
    classes, numbers = make(tmp_path, "run 1"), make(tmp_path, "run 2", "mae")
    curves.add(classes.path, live=False)
    curves.add(numbers.path, live=False)
    assert curves.metric.accessibleName() == "MAE chart"
    assert heads(curves.metric) == {"run 2 validation", "run 2 training"}
    assert len(heads(curves.loss)) == 4
    curves.add(classes.path, live=False)
    assert curves.metric.accessibleName() == "Accuracy chart"
    assert heads(curves.metric) == {"run 1 validation", "run 1 training"}


def test_events_and_failures_are_passed_on(curves: RunCurves, tmp_path: Path, qtbot: QtBot) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {"name": "run 1"})
    told: list[tuple[str, list[str]]] = []
    curves.happened.connect(lambda id, events: told.append((id, [event["event"] for event in events])))
    curves.add(run.path, live=True)
    assert told == [(run.id, ["created"])]
    with qtbot.waitSignal(curves.failed):
        run.metrics_path.write_bytes(b"x" * 10_000)


def test_many_runs_come_and_go(curves: RunCurves, tmp_path: Path) -> None:
    runs = [make(tmp_path, f"run {number}", epochs=2) for number in range(30)]
    for run in runs:
        curves.add(run.path, live=True)
    assert sorted(curves.colors.values()) == list(range(30))
    for run in runs:
        curves.remove(run.id)
    assert curves.colors == {}
    assert not curves.loss.table()[1:]
