"""Pointer, keys and wheel on a chart: values are read, and it is zoomed, dragged and set."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from trained_charts import image, sweep, train

from widgets.charts.card import Look
from widgets.charts.chart import Chart
from widgets.charts.painting.pointer import snapped
from widgets.charts.painting.readout import read_at


def test_the_pointer_shows_values_and_keys_walk_the_epochs(qtbot: QtBot, chart: Chart) -> None:
    train(chart)
    chart.show()
    plain = image(chart)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    first = image(chart)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    second = image(chart)
    assert plain != first != second
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert image(chart) == first
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert image(chart) == plain
    qtbot.mouseMove(chart, QPoint(200, 150))
    assert image(chart) != plain


def test_keys_and_wheel_zoom_along_x(qtbot: QtBot, chart: Chart) -> None:
    train(chart, epochs=10)
    chart.show()
    image(chart)
    whole = chart.frame
    qtbot.keyClick(chart, Qt.Key.Key_Plus)
    image(chart)
    assert chart.frame.x1 - chart.frame.x0 == pytest.approx(0.7 * (whole.x1 - whole.x0))
    at = QPointF(250, 150)
    QApplication.sendEvent(
        chart,
        QWheelEvent(
            at,
            at,
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )
    image(chart)
    assert chart.frame.x1 - chart.frame.x0 == pytest.approx(0.56 * (whole.x1 - whole.x0))
    for _ in range(5):
        qtbot.keyClick(chart, Qt.Key.Key_Minus)
    image(chart)
    assert chart.frame == whole
    qtbot.keyClick(chart, Qt.Key.Key_Plus)
    qtbot.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    image(chart)
    assert chart.frame == whole


def test_dragging_pans_inside_the_whole(qtbot: QtBot, chart: Chart) -> None:
    train(chart, epochs=10)
    chart.show()
    image(chart)
    chart.zoom(5, 0.2)
    image(chart)
    before = chart.frame
    told: list[object] = []
    chart.ranged.connect(told.append)
    drag(chart, QPoint(250, 150), QPoint(200, 150), Qt.MouseButton.MiddleButton)
    image(chart)
    assert chart.frame.x0 > before.x0 and chart.frame.x1 - chart.frame.x0 == pytest.approx(before.x1 - before.x0)
    assert told[-1] == (chart.frame.x0, chart.frame.x1)


def drag(chart: Chart, start: QPoint, end: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    kinds = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
    for kind, at in zip(kinds, (start, end, end), strict=True):
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
        place, plain = QPointF(at), Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(chart, QMouseEvent(kind, place, chart.mapToGlobal(place), button, held, plain))


def test_a_box_zooms_and_a_double_click_shows_all(qtbot: QtBot, chart: Chart) -> None:
    train(chart, epochs=10)
    chart.show()
    image(chart)
    whole = chart.frame
    drag(chart, QPoint(100, 100), QPoint(200, 105))
    image(chart)
    flat = chart.frame
    assert (flat.x0, flat.x1) == pytest.approx((whole.x_at(100), whole.x_at(200)))
    assert flat.y1 - flat.y0 <= whole.y1 - whole.y0
    drag(chart, QPoint(100, 100), QPoint(200, 200))
    image(chart)
    assert (chart.frame.y0, chart.frame.y1) == pytest.approx((flat.y_at(200), flat.y_at(100)))
    drag(chart, QPoint(100, 100), QPoint(102, 200))
    image(chart)
    qtbot.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    image(chart)
    assert chart.frame == whole


def test_the_table_at_the_pointer_holds_values_alone_the_best_first(chart: Chart) -> None:
    sweep(chart, 8)
    chart.append("r7", "validation", [21, 22], [0.3, 0.2])
    found = read_at(chart._plot.told(), 20.0, "number", True)
    assert found.heads == ("val", "train")
    assert [row.name for row in found.rows] == [f"lr {0.001 * k:g}" for k in range(1, 9)]
    assert all("–" not in cell and cell for row in found.rows for cell in row.cells)
    assert [row.run_id for row in read_at(chart._plot.told(), 22.0, "number", True).rows] == ["r7"]
    assert read_at(chart._plot.told(), 20.0, "number", False).rows[0].run_id == "r7"


def test_before_the_first_epoch_the_pointer_reads_the_first(chart: Chart) -> None:
    sweep(chart, 2)
    curves = chart._plot.told()
    assert snapped(curves, 0.1) == 1.0 and snapped(curves, 99) == 20.0
    assert snapped(curves, 3.4) == 3.0


def test_steps_lie_behind_the_means_and_are_read_only_where_there_is_no_other(chart: Chart) -> None:
    xs = np.linspace(0.1, 3, 30)
    chart.curve("a", "steps", 0, "run 1")
    chart.append("a", "steps", xs, np.sin(xs * 20) + 1)
    assert chart.table()[0] == ("epoch", "run 1 steps")
    assert read_at(chart._plot.told(), 0.5, "number", True).heads == ("train",)
    chart.append("a", "training", [1, 2, 3], [0.5, 0.25, 0.125])
    assert chart.table() == [("epoch", "run 1 training"), ("1", "0.5000"), ("2", "0.2500"), ("3", "0.1250")]
    assert read_at(chart._plot.told(), 2.0, "number", True).rows[0].cells == ("0.2500",)
    assert [curve.series for curve in chart._plot.drawn()] == ["steps", "training"]
    image(chart)
    assert chart.frame.y1 < 1, "the axis holds the line, not every step"


def test_linked_charts_read_the_same_place(qtbot: QtBot, chart: Chart) -> None:
    other = Chart("Accuracy", "percent")
    qtbot.addWidget(other)
    for one in (chart, other):
        one.resize(480, 320)
        sweep(one, 3)
        one.show()
        image(one)
    chart.pointed.connect(other.point_at)
    chart.ranged.connect(other.show_range)
    before = image(other)
    qtbot.mouseMove(chart, QPoint(200, 150))
    assert image(other) != before
    QApplication.sendEvent(chart, QEvent(QEvent.Type.Leave))
    assert image(other) == before
    chart.zoom(5, 0.5)
    image(chart), image(other)
    assert (other.frame.x0, other.frame.x1) == (chart.frame.x0, chart.frame.x1) != (0, 20)
    chart.show_all()
    image(chart), image(other)
    assert (other.frame.x0, other.frame.x1) == (chart.frame.x0, chart.frame.x1)


def test_the_run_under_the_pointer_is_the_nearest_curve(chart: Chart) -> None:
    sweep(chart, 5)
    image(chart)
    at = chart.frame.point(20, math.exp(-5) + 0.06 + 0.05)
    assert chart._plot.closest(chart.frame, 20.0, at.y()) == "r3"


def test_the_menu_sets_axis_and_smoothing(chart: Chart) -> None:
    train(chart)
    chart.show()
    plain = image(chart)
    looks: list[Look] = []
    chart.looked.connect(lambda: looks.append(chart.look))
    for words in ("Logarithmic y", "Logarithmic x"):
        menu = chart.open_menu(QPoint(10, 10))
        entries = {action.text(): action for action in menu.actions()}
        assert not entries["Show all"].isEnabled() and not entries[words].isChecked()
        entries[words].trigger()
        menu.close()
        QApplication.processEvents()
    menu = chart.open_menu(QPoint(10, 10))
    smoothing = {action.text(): action for action in menu.actions()}["Smoothing"].menu()
    assert smoothing is not None
    smoothing.actions()[2].trigger()
    menu.close()
    QApplication.processEvents()
    assert looks == [Look(True), Look(True, True), Look(True, True, 0.05)]
    assert image(chart) != plain


@pytest.mark.parametrize("points", [12, 50_000])
def test_along_a_logarithmic_x_every_decade_is_as_wide(chart: Chart, points: int) -> None:
    xs = np.geomspace(0.01, 100, points)
    chart.append("a", "validation", xs, np.log10(xs))
    chart.set_log_x(True)
    image(chart)
    frame = chart.frame
    assert (frame.x0, frame.log_x) == (pytest.approx(0.01), True)
    places = [frame.point(x, 0).x() for x in (0.01, 0.1, 1.0, 10.0)]
    assert np.allclose(np.diff(places), frame.area.width() * np.log10(10) / np.log10(frame.x1 / 0.01))
    assert [frame.x_at(place) for place in places] == pytest.approx([0.01, 0.1, 1.0, 10.0])
    view = chart._plot.curves["a", "validation"].view_of(frame)
    assert (np.diff(view.x) > 0).all() and len(view.x) <= min(points, 3 * frame.pixels)
    across, down = frame.across(view.x), frame.down(view.mean)
    line = np.polyfit(across, down, 1)
    assert np.abs(np.polyval(line, across) - down).max() < 2, "a logarithm is a straight line there"


def test_panning_and_zooming_go_by_decades_there(chart: Chart) -> None:
    chart.append("a", "validation", np.geomspace(0.01, 100, 50), np.ones(50))
    chart.set_log_x(True)
    image(chart)
    left, right = chart.frame.point(0.1, 1).x(), chart.frame.point(10, 1).x()
    drag(chart, QPoint(round(left), 100), QPoint(round(right), 100))
    image(chart)
    assert (chart.frame.x0, chart.frame.x1) == (pytest.approx(0.1, rel=0.05), pytest.approx(10, rel=0.05))
    chart.set_log_x(False)
    image(chart)
    assert not chart.frame.log_x
