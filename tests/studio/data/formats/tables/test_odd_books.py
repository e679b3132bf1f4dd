"""Workbooks, databases and Parquet as people have them: notes before the data, merged cells, formulas, lists."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from odd_files import read

from studio.data import DataError

HEAD = ["size", "width", "kind"]
ROWS = [[row, row % 7 + 0.5, "ab"[row % 2]] for row in range(40)]


def book(path: Path, fill: Callable[[Any, Any], None]) -> Path:
    """A workbook with the table in its sheet Data, changed by ``fill`` with the book and that sheet."""
    made = pytest.importorskip("openpyxl").Workbook()
    sheet = made.active
    sheet.title = "Data"
    for row in (HEAD, *ROWS):
        sheet.append(row)
    fill(made, sheet)
    made.save(path)
    return path


def notes_first(made: Any, _: Any) -> None:
    made.create_sheet("Notes", 0).append(["What this is about"])


def hidden_first(made: Any, _: Any) -> None:
    sheet = made.create_sheet("Old", 0)
    sheet.sheet_state = "hidden"
    for row in (["a", "b"], [1, 2], [3, 4]):
        sheet.append(row)


def empty_first(made: Any, _: Any) -> None:
    made.create_sheet("Empty", 0)


def chart_first(made: Any, sheet: Any) -> None:
    from openpyxl.chart import BarChart, Reference

    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=9))
    made.create_chartsheet("Chart", 0).add_chart(chart)


@pytest.mark.parametrize("fill", [notes_first, hidden_first, empty_first, chart_first])
def test_the_first_sheet_that_holds_a_table_is_read(fill: Callable[[Any, Any], None], tmp_path: Path) -> None:
    data = read(book(tmp_path / "a.xlsx", fill))
    assert data.features == ("size", "width") and data.classes == ("a", "b")
    others = [text for text in data.warnings if "the sheet “Data” is read" in text]
    assert len(others) == (fill is not chart_first)


def test_a_sheet_that_is_asked_for_is_read_whatever_it_holds(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", notes_first)
    with pytest.raises(DataError, match="found only the target"):
        read(path, table="Notes")
    assert read(path, table="data").warnings == ()


def test_merged_cells_in_a_table_are_named_and_those_of_a_title_are_not(tmp_path: Path) -> None:
    def merge(_: Any, sheet: Any) -> None:
        sheet.merge_cells("B3:B5")
        sheet.merge_cells("B7:B8")

    (said, filled) = read(book(tmp_path / "a.xlsx", merge)).warnings
    assert said == (
        "a.xlsx: 2 ranges of merged cells, such as B3:B5, hold a value in their first cell alone. "
        "Unmerge and fill them, or the rest are gaps."
    )
    assert filled == "a.xlsx: gaps are filled: width (3)."

    def title(_: Any, sheet: Any) -> None:
        sheet.insert_rows(1)
        sheet["A1"] = "Flowers of the year"
        sheet.merge_cells("A1:C1")

    assert read(book(tmp_path / "b.xlsx", title)).warnings == (
        "b.xlsx: 1 row of a title above the table is passed over.",
    )


def test_formulas_without_results_are_the_cause_that_is_named(tmp_path: Path) -> None:
    def formulas(_: Any, sheet: Any) -> None:
        sheet.insert_cols(3)
        sheet["C1"] = "double"
        for row in range(2, 42):
            sheet.cell(row, 3, f"=A{row}*2")

    with pytest.raises(DataError, match=r"in column “double”, found formulas without results. Open it in Excel or"):
        read(book(tmp_path / "a.xlsx", formulas))

    def empty(_: Any, sheet: Any) -> None:
        sheet.insert_cols(3)
        sheet["C1"] = "double"

    assert "double (empty)" in str(read(book(tmp_path / "b.xlsx", empty)).warnings), "which is another thing"


def test_the_first_table_of_a_database_with_columns_and_rows_is_read(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("CREATE TABLE version (number)")
        database.execute("INSERT INTO version VALUES (1)")
        database.execute("CREATE TABLE later (a, b, c)")
        database.execute("CREATE TABLE flowers (size, width, kind)")
        database.executemany("INSERT INTO flowers VALUES (?, ?, ?)", ROWS)
    database.close()
    data = read(tmp_path / "a.db")
    assert data.features == ("size", "width")
    assert data.warnings == ("a.db: the table “flowers” is read; others are version, later.",)


def parquet(path: Path, **columns: Any) -> Path:
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"size": [row[0] for row in ROWS], **columns, "kind": [row[2] for row in ROWS]})
    pytest.importorskip("pyarrow.parquet").write_table(table, path, row_group_size=16)
    return path


def test_structures_and_lists_of_equal_length_are_columns(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    data = read(
        parquet(
            tmp_path / "a.parquet",
            about=[{"width": row[1], "more": {"deep": row[0] % 3}} for row in ROWS],
            vector=[[row[0] * 0.5, float(row[0] % 5)] for row in ROWS],
            fixed=pa.array([[row[0] % 4, 1] for row in ROWS], pa.list_(pa.int8(), 2)),
        ),
        normalize=False,
    )
    assert data.features == ("size", "about.width", "about.more.deep", "vector.1", "vector.2", "fixed.1", "fixed.2")
    np.testing.assert_array_equal(data.train.x[:, 3], data.train.x[:, 0] * 0.5)
    assert {*data.train.x[:, 6]} == {1}


def test_a_list_that_is_missing_is_gaps(tmp_path: Path) -> None:
    data = read(parquet(tmp_path / "a.parquet", vector=[None if row[0] == 4 else [row[0], row[1]] for row in ROWS]))
    assert data.warnings == ("a.parquet: gaps are filled: vector.1 (1), vector.2 (1).",)


@pytest.mark.parametrize(
    "vector", [[[float(row[0])] * (1 + row[0] % 2) for row in ROWS], [["x", str(row[0])] for row in ROWS]]
)
def test_other_lists_are_left_out_for_what_they_are(vector: Any, tmp_path: Path) -> None:
    data = read(parquet(tmp_path / "a.parquet", vector=vector))
    assert data.features == ("size",)
    assert data.warnings == ("a.parquet: 1 column is left out: vector (lists; give each value a column).",)
