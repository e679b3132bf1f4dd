"""Runs on charts: which line goes where, colors that stay, resumed runs, and one measure at a time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from waiting import read

from studio.runs.folder import RunFolder
from studio.workspaces.train.metric_charts import MOST
from studio.workspaces.train.run_curves import RunCurves
from widgets.charts.chart import Chart


@pytest.fixture
def curves(qtbot: QtBot) -> Iterator[RunCurves]:
    curves = RunCurves()
    yield curves
    curves.close()
    for chart in curves.charts():
        chart.close()
        chart.deleteLater()


def make(tmp_path: Path, name: str, metric: str = "accuracy", epochs: int = 3, **header: Any) -> RunFolder:
    run = RunFolder.create(tmp_path, b"{}", "", {"name": name, **header})
    write(run, metric, range(epochs))
    return run


def write(run: RunFolder, metric: str, epochs: range) -> None:
    writer = run.metric_writer()
    with run.event_log() as events:
        for epoch in epochs:
            events.write("epoch", epoch=epoch, values={"train/loss": 2.0 + epoch, f"train/{metric}": 2.0 + epoch})
    for epoch in epochs:
        for series in ("train/loss", f"train/{metric}", "validation/loss", f"validation/{metric}", "learning_rate"):
            writer.record(series, epoch * 10, float(epoch), 1 / (1 + epoch))
        writer.record("samples_per_second", epoch * 10, float(epoch), 1000.0)
    writer.close()


def heads(chart: Any) -> set[str]:
    return set(chart.table()[0][1:]) if chart.table() else set()


def metric(curves: RunCurves) -> Chart:
    """The only chart of a metric."""
    (chart,) = curves.metrics
    return chart


def titles(curves: RunCurves) -> list[str]:
    return [chart.accessibleName().removesuffix(" chart") for chart in curves.charts()]


def test_each_series_has_its_chart(curves: RunCurves, tmp_path: Path) -> None:
    curves.add(make(tmp_path, "run 1").path, live=False)
    read(curves)
    assert heads(curves.loss) == heads(metric(curves)) == {"run 1 validation", "run 1 training"}
    assert heads(curves.rate) == {"run 1 training"}
    assert len(curves.loss.table()) == 4


def test_a_folder_that_is_no_run_is_refused_and_draws_nothing(curves: RunCurves, tmp_path: Path) -> None:
    failures: list[str] = []
    curves.failed.connect(failures.append)
    curves.add(tmp_path, live=False)
    read(curves)
    assert curves.colors == {} and "is not a run" in failures[0]


def test_colors_stay_while_others_come_and_go(curves: RunCurves, tmp_path: Path) -> None:
    runs = [make(tmp_path, f"run {number}") for number in range(4)]
    for run in runs:
        curves.add(run.path, live=False)
        read(curves)
    assert [curves.colors[run.id] for run in runs] == [0, 1, 2, 3]
    curves.remove(runs[1].id)
    assert [curves.colors[run.id] for run in (runs[0], *runs[2:])] == [0, 2, 3]
    curves.add(runs[2].path, live=True)
    read(curves)
    assert curves.colors[runs[2].id] == 2
    curves.add(runs[1].path, live=False)
    read(curves)
    assert curves.colors[runs[1].id] == 1


def test_a_run_taken_off_leaves_nothing(curves: RunCurves, tmp_path: Path) -> None:
    run = make(tmp_path, "run 1")
    curves.add(run.path, live=True)
    read(curves)
    curves.remove(run.id)
    curves.remove(run.id)
    assert curves.colors == {}
    assert heads(curves.loss) == heads(metric(curves)) == heads(curves.rate) == set()


def test_the_line_of_training_goes_through_what_the_log_says(curves: RunCurves, tmp_path: Path) -> None:
    curves.add(make(tmp_path, "run 1").path, live=False)
    read(curves)
    rows = curves.loss.table()
    column = rows[0].index("run 1 training")
    assert [row[column] for row in rows[1:]] == ["2.0000", "3.0000", "4.0000"]
    steps = curves.loss._plot.curves[next(iter(curves.colors)), "steps"]
    assert steps.points.ys.tolist() == pytest.approx([1.0, 0.5, 1 / 3])


def test_charts_share_the_pointer_and_the_part_in_view(curves: RunCurves, tmp_path: Path) -> None:
    curves.add(make(tmp_path, "run 1", epochs=9).path, live=False)
    read(curves)
    curves.loss.pointed.emit(3.0, "some run")
    assert [chart._pointer for chart in curves.charts()[1:]] == [3.0, 3.0]
    curves.loss.pointed.emit(None, "")
    assert all(chart._pointer is None for chart in curves.charts())
    curves.loss.zoom(4.0, 0.5)
    assert len({chart._plot.zoomed for chart in curves.charts()}) == 1 and curves.rate._plot.zoomed
    metric(curves).show_all()
    assert all(chart._plot.zoomed is None for chart in curves.charts())


def test_only_a_run_that_grows_has_a_halo(curves: RunCurves, tmp_path: Path) -> None:
    over, live = make(tmp_path, "run 1"), make(tmp_path, "run 2")
    curves.add(over.path, live=False)
    curves.add(live.path, live=True)
    read(curves)
    assert all(chart._plot.live == {live.id} for chart in curves.charts())
    curves.finish(live.id)
    read(curves)
    assert not any(chart._plot.live for chart in curves.charts())


def test_a_live_run_grows(curves: RunCurves, tmp_path: Path, qtbot: QtBot) -> None:
    run = make(tmp_path, "run 1", epochs=2, settings={"epochs": 20})
    curves.add(run.path, live=True)
    read(curves)
    write(run, "accuracy", range(2, 5))
    qtbot.waitUntil(lambda: len(curves.loss.table()) == 6)
    curves.finish(run.id)
    read(curves)
    write(run, "accuracy", range(5, 8))
    qtbot.wait(200)
    assert len(curves.loss.table()) == 6


def test_the_axis_reaches_as_far_as_the_live_run_will(curves: RunCurves, tmp_path: Path) -> None:
    run = make(tmp_path, "run 1", settings={"epochs": 20})
    curves.add(run.path, live=True)
    read(curves)
    curves.loss.resize(400, 300)
    curves.loss.grab()
    assert curves.loss.frame.x1 == 20
    curves.finish(run.id)
    read(curves)
    curves.loss.grab()
    assert curves.loss.frame.x1 < 20


def test_points_behind_a_rewind_are_gone_at_once(curves: RunCurves, tmp_path: Path, qtbot: QtBot) -> None:
    run = make(tmp_path, "run 1", epochs=10)
    curves.add(run.path, live=True)
    read(curves)
    assert len(curves.loss.table()) == 11
    writer = run.metric_writer()
    writer.rewind(40)
    writer.close()
    qtbot.waitUntil(lambda: len(curves.loss.table()) == 6)
    assert heads(curves.loss) == {"run 1 validation", "run 1 training"}
    assert "run 1 planned" in heads(curves.rate)
    write(run, "accuracy", range(5, 7))
    qtbot.waitUntil(lambda: len(curves.loss.table()) == 8)
    (means,) = [curve for curve in curves.loss._plot.curves.values() if curve.series == "training"]
    assert means.points.xs.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9][: len(means.points)]


def test_a_rename_reaches_the_ends_of_the_curves(curves: RunCurves, tmp_path: Path) -> None:
    run = make(tmp_path, "run 1")
    curves.add(run.path, live=False)
    read(curves)
    curves.set_names({run.id: "best", "unknown": "nobody"})
    assert heads(curves.loss) == {"best validation", "best training"}
    assert len(curves.loss.table()) == 4


def test_each_metric_has_a_chart_of_its_own_as_long_as_a_run_draws_on_it(curves: RunCurves, tmp_path: Path) -> None:
    classes, numbers = make(tmp_path, "run 1"), make(tmp_path, "run 2", "mae")
    changes: list[int] = []
    curves.metrics.changed.connect(lambda: changes.append(len(curves.charts())))
    curves.add(classes.path, live=False)
    read(curves)
    assert changes == [] and titles(curves) == ["Loss", "Accuracy", "Learning rate"]
    curves.add(numbers.path, live=False)
    read(curves)
    assert changes == [4] and titles(curves) == ["Loss", "Accuracy", "Mean absolute error", "Learning rate"]
    assert [heads(chart) for chart in curves.metrics] == [
        {f"run {number} validation", f"run {number} training"} for number in (1, 2)
    ]
    assert len(heads(curves.loss)) == 4
    curves.remove(classes.id)
    assert changes == [4, 3] and titles(curves) == ["Loss", "Mean absolute error", "Learning rate"]
    curves.remove(numbers.id)
    assert titles(curves) == ["Loss", "Mean absolute error", "Learning rate"] and heads(metric(curves)) == set()
    curves.add(classes.path, live=False)
    read(curves)
    assert titles(curves) == ["Loss", "Accuracy", "Learning rate"]


def test_two_metrics_and_two_outputs_have_their_charts(curves: RunCurves, tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {"name": "run 1"})
    with run.metric_writer() as writer:
        for name in ("loss", "digit/loss", "digit/accuracy", "digit/macro_f1", "age/loss", "age/rmse"):
            for part in ("train", "validation"):
                writer.record(f"{part}/{name}", 1, 1.0, 0.5)
    with run.event_log() as events:
        names = ("loss", "digit/loss", "digit/accuracy", "digit/macro_f1", "age/loss", "age/rmse")
        events.write("epoch", epoch=1, values={f"train/{name}": 0.5 for name in names})
    curves.add(run.path, live=False)
    read(curves)
    assert titles(curves) == [
        *("Loss", "Loss · digit", "Accuracy · digit", "Macro F1 · digit", "Loss · age"),
        "Root mean squared error · age",
        "Learning rate",
    ]
    assert all(heads(chart) == {"run 1 validation", "run 1 training"} for chart in (curves.loss, *curves.metrics))
    before = curves.charts()
    curves.add(run.path, live=True)
    read(curves)
    assert curves.charts() == before
    curves.set_names({run.id: "best"})
    assert all(heads(chart) == {"best validation", "best training"} for chart in curves.metrics)


def test_a_run_of_very_many_measures_gets_no_more_charts_than_can_be_shown(curves: RunCurves, tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {"name": "run 1"})
    with run.metric_writer() as writer:
        for number in range(3 * MOST):
            writer.record(f"validation/measure{number}", 1, 1.0, 0.5)
    curves.add(run.path, live=False)
    read(curves)
    assert len(list(curves.metrics)) == MOST
    curves.remove(run.id)
    assert len(list(curves.metrics)) == 1


def test_events_and_failures_are_passed_on(curves: RunCurves, tmp_path: Path, qtbot: QtBot) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {"name": "run 1"})
    told: list[tuple[str, list[str]]] = []
    curves.happened.connect(lambda id, events: told.append((id, [event["event"] for event in events])))
    curves.add(run.path, live=True)
    read(curves)
    assert told == [(run.id, ["created"])]
    with qtbot.waitSignal(curves.failed):
        run.metrics_path.write_bytes(b"x" * 10_000)


def test_many_runs_come_and_go(curves: RunCurves, tmp_path: Path) -> None:
    runs = [make(tmp_path, f"run {number}", epochs=2) for number in range(30)]
    for run in runs:
        curves.add(run.path, live=True)
        read(curves)
    assert sorted(curves.colors.values()) == list(range(30))
    for run in runs:
        curves.remove(run.id)
    assert curves.colors == {}
    assert not curves.loss.table()[1:]


@pytest.mark.parametrize("harm", ["cut", "deleted"])
def test_what_was_drawn_of_a_run_stays_when_its_log_is_harmed(
    curves: RunCurves, tmp_path: Path, qtbot: QtBot, harm: str
) -> None:
    run = make(tmp_path, "run 1")
    said: list[str] = []
    curves.failed.connect(said.append)
    curves.add(run.path, live=True)
    read(curves)
    before = curves.loss.table()
    if harm == "cut":
        run.metrics_path.write_bytes(run.metrics_path.read_bytes()[:80])
    else:
        shutil.rmtree(run.path)
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["A log of run 1 was cut or deleted while it was watched; its curves stay as they are."]
    assert curves.loss.table() == before and len(before) == 4
    qtbot.wait(250)
    assert len(said) == 1, "it is told once"
