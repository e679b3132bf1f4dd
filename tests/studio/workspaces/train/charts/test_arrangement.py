"""Charts are added, taken away, moved, dropped elsewhere and shown once for each run; a document remembers them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from waiting import read

from studio.runs.folder import RunFolder
from studio.services.settings import Settings
from studio.workspaces.train.chart_grid import ChartGrid
from studio.workspaces.train.chart_looks import ChartLooks
from studio.workspaces.train.charts.arrangement import Arrangement
from studio.workspaces.train.charts.bar import ChartBar
from studio.workspaces.train.charts.drawn_run import Flag
from studio.workspaces.train.run_curves import RunCurves
from widgets.charts.chart import Chart
from widgets.charts.group import Group
from widgets.controls import EmptyState


class Desk(QObject):
    """Charts of two runs, as the workspace has them."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.curves, self.bar, self.looks = RunCurves(), ChartBar(), ChartLooks(Settings())
        self.grid = ChartGrid(QWidget(), EmptyState("Nothing."))
        self.charts = Arrangement(self.curves, self.grid, self.bar, self.looks, self)
        self.runs = [self._make(folder, number) for number in (1, 2)]
        self.charts.show_document("/a")
        for run in self.runs:
            self.curves.add(run.path, live=False)
        self.settle()

    def _make(self, folder: Path, number: int) -> RunFolder:
        run = RunFolder.create(folder, b"", "", {"name": f"run {number}", "settings": {"batch_size": 8}})
        with run.metric_writer() as writer, run.event_log() as log:
            log.write("started", examples=80, steps_per_epoch=10)
            for epoch in (1, 2, 3):
                for name in ("train/loss", "validation/loss", "validation/accuracy", "learning_rate", "norm/conv1"):
                    writer.record(name, 10 * epoch, float(epoch), number / epoch)
                log.write("epoch", epoch=epoch, step=10 * epoch, values={"train/loss": number / epoch})
            log.write("paused", reason="")
        run.checkpoints.save(20, lambda path: (path / "w").write_bytes(b"w") and None, ("last", "best"))
        return run

    def settle(self) -> None:
        read(self.curves)
        self.charts.arrange()

    def titles(self) -> list[str]:
        """The charts that are shown, in order."""
        return [chart.title for chart in self.grid._charts]

    def chart(self, key: str) -> Chart:
        return dict(self.curves.keyed())[key]


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    for widget in (desk.grid, desk.bar):
        qtbot.addWidget(widget)
    desk.grid.resize(900, 700)
    desk.grid.show()
    yield desk
    desk.curves.close()
    desk.deleteLater()


def test_every_series_of_the_runs_can_have_a_chart(desk: Desk) -> None:
    assert desk.titles() == ["Loss", "Accuracy", "Learning rate"]
    assert [deed.words for deed in desk.charts.deeds()] == ["Norm of a layer: conv1"]
    desk.charts.add("norm/conv1")
    desk.settle()
    assert desk.titles() == ["Loss", "Accuracy", "Learning rate", "Norm · conv1"]
    assert len(desk.chart("norm/conv1").table()) > 2 and desk.charts.deeds() == []
    desk.chart("norm/conv1").remove_requested.emit()
    assert desk.titles() == ["Loss", "Accuracy", "Learning rate"] and "norm/conv1" not in desk.curves.more


def test_a_chart_that_is_there_by_itself_is_hidden_and_brought_back(desk: Desk) -> None:
    desk.chart("accuracy").remove_requested.emit()
    assert desk.titles() == ["Loss", "Learning rate"] and not desk.chart("accuracy").isVisible()
    assert [deed.text for deed in desk.charts.deeds()] == ["Accuracy", "conv1"]
    desk.charts.deeds()[0].run()
    assert desk.titles() == ["Loss", "Accuracy", "Learning rate"]


def test_another_chart_of_a_measure_has_the_same_curves_and_looks_of_its_own(desk: Desk) -> None:
    desk.chart("loss").twin_requested.emit()
    desk.settle()
    twin = desk.chart("loss#2")
    assert desk.titles().count("Loss") == 2
    assert twin.table() == desk.curves.loss.table()
    twin._choose(twin.look._replace(log=True))
    assert not desk.curves.loss.look.log
    desk.chart("loss").twin_requested.emit()
    assert "loss#3" in desk.curves.more


def test_charts_are_moved_by_keys_and_by_hand(desk: Desk) -> None:
    desk.chart("rate").move_requested.emit(-1)
    assert desk.titles() == ["Loss", "Learning rate", "Accuracy"]
    desk.chart("loss").move_requested.emit(-1)
    assert desk.titles()[0] == "Loss"
    desk.grid.grab()
    target = desk.chart("accuracy")
    at = target.mapToGlobal(target.rect().center())
    desk.grid.show_drop(desk.curves.loss, at)
    assert desk.grid._mark.isVisible()
    at = target.mapToGlobal(target.rect().center())  # it may have been scrolled
    desk.curves.loss.dropped.emit(QPoint(at.x() + 20, at.y()))
    assert desk.titles() == ["Learning rate", "Accuracy", "Loss"] and not desk.grid._mark.isVisible()
    desk.curves.loss.dropped.emit(QPoint(-1, -1))
    assert desk.titles()[-1] == "Loss"


def test_a_document_remembers_its_charts(desk: Desk) -> None:
    desk.charts.add("norm/conv1")
    desk.chart("accuracy").remove_requested.emit()
    desk.chart("rate").move_requested.emit(-1)
    desk.bar.x_chosen.emit("step")
    desk.settle()
    before = desk.titles()
    desk.charts.show_document("/b")
    desk.settle()
    assert desk.titles() == ["Loss", "Accuracy", "Learning rate"] and desk.curves.x == "epoch"
    desk.charts.show_document("/a")
    desk.settle()
    assert desk.titles() == before == ["Learning rate", "Loss", "Norm · conv1"]
    assert desk.curves.x == "step" == desk.bar.x_choice.value()


@pytest.mark.parametrize(("kind", "last"), [("step", "30"), ("examples", "240"), ("epoch", "3")])
def test_x_is_another_thing_on_all_charts(desk: Desk, kind: str, last: str) -> None:
    desk.curves.set_x(kind)
    read(desk.curves)
    for chart in (desk.curves.loss, desk.chart("accuracy"), desk.curves.rate):
        assert chart.table()[0][0] == kind and chart.table()[-1][0] == last


def choose_x(chart: Chart, words: str) -> None:
    (deed,) = [deed for deed in chart.deeds() if deed.submenu == "x is" and deed.text == words]
    deed.run()


def test_a_chart_has_an_x_of_its_own_and_keeps_it(desk: Desk) -> None:
    loss, accuracy = desk.curves.loss, desk.chart("accuracy")
    choose_x(loss, "Examples")
    desk.settle()
    assert loss.table()[-1][0] == "240" and loss.table()[0][0] == "examples"
    assert accuracy.table()[-1][0] == "3", "the others stay"
    assert {each.x for each in loss._plot.happenings[desk.runs[0].id]} != {
        each.x for each in accuracy._plot.happenings[desk.runs[0].id]
    }
    loss.pointed.emit(80.0, "")
    assert accuracy._pointer is None, "at another x there is nothing to read"
    loss.zoom(120.0, 0.5)
    assert loss._plot.zoomed and not accuracy._plot.zoomed
    desk.curves.set_x("step")
    desk.settle()
    assert loss.x_name == "examples" and accuracy.table()[-1][0] == "30"
    desk.charts.show_document("/b")
    desk.settle()
    assert {chart.x_name for chart in desk.curves.charts()} == {"epoch"}
    desk.charts.show_document("/a")
    desk.settle()
    assert loss.x_name == "examples" and loss.table()[-1][0] == "240"
    choose_x(loss, "As on all charts")
    desk.settle()
    assert loss.x_name == "epoch" and loss.table()[-1][0] == "3"


def test_charts_say_where_training_was_measured_with_dropout_on(desk: Desk) -> None:
    assert [key.name for key in desk.curves.loss._plot._header().legend] == ["training", "validation"]
    run = desk.runs[0]
    with run.event_log() as log:
        log.write("epoch", epoch=4, step=40, values={"train/loss": 0.1}, dropout=True)
    desk.curves.add(run.path, live=False)
    desk.settle()
    assert [key.name for key in desk.curves.loss._plot._header().legend] == ["training, dropout on", "validation"]
    desk.curves.remove(run.id)
    assert [key.name for key in desk.curves.loss._plot._header().legend] == ["training", "validation"]


def test_one_chart_for_each_run_has_one_scale(desk: Desk) -> None:
    desk.chart("loss").multiples_requested.emit()
    desk.settle()
    facets = desk.curves.facets.charts
    assert set(facets) == {run.id for run in desk.runs}
    for facet in facets.values():
        facet.grab()
    assert len({facet.scale for facet in facets.values()}) == 1
    assert all(len(facet.table()[0]) == 3 for facet in facets.values()), "each has its own run alone"
    assert all(facet.isVisible() for facet in facets.values()) and not desk.curves.loss.isVisible()
    assert not desk.bar.back_button.isHidden()
    desk.curves.remove(desk.runs[0].id)
    desk.charts.arrange()
    assert set(facets) == {desk.runs[1].id}
    desk.bar.back_requested.emit()
    assert desk.curves.loss.isVisible() and not desk.curves.facets.charts


def test_flags_lie_on_the_chart_that_they_are_about_whatever_x_is(desk: Desk) -> None:
    id = desk.runs[0].id
    desk.curves.set_flags(id, [Flag(2.0, "Overfitting starts"), Flag(1.0, "Steps are too long", "rate")])
    desk.curves.set_flags("gone", [Flag(1.0, "x")])
    assert [(marker.x, marker.text) for _, marker in desk.curves.loss._plot.markers] == [(2.0, "Overfitting starts")]
    desk.curves.set_x("step")
    read(desk.curves)
    assert [marker.x for _, marker in desk.curves.loss._plot.markers] == [20.0]
    assert [marker.x for _, marker in desk.curves.rate._plot.markers] == [10.0]
    desk.curves.set_flags(id, [])
    assert not desk.curves.loss._plot.markers


def test_what_happened_lies_on_the_axis_of_every_chart(desk: Desk) -> None:
    for chart in desk.curves.charts():
        kinds = {each.kind for each in chart._plot.happenings[desk.runs[0].id]}
        assert kinds == {"paused", "checkpoint"}


def test_runs_that_repeat_each_other_have_one_color_on_all_charts(desk: Desk) -> None:
    members = frozenset(run.id for run in desk.runs)
    desk.curves.set_groups([Group("g", "2 seeds", 4, members)])
    assert set(desk.curves.colors.values()) == {4}
    assert {curve.run_id for curve in desk.curves.loss._plot.told()} == {"g"}
    desk.charts.add("norm/conv1")
    desk.settle()
    assert {curve.run_id for curve in desk.chart("norm/conv1")._plot.told()} == {"g"}
