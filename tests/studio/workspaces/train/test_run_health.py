"""The strips among the charts: what a run has to show, with the measure that is asked for, or why it has nothing."""

from __future__ import annotations

from documents import cnn
from pytestqt.qtbot import QtBot

from studio.running.launch import new_run
from studio.runs.health.record import MEASURES
from studio.runs.health.writer import HealthWriter
from studio.window.main_window import MainWindow
from studio.workspaces.train.workspace import TrainWorkspace

CONV = [0.1] * len(MEASURES)
RELU = [float("nan")] * 3 + [0.5] * (len(MEASURES) - 3)


def record(writer: HealthWriter) -> None:
    with writer:
        for step in (0, 50):
            writer.record(("conv1", "relu1"), step, step / 45, [*CONV, *RELU])


def test_strips_come_with_a_run_that_has_them_and_say_why_one_has_not(qtbot: QtBot, window: MainWindow) -> None:
    healthy, older, off = (new_run(cnn(health=on), None, window.training.runs_dir) for on in (True, True, False))
    record(healthy.health_writer())
    window.show_workspace("train")
    page = window.workspace("train")
    assert isinstance(page, TrainWorkspace)
    qtbot.waitUntil(lambda: len(page.panel.list.runs.rows) == 3)
    page.panel.show_log(healthy.id)
    qtbot.waitUntil(lambda: page.health.is_known)
    strips = page.health.strips
    assert strips.strips._course.layers == ("conv1",)  # a ReLU has no gradient
    strips.choice.set_value("zeros")
    strips.measure_chosen.emit("zeros")
    assert strips.strips._course.layers == ("conv1", "relu1")
    assert page._grid._beside == [strips]
    page.panel.show_log(older.id)
    qtbot.waitUntil(lambda: not page.health.is_known)
    assert strips.strips.accessibleDescription() == "This run recorded nothing of its layers."
    page.panel.show_log(off.id)
    assert strips.strips.accessibleDescription().startswith("Layer health was off for this run.")
    page.health.show_run(None)
    assert not page._grid._beside and strips.isHidden()
