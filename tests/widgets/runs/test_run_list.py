"""The list of runs: mouse, keys, what stays when rows change, and that thousands of rows stay quick."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from support import clocked, within
from widgets.runs.run_list import RunList, RunModel, RunRow
from widgets.theme import theme


def row(number: int, state: str = "finished", name: str = "") -> RunRow:
    return RunRow(f"id{number}", name or f"run {number}", "exam · Adam 0.001", state, "94.6 %", "20 of 20")


@pytest.fixture
def runs(qtbot: QtBot) -> RunList:
    runs = RunList()
    qtbot.addWidget(runs)
    runs.resize(300, 400)
    runs.set_rows([row(3, "running"), row(2), row(1, "interrupted")])
    runs.show()
    qtbot.waitExposed(runs)
    runs.choose("id3")
    return runs


@pytest.fixture
def heard(runs: RunList) -> list[tuple[str, str]]:
    log: list[tuple[str, str]] = []
    for name in ("toggled", "chosen", "opened", "resume_requested", "rename_requested", "delete_requested"):
        getattr(runs, name).connect(lambda id, name=name: log.append((name, id)))
    return log


def at(runs: RunList, place: int, x: int) -> QPoint:
    area = runs.visualRect(runs.runs.index(place))
    return QPoint(area.left() + x, area.center().y())


def click(qtbot: QtBot, runs: RunList, place: int, x: int) -> None:
    qtbot.mouseClick(runs.viewport(), Qt.MouseButton.LeftButton, pos=at(runs, place, x))


def test_when_the_chosen_run_goes_the_next_one_is_chosen(runs: RunList) -> None:
    runs.choose("id2")
    runs.set_rows([row(3), row(1)])
    assert runs.current_id() == "id1"
    runs.set_rows([row(3)])
    assert runs.current_id() == "id3"
    runs.set_rows([])
    assert runs.current_id() == ""


def test_a_click_on_the_box_shows_or_hides(runs: RunList, heard: list[tuple[str, str]], qtbot: QtBot) -> None:
    click(qtbot, runs, 1, 20)
    assert heard == [("chosen", "id2"), ("toggled", "id2")]


def test_a_click_beside_the_box_chooses_only(runs: RunList, heard: list[tuple[str, str]], qtbot: QtBot) -> None:
    click(qtbot, runs, 1, 120)
    click(qtbot, runs, 1, 120)
    assert heard == [("chosen", "id2")]


def test_a_double_click_opens_once(runs: RunList, heard: list[tuple[str, str]], qtbot: QtBot) -> None:
    click(qtbot, runs, 1, 120)
    qtbot.mouseDClick(runs.viewport(), Qt.MouseButton.LeftButton, pos=at(runs, 1, 120))
    assert heard == [("chosen", "id2"), ("opened", "id2")]


def test_a_click_below_the_rows_does_nothing(runs: RunList, heard: list[tuple[str, str]], qtbot: QtBot) -> None:
    qtbot.mouseClick(runs.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 380))
    assert heard == []


@pytest.mark.parametrize(
    ("key", "signal"),
    [
        (Qt.Key.Key_Space, "toggled"),
        (Qt.Key.Key_Return, "opened"),
        (Qt.Key.Key_Enter, "opened"),
        (Qt.Key.Key_F2, "rename_requested"),
        (Qt.Key.Key_Delete, "delete_requested"),
    ],
)
def test_keys(runs: RunList, heard: list[tuple[str, str]], qtbot: QtBot, key: Qt.Key, signal: str) -> None:
    qtbot.keyClick(runs, Qt.Key.Key_Down)
    qtbot.keyClick(runs, key)
    assert heard == [("chosen", "id2"), (signal, "id2")]


def menu_of(runs: RunList) -> dict[str, QMenu]:
    (menu,) = [menu for menu in runs.findChildren(QMenu) if menu.isVisible()]
    return {action.text(): action for action in menu.actions()}


@pytest.mark.parametrize(
    ("id", "entries"),
    [
        ("id3", ["Show on the charts", "Open the network as trained", "Compare with the open network", "Rename…"]),
        (
            "id2",
            ["Show on the charts", "Open the network as trained", "Compare with the open network", "Rename…", "Delete"],
        ),
        (
            "id1",
            [
                "Show on the charts",
                "Open the network as trained",
                "Compare with the open network",
                "Resume",
                "Rename…",
                "Delete",
            ],
        ),
    ],
)
def test_the_menu_key_offers_what_can_be_done(runs: RunList, id: str, entries: list[str]) -> None:
    runs.choose(id)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), runs.mapToGlobal(QPoint(1, 1)))
    QApplication.sendEvent(runs.viewport(), event)
    assert list(menu_of(runs)) == entries


def test_the_menu_does_what_it_says(runs: RunList, heard: list[tuple[str, str]]) -> None:
    runs.runs.set_shown({"id1": 0})
    for entry, signal in {"Hide from the charts": "toggled", "Resume": "resume_requested"}.items():
        QApplication.sendEvent(
            runs.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at(runs, 2, 99), QPoint(99, 99))
        )
        actions = menu_of(runs)
        actions[entry].trigger()
        for menu in runs.findChildren(QMenu):
            menu.close()
        assert heard[-1] == (signal, "id1")


def test_new_rows_keep_the_selection(runs: RunList, heard: list[tuple[str, str]]) -> None:
    runs.choose("id2")
    runs.set_rows([row(4, "running"), row(3), row(2), row(1)])
    assert runs.current_id() == "id2"
    assert heard == [("chosen", "id2")]
    runs.set_rows([row(4)])
    assert runs.current_id() == "id4", "what stands in the place of one that is gone"
    runs.set_rows([])
    assert runs.current_id() == ""


def test_one_row_can_change_alone(runs: RunList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(runs.runs.dataChanged) as changed:
        runs.runs.set_row(row(2, name="best"))
    assert changed.args is not None
    assert changed.args[0].row() == changed.args[1].row() == 1
    assert runs.runs.data(runs.runs.index(1)) == "best"
    runs.runs.set_row(row(99))
    assert runs.runs.rowCount() == 3


def test_rows_say_everything_to_a_screen_reader(runs: RunList) -> None:
    assert runs.accessibleName() == "Runs"
    runs.runs.set_shown({"id3": 1})
    words = runs.runs.data(runs.runs.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert words == "run 3, running, 94.6 % 20 of 20, on the charts"
    assert runs.runs.data(runs.runs.index(0), Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    assert runs.runs.data(runs.runs.index(1), Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Unchecked


def test_the_box_has_the_color_of_the_curve(runs: RunList) -> None:
    def box_color() -> str:
        picture = runs.viewport().grab().toImage()
        place = at(runs, 0, 18)
        return picture.pixelColor(place.x(), place.y() - 4).name()

    empty = box_color()
    runs.runs.set_shown({"id3": 2})
    assert box_color() == theme().palette.curves[2].lower() != empty


@pytest.mark.parametrize("name", ["<b>bold</b>", "x" * 500, "שלום עולם", "🙂 run", "two\nlines"])
def test_hostile_names_are_drawn_within_their_row(runs: RunList, name: str) -> None:
    before = runs.viewport().grab().toImage()
    runs.set_rows([row(3, "running", name), row(2), row(1, "interrupted")])
    runs.runs.set_rows([row(3, "running", name), row(2), row(1, "interrupted")])
    after = runs.viewport().grab().toImage()
    below = runs.visualRect(runs.runs.index(1))
    assert before.copy(below) == after.copy(below)
    assert before != after


def test_ten_thousand_runs_stay_quick(runs: RunList) -> None:
    rows = [row(number) for number in range(10_000)]

    def show() -> None:
        runs.set_rows(rows)
        runs.viewport().grab()
        runs.choose("id9999")
        runs.viewport().grab()

    def anew() -> float:
        runs.set_rows([])
        return clocked(show)

    within(1.0, anew)


STATES = st.sampled_from(["running", "paused", "finished", "failed", "interrupted", "stopped"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lists=st.lists(st.lists(st.tuples(st.integers(0, 6), STATES), unique_by=lambda item: item[0]), max_size=5))
def test_the_model_keeps_the_rules_of_models(qtbot: QtBot, lists: list[list[tuple[int, str]]]) -> None:
    model = RunModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for entries in lists:
        model.set_rows([row(number, state) for number, state in entries])
        model.set_shown({f"id{number}": place for place, (number, _) in enumerate(entries)})
        assert model.rowCount() == len(entries)
        assert model.rowCount(QModelIndex()) == len(entries)
    del tester
