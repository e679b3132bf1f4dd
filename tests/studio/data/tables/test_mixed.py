"""Tables with categories, dates and gaps, as load and an exported script read them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.data import DATASETS, Data, DataError

HEAD = "age,sex,joined,note,kind\n"
ROWS = "".join(
    f"{'' if i % 7 == 3 else 20 + i},{('f', 'm', '')[i % 3]},2024-0{1 + i % 9}-1{i % 5},remark {i},{'ab'[i % 2]}\n"
    for i in range(40)
)
FEATURES = ("age", "sex=f", "sex=m", "sex=no value", "joined year", "joined month", "joined day", "joined weekday")


def table(content: str, folder: Path, **about: object) -> Data:
    """The data of a table, as load, facts and script agree on it."""
    (folder / "data.csv").write_text(content, encoding="utf-8")
    dataset = DATASETS["csv"](path="data.csv", **about)
    data = dataset.load(folder)
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(folder), "script.py", "exec"), names)
    ours = (data.train.x, data.train.y, data.validation.x, data.validation.y, data.mean, data.std)
    for mine, theirs in zip(ours, names["load_data"](), strict=True):
        np.testing.assert_array_equal(mine, theirs, strict=True)
    assert dataset.facts(folder) == data.facts()
    return data


def test_categories_dates_and_gaps_open_at_the_first_try(tmp_path: Path) -> None:
    data = table(HEAD + ROWS, tmp_path)
    assert data.features == FEATURES and data.shape == (8,)
    assert data.warnings == (
        "data.csv: 1 column is left out: note (40 different texts).",
        "data.csv: gaps are filled: age (6), sex (13).",
    )
    x = np.concatenate([data.train.x, data.validation.x])
    assert np.isfinite(x).all()
    assert (x[:, 1:4].sum(1) == 1).all() and x[:, 3].sum() == 13


def test_gaps_are_filled_with_the_median_of_the_training_part_alone(tmp_path: Path) -> None:
    data = table(HEAD + ROWS, tmp_path)
    assert data.rows is not None
    ages = np.array([math.nan if i % 7 == 3 else 20.0 + i for i in range(40)], dtype=np.float32)
    middle = np.nanmedian(ages[data.rows[0]])
    assert middle != np.nanmedian(ages)
    for rows, part in zip(data.rows, data.splits, strict=True):
        np.testing.assert_array_equal(part.x[:, 0], np.where(np.isnan(ages[rows]), middle, ages[rows]))


def test_rows_with_gaps_can_be_dropped_and_are_counted(tmp_path: Path) -> None:
    data = table(HEAD + ROWS + "30,f,2024-01-01,x,\n", tmp_path, gaps="drop rows")
    assert len(data.train) + len(data.validation) == 23
    assert "data.csv: 18 of 41 rows have gaps and are left out." in data.warnings
    assert data.features[1:4] == FEATURES[1:4]


def test_gaps_can_be_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a number in column “age”, row 5, found a gap") as caught:
        table(HEAD + ROWS, tmp_path, gaps="refuse")
    assert caught.value.mend == {"gaps": "fill"}
    with pytest.raises(DataError, match="a category in column “sex”, row 4, found a gap"):
        table(HEAD + ROWS, tmp_path, gaps="refuse", ignore="age")


def test_a_gap_in_the_target_leads_to_dropping_its_row(tmp_path: Path) -> None:
    content = HEAD + ROWS + "30,f,2024-01-01,x,\n"
    with pytest.raises(DataError, match="expected a class in column “kind”, row 42, found a gap") as caught:
        table(content, tmp_path)
    assert table(content, tmp_path, **caught.value.mend).classes == ("a", "b")
    numbers = "a,y\n" + "".join(f"{i},{i * 1.5}\n" for i in range(20)) + "3,NA\n"
    with pytest.raises(DataError, match="expected a number in column “y”, row 22, found “NA”") as caught:
        table(numbers, tmp_path)
    assert table(numbers, tmp_path, **caught.value.mend).target_shape == (1,)


def test_every_row_with_a_gap_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="every row has a gap"):
        table("a,b,k\n" + "1,,x\n,2,y\n" * 9, tmp_path, gaps="drop rows")


def test_columns_are_what_somebody_says(tmp_path: Path) -> None:
    told = {"age": "left out", "joined": "category", "note": "left out"}
    data = table(HEAD + ROWS, tmp_path, types=told)
    assert data.features[:3] == ("sex=f", "sex=m", "sex=no value") and data.features[3].startswith("joined=2024-01-1")
    assert data.warnings == ("data.csv: gaps are filled: sex (13).",)
    grades = "zip,k\n" + "".join(f"{(8001, 3000, 12)[i % 3]},{'ab'[i % 2]}\n" for i in range(30))
    assert table(grades, tmp_path, types={"zip": "category"}).features == ("zip=12", "zip=3000", "zip=8001")


def test_a_type_that_a_cell_does_not_have_is_named_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a date as 2025-12-31 in column “note”, row 2, found “remark 0”"):
        table(HEAD + ROWS, tmp_path, types={"note": "date"})
    with pytest.raises(DataError, match="expected a number in column “sex”, row 2, found “f”"):
        table(HEAD + ROWS, tmp_path, types={"sex": "number"})
    with pytest.raises(DataError, match="column “sex” is to be “word”: auto, number, category, date, text, left out"):
        table(HEAD + ROWS, tmp_path, types={"sex": "word"})
    with pytest.raises(DataError, match="expected a column “sax”"):
        table(HEAD + ROWS, tmp_path, types={"sax": "number"})


def test_too_many_categories_are_refused_if_told_and_left_out_if_not(tmp_path: Path) -> None:
    content = "id,a,k\n" + "".join(f"n{i},{i},{'ab'[i % 2]}\n" for i in range(1200))
    assert table(content, tmp_path).features == ("a",)
    with pytest.raises(DataError, match="at most 1,000 categories in column “id”, found 1,200") as caught:
        table(content, tmp_path, types={"id": "category"})
    assert table(content, tmp_path, types={"id": "category"}, **caught.value.mend).features == ("a",)


def test_numbers_written_in_another_way_never_become_categories(tmp_path: Path) -> None:
    content = "price;k\n" + "".join(f"{i % 5},50;{'ab'[i % 2]}\n" for i in range(60))
    assert table(content, tmp_path).features == ("price",)
    with pytest.raises(DataError, match="expected a number in column “price”, row 2, found “0,50”"):
        table(content, tmp_path, decimal="point")


def test_nothing_to_learn_from_is_a_sentence(tmp_path: Path) -> None:
    content = "name,k\n" + "".join(f"n{i},{'ab'[i % 2]}\n" for i in range(40))
    why = r"nothing in \* can be learned from: name \(40 different texts\)\. Set its column types, such as text\."
    with pytest.raises(DataError, match=why):
        table(content, tmp_path)
    assert table(content, tmp_path, types={"name": "text"}).first_input.vocabulary[2].startswith("n")
    with pytest.raises(DataError, match=r"learned from: same \(only “one”\)\. Set its column types\.$"):
        table("same,k\n" + "one,a\none,b\n" * 20, tmp_path)


def test_several_inputs_have_their_own_columns_and_gaps(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(HEAD + ROWS)
    dataset = DATASETS["csv"](path="data.csv", inputs={"input1": "sex", "input2": "age, joined"})
    data = dataset.load(tmp_path)
    assert data.input("input1").features == FEATURES[1:4]
    assert data.input("input2").features == (FEATURES[0], *FEATURES[4:])
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(tmp_path), "script.py", "exec"), names)
    x_train, _, x_validation, *_ = names["load_data"]()
    for id in ("input1", "input2"):
        np.testing.assert_array_equal(x_train[id], data.input(id).train)
        np.testing.assert_array_equal(x_validation[id], data.input(id).validation)


def test_a_large_table_is_the_same_as_its_pieces(tmp_path: Path) -> None:
    rows = [f"{'' if i == 9_000 else i},{'xy'[i % 2] if i > 5_000 else 'x'},{'ab'[i % 2]}\n" for i in range(10_000)]
    data = table("n,c,k\n" + "".join(rows), tmp_path)
    assert data.features == ("n", "c=x", "c=y") and "n (1)" in data.warnings[0]


CELLS = st.sampled_from(["", "1", "2.5", "NA", "x", "y", "é", "2024-05-06", "2024-05-06 07:08", "a'b", '"', "0,5"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(CELLS, CELLS, st.sampled_from("ab")), min_size=8, max_size=30),
    st.sampled_from(["fill", "drop rows"]),
)
def test_any_cells_give_equal_data_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], gaps: str
) -> None:
    content = "u|v|k\n" + "".join("|".join(f'"{c.replace(chr(34), 2 * chr(34))}"' for c in row) + "\n" for row in rows)
    try:
        data = table(content, tmp_path_factory.mktemp("mixed"), gaps=gaps, header="yes", delimiter="bar")
    except DataError as error:
        assert len(str(error)) < 1000
    else:
        assert np.isfinite(data.train.x).all() and len(data.features) == data.shape[0]
