"""Numbers as people write them: which cells are some, how they may be meant, and what they are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.data.formats.notation import (
    MARKS,
    Notation,
    is_blank,
    is_signed,
    quick_numbers,
    shapes_of,
    shared_unit,
    written,
    written_number,
)

GAPS = ("", "-", "NA", "null")


@pytest.mark.parametrize(
    ("cell", "unit", "number"),
    [
        ("12.5%", "%", 12.5), ("12,5 %", "%", 12.5), ("3‰", "‰", 3), ("$1,234.50", "$", 1234.5), ("$ 5.5", "$", 5.5),
        ("1.234,50 €", "€", 1234.5), ("€12.5", "€", 12.5), ("USD 12", "USD", 12), ("12 EUR", "EUR", 12),
        ("Rs. 1,200.5", "Rs", 1200.5), ("₹1,23,456.00", "₹", 123456), ("$50,000", "$", 50000), ("£1,459", "£", 1459),
        ("(1,234.5)", "", -1234.5), ("($5.20)", "$", -5.2), ("-$5", "$", -5), ("$-5", "$", -5),
        ("−1 000 000,00", "", -1e6),
        ("1.234,5-", "", -1234.5), ("+4%", "%", 4), ("1\u00a0000,5", "", 1000.5), ("1\u202f234.5", "", 1234.5),
        ("1'234.50", "", 1234.5), ("1’234,50", "", 1234.5), ("1,234,567", "", 1234567), ("1.234.567", "", 1234567),
        ("3 kg", "kg", 3), ("3kg", "kg", 3), ("1 year", "year", 1), ("12 years", "year", 12), ("20 °C", "°c", 20),
        ("20°C", "°c", 20), ("5 km/h", "km/h", 5), ("5km/h", "km/h", 5), ("7.5 m²", "m²", 7.5), ("1248 CC", "cc", 1248),
        ("€110.5M", "€", 110.5e6), ("€565K", "€", 565e3), ("$12.76B", "$", 12.76e9), ("$-1.5m", "$", -1.5e6),
        ("$ -", "$", 0), ("- €", "€", 0), ("0%", "%", 0), (".5", "", 0.5), ("0,123", "", 0.123),
        ("1234,567", "", 1234.567), ("US$7", "US$", 7),
    ],
)  # fmt: skip
def test_numbers_with_signs_units_and_parted_thousands(cell: str, unit: str, number: float) -> None:
    found = written(cell)
    assert found is not None and found.unit == unit
    values = {written_number(cell, mark) for mark in found.marks}
    assert values == {number}, "whatever mark fits"
    assert {quick_numbers([cell], shapes_of([cell]), mark)[0] for mark in found.marks} == values
    assert found.is_zero == (number == 0)


@pytest.mark.parametrize(
    "cell",
    ["1,234", "1.234", "(1,234)", "1.234 kg", "€1.459", "1,459 €", "$1.234", "12,345%"],
)
def test_thousands_and_fractions_may_look_alike(cell: str) -> None:
    found = written(cell)
    assert found is not None and found.marks == (".", ",")
    assert written_number(cell, ".") != written_number(cell, ",")


@pytest.mark.parametrize(
    "cell",
    [
        "", "-", "NA", "kg", "19M", "201k", "10,000+", "12.05.2024", "2024-12-31", "12:30", "212 555 1234", "555-1234",
        "06 12 34 56 78", "(212) 555 1234", "192.168.1.1", "1.2.3", "2nd floor", "C85", "A/5 21171", "12 m2", "1e3",
        "(4", "4)", "--4", "-(4)", "-4-", "12 Main Street South", "10-20", "1 234 56", "1,2345,678", "$", "5 - 7",
        "1a", "4 5 6 kg", "1\t234", "x" * 100,
    ],
)  # fmt: skip
def test_others_are_no_numbers(cell: str) -> None:
    assert written(cell) is None


@given(st.integers(-(10**12), 10**12), st.sampled_from(["$", "€", "USD ", ""]), st.booleans())
def test_what_is_written_by_rule_comes_back(cents: int, unit: str, european: bool) -> None:
    text = f"{unit}{abs(cents) / 100:,.2f}"
    text = f"({text})" if cents < 0 else text
    text = text.translate(str.maketrans(".,", ",.")) if european else text
    found = written(text)
    assert found is not None and found.marks == ("," if european else ".",)
    assert quick_numbers([text], shapes_of([text]), found.marks[0]) == [written_number(text, found.marks[0])]
    assert math.isclose(written_number(text, found.marks[0]), cents / 100, abs_tol=1e-9)


ALL_SORTS = ["$1,234.50", "Rs. 5.25", "$ -", "(0.00)", "٣ kg", "€2.5M", "1 234.5", "-7", "$-1.5m", "0", "5.", "US$9"]


def test_many_numbers_of_all_sorts_are_read_together_as_one_by_one() -> None:
    cells = [cell for cell in ALL_SORTS * 3 if written(cell) is not None]
    assert len(cells) > 30
    for mark in MARKS:
        some = [cell for cell in cells if mark in written_marks(cell)]
        found = quick_numbers(some, shapes_of(some), mark)
        assert [*map(repr, found)] == [repr(written_number(cell, mark)) for cell in some], "the sign of 0 as well"
    assert quick_numbers([], [], ".") == []


def written_marks(cell: str) -> tuple[str, ...]:
    found = written(cell)
    assert found is not None
    return found.marks


@given(st.lists(st.text("$€ ,.'()-019\n٣kgM%", max_size=9)))
def test_a_shape_tells_what_its_cells_are(cells: list[str]) -> None:
    shapes = shapes_of(cells)
    assert [*map(written, shapes)] == [*map(written, cells)] and [*map(len, shapes)] == [*map(len, cells)]
    for mark in MARKS:
        places = [place for place, cell in enumerate(cells) if (one := written(cell)) and mark in one.marks]
        some = [cells[place] for place in places]
        found = quick_numbers(some, [shapes[place] for place in places], mark)
        assert [*map(repr, found)] == [repr(written_number(cell, mark)) for cell in some]


def test_a_column_has_one_unit_and_zeros_need_none() -> None:
    assert shared_unit(["$4.99", "0", "$7", "0.00"], GAPS) == "$"
    assert shared_unit(["1 star", "5 stars"], GAPS) == "star"
    assert shared_unit(["1,5", "2,5"], GAPS) == ""
    assert shared_unit(["3 KG", "4kg", "5 Kg"], GAPS) == "kg" and shared_unit(["3 mW", "3 MW"], GAPS) is None
    assert shared_unit(["74 bhp", "null bhp", "bhp"], GAPS) == "bhp"
    assert shared_unit(["$4", "7"], GAPS) is None
    assert shared_unit(["4 kg", "7 lb"], GAPS) is None
    assert shared_unit(["4 kg", "heavy"], GAPS) is None
    assert shared_unit([], GAPS) is None


def test_a_unit_behind_nothing_is_a_blank() -> None:
    assert is_blank("kg", "kg", GAPS) and is_blank("NA kg", "kg", GAPS)
    assert not is_blank("- €", "€", GAPS), "which is how accountants write nothing owed"
    assert not is_blank("", "", GAPS) and not is_blank("some kg", "kg", GAPS)
    assert math.isnan(written_number("NA kg", "."))


def test_signs_tell_a_number_from_a_name() -> None:
    assert all(map(is_signed, ["$5", "12 %", "1,234.5", "-5", "USD 3"]))
    assert not any(map(is_signed, ["2 rooms", "name", "5 kg", ""]))


def test_what_is_said_of_a_notation() -> None:
    assert Notation(",", "€", "1.234,50 €").about == "“1.234,50 €” as 1234.5"
