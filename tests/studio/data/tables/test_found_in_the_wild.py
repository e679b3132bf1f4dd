"""Tables as people have them: what they are is told, and what is done about it leads to data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.data import DATASETS, Data, DataError
from studio.data.formats.csv import titles_of
from studio.data.tables.cells import coded
from studio.data.tables.columns import LEFT_OUT, NUMBER, Tally, is_date, is_other_date

KINDS = [f"{row},{'ab'[row % 2]}\n" for row in range(40)]


def read(folder: Path, content: str | bytes, **settings: Any) -> Data:
    """What a file holds, as load and script agree on it."""
    (folder / "data.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    dataset = DATASETS["csv"](path="data.csv", **settings)
    data, names = dataset.load(folder), dict[str, Any]()
    exec(compile(dataset.script_source(folder), "script.py", "exec"), names)
    np.testing.assert_array_equal(data.train.x, names["load_data"]()[0], strict=True)
    return data


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ([f"${row},000.50" for row in range(40)], "$0,000.50"),
        ([f"(1{row})" for row in range(40)], "(10)"),
        ([f"{row + 1},234%" for row in range(40)], "1,234%"),
    ],
)
def test_numbers_in_another_notation_are_named_and_never_categories(
    tmp_path: Path, cells: list[str], found: str
) -> None:
    lines = "".join(f'"{cell}",{line}' for cell, line in zip(cells, KINDS, strict=True))
    with pytest.raises(DataError) as caught:
        read(tmp_path, f"price,size,kind\n{lines}")
    assert f"expected a number in column “price”, row 2, found “{found}”" in str(caught.value)
    assert len(read(tmp_path, f"price,size,kind\n{lines}", **caught.value.mend).train) == 32


@pytest.mark.parametrize("cell", ["1%", "$3", "(4)", "−1", "1.000,5", "5 €"])
def test_a_column_of_them_is_of_numbers(cell: str) -> None:
    tally = Tally()
    tally.take(coded([cell] * 3), [None], 0)
    assert tally.type() in (NUMBER, LEFT_OUT)  # one text alone says nothing
    tally.take(coded(["2%"]), [None], 3)
    assert tally.type() == NUMBER


@pytest.mark.parametrize("cell", ["31.12.2024", "12/31/2024", "2024/12/31", "1-2-2024 10:30"])
def test_dates_in_another_notation_are_left_out_with_the_right_one(tmp_path: Path, cell: str) -> None:
    assert is_other_date(cell) and not is_date(cell)
    lines = "".join(
        f"{cell.replace('31', f'{row % 30 + 1:02}').replace('2024', str(1950 + row))},{line}"
        for row, line in enumerate(KINDS)
    )
    data = read(tmp_path, f"day,size,kind\n{lines}")
    assert data.warnings == ("data.csv: 1 column is left out: day (write dates as 2025-12-31).",)


@pytest.mark.parametrize("cell", ["1.2.3", "555-1234-22", "2024-12-31", "2024-12-31 10:30:00.125", "12.2024", ""])
def test_others_are_no_dates_of_another_notation(cell: str) -> None:
    assert not is_other_date(cell)


def test_times_may_have_fractions_of_a_second(tmp_path: Path) -> None:
    lines = "".join(f"2024-01-{row % 28 + 1:02} 10:30:00.123,{line}" for row, line in enumerate(KINDS))
    found = read(tmp_path, f"day,size,kind\n{lines}")
    assert found.features[:5] == ("day year", "day month", "day day", "day weekday", "day hour")
    parted = read(tmp_path, f"day,size,kind\n{lines}", time="day")
    assert len(parted.validation) == 8


@pytest.mark.parametrize("title", ["Report of 2024,,", "Report of 2024", "sep=,", "# made by a scale\n\n# in mm"])
def test_titles_above_a_table_are_passed_over_and_counted(tmp_path: Path, title: str) -> None:
    lines = "".join(f"{row},{line}" for row, line in enumerate(KINDS))
    data = read(tmp_path, f"{title}\nwidth,size,kind\n{lines}")
    assert data.features == ("width", "size") and data.first_target.classes == ("a", "b")
    count = title.count("\n") // 2 + 1
    assert data.warnings[0].endswith(f"of a title above the table {'is' if count == 1 else 'are'} passed over.")
    with pytest.raises(DataError, match=f"row {43 + 2 * (count - 1)}"):  # as an editor counts them
        read(
            tmp_path, f"{title}\nwidth,size,kind\n{lines}oops,1,a\n1,oops,b\n", types={"width": "number"}, ignore="size"
        )


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ([["a"], ["1"], ["2"]], 0), ([["7", "", ""], ["1", "2", "a"], ["1", "2", "b"]], 0),
        ([["title", ""], ["a", "b"]], 0), ([["title", ""], ["", "more"], ["a", "b"], ["1", "2"]], 2),
        ([["a", "b"], ["title", ""], ["1", "2"]], 0), ([], 0),
    ],
)  # fmt: skip
def test_titles_are_texts_alone_above_what_is_wider(rows: list[list[str]], count: int) -> None:
    assert titles_of(rows) == count


def test_a_column_with_the_targets_name_is_refused_until_it_is_ignored(tmp_path: Path) -> None:
    lines = "".join(f"{row},{'ab'[row % 2]},{line}" for row, line in enumerate(KINDS))
    content = f"width,kind,size,kind\n{lines}"
    with pytest.raises(DataError, match="two columns are called “kind”, of which 4 is to be predicted") as caught:
        read(tmp_path, content)
    assert caught.value.mend == {"ignore": "2"}
    assert read(tmp_path, content, **caught.value.mend).features == ("width", "size")
    with pytest.raises(DataError, match="of which 2 is to be predicted"):
        read(tmp_path, content, target="kind")
    twice = content.replace("size", "width")
    assert read(tmp_path, twice, ignore="2").features == ("width", "width"), "others may share a name"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n", "a pointer of Git LFS"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html><body>Log in</body></html>", "a web page"),
        (b"<HTML>\n<body>404</body></html>", "a web page"),
    ],
)
def test_what_came_in_place_of_a_file_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read(tmp_path, content)


def test_an_encoding_that_is_guessed_is_said(tmp_path: Path) -> None:
    text = "width,kind\n" + "".join(f"{row},{'犬猫'[row % 2]}\n" for row in range(20))
    assert read(tmp_path, text).warnings == ()
    (warning,) = read(tmp_path, text.encode("shift_jis")).warnings
    assert warning.endswith("as it is not UTF-8. If letters are wrong, set encoding.")


def test_what_a_spreadsheet_has_not_available_is_a_gap(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        "width,size,kind\n" + "".join(f"{row if row % 9 else '#N/A'},{line}" for row, line in enumerate(KINDS)),
    )
    assert data.warnings == ("data.csv: gaps are filled: width (5).",)


@pytest.mark.parametrize("word", [".", "..", "<NA>", "-nan", "NaT", "1.#QNAN", "(null)", "–", "#NA"])
def test_what_programs_write_for_nothing_is_a_gap(tmp_path: Path, word: str) -> None:
    rows = [f"{word if row % 4 == 0 else row / 7},{line}" for row, line in enumerate(KINDS)]
    data = read(tmp_path, "width,size,kind\n" + "".join(rows))
    assert data.features == ("width", "size") and data.warnings == ("data.csv: gaps are filled: width (10).",)


@pytest.mark.parametrize("count", [30, 40, 120])
def test_a_word_among_measured_numbers_is_named_and_makes_no_categories(tmp_path: Path, count: int) -> None:
    rows = [f"{'missing' if row % 4 == 1 else row / 7},{row},{'ab'[row % 2]}\n" for row in range(count)]
    with pytest.raises(DataError, match="expected a number in column “width”, row 3, found “missing”") as caught:
        read(tmp_path, "width,size,kind\n" + "".join(rows))
    assert "Empty them if nothing was measured, or ignore the column." in str(caught.value)
    assert read(tmp_path, "width,size,kind\n" + "".join(rows), **caught.value.mend).features == ("size",)
    emptied = "".join(rows).replace("missing", "")
    assert read(tmp_path, "width,size,kind\n" + emptied).features == ("width", "size")


def test_a_word_among_few_numbers_is_a_category_as_they_are(tmp_path: Path) -> None:
    rows = [f"{'3+' if row % 4 == 1 else row % 3},{row},{'ab'[row % 2]}\n" for row in range(40)]
    assert read(tmp_path, "rooms,size,kind\n" + "".join(rows)).features[:2] == ("rooms=0", "rooms=1")


ZONED = ["2024-05-01T10:30:00Z", "2024-05-01 10:30:00+02:00", "2024-05-01T10:30:00.123456789+0200", "2024-05-01T10:30Z"]


@pytest.mark.parametrize("cell", ZONED)
def test_dates_with_a_zone_are_dates_as_they_are_written(tmp_path: Path, cell: str) -> None:
    assert is_date(cell)
    rows = [f"{cell.replace('05-01', f'05-{row % 28 + 1:02}')},{line}" for row, line in enumerate(KINDS)]
    data = read(tmp_path, "when,size,kind\n" + "".join(rows), normalize=False)
    assert data.features[:5] == ("when year", "when month", "when day", "when weekday", "when hour")
    assert data.train.x[0, 4] == 10.5


def test_times_with_zones_are_parted_by_when_they_were(tmp_path: Path) -> None:
    hours = [f"2024-05-01T{row // 2:02}:00:00{('+05:00', '-05:00')[row % 2]},{line}" for row, line in enumerate(KINDS)]
    data = read(tmp_path, "when,size,kind\n" + "".join(hours), time="when", validation=10, normalize=False)
    assert sorted(data.validation.x[:, 0]) == [*range(21, 40, 2)], "the zone that comes later"
    mixed = "".join(hours).replace("-05:00", "")
    with pytest.raises(
        DataError, match="expected a date with a time zone, as in the first row in column “when”, row 3"
    ):
        read(tmp_path, "when,size,kind\n" + mixed, time="when")


def test_times_are_parted_by_fractions_of_a_second(tmp_path: Path) -> None:
    rows = [f"2024-05-01T10:00:00.{(row * 7) % 40:03},{line}" for row, line in enumerate(KINDS)]
    data = read(tmp_path, "when,size,kind\n" + "".join(rows), time="when", validation=4, normalize=False)
    assert {(row * 7) % 40 for row in data.validation.x[:, 0].astype(int).tolist()} == {36, 37, 38, 39}


def test_a_quote_that_is_never_closed_is_named_where_it_opens(tmp_path: Path) -> None:
    rows = [*KINDS[:20], '"3,a\n', *KINDS[20:]]
    with pytest.raises(DataError, match="expected 2 columns in row 22, found 1 up to row 42, for it opens a quote"):
        read(tmp_path, "size,kind\n" + "".join(rows))
    closed = [line.replace('"3', "3") for line in rows]
    assert read(tmp_path, "size,kind\n" + "".join(closed)).features == ("size",)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-16-le", "UTF-16 without its mark"), ("utf-16-be", "UTF-16 without"), ("utf-32", "UTF-32")],
)
def test_wider_letters_are_named(tmp_path: Path, encoding: str, said: str) -> None:
    with pytest.raises(DataError, match=rf"found {said}.*Save it as UTF-8"):
        read(tmp_path, ("size,kind\n" + "".join(KINDS)).encode(encoding))


def test_a_byte_of_nothing_is_named_by_its_row(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"found a byte of 0 in row 42\. Remove what is broken"):
        read(tmp_path, ("size,kind\n" + "".join(KINDS)).encode() + bytes(7))
