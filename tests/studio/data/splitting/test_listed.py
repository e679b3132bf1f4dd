"""A file that lists the rows of the validation part, for every kind of data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_examples import GOOD

from studio.data import DATASETS, DataError, Dataset, dataset_from

KINDS = list(DATASETS)


def listed(kind: str, folder: Path, content: str, **settings: Any) -> Dataset:
    made = GOOD[kind](folder) if kind in GOOD else {}
    (folder / "held_out.list").write_text(content)
    dataset, problems = dataset_from(
        {"source": kind, **made, "validation_list": "held_out.list", "normalize": False, **settings}
    )
    assert not problems
    return dataset


@pytest.mark.parametrize("kind", KINDS)
def test_the_rows_that_are_listed_are_validation_in_netloom_and_in_the_script(kind: str, tmp_path: Path) -> None:
    dataset = listed(kind, tmp_path, "7\n\n3\r\n 12 \n3\n")
    data = dataset.load(tmp_path)
    assert data.rows is not None and data.rows[1].tolist() == [3, 7, 12]
    assert sorted([*data.rows[0], *data.rows[1]]) == list(range(len(data.train) + 3))
    assert dataset.facts(tmp_path) == data.facts() and dataset.split_note == "as held_out.list lists"
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(tmp_path), "script.py", "exec"), names)
    x, y, x_validation, y_validation, *_ = names["load_data"]()
    for mine, theirs in zip((data.train, data.validation), ((x, y), (x_validation, y_validation)), strict=True):
        np.testing.assert_array_equal(mine.x[:], theirs[0][:], strict=True)
        np.testing.assert_array_equal(mine.y, theirs[1], strict=True)


@pytest.mark.parametrize(
    ("content", "settings", "message"),
    [
        ("", {}, "expected the numbers of rows, one a line, found none"),
        ("3\nx\n", {}, "expected the number of a row in line 2, found “x”"),
        ("3\n-1\n", {}, "expected the number of a row in line 2, found “-1”"),
        ("150\n", {}, "expected rows from 0 to 149, found 150"),
        (f"{10**30}\n", {}, "expected the number of a row in line 1"),
        ("\n".join(map(str, range(150))), {}, "no example of 150 is left for training"),
        ("3\n", {"validation_list": "nothing"}, "Expected the list of rows at"),
        ("3\n", {"validation_list": "."}, "found a folder"),
    ],
)
def test_lists_that_cannot_be_used_are_a_sentence(
    content: str, settings: dict[str, Any], message: str, tmp_path: Path
) -> None:
    dataset = listed("iris", tmp_path, content, **settings)
    with pytest.raises(DataError) as caught:
        dataset.load(tmp_path)
    assert message in str(caught.value) and str(caught.value).endswith((".", "?"))


def test_bytes_are_no_list(tmp_path: Path) -> None:
    dataset = listed("iris", tmp_path, "")
    (tmp_path / "held_out.list").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="expected a text with rows"):
        dataset.load(tmp_path)


def test_a_list_and_a_column_are_not_both_followed(tmp_path: Path) -> None:
    dataset = listed("csv", tmp_path, "1\n", group="width")
    with pytest.raises(DataError, match="expected a group column or a list") as caught:
        dataset.load(tmp_path)
    assert dataset.replace(**caught.value.mend).load(tmp_path)


def test_data_with_a_validation_part_of_its_own_takes_no_list(tmp_path: Path) -> None:
    y = np.arange(12) % 2
    np.savez(tmp_path / "a.npz", x_train=np.ones((12, 2)) * y[:, None], y_train=y, x_test=np.ones((4, 2)), y_test=y[:4])
    (tmp_path / "rows").write_text("1")
    dataset = DATASETS["numpy"](path="a.npz", validation_list="rows")
    with pytest.raises(DataError, match="has a validation part of its own") as caught:
        dataset.load(tmp_path)
    assert caught.value.mend == {"validation_list": ""}
