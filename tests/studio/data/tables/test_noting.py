"""Columns of numbers with signs, units and parted thousands: read where all cells agree, else named with what to do."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.data import DATASETS, Data, DataError
from studio.data.given.base import Asked, Left, Piece, Wanted
from studio.data.given.files import given
from studio.data.tables import quick
from studio.data.tables.aligning import Own
from studio.data.tables.cells import coded
from studio.data.tables.columns import GAPS, Tally
from studio.data.tables.noting import Noted, Noting, Refused, noted_cells

ROWS = 40
Cell = Callable[[int], str]


def written(folder: Path, cell: Cell, *, sep: str = ",", rows: int = ROWS, target: str = "kind") -> Path:
    """A table with a column “price” of such cells, and one of classes or of numbers."""
    quoted = f'"{{}}"{sep}{{}}\n'.format
    kinds = [str(row * row) if target == "amount" else "ab"[row % 2] for row in range(rows)]
    (folder / "a.csv").write_text(
        f"price{sep}{target}\n" + "".join(quoted(cell(row), kinds[row]) for row in range(rows)), encoding="utf-8"
    )
    return folder / "a.csv"


def read(path: Path, **settings: Any) -> Data:
    """What a table holds, as load and script agree on it to the bit."""
    dataset, names = DATASETS["csv"](path=str(path), **settings), dict[str, Any]()
    data = dataset.load()
    exec(compile(dataset.script_source(), "script.py", "exec"), names)
    ours = (data.train.x, data.train.y, data.validation.x, data.validation.y, data.mean, data.std)
    for mine, theirs in zip(ours, names["load_data"](), strict=True):
        np.testing.assert_array_equal(mine, theirs, strict=True)
    assert dataset.facts() == data.facts()
    return data


def values(data: Data) -> list[float]:
    assert data.rows is not None
    found = np.empty((sum(map(len, data.rows)), 1))
    for rows, part in zip(data.rows, data.splits, strict=True):
        found[rows] = part.x
    return [float(value) for value in found[:, 0]]


def add_sizes(path: Path) -> None:
    """Put a column of numbers before the others."""
    head, *lines = path.read_text().splitlines()
    path.write_text("\n".join([f"size,{head}", *(f"{row},{line}" for row, line in enumerate(lines)), ""]))


def euros(row: int) -> str:
    return f"{row * 997 + 0.5:,.2f} €".translate(str.maketrans(".,", ",."))


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (lambda row: f"{row / 2}%", lambda row: row / 2),
        (lambda row: f"{row / 2} %".replace(".", ","), lambda row: row / 2),
        (lambda row: f"${row * 997 + 0.5:,.2f}", lambda row: row * 997 + 0.5),
        (euros, lambda row: row * 997 + 0.5),
        (lambda row: f"USD {row}", float),
        (lambda row: f"({row:,}.5)" if row % 2 else f"{row}.5", lambda row: (row + 0.5) * (-1) ** row),
        (lambda row: f"−{row}", lambda row: -row),
        (lambda row: f"{row * 30013:,}", lambda row: row * 30013),
        (lambda row: f"{row} kg", float),
        (lambda row: "$4.99" if row % 3 else "0", lambda row: 4.99 if row % 3 else 0),
        (lambda row: f"€{row}.5M" if row % 3 else f"€{row}K", lambda row: (row + 0.5) * 1e6 if row % 3 else row * 1e3),
    ],
)
def test_all_cells_agree_and_a_note_says_how_they_are_read(
    cell: Cell, number: Callable[[int], float], tmp_path: Path
) -> None:
    for sep in (",", ";", "\t"):
        data = read(written(tmp_path, cell, sep=sep))
        np.testing.assert_allclose(values(data), [number(row) for row in range(ROWS)], rtol=1e-7)
        assert data.warnings[0].startswith("a.csv: 1 column is read as numbers: price (“")
        assert data.columns[1].taken == "number" and " as " in data.columns[1].about


def test_gaps_are_filled_dropped_and_counted(tmp_path: Path) -> None:
    path = written(tmp_path, lambda row: ("", "NA", "bhp", "null bhp")[row // 7 % 4] if row % 7 == 3 else f"{row} bhp")
    data = read(path)
    lost = [row for row in range(ROWS) if row % 7 == 3]
    assert data.warnings[1] == f"a.csv: gaps are filled: price ({len(lost)})."
    assert len(read(path, gaps="drop rows").train) + len(read(path, gaps="drop rows").validation) == ROWS - len(lost)
    with pytest.raises(DataError, match="a number in column “price”, row 5, found a gap"):
        read(path, gaps="refuse")


@pytest.mark.parametrize(
    ("cell", "said", "mend"),
    [
        (lambda row: f"{row + 1},234", "row 2, found “1,234”. It may be thousands or a fraction", {"decimal": "point"}),
        (lambda row: f"€{row + 1}.234", "found “€1.234”. It may be thousands or a fraction", {"decimal": "comma"}),
        (lambda row: f"({row})", "found “(0)”. All cells stand in brackets", {"ignore": "price"}),
        (lambda row: f"${row + 1}" if row != 9 else "7", "a number with “$” in column “price”, row 11, found “7”", {}),
        (
            lambda row: f"${row + 1}" if row != 9 else "5%",
            "a number with “$” in column “price”, row 11, found “5%”",
            {},
        ),
        (lambda row: f"${row}.5" if row != 9 else "$7,25", "row 11, found “$7,25”", {}),
        (lambda row: f"${row}e.5" if row > 60 else f"${row}" if row != 9 else "$1e9", "found “$", {}),
    ],
)
def test_what_is_not_clear_is_named_with_what_to_do(
    cell: Cell, said: str, mend: dict[str, str], tmp_path: Path
) -> None:
    path = written(tmp_path, cell)
    if "e9" in cell(9):  # no number by any notation: names, as before
        with pytest.raises(DataError, match="nothing in"):
            read(path)
        return
    with pytest.raises(DataError) as caught:
        read(path)
    assert said in str(caught.value) and dict(caught.value.mend) == (mend or {"ignore": "price"})
    if "decimal" in mend:
        mended = read(path, **mend)
        assert values(mended)[0] == 1234 and "read as numbers" in mended.warnings[0]
        other = {"decimal": {"point": "comma", "comma": "point"}[mend["decimal"]]}
        assert values(read(path, **other))[0] == pytest.approx(1.234), "and the other way"


def test_thousands_in_a_column_beside_tabs_ask_whatever_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    for start in (1000, 900):
        path.write_text("n\tkind\n" + "".join(f"{start + row * 13:,}\t{'ab'[row % 2]}\n" for row in range(ROWS)))
        with pytest.raises(DataError, match="which may be thousands or a fraction"):
            read(path)
        assert values(read(path, decimal="point"))[1] == start + 13
        assert values(read(path, decimal="comma"))[20] == pytest.approx((start + 260) / 1000)


@pytest.mark.parametrize(
    "cell", [lambda row: f"{row} {('kg', 'lb')[row % 2]}", lambda row: f"{row} km" if row < 39 else "far"]
)
def test_other_units_and_words_leave_a_column_out_as_before(cell: Cell, tmp_path: Path) -> None:
    path = written(tmp_path, cell)
    add_sizes(path)
    said = read(path).warnings[0]
    assert said.startswith("a.csv: 1 column is left out: price (")
    assert ("different units: kg, lb" in said) == ("lb" in cell(1))


def test_a_word_far_behind_the_beginning_is_found(tmp_path: Path) -> None:
    path = written(tmp_path, lambda row: f"{row} km" if row != 90 else "far", rows=100)
    add_sizes(path)
    assert read(path).warnings[0] == "a.csv: 1 column is left out: price (over 50 different texts)."
    with pytest.raises(DataError, match="a number in column “price”, row 92, found “far”"):
        read(path, types={"price": "number"})


def test_targets_are_read_alike(tmp_path: Path) -> None:
    rows = "".join(f'{row},"${row * 997 + 0.5:,.2f}"\n' for row in range(ROWS))
    (tmp_path / "a.csv").write_text(f"size,price\n{rows}")
    data = read(tmp_path / "a.csv")
    assert data.task == "regression" and sorted(data.train.y[:, 0])[1] == 997.5
    assert data.warnings == ("a.csv: 1 column is read as numbers: price (“$0.50” as 0.5).",)
    gap = tmp_path / "a.csv"
    gap.write_text(f"size,price\n{rows}7,\n")
    with pytest.raises(DataError, match="expected a number in column “price”, row 42, found a gap"):
        read(gap)
    assert len(read(gap, gaps="drop rows").train) == 32
    gap.write_text("size,price\n" + "".join(f'{row},"{row + 1},234"\n' for row in range(ROWS)))
    with pytest.raises(DataError, match="It may be thousands or a fraction") as caught:
        read(gap)
    assert read(gap, **caught.value.mend).train.y.min() == 1234


def test_few_shares_are_classes_unless_numbers_are_wanted(tmp_path: Path) -> None:
    rows = "".join(f"{row},{row % 3 * 5}%\n" for row in range(ROWS))
    (tmp_path / "a.csv").write_text(f"size,share\n{rows}")
    assert read(tmp_path / "a.csv").classes == ("0%", "10%", "5%")
    assert set(read(tmp_path / "a.csv", task="regression").train.y[:, 0]) == {0, 5, 10}


def test_large_numbers_stay_apart_and_too_large_ones_are_named(tmp_path: Path) -> None:
    data = read(written(tmp_path, lambda row: f"${170000000 + row:,}"))
    assert data.train.x.dtype == np.float64 and values(data)[1] == 170000001
    with pytest.raises(DataError, match=r"numbers up to 3.4e38 in column “price”, row 5"):
        read(written(tmp_path, lambda row: f"${'9' * 39}.5" if row == 3 else f"${row}"))


def test_a_file_without_names_begins_with_its_first_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("".join(f"${row}.00,{row}%,{'ab'[row % 2]}\n" for row in range(ROWS)))
    data = read(tmp_path / "a.csv")
    assert len(data.train) + len(data.validation) == ROWS and data.shape == (2,)


def test_large_files_are_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    path = written(tmp_path, lambda row: f"${row * 997 + 0.5:,.2f}" if row % 5 else "", rows=3000)
    plain = read(path)
    monkeypatch.setattr(quick, "QUICK_FROM", 0)
    monkeypatch.setattr(quick, "BLOCK", 2048)
    quickly = read(path)
    assert plain.warnings == quickly.warnings and plain.found == quickly.found == {"written price": ".$"}
    np.testing.assert_array_equal(plain.train.x, quickly.train.x)


def test_what_is_asked_later_is_read_as_training_was(tmp_path: Path) -> None:
    dataset = DATASETS["csv"](path=str(written(tmp_path, euros, sep=";")))
    data = dataset.load()
    column = data.first_input
    assert column.mean is not None and column.std is not None
    own = Own((column.mean, column.std), column.features, np.array([7.0], np.float32))
    asked = Asked(dataset, (Wanted("x", (1,), False, "", own),), data.found)
    cells = ["1.234 €", "1.234", "12,5", "12.5", "", "€", "$5", "much"]
    (tmp_path / "new.csv").write_text("price;kind\n" + "".join(f"{cell};a\n" for cell in cells), encoding="utf-8")
    found = [*given([tmp_path / "new.csv"], asked)]
    numbers = np.concatenate([piece.values["x"] for piece in found if isinstance(piece, Piece)])[:, 0].tolist()
    assert numbers == [1234, 1234, 12.5, 12.5, 7, 7], "one line alone would not tell"
    why = [item.why for item in found if isinstance(item, Left)]
    assert [text.partition(", found ")[2] for text in why] == ["“$5”", "“much”"]


def test_cells_tell_what_was_found() -> None:
    found = noted_cells(".", "auto", coded(["$5", "$1.5", "", "$"]))
    assert isinstance(found, Noted) and found.gaps == 2 and found.how == (".", "$", "$5", ("$",))
    assert found.values[:2].tolist() == [5, 1.5] and math.isnan(found.values[2])
    refused = noted_cells(".", "auto", coded(["1,234", "5"]))
    assert isinstance(refused, Refused) and refused.mend == {"decimal": "point"}
    assert noted_cells(",", "auto", coded(["1.234", "5"])).how.mark == ",", "the file has fractions behind commas"  # type: ignore[union-attr]
    assert noted_cells(".", "auto", coded(["", ""])) == Refused(0, "")


def test_units_behind_many_sorts_of_nothing_are_refused() -> None:
    blanks = [f"{gap} kg" for gap in GAPS if "-" not in gap and gap]
    assert len(blanks) > 12
    noting = Noting(".", "auto")
    for cells in (["4 kg", *blanks], ["5 kg"]):
        noting.take(coded(cells))
    found = noting.found()
    assert isinstance(found, Refused) and (found.row, found.cell) == (1, "? kg")
    few = noted_cells(".", "auto", coded(["4 kg", *blanks[:9], "5 kg"]))
    assert isinstance(few, Noted) and few.gaps == 9 and few.values[[0, -1]].tolist() == [4, 5]


def test_another_cell_is_named_by_the_row_it_first_stands_in() -> None:
    noting = Noting(".", "auto")
    noting.take(coded(["$4", "$5", "$5", "$1,000"]))
    noting.take(coded(["$4", "", "soon", "$7"]))
    found = noting.found()
    assert isinstance(found, Refused) and (found.row, found.cell) == (6, "soon")


def test_very_many_texts_are_counted_as_few_are() -> None:
    tally = Tally()
    for start in range(0, 600, 100):
        cells = coded([f"${start + row}.50" if row % 10 else "NA" for row in range(100)])
        tally.take(cells, [None] * len(cells.texts), start)
    assert (tally.numbers, tally.gaps, tally.others, tally.first) == (0, 60, 540, (1, "$1.50"))


@pytest.mark.parametrize("noted", ["${:,.2f}", "{:,.2f} €", "${:,.0f}"])
def test_amounts_are_read_in_a_few_times_what_plain_numbers_need(noted: str, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")

    def seconds(cell: str) -> float:
        path = tmp_path / "a.csv"
        lines = (f'{row / 7:.4f},{row / 9:.4f},{row},"{cell.format(row * 7.77)}",{row % 2}\n' for row in range(200_000))
        path.write_text("a,b,c,price,kind\n" + "".join(lines), encoding="utf-8")
        start = time.process_time()
        data = DATASETS["csv"](path=str(path), decimal="point").load()
        assert data.train.x.shape[1] == 4
        return time.process_time() - start

    assert min(seconds(noted) for _ in range(2)) < 8 * max(seconds("{:.2f}") for _ in range(2)), "the first way took 20"
