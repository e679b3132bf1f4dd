"""ARFF tables as tables: what Weka and OpenML write, sparse rows, quotes, dates, and what is broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_files import read

from studio.data import DATASETS, DataError, kind_for
from studio.data.formats import memory
from studio.data.formats.tables.arff import arff_cell, arff_fields, arff_rows, is_arff

HEAD = """% 1. Title: Flowers
%
@RELATION flowers

@ATTRIBUTE size\tREAL
@attribute 'the color' {red, 'dark blue' , "it's"}
@Attribute grade{1,2,3}
@attribute note string
@attribute class {'Iris-setosa',b}

@DATA
"""
COLORS = ("red", "'dark blue'", '"it\'s"')
ROWS = "".join(
    f"{'?' if row == 4 else row * 0.5},{COLORS[row % 3]},"
    f"{row % 3 + 1},'a, note {row}',{('Iris-setosa', 'b')[row % 2]}\n"
    for row in range(40)
)


def written(folder: Path, text: str, name: str = "a.arff") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize("name", ["a.arff", "A.ARFF", "a.txt", "a"])
def test_attributes_are_columns_and_nominal_ones_categories(name: str, tmp_path: Path) -> None:
    data = read(written(tmp_path, HEAD + ROWS.replace("\n", "\n% between\n\n", 1), name))
    colors = tuple(f"the color={color}" for color in ("dark blue", "it's", "red"))
    assert data.features == ("size", *colors, "grade=1", "grade=2", "grade=3")
    assert data.classes == ("Iris-setosa", "b")
    assert data.warnings == (f"{name}: 1 column is left out: note (40 different texts).",
                             f"{name}: gaps are filled: size (1).")  # fmt: skip


def test_a_dropped_file_is_a_table_and_types_can_be_told(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + ROWS)
    assert kind_for(path) is DATASETS["csv"]
    assert read(path, types={"grade": "number", "note": "left out"}).features[-1] == "grade"


def test_sparse_rows_hold_zeros_and_first_values(tmp_path: Path) -> None:
    head = "@relation s\n@attribute a real\n@attribute b {X,Y,Z}\n@attribute c real\n"
    head += "@attribute d {'class A', \"class B\"}\n@data\n"
    rows = '{1 Y, 2 .5, 3 "class B"}\n{0 3}, {5}\n{2 ?}\n{}\n'
    data = read(written(tmp_path, head + rows * 10))
    assert data.classes == ("class A", "class B") and data.features == ("a", "b=X", "b=Y", "c")
    assert data.rows is not None
    x = np.empty((40, 4))
    for places, part in zip(data.rows, data.splits, strict=True):
        x[places] = part.x
    assert x[:4].tolist() == [[0, 0, 1, 0.5], [3, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]]


def test_weights_behind_rows_and_blanks_between_cells(tmp_path: Path) -> None:
    head = "@relation w\n@attribute a real\n@attribute b real\n@attribute y {p,q}\n@data\n"
    data = read(written(tmp_path, head + "1, 2, p, {0.5}\n3\t4 q\n 5 , 6 , p \n" * 8))
    assert sorted({tuple(row) for part in data.splits for row in part.x.tolist()}) == [(1, 2), (3, 4), (5, 6)]


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        ("", "2024-01-{0:02}T10:30:00"), ("'yyyy-MM-dd HH:mm:ss'", "'2024-01-{0:02} 10:30:00'"),
        ("dd.MM.yyyy", "{0:02}.01.2024"),
        ("\"MM/dd/yy HH:mm\"", "\"01/{0:02}/24 10:30\""),
    ],
)  # fmt: skip
def test_dates_have_parts_whatever_their_format(form: str, cell: str, tmp_path: Path) -> None:
    rows = "".join(f"{cell.format(row % 28 + 1)},{'pq'[row % 2]}\n" for row in range(40))
    data = read(written(tmp_path, f"@relation d\n@attribute day date {form}\n@attribute y {{p,q}}\n@data\n{rows}?,p\n"))
    assert data.features[:4] == ("day year", "day month", "day day", "day weekday")
    assert len(data.features) == (4 if form == "dd.MM.yyyy" else 5)
    assert {float(year) for year in data.train.x[:, 0]} == {2024}


def test_other_encodings_are_read_as_those_of_tables_are(tmp_path: Path) -> None:
    path = tmp_path / "a.arff"
    path.write_bytes((HEAD + ROWS).replace("red", "grün").encode("cp1252"))
    assert "the color=grün" in read(path).features
    assert "the color=grün" in read(path, encoding="latin-1").features


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@relation a\n@attribute a real\n", "expected a line @DATA above the rows, found none. Add it."),
        ("@relation a\n@data\n1\n", "expected attributes above the rows, found none"),
        ("@relation a\n@attribute a text\n@data\n1\n", "in line 2, found @attribute a text. If it is one, mend it."),
        ("@relation a\n@attribute a relational\n@data\n1\n", "tables within rows are not read: leave it out."),
        ("@relation a\n@attribute\n@data\n1\n", "in line 2, found @attribute. If"),
        (HEAD + ROWS + "1,red\n", "expected 5 columns in row 52, found 2. Check that row."),
        (HEAD + ROWS.replace("3.5", "long", 1), "expected a number in column “size”, row 19, found “long”"),
        (HEAD + "{9 1}\n", "can't be read (row with attribute 9 of 5)"),
        (HEAD, "expected rows of numbers and a target, found none"),
    ],
)  # fmt: skip
def test_broken_files_are_named_with_their_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read(written(tmp_path, text))
    assert said in str(caught.value)


def test_sparse_rows_ask_for_the_memory_that_they_take_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = "".join(f"@attribute a{number} numeric\n" for number in range(200))
    path = written(tmp_path, f"@relation r\n{names}@attribute kind {{x,y}}\n@data\n" + "{0 1}\n{3 4,200 y}\n" * 50)
    assert read(path).shape == (200,)
    monkeypatch.setattr(memory, "free_memory", lambda: 50_000)
    with pytest.raises(DataError, match=r"a\.arff takes .* more than is free. Use a part of it"):
        DATASETS["csv"](path=str(path)).load()


def test_a_row_that_names_another_attribute_is_a_sentence(tmp_path: Path) -> None:
    path = written(tmp_path, "@relation r\n@attribute a numeric\n@attribute b {x,y}\n@data\n{0 1}\n{2 1}\n")
    with pytest.raises(DataError, match="row with attribute 2 of 2"):
        DATASETS["csv"](path=str(path)).load()


def test_what_it_begins_with_tells_an_arff_file() -> None:
    assert is_arff(Path("a"), b"% 1. Title: Iris\n%\n@RELATION iris\n")
    assert is_arff(Path("a.arff"), b"% remarks that go on") and not is_arff(Path("a.csv"), b"% remarks that go on")
    assert not is_arff(Path("a.arff"), b"a,b\n1,2\n")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), min_size=1), min_size=2))
def test_quoted_cells_come_back(cells: list[str]) -> None:
    def quoted(cell: str) -> str:
        escaped = cell.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"

    line = ",".join(map(quoted, cells))
    assert [arff_cell(written) for written in arff_fields(line)] == cells


def test_lines_above_and_between_hold_no_row(tmp_path: Path) -> None:
    path = written(tmp_path, "@relation a\n@attribute a real\n@data\n%\n'?'\n?\n")
    rows = [*arff_rows(str(path), "utf-8", ["0"], {})]
    assert rows == [[], [], [], [], ["?"], [""]], "so that rows are counted as lines"
