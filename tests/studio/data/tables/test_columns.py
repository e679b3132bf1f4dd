"""What the columns of a table are taken as, by their cells or as somebody says."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.data.formats.csv import number_in
from studio.data.tables.cells import coded
from studio.data.tables.columns import (
    CATEGORY,
    DATE,
    GAPS,
    LEFT_OUT,
    NUMBER,
    Taken,
    Tally,
    date_parts,
    has_time,
    in_order,
    is_date,
)


def tally_of(*pieces: list[str], decimal: str = ".") -> Tally:
    """What cells are that come in pieces."""
    tally, start = Tally(), 0
    for piece in pieces:
        cells = coded(piece)
        tally.take(cells, [number_in(text, decimal) for text in cells.texts], start)
        start += len(piece)
    return tally


@pytest.mark.parametrize(
    ("cells", "type"),
    [
        (["1", "2.5", "-3e4"], NUMBER),
        (["1", "", "NA", "?"], NUMBER),
        (["1"] * 19 + ["one"], NUMBER),
        (["a", "b"] * 10, CATEGORY),
        (["a", "b", ""] * 10, CATEGORY),
        (["1", "2", "A", "B"] * 10, CATEGORY),
        (["2024-01-31", "2024-02-29", ""] * 3, DATE),
        (["2024-01-31 08:15", "2024-01-31T08:15:59"], DATE),
        (["2023-02-29", "2023-02-28"] * 9, CATEGORY),
        ([f"name {number}" for number in range(30)], LEFT_OUT),
        ([f"name {number}" for number in range(60)] * 9, LEFT_OUT),
        (["", "", "NA"], LEFT_OUT),
        (["only"] * 9, LEFT_OUT),
        (["only", ""] * 9, CATEGORY),
        (["1,5", "2,5", "1,234.5"] * 9, NUMBER),
        (["1'000", "12'000"] * 9, NUMBER),
        (["1.000.000", "12.000.000"] * 9, NUMBER),
        ([f"10.0.{number}.1" for number in range(60)], LEFT_OUT),
        (["1.2.3", "1.2.4"] * 9, CATEGORY),
    ],
)
def test_a_column_is_what_its_cells_look_like(cells: list[str], type: str) -> None:
    assert tally_of(cells).type() == tally_of(cells[:7], cells[7:]).type() == type


def test_a_tally_names_the_first_cell_that_is_no_number() -> None:
    tally = tally_of(["1,5", "", "1e99"], ["y", "x", "y", "-1e50"], decimal=",")
    assert (tally.numbers, tally.gaps, tally.others, tally.first) == (3, 1, 3, (3, "y"))
    assert tally.large == (2, "1e99") and tally.texts == {"x", "y"}


@given(st.datetimes())
def test_dates_come_back_in_parts(moment: object) -> None:
    text = str(moment)[:16]
    if not is_date(text):
        return
    year, month, day, _, hour = date_parts(text, 5)
    assert f"{year:04.0f}-{month:02.0f}-{day:02.0f}" == text[:10]
    assert math.isclose(hour, int(text[11:13]) + int(text[14:16]) / 60)
    assert has_time(text) and not has_time(text[:10])


def test_a_weekday_counts_from_monday_and_a_gap_has_no_part() -> None:
    assert date_parts("2024-01-01", 4) == [2024, 1, 1, 0]
    assert all(map(math.isnan, date_parts("", 5)))


def test_categories_are_in_order_of_size_where_they_are_numbers() -> None:
    assert in_order(["10", "9", "", "100"], ".") == ("9", "10", "100", "")
    assert in_order(["b", "10", "a"], ".") == ("10", "a", "b")


def test_features_say_what_they_are_of() -> None:
    assert Taken(0, "sex", CATEGORY, ("f", "m", "")).features == ("sex=f", "sex=m", "sex=no value")
    assert Taken(0, "born", DATE, ("year", "month")).features == ("born year", "born month")
    assert Taken(0, "age", NUMBER).features == ("age",) and Taken(0, "age", NUMBER).width == 1
    assert "" in GAPS
