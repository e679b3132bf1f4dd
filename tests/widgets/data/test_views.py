"""The table, the points and the small parts of the Data workspace."""

from __future__ import annotations

import numpy as np
import pytest
from data_views import HOSTILE, shown
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from widgets.controls import Label
from widgets.controls.note import Note
from widgets.data.bars import Bar
from widgets.data.class_bars import ClassBars
from widgets.data.row_table import RowTable
from widgets.data.samples import Part, Samples
from widgets.data.scatter import MARKS, Scatter, class_color, class_mark
from widgets.data.source_list import Source, SourceList
from widgets.data.split_bar import SplitBar, part_color
from widgets.theme import theme

# The table


def table_samples() -> Samples:
    x = np.array([[1.5, 2.0], [3.25, 1e-7], [5.0, 6.0]], dtype=np.float32)
    parts = Part("training", x[:2], np.array([0, 1])), Part("validation", x[2:], np.array([1]))
    return Samples(parts, (HOSTILE, "b"), ("length", "<i>width</i>"))


def text(table: RowTable, row: int, column: int) -> str:
    return str(table.model().index(row, column).data())


def test_a_table_shows_part_target_and_numbers(qtbot: QtBot) -> None:
    table = RowTable()
    data = table_samples()
    shown(qtbot, table)
    table.show_samples(data, sorted(data.choose("", None, 0, 9)))
    heads = [table.model().headerData(i, Qt.Orientation.Horizontal) for i in range(table.model().columnCount())]
    assert heads == ["Part", "Target", "length", "<i>width</i>"]
    assert [text(table, 0, column) for column in range(4)] == ["training", HOSTILE, "1.50", "2"]
    assert [text(table, 2, column) for column in range(4)] == ["validation", "b", "5.00", "6"]
    assert "&lt;i&gt;" in table.model().headerData(3, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    table.grab()


def test_numbers_stand_at_the_right_and_words_at_the_left(qtbot: QtBot) -> None:
    table, data = RowTable(), table_samples()
    shown(qtbot, table)
    table.show_samples(data, data.choose("", None, 0, 9))
    sides = [table.model().index(0, column).data(Qt.ItemDataRole.TextAlignmentRole) for column in range(4)]
    assert [bool(side & Qt.AlignmentFlag.AlignRight.value) for side in sides] == [False, False, True, True]


def prices() -> Samples:
    x = np.array([[1971, 116.9], [2023, 40]], dtype=np.float32)
    y = np.array([[6_393_000], [125_400]], dtype=np.float32)
    return Samples((Part("training", x, y),), None, ("built", "area"))


def test_prices_are_plain_numbers_at_the_right(qtbot: QtBot) -> None:
    table, data = RowTable(), prices()
    shown(qtbot, table)
    table.show_samples(data, sorted(data.choose("", None, 0, 9)))
    assert [text(table, 0, column) for column in range(4)] == ["training", "6,393,000", "1971", "116.9"]
    side = table.model().index(0, 1).data(Qt.ItemDataRole.TextAlignmentRole)
    assert side & Qt.AlignmentFlag.AlignRight.value
    assert table.model().index(0, 1).data(Qt.ItemDataRole.ToolTipRole) == "<p>6,393,000</p>"


@pytest.mark.parametrize("width", [320, 900])
def test_long_classes_take_the_room_that_is_left(qtbot: QtBot, width: int) -> None:
    name = "Species Acanthophis antarcticus of the eastern coast"
    part = Part("training", np.zeros((3, 2), np.float32), np.array([0, 1, 0]))
    table, data = RowTable(), Samples((part,), (name, "b"), ("length", "width"))
    shown(qtbot, table, width)
    table.show_samples(data, data.choose("", None, 0, 9))
    words = table.fontMetrics().horizontalAdvance(name)
    assert (table.columnWidth(1) > words) == (width == 900)
    assert table.columnWidth(1) >= 130 and table.columnWidth(2) < 120


def test_a_width_that_was_chosen_by_hand_stays(qtbot: QtBot) -> None:
    table, data = RowTable(), prices()
    shown(qtbot, table)
    table.show_samples(data, data.choose("", None, 0, 9))
    table.horizontalHeader().resizeSection(1, 222)
    table.resize(600, 300)
    table.show_samples(data, data.choose("", None, 1, 9))
    assert table.columnWidth(1) == 222


def test_rows_are_copied_as_spreadsheets_take_them(qtbot: QtBot) -> None:
    table, data = RowTable(), prices()
    shown(qtbot, table)
    table.show_samples(data, sorted(data.choose("", None, 0, 9)))
    deeds = table.deeds_at(table.model().index(1, 1))
    assert [deed.text for deed in deeds] == ["Copy value", "Copy row"]
    deeds[0].run()
    assert QApplication.clipboard().text() == "125,400"
    table.selectAll()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QApplication.clipboard().text().split("\n")
    assert (
        lines[0] == "Part\tTarget\tbuilt\tarea" and lines[1] == "training\t6,393,000\t1971\t116.9" and len(lines) == 3
    )
    assert table.deeds_at(table.model().index(0, 0))[1].text == "Copy 2 rows"


def test_a_table_can_be_emptied(qtbot: QtBot) -> None:
    table, data = RowTable(), table_samples()
    shown(qtbot, table)
    table.show_samples(data, data.choose("", None, 0, 9))
    table.show_samples(None, ())
    assert table.model().rowCount() == table.model().columnCount() == 0


# The points


def point_samples(classes: int = 2) -> Samples:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(60, 2)).astype(np.float32)
    y = np.arange(60) % classes
    names = tuple(f"class {place}" for place in range(classes))
    return Samples((Part("training", x[:40], y[:40]), Part("validation", x[40:], y[40:])), names)


def test_points_are_drawn_by_class_and_part(qtbot: QtBot) -> None:
    scatter, data = Scatter(), point_samples()
    shown(qtbot, scatter)
    scatter.show_samples(data, data.choose("", None, 0, 60))
    assert sum(len(layer.data) for layer in scatter.plot._layers) == 60
    assert len(scatter.plot._layers) == 4
    scatter.show_samples(data, data.choose("training", 1, 0, 60))
    assert [len(layer.data) for layer in scatter.plot._layers] == [20]
    assert "20 points" in scatter.plot.accessibleDescription()


def test_all_points_lie_in_sight_at_every_size(qtbot: QtBot) -> None:
    scatter, data = Scatter(), point_samples()
    shown(qtbot, scatter)
    scatter.show_samples(data, data.choose("", None, 0, 60))
    for size in ((300, 500), (900, 240)):
        scatter.resize(*size)
        scatter.grab()
        (left, right), (bottom, top) = scatter.plot.view.viewRange()
        x = np.concatenate([part.x for part in data.parts])
        assert left <= x[:, 0].min() and x[:, 0].max() <= right
        assert bottom <= x[:, 1].min() and x[:, 1].max() <= top


def test_thirty_six_classes_look_different() -> None:
    looks = {(class_color(place).name(), class_mark(place)) for place in range(36)}
    assert len(looks) == len(MARKS) * len(theme().palette.curves) == 36


def test_many_classes_are_not_all_named(qtbot: QtBot) -> None:
    scatter, data = Scatter(), point_samples(9)
    shown(qtbot, scatter)
    scatter.show_samples(data, data.choose("", None, 0, 60))
    assert "and 3 more, validation hollow" in [label.text() for label in scatter.findChildren(Label)]


def test_points_of_one_place_are_no_trouble(qtbot: QtBot) -> None:
    x = np.full((4, 2), 3.0, dtype=np.float32)
    data = Samples((Part("training", x, np.array([0, 1, 0, 1])),), ("a", "b"))
    scatter = Scatter()
    shown(qtbot, scatter)
    scatter.show_samples(data, data.choose("", None, 0, 9))
    scatter.grab()
    scatter.show_samples(None, ())
    assert scatter.plot._layers == []


# The split


def test_a_split_has_counts_and_shares(qtbot: QtBot) -> None:
    bar = SplitBar()
    shown(qtbot, bar, 280, 70)
    bar.show_counts(48_000, 12_000)
    assert [label.text() for label in bar.numbers if label.isVisible()] == ["48,000 · 80 %", "12,000 · 20 %"]
    assert bar.accessibleName() == "48,000 for training, 12,000 for validation"
    bar.grab()
    bar.show_counts(48_000, 6_000, 6_000)
    assert [label.text() for label in bar.numbers if label.isVisible()][1:] == ["6,000 · 10 %"] * 2
    assert bar.accessibleName().endswith(", 6,000 for the test")
    bar.grab()
    bar.show_counts(0, 0)
    assert bar.numbers[0].text() == "0 · 0 %"
    bar.grab()


def test_the_parts_have_different_colors() -> None:
    assert len({part_color(place).name() for place in range(3)}) == 3


def test_a_test_part_stands_on_top_of_the_others(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart)
    chart.show_bars("Images per class", [Bar("a", 5, 2, test=1), Bar("b", 6, 3, test=4)], classes=True)
    assert [list(stack.opts["y0"]) for stack in chart.plot._stacks] == [[0, 0], [5, 6], [7, 9]]
    assert chart.counts[2].text() == "test 5" and chart.counts[2].isVisible()


# Notes


def test_a_note_says_a_sentence_and_offers_what_helps(qtbot: QtBot) -> None:
    done: list[str] = []
    note = Note("error", HOSTILE, [("Mend it", lambda: done.append("mended"))])
    shown(qtbot, note, 400, 60)
    assert note.text() == note.accessibleName() == HOSTILE
    assert note.label.textFormat() == Qt.TextFormat.PlainText
    qtbot.mouseClick(note.buttons[0], Qt.MouseButton.LeftButton)
    assert done == ["mended"]


def test_a_long_note_is_as_high_as_its_words(qtbot: QtBot) -> None:
    note = Note("warning", "Some images are left out. " * 12)
    shown(qtbot, note, 240, 40)
    assert note.heightForWidth(240) > 150


# Sources


def sources(qtbot: QtBot) -> SourceList:
    found = SourceList()
    ready = [Source("digits", "Digits", "1,797 images", "image"), Source("iris", "Iris", "150 rows", "menu")]
    found.set_groups([("Ready to use", ready), ("Bring your own", [Source("csv", HOSTILE, "", "menu", adds=True)])])
    shown(qtbot, found, 230, 400)
    return found


def test_a_click_chooses_a_source(qtbot: QtBot) -> None:
    found = sources(qtbot)
    chosen: list[str] = []
    found.chosen.connect(chosen.append)
    qtbot.mouseClick(found.rows["iris"], Qt.MouseButton.LeftButton)
    assert chosen == ["iris"]


def test_the_source_in_use_is_marked_and_told(qtbot: QtBot) -> None:
    found = sources(qtbot)
    found.set_in_use("iris")
    assert [key for key, row in found.rows.items() if row.in_use] == ["iris"]
    assert found.rows["iris"].accessibleName() == "Iris, 150 rows, in use"
    found.set_in_use("gone")
    assert not any(row.in_use for row in found.rows.values())
    found.grab()


def test_sources_are_walked_and_chosen_by_keyboard(qtbot: QtBot) -> None:
    found = sources(qtbot)
    chosen: list[str] = []
    found.chosen.connect(chosen.append)
    found.rows["digits"].setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return):
        qtbot.keyClick(QApplication.focusWidget() or found, key)
    assert chosen == ["iris"]


def test_the_keyboard_stays_where_it_was_when_the_list_changes(qtbot: QtBot) -> None:
    found = sources(qtbot)
    found.rows["iris"].setFocus()
    found.set_groups([("Ready to use", [Source("iris", "Iris", "150 rows", "menu")])])
    assert list(found.rows) == ["iris"]
    assert found.rows["iris"].hasFocus()


def test_the_users_own_sources_are_corrected_and_removed(qtbot: QtBot) -> None:
    found = SourceList()
    own = Source("own:0", "houses.csv", "CSV table", "menu", "/data/houses.csv", own=True)
    found.set_groups([("Your files", [own]), ("Ready to use", [Source("iris", "Iris", "", "menu")])])
    shown(qtbot, found, 230, 400)
    found.set_in_use("own:0")
    asked: list[tuple[str, str]] = []
    found.chosen.connect(lambda key: asked.append(("use", key)))
    found.replace_requested.connect(lambda key: asked.append(("replace", key)))
    found.remove_requested.connect(lambda key: asked.append(("remove", key)))
    deeds = {deed.text: deed for deed in found.deeds_of("own:0")}
    assert list(deeds) == ["Use", "Name another file…", "Copy path", "Remove from the list"]
    assert not deeds["Use"].possible
    for name in ("Name another file…", "Copy path", "Remove from the list"):
        deeds[name].run()
    assert QApplication.clipboard().text() == "/data/houses.csv"
    (use,) = found.deeds_of("iris")
    use.run()
    found.rows["own:0"].setFocus()
    qtbot.keyClick(found.rows["own:0"], Qt.Key.Key_Delete)
    qtbot.keyClick(found.rows["iris"], Qt.Key.Key_Delete)
    assert asked == [("replace", "own:0"), ("remove", "own:0"), ("use", "iris"), ("remove", "own:0")]


def test_the_menu_of_a_source_opens_by_mouse_and_key(qtbot: QtBot) -> None:
    found = sources(qtbot)
    for reason in (QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard):
        row = found.rows["iris"]
        QApplication.sendEvent(row, QContextMenuEvent(reason, QPoint(5, 5), row.mapToGlobal(QPoint(5, 5))))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu) and menu.actions()[0].text() == "Use"
        menu.close()


def test_counts_beside_the_title_are_left_out_where_they_have_no_room(qtbot: QtBot) -> None:
    chart = ClassBars()
    qtbot.addWidget(chart)
    chart.resize(420, 200)
    chart.show_bars("Images per class", [Bar(name, 1_000, 250, 0) for name in "abc"], classes=False)
    chart.show()
    assert [label.isVisible() for label in chart.counts] == [True, True, False]
    chart.resize(330, 200)
    assert not any(part.isVisible() for part in (*chart.counts, *chart._swatches))
    assert chart.title.width() >= chart.title.sizeHint().width()
    chart.resize(420, 200)
    assert [label.isVisible() for label in chart.counts] == [True, True, False]
