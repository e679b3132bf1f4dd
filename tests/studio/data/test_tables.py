from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.data import DATASETS, Data, DataError, Dataset

HEAD = "length,width,kind\n"
ROWS = "".join(f"{i},{i / 2},{'ab'[i % 2]}\n" for i in range(20))


class Left(Exception):
    """Ends a loading that nobody waits for."""


def table(**settings: object) -> Dataset:
    return DATASETS["csv"](**{"path": "data.csv", **settings})


def check(content: str | bytes, folder: Path, **settings: object) -> Data:
    """The data in a file of that content, as load, facts and script agree on it."""
    data = content if isinstance(content, bytes) else content.encode()
    (folder / "data.csv").write_bytes(data)
    dataset = table(**settings)
    loaded = dataset.load(folder)
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(folder), "script.py", "exec"), names)
    ours = (loaded.train.x, loaded.train.y, loaded.validation.x, loaded.validation.y, loaded.mean, loaded.std)
    for mine, theirs in zip(ours, names["load_data"](), strict=True):
        np.testing.assert_array_equal(mine, theirs, strict=True)
    return loaded


def every(data: Data) -> np.ndarray:
    return np.sort(np.concatenate((data.train.x[:, 0], data.validation.x[:, 0])))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " ", "|"])
@pytest.mark.parametrize("head", [HEAD, ""])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_dialects(tmp_path: Path, delimiter: str, head: str, encoding: str) -> None:
    content = (head + ROWS.replace("a\n", "ä\n")).replace(",", delimiter)
    data = check(content.encode(encoding), tmp_path)
    assert data.classes == ("b", "ä")
    assert data.shape == (2,)
    assert every(data).tolist() == list(range(20))


def test_windows_line_ends_quotes_and_empty_lines(tmp_path: Path) -> None:
    content = '"length, mm";"kind"\r\n' + "".join(f'"{i}";"k {i % 2}"\r\n\r\n' for i in range(20))
    data = check(content, tmp_path)
    assert data.classes == ("k 0", "k 1")
    assert data.shape == (1,)


@pytest.mark.parametrize(("target", "shape", "classes"), [("", (2,), ("a", "b")), ("kind", (2,), ("a", "b"))])
def test_the_target_is_the_last_unless_named(tmp_path: Path, target: str, shape: Any, classes: Any) -> None:
    data = check(HEAD + ROWS, tmp_path, target=target)
    assert (data.shape, data.classes) == (shape, classes)


def test_numbers_as_targets(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i % 3},{i * 1.5}\n" for i in range(30))
    assert check(rows, tmp_path).classes is None
    assert check(rows, tmp_path).target_shape == (1,)
    assert check(rows, tmp_path, target="2").classes == ("0", "1", "2")
    assert check(rows, tmp_path, target="1").classes is None
    assert check(rows, tmp_path, target="2", task="regression").classes is None
    pairs = "".join(f"1,{i // 2}\n" for i in range(60))
    assert len(check(pairs, tmp_path, task="classification", validation=0.5).classes or "") == 30


def test_classes_of_numbers_are_in_order_of_size(tmp_path: Path) -> None:
    rows = "".join(f"{i},{(10, 9, 100)[i % 3]}\n" for i in range(30))
    assert check(rows, tmp_path).classes == ("9", "10", "100")


def test_ignored_columns_may_hold_anything(tmp_path: Path) -> None:
    rows = "id,length,note,kind\n" + "".join(f"x{i},{i},some text,{'ab'[i % 2]}\n" for i in range(20))
    data = check(rows, tmp_path, ignore="id, 3")
    assert data.shape == (1,)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEAD + ROWS + "oops,1,a\n", "expected a number in column “length”, row 22, found “oops”"),
        (HEAD + "1,?!,a\n" + ROWS, "expected a number in column “width”, row 2, found “\\?!”"),
        (HEAD + "1,inf,a\n" + ROWS, "found “inf”"),
        (HEAD + "1,1e300,a\n" + ROWS, "expected numbers up to 3.4e38"),
        (HEAD + "1,b,a\nc,x,b\n" + ROWS, "found “b”.* 2 more cells are not numbers"),
        (HEAD + "1,2,\n" + ROWS, "expected a class in column “kind”, row 2, found a gap"),
        (HEAD + ROWS + "1,2\n", "expected 3 columns in row 22, found 2"),
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("a,b\n", "expected rows of numbers and a target, found none behind the names"),
        (HEAD + "1,2,a\n" * 20, "expected two classes or more, found only “a”"),
        ("1\n2\n3\n", "found only the target “1”"),
        (b"\x00\x01\x02" * 100, "found binary data"),
        (b"\xff\xfe" + b"\x00" * 99, "binary data|can't be read"),
    ],
)
def test_bad_tables_say_where(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        check(content, tmp_path)


def test_columns_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a column “size”, found length, width, kind"):
        check(HEAD + ROWS, tmp_path, target="size")
    with pytest.raises(DataError, match="expected a column “4”"):
        check(HEAD + ROWS, tmp_path, ignore="4")
    with pytest.raises(DataError, match="nothing is there"):
        table(path="other.csv").load(tmp_path)


def test_hostile_labels_never_become_code(tmp_path: Path) -> None:
    labels = ['"]; raise SystemExit  #', "{path}", "a\\"]
    rows = "".join(f'{i},"{labels[i % 3].replace(chr(34), chr(34) * 2)}"\n' for i in range(30))
    assert set(check(rows, tmp_path).classes or ()) == set(labels)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_data_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("csv")
    (folder / "data.csv").write_bytes(content)
    try:
        table().load(folder)
    except DataError as error:
        assert len(str(error)) < 1000


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("head", [HEAD, ""])
def test_decimal_commas(tmp_path: Path, delimiter: str, head: str) -> None:
    content = head + "".join(f"{i},{i / 2},{'ab'[i % 2]}\n" for i in range(20))
    data = check(content.replace(",", delimiter).replace(".", ","), tmp_path)
    assert (data.shape, data.classes) == ((2,), ("a", "b"))
    assert every(data).tolist() == list(range(20))
    numbers = "".join(f"{i};{i * 1.5}\n" for i in range(20)).replace(".", ",")
    assert check(numbers, tmp_path).target_shape == (1,)
    data = check(numbers.replace("\n", ";x\n").replace("x", "y", 9) + "1;1.234,5;x\n", tmp_path, target="3")
    assert data.warnings[0] == "data.csv: 1 column is read as numbers: 2 (“1.234,5” as 1234.5)."
    with pytest.raises(DataError, match="found “0,0”"):
        check(numbers.replace("\n", ";x\n"), tmp_path, target="3", decimal="point")


def test_rows_are_counted_as_spreadsheets_count_them(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a number in column “width”, row 25, found a gap"):
        check(HEAD + "\n,,\n   \n" + ROWS + "1,,a\n", tmp_path, gaps="refuse")
    with pytest.raises(DataError, match="expected 3 columns in row 7003, found 2"):
        check(HEAD + "\n" + "1,2,a\n3,4,b\n" * 3500 + "1,2\n", tmp_path)
    with pytest.raises(DataError, match=r"expected a number in column “width”, row 7003, found “x”.* 1 more cell is"):
        check(HEAD + "\n" + "1,2,a\n3,4,b\n" * 3500 + "1,x,a\n1,y,b\n", tmp_path)


def test_names_over_text_are_a_header(tmp_path: Path) -> None:
    assert check("city,kind\n" + "Rome,a\nOslo,b\n" * 9, tmp_path).features == ("city=Oslo", "city=Rome")


def test_columns_without_a_name_are_left_out(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i / 2},{'ab'[i % 2]},\n" for i in range(20))
    data = check(",width,kind,\n" + rows, tmp_path)
    assert (data.shape, data.classes, data.features) == ((1,), ("a", "b"), ("width",))
    assert data.warnings == ("data.csv: columns 1, 4 have no name and are left out.",)


@pytest.mark.parametrize(("ignore", "expected"), [("", "note"), ("id", "id, note")])
def test_a_slip_in_a_column_is_mended_by_ignoring_it(tmp_path: Path, ignore: str, expected: str) -> None:
    rows = "id,length,note,kind\n" + "".join(f"{i},{i},{i or 'no'},{'ab'[i % 2]}\n" for i in range(20))
    with pytest.raises(DataError) as caught:
        check(rows, tmp_path, ignore=ignore)
    assert caught.value.mend == {"ignore": expected}
    assert check(rows, tmp_path, ignore=expected).task == "classification"


def test_a_large_table_is_read_in_pieces_and_can_be_left(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(HEAD + ROWS * 1000)
    told: list[tuple[int, int]] = []
    table().load(tmp_path, lambda done, total: told.append((done, total)))
    assert len(told) > 4 and told == sorted(told)
    assert told[-1][0] == told[-1][1] == (tmp_path / "data.csv").stat().st_size

    def leave(done: int, total: int) -> None:
        raise Left

    with pytest.raises(Left):
        table().load(tmp_path, leave)


def test_the_code_page_of_spreadsheets_keeps_its_signs(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_bytes("a,b\n1,5–10 €\n2,don’t know\n".encode("cp1252") * 1 + b"3,5\x9610 \x80\n" * 9)
    assert table(path="data.csv", validation=0.5).load(tmp_path).classes == ("5–10 €", "don’t know")


def test_commas_that_may_part_thousands_are_asked_about(tmp_path: Path) -> None:
    rows = "".join(f"{place * 137:,}\t{'ab'[place % 2]}\n" for place in range(1, 20))
    (tmp_path / "data.csv").write_text("size\tkind\n" + rows)
    with pytest.raises(DataError, match="found 1,096, which may be thousands or a fraction") as caught:
        table(path="data.csv").load(tmp_path)
    assert caught.value.mend == {"decimal": "comma"}
    assert table(path="data.csv", decimal="comma").load(tmp_path).train.x.max() == 959
    (tmp_path / "data.csv").write_text("size\tkind\n" + "0,125\ta\n1,250\tb\n3\ta\n" * 9)
    assert table(path="data.csv").load(tmp_path).train.x.max() == 3


def test_spellings_of_one_number_are_one_class(tmp_path: Path) -> None:
    content = "a,k\n" + "".join(f"{i},{('0', '0.0', '1', '1.0', '1e0')[i % 5]}\n" for i in range(40))
    data = check(content, tmp_path)
    assert data.classes == ("0", "1")
    assert sum(map(sum, data.counts.values())) == 40


def test_labels_that_are_each_a_number_of_their_own_keep_their_text(tmp_path: Path) -> None:
    content = "a,k\n" + "".join(f"{i},{('0.0', '1.0', '2.0')[i % 3]}\n" for i in range(30))
    assert check(content, tmp_path).classes == ("0.0", "1.0", "2.0")


def test_two_forms_of_a_letter_with_its_mark_are_one_class(tmp_path: Path) -> None:
    spelled = ("café", "cafe\N{COMBINING ACUTE ACCENT}", "bar")
    content = "a,k\n" + "".join(f"{i},{spelled[i % 3]}\n" for i in range(30))
    assert check(content, tmp_path).classes == ("bar", "café")


def test_several_targets_have_spellings_of_their_own(tmp_path: Path) -> None:
    content = "a,k,m\n" + "".join(f"{i},{('0', '0.0', '1')[i % 3]},{('x', 'y')[i % 2]}\n" for i in range(30))
    (tmp_path / "data.csv").write_text(content)
    dataset = table(targets=[["o1", "k"], ["o2", "m"]])
    data = dataset.load(tmp_path)
    assert [column.classes for column in data.targets.values()] == [("0", "1"), ("x", "y")]
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(tmp_path), "script.py", "exec"), names)
    for id, values in names["load_data"]()[1].items():
        np.testing.assert_array_equal(values, data.target(id).train)


@pytest.mark.parametrize("slip", ["n/a", "12;5", ""])
def test_a_slip_among_prices_is_named_not_taken_for_a_class(tmp_path: Path, slip: str) -> None:
    content = "area,price\n" + "".join(f"{i},{slip if i == 77 else 1000.5 + 3.25 * i}\n" for i in range(300))
    found = "a gap" if not slip else f"“{slip}”"
    with pytest.raises(DataError, match=rf"a number in column “price”, row 79, found {found}\. Fill it"):
        check(content, tmp_path)


def test_a_slip_may_be_a_class_where_somebody_says_so(tmp_path: Path) -> None:
    content = "area,price\n" + "".join(f"{i},{'n/a' if i % 9 == 0 else 0.5 + i % 12}\n" for i in range(300))
    assert "n/a" in (check(content, tmp_path, task="classification").classes or ())


def test_targets_that_are_all_different_are_no_classes(tmp_path: Path) -> None:
    content = "a,customer\n" + "".join(f"{i % 7},user-{i:04d}\n" for i in range(100))
    with pytest.raises(DataError, match=r"100 different targets in 100 examples are no classes to learn"):
        check(content, tmp_path)


def test_rows_that_are_in_both_parts_are_counted(tmp_path: Path) -> None:
    rows = [f"{i},{i / 2},{'ab'[i % 2]}\n" for i in range(20)]
    data = check(HEAD + "".join(rows * 10), tmp_path)
    assert data.warnings == ("Table: 40 of 40 validation examples equal a training example.",)
    assert check(HEAD + "".join(rows), tmp_path).warnings == ()
