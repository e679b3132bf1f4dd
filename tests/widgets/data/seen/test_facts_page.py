"""The page of facts: tables as high as their rows, sorted by a click, and examples on a click of a row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from waiting import until

from widgets.controls.note import Note
from widgets.data.seen.listing import Line, Listing
from widgets.data.seen.page import FactsPage
from widgets.data.seen.table import HEAD, MOST_IN_SIGHT, ROW
from widgets.theme import px, theme


def listing(name: str = "classes", rows: int = 3) -> Listing:
    lines = [Line((f"class {row}", f"{row * row - 4 * row:,}"), (f"class {row}", float(row * row - 4 * row)),
                  (1, row, 0), str(row)) for row in range(rows)]  # fmt: skip
    return Listing(name, "Classes", "a note", ("Class", "Number"), lines, bars="Spread")


@pytest.fixture
def page(qtbot: QtBot, qapp: QApplication) -> Iterator[FactsPage]:
    theme().apply(qapp)
    found = FactsPage()
    qtbot.addWidget(found)
    found.resize(700, 900)
    found.show()
    yield found
    theme().set_scale(1.0)
    theme().set_mode("system")


@pytest.mark.parametrize(("rows", "shown"), [(3, 3), (60, MOST_IN_SIGHT)])
@pytest.mark.parametrize("mode", ["dark", "light"])
def test_a_table_is_as_high_as_its_rows_up_to_a_dozen(page: FactsPage, rows: int, shown: int, mode: str) -> None:
    theme().set_mode(mode)
    page.show_listings([listing(rows=rows)])
    table = page.tables["classes"]
    lowest = px(HEAD) + shown * px(ROW)
    until(lambda: lowest <= table.height() <= lowest + px(ROW))
    blank = page.grab().toImage()
    page.show_listings([])
    assert page.grab().toImage() != blank


def test_a_click_on_a_heading_sorts_by_value_and_another_the_other_way(qtbot: QtBot, page: FactsPage) -> None:
    page.show_listings([listing()])
    table = page.tables["classes"]
    for order, expected in ((Qt.SortOrder.AscendingOrder, [2, 1, 0]), (Qt.SortOrder.DescendingOrder, [0, 1, 2])):
        table.sortByColumn(1, order)
        assert [line.texts[0] for line in table.lines()] == [f"class {row}" for row in expected]


def test_a_row_tells_its_key_by_mouse_and_by_keyboard(qtbot: QtBot, page: FactsPage) -> None:
    page.show_listings([listing(), listing("twins")])
    told: list[tuple[str, str]] = []
    page.chosen.connect(lambda name, key: told.append((name, key)))
    table = page.tables["twins"]
    spot = table.visualRect(table.model().index(1, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert told == [("twins", "1"), ("twins", "2")]


def test_wide_pages_have_two_columns_and_notes_give_way(page: FactsPage) -> None:
    page.show_notes([Note("warning", "Something.", [("Mend", lambda: None)])])
    page.show_listings([listing("one"), listing("two")])

    def tops() -> list[int]:
        return [page.tables[name].parentWidget().y() for name in ("one", "two")]

    until(lambda: tops()[0] < tops()[1])
    page.resize(1500, 900)
    until(lambda: tops()[0] == tops()[1])
    page.show_waiting("Looking…")
    assert not page.notes and not page.tables and page.empty.isVisible()
