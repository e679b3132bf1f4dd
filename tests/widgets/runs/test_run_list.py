"""The list of runs: mouse, keys, what stays when rows change, and that thousands of rows stay quick."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from support import clocked, within
from widgets.runs.run_list import RunList, RunModel, RunRow, resume_area
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


SIGNALS = ("toggled", "chosen", "only_requested", "opened", "resume_requested", "rename_requested",
           "settings_requested", "copy_requested", "delete_requested")  # fmt: skip


@pytest.fixture
def heard(runs: RunList) -> list[tuple[str, str]]:
    log: list[tuple[str, str]] = []
    for name in SIGNALS:
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
    return {words(action): action for action in menu.actions()}


def words(action: QAction) -> str:
    return action.text().split("\t")[0]


FIRST = ["Show on the charts", "Show only this run", ""]
OPEN = [
    "Open the network as trained",
    "Compare with the open network",
    "Use its settings for the next run",
    "",
    "Rename…",
    "Copy the path of its folder",
]


@pytest.mark.parametrize(
    ("id", "entries"),
    [
        ("id3", [*FIRST, *OPEN]),
        ("id2", [*FIRST, *OPEN, "Delete"]),
        ("id1", [*FIRST, "Resume", *OPEN, "Delete"]),
    ],
)
def test_the_menu_key_offers_what_can_be_done(runs: RunList, id: str, entries: list[str]) -> None:
    runs.choose(id)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), runs.mapToGlobal(QPoint(1, 1)))
    QApplication.sendEvent(runs.viewport(), event)
    (menu,) = [menu for menu in runs.findChildren(QMenu) if menu.isVisible()]
    assert [words(action) for action in menu.actions()] == entries
    menu.close()
    assert [deed.text for deed in runs.deeds()] == list(filter(None, entries))


def test_the_menu_does_what_it_says(runs: RunList, heard: list[tuple[str, str]]) -> None:
    runs.runs.set_shown({"id1": 0})
    wishes = {
        "Hide from the charts": "toggled",
        "Show only this run": "only_requested",
        "Resume": "resume_requested",
        "Use its settings for the next run": "settings_requested",
        "Copy the path of its folder": "copy_requested",
    }
    for entry, signal in wishes.items():
        QApplication.sendEvent(
            runs.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at(runs, 2, 99), QPoint(99, 99))
        )
        actions = menu_of(runs)
        actions[entry].trigger()
        for menu in runs.findChildren(QMenu):
            menu.close()
        QApplication.processEvents()
        assert heard[-1] == (signal, "id1")


def test_a_stopped_run_says_so_and_offers_to_go_on(runs: RunList, heard: list[tuple[str, str]], qtbot: QtBot) -> None:
    place = resume_area(runs.visualRect(runs.runs.index(2))).center()
    qtbot.mouseClick(runs.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert heard[0] == ("chosen", "id1"), "the button is there as soon as the run is chosen"
    assert heard[1:] == [("resume_requested", "id1")]
    assert not runs.offers_resume(0) and not runs.offers_resume(1), "of those that go on or have finished there is none"
    chips = []
    for state in ("finished", "stopped", "failed", "interrupted", "paused", "running"):
        runs.set_rows([row(3, state)])
        chips.append(runs.viewport().grab(runs.visualRect(runs.runs.index(0))).toImage())
    assert all(a != b for k, a in enumerate(chips) for b in chips[:k]), "each state looks different"


def test_a_long_name_is_cut_in_the_middle_and_whole_in_the_tip(runs: RunList) -> None:
    name = "a long name of a run that ends in what matters: decay 0.01 <b>"
    runs.set_rows([row(3)._replace(name=name, tip="The window was closed.")])
    tip = runs.runs.data(runs.runs.index(0), Qt.ItemDataRole.ToolTipRole)
    assert "decay 0.01 &lt;b&gt;" in tip and "The window was closed." in tip


def test_runs_on_the_charts_are_noted_by_what_differs(runs: RunList) -> None:
    runs.runs.set_shown({"id3": 7}, {"id3": "lr 0.05", "id2": "run 2"})
    assert [runs.runs.note(each) for each in runs.runs.rows] == ["lr 0.05", row(2).note, row(1).note]
    plain = runs.viewport().grab().toImage()
    runs.runs.set_shown({"id3": 1}, {"id3": "lr 0.05"})
    assert runs.viewport().grab().toImage() != plain, "of the second turn of colors, a piece of the line is shown"


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
