"""A part kept apart, folds, equal examples dropped, what is far out drawn in: by arrays that show each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parted_arrays import agreed, arrays

from studio.data import DATASETS, DataError, Dataset
from studio.data.data import RawColumn
from studio.data.portable import distinct_rows, fences, split_folds
from studio.data.splitting import parting
from studio.data.splitting.parting import cut
from studio.data.splitting.splitting import Rows


@settings(max_examples=40)
@given(st.lists(st.integers(0, 3), min_size=4, max_size=60), st.integers(2, 5), st.booleans())
def test_folds_are_each_row_once_of_each_class_as_many(labels: list[int], folds: int, by_class: bool) -> None:
    y = np.array(labels)
    found = [split_folds(y, folds, fold, seed=3, by_class=by_class) for fold in range(folds)]
    held_out = [validation for _, validation in found]
    np.testing.assert_array_equal(np.sort(np.concatenate(held_out)), np.arange(len(y)))
    assert max(map(len, held_out)) - min(map(len, held_out)) <= 1
    for training, validation in found:
        np.testing.assert_array_equal(np.sort(np.concatenate([training, validation])), np.arange(len(y)))
    for label in set(labels) if by_class else ():
        counts = [int((y[rows] == label).sum()) for rows in held_out]
        assert max(counts) - min(counts) <= 1


@settings(max_examples=40)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.data())
def test_of_equal_rows_the_first_stays_in_the_first_part_that_has_it(values: list[int], draw: st.DataObject) -> None:
    column = np.array(values)
    rows = np.array(draw.draw(st.permutations(range(len(values)))))
    at = draw.draw(st.integers(0, len(values)))
    parts = [rows[:at], rows[at:]]
    kept = distinct_rows([([column, 2.0 * column], part) for part in parts])
    every = np.concatenate(kept)
    assert sorted(column[every]) == sorted(set(values))
    for value in set(values):
        first = next(row for row in rows if column[row] == value)
        assert first in every
    assert set(kept[0]) <= set(parts[0]) and set(kept[1]) <= set(parts[1])


def test_fences_are_those_of_tukey_and_a_constant_has_none() -> None:
    x = np.stack([np.arange(101.0), np.full(101, 7.0)], 1).astype(np.float32)
    low, high = fences(x)
    assert (low[0], high[0]) == (25 - 3 * 50, 75 + 3 * 50) and (low[1], high[1]) == (-np.inf, np.inf)
    assert low.dtype == x.dtype


@pytest.mark.parametrize(
    "how",
    [
        {"test": 5},
        {"test": 0.2, "validation": 8},
        {"test": 0.25, "group": "speaker"},
        {"test": 2, "validation": 2, "group": "speaker"},
        {"test": 0.2, "time": "when"},
        {"folds": 4, "fold": 3},
        {"folds": 4, "group": "speaker", "test": 2},
        {"test": 0.2, "inputs": {"a": "x", "b": "when"}, "duplicates": "drop"},
    ],
    ids=str,
)
def test_load_facts_and_script_agree(how: dict[str, Any], tmp_path: Path) -> None:
    data = agreed(arrays(tmp_path, **how), tmp_path)
    assert data.rows is not None
    rows = [*data.rows, *([data.test_rows] if data.test_rows is not None else [])]
    assert sorted(np.concatenate(rows).tolist()) == list(range(40))
    if "group" in how:
        speakers = [set((part % 8).tolist()) for part in rows]
        assert not any(one & other for place, one in enumerate(speakers) for other in speakers[place + 1 :])


def test_the_test_part_is_the_latest_and_stays_whatever_the_fold(tmp_path: Path) -> None:
    timed = arrays(tmp_path, time="when", test=4, validation=6).load(tmp_path)
    assert timed.test_rows is not None and timed.rows is not None
    with np.load(tmp_path / "a.npz") as archive:
        when = archive["when"]
    assert when[timed.test_rows].min() > when[timed.rows[1]].max() > when[timed.rows[0]].max()
    tests = [arrays(tmp_path, test=0.2, folds=3, fold=fold).load(tmp_path).test_rows for fold in range(3)]
    assert tests[0] is not None and all(np.array_equal(tests[0], other) for other in tests)


def test_a_list_of_rows_is_the_test_part(tmp_path: Path) -> None:
    (tmp_path / "test.txt").write_text("3\n1\n30\n")
    (tmp_path / "validation.txt").write_text("2\n5\n6\n")
    data = agreed(arrays(tmp_path, test_list="test.txt"), tmp_path)
    assert data.test_rows is not None and data.test_rows.tolist() == [1, 3, 30]
    data = agreed(arrays(tmp_path, test_list="test.txt", validation_list="validation.txt"), tmp_path)
    assert data.rows is not None and data.rows[1].tolist() == [2, 5, 6]


def own(folder: Path, **settings: Any) -> Dataset:
    x = np.random.default_rng(0).normal(size=(30, 3)).astype(np.float32)
    x[7], x[25] = x[3], x[4]  # the second is held out
    y = np.arange(30) % 2
    y[7], y[25] = y[3], y[4]
    np.savez(folder / "own.npz", x_train=x[:20], y_train=y[:20], x_test=x[20:], y_test=y[20:])
    return DATASETS["numpy"](path="own.npz", **settings)


def test_data_with_a_validation_part_keeps_some_of_its_training_part_apart(tmp_path: Path) -> None:
    data = agreed(own(tmp_path, test=0.2), tmp_path)
    assert data.sizes == {"training": 16, "validation": 10, "test": 4}
    assert data.test_rows is not None and data.test_rows.max() < 20
    corrections = {"0": ["0", "1"], "22": ["0", None], str(data.test_rows[0]): [str(data.test_rows[0] % 2), None]}
    left = agreed(own(tmp_path, test=0.2, corrections=corrections), tmp_path)
    assert left.sizes == {"training": 16, "validation": 9, "test": 3}


def test_of_equal_examples_training_drops_its_own(tmp_path: Path) -> None:
    data = own(tmp_path, duplicates="drop").load(tmp_path)
    assert data.sizes == {"training": 18, "validation": 10}
    assert "a.npz" not in data.warnings[0] and "left out: 2 of training" in data.warnings[0]
    assert own(tmp_path).load(tmp_path).sizes == {"training": 20, "validation": 10}


def test_what_is_far_out_is_drawn_in_by_the_training_part_alone(tmp_path: Path) -> None:
    x = np.arange(80.0)[:, None]
    x[5] = 1e6
    plain = arrays(tmp_path, x=np.tile(x[:40], (1, 2))).load(tmp_path).first_input
    column = arrays(tmp_path, x=np.tile(x[:40], (1, 2)), outliers="clip").load(tmp_path).first_input
    limits = fences(plain.train)
    assert column.limits is not None and max(part.max() for part in plain.parts) == 1e6
    for mine, before in zip((*column.limits, *column.parts), (*limits, *plain.parts), strict=True):
        np.testing.assert_array_equal(mine, np.clip(before, *limits), strict=True)


@pytest.mark.parametrize(
    ("settings", "message", "mend"),
    [
        ({"folds": 4, "fold": 4}, "found fold 4 of 4", {"folds": 0, "fold": 0}),
        ({"folds": 1}, "expected two folds or more", {"folds": 0, "fold": 0}),
        ({"folds": 3, "time": "when"}, "told by time, so there are no folds", {"folds": 0}),
        ({"test": 0.5, "validation": 0.5}, "no example of 40 is left for training", {}),
        ({"test": 0.001}, "no example of 40 is left for test. Raise the test share", {}),
        ({"test": 0.2, "validation_list": "rows.txt"}, "List it as well, or keep none apart", {"test": 0}),
    ],
    ids=str,
)
def test_what_cannot_be_parted_is_a_sentence_with_its_mend(
    settings: dict[str, Any], message: str, mend: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "rows.txt").write_text("1\n2\n")
    dataset = arrays(tmp_path, **settings)
    for ask in (dataset.facts, dataset.load, dataset.script_source):
        with pytest.raises(DataError) as caught:
            ask(tmp_path)
        assert message in str(caught.value) and caught.value.mend == mend


def test_folds_beside_a_validation_part_of_the_data_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Clear the folds") as it:
        own(tmp_path, folds=3).load(tmp_path)
    assert it.value.mend == {"folds": 0}


@given(st.integers(1, 60), st.data())
def test_a_column_of_its_own_is_cut_as_any_other(count: int, data: st.DataObject) -> None:
    part = np.array(data.draw(st.lists(st.sampled_from([0, 1, 2]), min_size=count, max_size=count)))
    rows = [np.flatnonzero(part == place) for place in range(3)]
    rows[0] = rows[0][:: data.draw(st.sampled_from([1, 2, -1]))]  # a share of them, or another order
    values = np.arange(3 * count, dtype=np.float32).reshape(count, 3)
    plain = cut("x", RawColumn(values.copy()), Rows(*rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parting, "_PIECE", 7)
        own = cut("x", RawColumn(values.copy(), own=True), Rows(*rows))
        view = cut("x", RawColumn(values[:], own=True), Rows(*rows))
    for other in (own, view):
        for mine, theirs in zip(plain.every, other.every, strict=True):
            np.testing.assert_array_equal(mine, theirs, strict=True)
    np.testing.assert_array_equal(values, np.arange(3 * count).reshape(count, 3), "a view belongs to somebody")
