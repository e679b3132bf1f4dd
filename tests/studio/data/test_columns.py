"""Columns by name: bound to Inputs and Outputs, read alone, split together, and the same in the exported script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.data import DATASETS, Data, DataError, Dataset, dataset_from

ROWS = 24
GENERATOR = np.random.default_rng(0)
IMAGE = GENERATOR.integers(0, 255, (ROWS, 5, 5), dtype=np.uint8)
AGE = GENERATOR.uniform(0, 90, ROWS).astype(np.float32)
WORDS = GENERATOR.integers(0, 30, (ROWS, 7))
LABEL = np.arange(ROWS) % 3
WEIGHT = GENERATOR.uniform(50, 90, (ROWS, 2))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    np.savez(tmp_path / "a.npz", image=IMAGE, age=AGE, words=WORDS, label=LABEL, weight=WEIGHT, names=np.array(["a"]))
    lines = [f"{index % 7},{index / 2},{'ab'[index % 2]},{index * 3},{index % 3}" for index in range(ROWS)]
    (tmp_path / "a.csv").write_text("\n".join(["width,height,kind,price,grade", *lines]))
    return tmp_path


def bound(source: str, inputs: dict[str, str], targets: dict[str, str], **settings: Any) -> Dataset:
    path = {"numpy": "a.npz", "csv": "a.csv"}.get(source)
    data = {"source": source, "inputs": inputs, "targets": targets, **settings}
    dataset, problems = dataset_from(data | ({"path": path} if path else {}))
    assert not problems
    return dataset


def assert_script_agrees(dataset: Dataset, base: Path) -> Data:
    """Load, facts and script tell the same, column by column."""
    data = dataset.load(base)
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(base), "script.py", "exec"), names)
    x, y, x_validation, y_validation, mean, std = names["load_data"]()
    for side, columns in (((x, x_validation, mean, std), data.inputs), ((y, y_validation), data.targets)):
        by_id = [part if len(columns) > 1 else dict.fromkeys(columns, part) for part in side]
        assert all(list(part) == list(columns) for part in by_id)
        for id, column in columns.items():
            ours = (column.train, column.validation, column.mean, column.std)
            for mine, theirs in zip(ours, (part[id] for part in by_id), strict=False):
                assert (mine is None) == (theirs is None)
                if mine is not None:
                    np.testing.assert_array_equal(mine, theirs, strict=True)
    assert dataset.facts(base) == data.facts()
    return data


def test_arrays_by_name_reach_the_ids_that_bind_them(folder: Path) -> None:
    inputs, targets = {"photo": "image", "years": "age"}, {"kind": "label", "mass": "weight"}
    data = assert_script_agrees(bound("numpy", inputs, targets), folder)
    assert [column.shape for column in data.inputs.values()] == [(1, 5, 5), (1,)]
    assert (data.target("kind").classes, data.target("mass").classes) == (("0", "1", "2"), None)
    assert data.input("years").name == "age" and data.target("mass").shape == (2,)
    assert {len(part) for part in (data.train, data.input("years").train, data.target("mass").train)} == {18}
    assert data.counts == {"0": (6, 2), "1": (6, 2), "2": (6, 2)}


def test_the_rows_of_all_columns_stay_together(folder: Path) -> None:
    data = bound("numpy", {"a": "age", "b": "weight"}, {"c": "label", "d": "age"}, normalize=False).load(folder)
    rows = [int(np.flatnonzero(value == AGE)[0]) for value in data.input("a").train[:, 0]]
    np.testing.assert_array_equal(data.input("b").train, WEIGHT[rows].astype(np.float32))
    np.testing.assert_array_equal(data.target("c").train, LABEL[rows])
    np.testing.assert_array_equal(data.target("d").train, AGE[rows][:, None])


def test_words_stay_whole_beside_other_inputs(folder: Path) -> None:
    data = assert_script_agrees(
        bound("numpy", {"t": "words", "a": "age", "i": "image"}, {}, tokens=True, y_name="label"), folder
    )
    assert [column.dtype.name for column in data.inputs.values()] == ["int64", "float32", "uint8"]
    assert [column.mean is None for column in data.inputs.values()] == [True, False, False]
    facts = data.facts()
    word_facts = facts.input("t")
    assert word_facts is not None and word_facts.tokens and word_facts.token_range == (WORDS.min(), WORDS.max())


@pytest.mark.parametrize("normalize", [True, False])
def test_held_out_arrays_of_every_column_make_the_validation_part(tmp_path: Path, normalize: bool) -> None:
    parts = {
        f"{name}_{part}": values[rows]
        for part, rows in (("train", slice(0, 18)), ("test", slice(18, ROWS)))
        for name, values in (("age", AGE), ("words", WORDS.astype(float)), ("label", LABEL))
    }
    np.savez(tmp_path / "a.npz", **parts)
    data = assert_script_agrees(
        bound("numpy", {"i": "age", "j": "words"}, {"k": "label", "l": "age"}, normalize=normalize), tmp_path
    )
    assert data.own_split and len(data.validation) == 6
    np.testing.assert_array_equal(data.input("j").validation, WORDS[18:].astype(np.float32))


def test_only_bound_arrays_are_read(folder: Path) -> None:
    np.savez(folder / "a.npz", age=AGE, label=LABEL, secret=np.array([{}] * ROWS))
    assert bound("numpy", {"i": "age"}, {"o": "label"}).load(folder).shape == (1,)
    with pytest.raises(DataError, match="pickle"):
        bound("numpy", {"i": "age", "j": "secret"}, {"o": "label"}).load(folder)


def test_columns_of_a_table_by_name_and_in_groups(folder: Path) -> None:
    inputs, targets = {"size": "width, height", "rest": "*"}, {"kind": "kind", "cost": "price"}
    data = assert_script_agrees(bound("csv", inputs, targets), folder)
    assert [column.features for column in data.inputs.values()] == [("width", "height"), ("grade",)]
    assert data.target("kind").classes == ("a", "b") and data.target("cost").classes is None
    single = assert_script_agrees(bound("csv", {"size": "width"}, {"kind": "kind"}, ignore="price"), folder)
    assert single.features == ("width",)


def test_two_targets_of_classes_keep_their_own_names(folder: Path) -> None:
    data = assert_script_agrees(bound("csv", {}, {"a": "kind", "b": "grade"}), folder)
    assert (data.target("a").classes, data.target("b").classes) == (("a", "b"), ("0", "1", "2"))


@pytest.mark.parametrize("source", [kind.kind for kind in DATASETS.values() if kind.is_bundled])
def test_ready_data_feed_several_ids_with_the_same_column(source: str, tmp_path: Path) -> None:
    data = assert_script_agrees(bound(source, {"a": "x", "b": "x"}, {"c": "y", "d": "y"}), tmp_path)
    assert data.input("a") is data.input("b")
    assert data.size == DATASETS[source]().load().size


def test_one_that_is_not_there_is_named_with_those_that_are(folder: Path) -> None:
    for dataset in (
        bound("numpy", {"i": "imgae"}, {}),
        bound("csv", {"i": "imgae"}, {}),
        bound("iris", {"i": "imgae"}, {}),
    ):
        for ask in (dataset.facts, dataset.load, dataset.script_source):
            with pytest.raises(DataError, match=r"expected a column “imgae”.*found .*Choose one of them"):
                ask(folder)


def test_an_id_that_is_not_bound_beside_others_is_a_sentence(folder: Path) -> None:
    data = bound("numpy", {"a": "age", "b": "image"}, {"o": "label"}).load(folder)
    assert data.target("anything") is data.target("o")
    assert data.facts().input("c") is None
    with pytest.raises(DataError, match="no column is bound to c"):
        data.input("c")


def test_columns_of_other_lengths_are_refused_before_they_are_read(folder: Path) -> None:
    dataset = bound("numpy", {"a": "age", "b": "names"}, {"o": "label"})
    np.savez(folder / "a.npz", age=AGE, names=AGE[:5], label=LABEL)
    for ask in (dataset.facts, dataset.load):
        with pytest.raises(DataError, match="one row for each example, found 24 examples in age and 5 rows in names"):
            ask(folder)


def test_what_could_be_bound_is_told_from_the_headers(folder: Path) -> None:
    columns = bound("numpy", {}, {}).columns(folder)
    assert [(column.name, column.role, column.shape) for column in columns] == [
        ("image", "input", (5, 5)), ("age", "input", ()), ("words", "input", (7,)),
        ("label", "target", ()), ("weight", "input", (2,)),
    ]  # fmt: skip
    assert [column.name for column in bound("csv", {}, {}).columns(folder)] == [
        "*",
        "width",
        "height",
        "kind",
        "price",
        "grade",
    ]
    assert [column.name for column in bound("iris", {}, {}).columns()] == ["x", "y"]
