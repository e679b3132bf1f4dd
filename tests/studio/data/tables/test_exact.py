"""Times and ids, which float32 would merge, are told apart until their mean is taken away, here and in scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.data import DATASETS, Data

FIRST = 1_700_000_000


def rows(count: int = 40, first: int = FIRST, **columns: Any) -> str:
    named = {"time": [first + 3 * row for row in range(count)], "size": [row / 7 for row in range(count)]} | columns
    named["kind"] = ["ab"[row > count // 2] for row in range(count)]
    lines = [",".join(named), *(",".join(map(str, cells)) for cells in zip(*named.values(), strict=True))]
    return "\n".join(lines) + "\n"


def read(folder: Path, text: str, **about: Any) -> Data:
    """The data of a table, as load, facts and script agree on it."""
    (folder / "a.csv").write_text(text)
    dataset = DATASETS["csv"](path="a.csv", **about)
    data = dataset.load(folder)
    assert dataset.facts(folder) == data.facts()
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(folder), "script.py", "exec"), names)
    for mine, theirs in zip((data.inputs, data.inputs), names["load_data"]()[:3:2], strict=True):
        for id, column in mine.items():
            part = column.train if len(theirs if id == "" else theirs[id]) == len(column.train) else column.validation
            np.testing.assert_array_equal(part, theirs if id == "" else theirs[id], strict=True)
    return data


def test_times_stay_apart(tmp_path: Path) -> None:
    data = read(tmp_path, rows())
    every = np.concatenate([data.train.x, data.validation.x])
    assert every.dtype == np.float64 and len(np.unique(every[:, 0])) == 40 > len(
        np.unique(every[:, 0].astype(np.float32))
    )
    assert data.mean is not None and data.mean.dtype == np.float64 and data.facts().inputs[""].exact


@pytest.mark.parametrize(
    ("text", "dtype"),
    [
        (rows(first=0), "float32"), (rows(first=1 << 23), "float32"), (rows(first=1 << 24), "float64"),
        (rows(first=0, near=[1e6 + row / 1e3 for row in range(40)]), "float64"),
        (rows(first=0, far=[1e6 + row * 100.5 for row in range(40)]), "float32"),
        (rows(first=0, same=[FIRST] * 40), "float32"),
    ],
)  # fmt: skip
def test_float32_is_kept_where_it_is_enough(tmp_path: Path, text: str, dtype: str) -> None:
    assert read(tmp_path, text).dtype == dtype


def test_gaps_and_several_inputs_keep_what_each_needs(tmp_path: Path) -> None:
    text = rows().replace(f"{FIRST + 3 * 5},", ",")
    assert np.isfinite(read(tmp_path, text).train.x).all()
    data = read(tmp_path, text, inputs={"a": "time", "b": "size"})
    assert [column.dtype.name for column in data.inputs.values()] == ["float64", "float32"]
