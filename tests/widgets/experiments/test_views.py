"""Every view of an experiment's results shows the same trials, and tells which one was clicked."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from widgets.experiments.board import Board, Column, Mark, Tick
from widgets.experiments.hues import hue
from widgets.experiments.parallel import Parallel
from widgets.experiments.plane import Plane
from widgets.experiments.queue_list import QueueList, QueueRow
from widgets.experiments.table import TrialTable
from widgets.experiments.verdicts import Judgment, Verdicts

RATE = Column("lr", [Tick(0.0, "0.001"), Tick(1.0, "0.1")])
WIDTH = Column("width", [Tick(0.0, "8"), Tick(1.0, "16")], is_list=True)
DEPTH = Column("depth", [Tick(0.0, "1"), Tick(1.0, "2")], is_list=True)
METRIC = Column("validation accuracy", [Tick(0.0, "10 %"), Tick(1.0, "90 %")])
MARKS = [
    Mark(3, [0.9, 0.0, 1.0], 1.0, ["0.05", "8", "2"], "90 %", "finished", "lr 0.05"),
    Mark(1, [0.2, 1.0, 0.0], 0.0, ["0.002", "16", "1"], "10 %", "finished", "lr 0.002"),
    Mark(2, [0.5, 1.0, 1.0], None, ["0.01", "16", "2"], "–", "failed", "lr 0.01"),
]
BOARD = Board([RATE, WIDTH, DEPTH], METRIC, MARKS)


def test_the_best_is_the_highest_or_the_lowest() -> None:
    assert BOARD.goodness() == {3: 1.0, 1: 0.0}
    assert BOARD._replace(lower_is_better=True).goodness() == {3: 0.0, 1: 1.0}
    assert BOARD._replace(marks=MARKS[:1]).goodness() == {3: 1.0} and Board().goodness() == {}


def test_colors_run_from_the_worst_to_the_best() -> None:
    assert len({hue(share).name() for share in (0.0, 0.5, 1.0)}) == 3
    assert hue(None) == hue(0.0) and hue(7.0) == hue(1.0)


@pytest.mark.parametrize("across", [0, 3])
def test_a_dot_is_clicked(qtbot: QtBot, across: int) -> None:
    plane = Plane()
    qtbot.addWidget(plane)
    plane.resize(500, 400)
    plane.show_board(BOARD, 3, across, 1)
    assert not plane.is_map
    point = plane.at(MARKS[1])
    assert point is not None
    with qtbot.waitSignal(plane.chosen) as told:
        QTest.mouseClick(plane, Qt.MouseButton.LeftButton, pos=point.toPoint())
    assert told.args == [1]


def test_two_lists_make_a_map_whose_cells_are_clicked(qtbot: QtBot) -> None:
    plane = Plane()
    qtbot.addWidget(plane)
    plane.resize(500, 400)
    plane.show_board(BOARD, -1, 1, 2)
    assert plane.is_map and plane.at(MARKS[0]) != plane.at(MARKS[1])
    middle = plane.at(MARKS[0])
    assert middle is not None
    with qtbot.waitSignal(plane.chosen) as told:
        QTest.mouseClick(plane, Qt.MouseButton.LeftButton, pos=middle.toPoint() + QPoint(30, 30))
    assert told.args == [3]
    shown = plane.grab().toImage()
    plane.show_board(BOARD._replace(marks=MARKS[1:]), -1, 1, 2)
    assert plane.grab().toImage() != shown


def test_a_line_is_clicked_and_stands_out(qtbot: QtBot) -> None:
    parallel = Parallel()
    qtbot.addWidget(parallel)
    parallel.resize(600, 300)
    parallel.show_board(BOARD, -1)
    quiet = parallel.grab().toImage()
    first, second = parallel.line(MARKS[1])[:2]
    with qtbot.waitSignal(parallel.chosen) as told:
        QTest.mouseClick(parallel, Qt.MouseButton.LeftButton, pos=((first + second) / 2).toPoint())
    assert told.args == [1]
    assert len(parallel.line(MARKS[2])) == 3, "a trial without a value ends before the metric"
    parallel.show_board(BOARD, 1)
    assert parallel.grab().toImage() != quiet
    with qtbot.assertNotEmitted(parallel.chosen):
        QTest.mouseClick(parallel, Qt.MouseButton.LeftButton, pos=QPoint(2, 298))


def test_the_table_sorts_what_has_no_value_last_and_tells_of_choices(qtbot: QtBot) -> None:
    table = TrialTable()
    qtbot.addWidget(table)
    table.show_board(BOARD, -1)

    def order() -> list[str]:
        return [line.split(",")[0] for line in table.as_csv().splitlines()[1:]]

    assert table.as_csv().splitlines()[0] == "lr,width,depth,validation accuracy,State"
    assert order() == ["0.05", "0.002", "0.01"]
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert order() == ["0.002", "0.01", "0.05"]
    table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    assert order() == ["0.002", "0.05", "0.01"]
    with qtbot.waitSignal(table.chosen) as told:
        table.selectRow(0)
    assert told.args == [1]
    with qtbot.assertNotEmitted(table.chosen):
        table.show_board(BOARD._replace(marks=MARKS[:2]), 3)
    assert [index.row() for index in table.selectionModel().selectedRows()] == [1]
    assert order() == ["0.002", "0.05"], "what is sorted stays sorted"


def test_verdicts_have_room_for_all_and_words_for_everybody(qtbot: QtBot) -> None:
    verdicts = Verdicts()
    qtbot.addWidget(verdicts)
    rows = [
        Judgment("without relu1", -0.02, 0.005, "worse", "−2.0 points ± 0.5 over 5 seeds: worse."),
        Judgment("lr 0.1", 0.01, None, "unclear", "+1.0 points with one seed."),
        Judgment("lr 0.2", None, None, "none", "No pair of finished runs yet."),
    ]
    small = verdicts.minimumSizeHint().height()
    verdicts.show_judgments(rows)
    assert verdicts.minimumSizeHint().height() > small and verdicts.reach() == 0.025
    assert "without relu1: −2.0 points" in verdicts.accessibleDescription()
    verdicts.resize(500, verdicts.sizeHint().height())
    before = verdicts.grab().toImage()
    verdicts.show_judgments([rows[0]._replace(kind="better"), *rows[1:]])
    assert verdicts.grab().toImage() != before


def test_the_queue_keeps_the_choice_and_tells_of_another(qtbot: QtBot) -> None:
    queue = QueueList()
    qtbot.addWidget(queue)
    rows = [QueueRow(id, id, "lr", "1 of 2 runs", 0.5, False) for id in "abc"]
    with qtbot.assertNotEmitted(queue.chosen):
        queue.show_rows(rows, "b")
        queue.show_rows(rows[:2], "b")
    assert queue.currentRow() == 1 and queue.count() == 2
    with qtbot.waitSignal(queue.chosen) as told:
        queue.setCurrentRow(0)
    assert told.args == ["a"]
    queue.resize(260, 200)
    still = queue.grab().toImage()
    queue.show_rows([rows[0]._replace(share=1.0, is_live=True), rows[1]], "a")
    assert queue.grab().toImage() != still
