"""One table in every format: the same columns, gaps, classes and arrays, and scripts that give them to the bit."""

from __future__ import annotations

import csv
import json
import sqlite3
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.data import DATASETS, Data, DataError, Dataset, kind_for

Columns = dict[str, Sequence[Any]]
Writer = Callable[[Path, Columns], None]


def write_csv(path: Path, columns: Columns) -> None:
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def write_parquet(path: Path, columns: Columns) -> None:
    pa = pytest.importorskip("pyarrow")
    pytest.importorskip("pyarrow.parquet").write_table(pa.table(columns), path)


def write_excel(path: Path, columns: Columns, above: Sequence[Sequence[Any]] = (), head: bool = True) -> None:
    book = pytest.importorskip("openpyxl").Workbook()
    for row in (*above, *([list(columns)] if head else []), *zip(*columns.values(), strict=True)):
        book.active.append(row)
    other = book.create_sheet("Second")
    other.append(["a", "b"])
    book.save(path)


def write_sqlite(path: Path, columns: Columns, table: str = "flowers") -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA synchronous = OFF")  # no power fails here
        database.execute(f'CREATE TABLE "{table}" ({names})')
        values = f"({', '.join('?' * len(columns))})"
        database.executemany(f'INSERT INTO "{table}" VALUES {values}', zip(*columns.values(), strict=True))
    database.close()


def write_lines(path: Path, columns: Columns) -> None:
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    path.write_text("".join(f"{json.dumps(row, default=str)}\n" for row in rows))


TYPED: dict[str, Writer] = {
    "a.parquet": write_parquet, "a.xlsx": write_excel, "a.sqlite": write_sqlite, "a.jsonl": write_lines,
}  # fmt: skip
ROWS = range(40)
PLAIN: Columns = {
    "size": [0.1 * row for row in ROWS],
    "count": [row**3 for row in ROWS],
    "sex": [("f", "m", None)[row % 3] for row in ROWS],
    "age": [None if row % 7 == 3 else row + 20 for row in ROWS],
    "joined": [f"2024-0{1 + row % 9}-1{row % 5}" for row in ROWS],
    "remark": [f"two\nlines, “{row}”" for row in ROWS],
    "kind": ["ab"[row % 2] for row in ROWS],
}


def table(path: Path, **about: Any) -> Dataset:
    return DATASETS["csv"](path=path.name, **about)


def read(path: Path, **about: Any) -> Data:
    """The data of a file, as load, facts and script agree on it."""
    dataset = table(path, **about)
    data = dataset.load(path.parent)
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(path.parent), "script.py", "exec"), names)
    ours = (data.train.x, data.train.y, data.validation.x, data.validation.y, data.mean, data.std)
    for mine, theirs in zip(ours, names["load_data"](), strict=True):
        np.testing.assert_array_equal(mine, theirs, strict=True)
    assert dataset.facts(path.parent) == data.facts()
    return data


def assert_equal(data: Data, other: Data) -> None:
    assert (data.features, data.classes) == (other.features, other.classes)
    for mine, theirs in zip(data.splits, other.splits, strict=True):
        np.testing.assert_array_equal(mine.x, theirs.x, strict=True)
        np.testing.assert_array_equal(mine.y, theirs.y, strict=True)


@pytest.mark.parametrize("gaps", ["fill", "drop rows"])
@pytest.mark.parametrize("name", TYPED)
def test_a_table_is_the_same_in_every_format(name: str, gaps: str, tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", PLAIN)
    TYPED[name](tmp_path / name, PLAIN)
    assert kind_for(tmp_path / name) is DATASETS["csv"]
    plain, data = (read(tmp_path / item, gaps=gaps) for item in ("a.csv", name))
    assert_equal(data, plain)
    assert [text.replace(name, "a.csv") for text in data.warnings if "others are" not in text] == list(plain.warnings)


@pytest.mark.parametrize("name", TYPED)
def test_several_targets_and_bound_columns_hold_in_every_format(name: str, tmp_path: Path) -> None:
    TYPED[name](tmp_path / name, PLAIN)
    data = read_bound(tmp_path / name)
    assert data.inputs["b"].features == ("sex=f", "sex=m", "sex=no value")
    assert data.targets["one"].classes == ("a", "b") and data.targets["two"].classes is None


def read_bound(path: Path) -> Data:
    dataset = table(path, inputs={"a": "size, count", "b": "sex"}, targets={"one": "kind", "two": "size"})
    data = dataset.load(path.parent)
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(path.parent), "script.py", "exec"), names)
    theirs = names["load_data"]()
    for id, column in data.inputs.items():
        np.testing.assert_array_equal(column.train, theirs[0][id], strict=True)
    for id, column in data.targets.items():
        np.testing.assert_array_equal(column.validation, theirs[3][id], strict=True)
    return data


@pytest.mark.parametrize("name", TYPED)
def test_what_it_is_counts_not_what_it_is_called(name: str, tmp_path: Path) -> None:
    TYPED[name](tmp_path / "table.csv", PLAIN)
    assert read(tmp_path / "table.csv").classes == ("a", "b")


def test_types_of_parquet_become_cells_as_people_write_them(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    moments = [datetime(2024, 1, 1 + row % 28, row % 24, 30) for row in ROWS]
    columns = {
        "flag": pa.array([row % 2 == 0 for row in ROWS]),
        "small": pa.array(np.linspace(0, 1, 40, dtype=np.float16)),
        "narrow": pa.array(np.linspace(-1, 1, 40, dtype=np.float32)),
        "exact": pa.array([Decimal(row) / 8 for row in ROWS], pa.decimal128(12, 4)),
        "huge": pa.array([2**63 + row for row in ROWS], pa.uint64()),
        "nano": pa.array([int(moment.timestamp()) * 10**9 + 7 for moment in moments], pa.timestamp("ns", "UTC")),
        "day": pa.array([moment.date() for moment in moments]),
        "word": pa.array([("x", "y")[row % 2] for row in ROWS]).dictionary_encode(),
        "nan": pa.array([float("nan") if row == 5 else -0.0 for row in ROWS]),
        "list": pa.array([[row] for row in ROWS]),
        "__index_level_0__": pa.array(ROWS),
        "class": pa.array([float(row % 2) for row in ROWS]),
    }
    write_parquet(tmp_path / "a.parquet", columns)
    data = read(tmp_path / "a.parquet", target="class")
    assert data.classes == ("0", "1")
    assert {"flag=False", "flag=True", "nano hour", "day weekday", "word=y", "nan", "exact"} <= set(data.features)
    assert not any("index" in name for name in data.features) and "list.1" in data.features
    assert any("column 11 has no name" in text for text in data.warnings)
    x = np.concatenate([data.train.x, data.validation.x])
    assert x[:, data.features.index("exact")].max() == np.float32(39 / 8)
    assert 22.5 in x[:, data.features.index("nano hour")]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(width=64, allow_nan=False, allow_infinity=False, min_value=-1e30, max_value=1e30), min_size=6)
)
def test_any_numbers_come_out_of_typed_files_as_they_went_in(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[float]
) -> None:
    folder = tmp_path_factory.mktemp("numbers")
    columns = {"x": numbers, "y": [place % 2 for place in range(len(numbers))]}
    write_sqlite(folder / "a.db", columns)
    raw = table(folder / "a.db").read_arrays(folder, None)
    found = next(iter(raw.inputs.values())).values[:, 0]
    np.testing.assert_array_equal(found, np.array(numbers, found.dtype))


def test_a_sheet_is_chosen_by_name_and_titles_above_it_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_excel(path, PLAIN, above=(["Flowers of 2024"], [], ["counted by hand"]))
    data = read(path)
    assert data.warnings[:2] == (
        "a.xlsx: the sheet “Sheet” is read; others are Second.",
        "a.xlsx: 2 rows of a title above the table are passed over.",
    )
    assert_equal(data, read(path, table="sheet"))
    with pytest.raises(DataError, match="expected a sheet “Third”, found Sheet, Second") as caught:
        table(path, table="Third").load(tmp_path)
    assert read(path, **caught.value.mend).classes == ("a", "b")


def test_dates_commas_and_errors_of_excel(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    days = [datetime(2024, 3, 1) + timedelta(days=row) for row in ROWS]
    write_excel(path, {"day": days, "comma": [f"{row},5" for row in ROWS], "y": [row % 2 for row in ROWS]}, head=True)
    data = read(path)
    assert data.features == ("day year", "day month", "day day", "day weekday", "comma")
    assert 7.5 in np.concatenate([data.train.x, data.validation.x])[:, 4]
    write_excel(path, {"x": ["#DIV/0!" if row == 30 else row for row in ROWS], "y": [row % 2 for row in ROWS]})
    with pytest.raises(DataError, match="expected a number in column “x”, row 32, found “#DIV/0!”"):
        read(path)
    write_excel(path, {"x": list(ROWS), "y": [row % 2 for row in ROWS]}, head=False)
    assert read(path).features == () and read(path, header="no").shape == (1,)


def test_a_table_of_a_database_is_chosen_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    write_sqlite(path, PLAIN)
    write_sqlite(path, {"a": list(ROWS), 'odd "name"': [row % 2 for row in ROWS]}, table="x; DROP TABLE flowers")
    content = path.read_bytes()
    assert read(path, table="x; DROP TABLE flowers").shape == (1,)
    assert read(path).warnings[0] == "a.db: the table “flowers” is read; others are x; DROP TABLE flowers."
    assert path.read_bytes() == content and [item.name for item in tmp_path.iterdir()] == ["a.db"]


def test_a_view_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.data.formats.tables.sqlite.LONGEST_VIEW", 2_000_000)
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute(
            "CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT x, x FROM n"
        )
    database.close()
    with pytest.raises(DataError, match="can't be read \\(interrupted\\)"):
        table(tmp_path / "a.db").load(tmp_path)


@pytest.mark.parametrize("name", TYPED)
def test_torn_files_are_a_sentence(name: str, tmp_path: Path) -> None:
    TYPED[name](tmp_path / name, PLAIN)
    content = (tmp_path / name).read_bytes()
    generator = np.random.default_rng(3)
    for _ in range(12):
        torn = bytearray(content)
        for place in generator.integers(20, len(torn), 40):
            torn[place] = int(generator.integers(256))
        (tmp_path / name).write_bytes(bytes(torn[: int(generator.integers(20, len(torn)))]))
        try:
            table(tmp_path / name).load(tmp_path)
        except DataError as error:
            assert str(error).endswith(".") and len(str(error)) < 400


def test_other_files_are_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(DataError, match=r"Save it as \.xlsx"):
        table(tmp_path / "old.xls").load(tmp_path)
    pytest.importorskip("openpyxl")
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("notes.txt", "x")
    with pytest.raises(DataError, match="expected an Excel workbook, found another archive"):
        table(tmp_path / "a.xlsx").load(tmp_path)
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", bytes((1 << 28) + 1))
    with pytest.raises(DataError, match="so it is not opened"):
        table(tmp_path / "a.xlsx").load(tmp_path)


@pytest.mark.parametrize(("name", "package"), [("a.parquet", "pyarrow"), ("a.xlsx", "openpyxl")])
def test_without_its_reader_a_file_says_what_to_install(
    name: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    TYPED[name](tmp_path / name, PLAIN)
    module = "parquet" if package == "pyarrow" else "excel"
    monkeypatch.setattr(f"studio.data.formats.tables.{module}.find_spec", lambda name: None)
    with pytest.raises(DataError, match=rf"reading it needs {package}. Run pip install netloom\[{module}\]"):
        table(tmp_path / name).load(tmp_path)


def test_moments_of_a_time_zone_and_bytes_are_text_that_can_be_read(tmp_path: Path) -> None:
    from studio.data.formats.tables.file import cell_text

    zone = timezone(timedelta(hours=2))
    assert cell_text(datetime(2024, 5, 6, 7, 8, tzinfo=zone)) == "2024-05-06 07:08:00"
    assert cell_text(date(2024, 5, 6)) == cell_text(datetime(2024, 5, 6)) == "2024-05-06"
    assert [cell_text(value) for value in (None, 2.0, -0.0, 1e300, b"\xff", True)] == [
        "",
        "2",
        "0",
        "1e+300",
        "�",
        "True",
    ]
