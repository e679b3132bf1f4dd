"""What the charts show of a live run before it has happened: how far it will go, and its planned learning rate."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot
from waiting import read

from models.storage import templates
from models.training import TrainingSettings
from studio.running.launch import new_run
from studio.runs.folder import RunFolder
from studio.workspaces.train.run_curves import RunCurves


def run_of(tmp_path: Path, **training: object) -> RunFolder:
    document = templates.load("digits-cnn")
    document.content.sections["training"] = {"optimizer": {"kind": "SGD", "params": {"lr": 0.1}}, **training}
    return new_run(document, None, tmp_path / "runs", name="run 1")


def charts(qtbot: QtBot) -> RunCurves:
    curves = RunCurves()
    for chart in curves.charts():
        qtbot.addWidget(chart)
    return curves


def test_the_planned_rate_is_that_of_the_schedule(qtbot: QtBot, tmp_path: Path) -> None:
    schedule = {"kind": "StepLR", "params": {"step_size": 2, "gamma": 0.1}}
    run = run_of(tmp_path, epochs=4, schedule=schedule)
    curves = charts(qtbot)
    curves.add(run.path, live=True)
    read(curves)
    planned = curves.rate._plot.curves[run.path.name, "planned"]
    assert [round(float(value), 6) for value in planned.points.ys] == [0.1, 0.1, 0.01, 0.01, 0.01]
    curves.close()


def test_a_run_that_is_over_has_no_plan(qtbot: QtBot, tmp_path: Path) -> None:
    run = run_of(tmp_path, epochs=4)
    curves = charts(qtbot)
    curves.add(run.path, live=False)
    read(curves)
    assert not curves.rate._plot.curves
    curves.close()


def test_the_axes_reach_to_the_end_of_a_short_run_and_in_steps_towards_a_long_one(qtbot: QtBot, tmp_path: Path) -> None:
    short, long = run_of(tmp_path, epochs=12), run_of(tmp_path, epochs=5_000)
    curves = charts(qtbot)
    curves.add(short.path, live=True)
    read(curves)
    assert curves.loss._plot.fixed_x == (0, 12)
    curves.finish(short.path.name)
    read(curves)
    curves.add(long.path, live=True)
    read(curves)
    with long.metric_writer() as writer:
        for epoch in range(1, 31):
            writer.record("train/loss", epoch, float(epoch), 1.0 / epoch)
        writer.flush()
        qtbot.waitUntil(lambda: curves.loss._plot.fixed_x == (0, 50))
    curves.finish(long.path.name)
    read(curves)
    assert curves.loss._plot.fixed_x is None
    curves.close()


def test_settings_that_cannot_be_read_count_as_their_defaults(qtbot: QtBot, tmp_path: Path) -> None:
    run = run_of(tmp_path, epochs="many")
    curves = charts(qtbot)
    curves.add(run.path, live=True)
    read(curves)
    assert curves.loss._plot.fixed_x == (0, TrainingSettings().epochs)
    curves.close()
