"""What is seen of data: counts that add up, columns, ranges, and examples that are there twice."""

from __future__ import annotations

import csv
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.data import DATASETS
from studio.data.data import Column, Data
from studio.data.seen.columns import BINS, binned, features_of, pearson, ratio, span_of
from studio.data.seen.look import as_json, seen
from studio.data.seen.twins import exact_twins, near_twins

BUNDLED = [kind for kind in DATASETS.values() if kind.is_bundled]


@pytest.mark.parametrize("kind", BUNDLED, ids=lambda kind: kind.kind)
def test_everything_of_each_bundled_data_set_is_json_and_adds_up(kind: Any) -> None:
    data = kind().load()
    found = json.loads(json.dumps(as_json(seen(data, "by chance")), allow_nan=False))
    assert sum(found["parts"].values()) == found["examples"] == len(data.train) + len(data.validation)
    for item in found["classes"]:
        assert item["count"] == item["training"] + item["validation"]
    assert not found["classes"] or sum(item["share"] for item in found["classes"]) == pytest.approx(1)
    for column in found["columns"]:
        assert sum(column["counts"]) == found["examples"] and len(column["edges"]) == len(column["counts"]) + 1
    assert [item["name"] for item in found["inputs"]] == [column.name for column in data.inputs.values()]


def of(x: Any, y: Any, count: int, classes: tuple[str, ...] | None = ("a", "b")) -> Data:
    """Data whose first ``count`` examples are for training."""
    x, y = np.asarray(x, np.float32), np.asarray(y)
    rows = np.arange(len(x))
    columns = Column("x", x[:count], x[count:]), Column("y", y[:count], y[count:], classes)
    return Data("Toy", {"": columns[0]}, {"": columns[1]}, rows=(rows[:count], rows[count:]))


@settings(max_examples=40)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=30), st.data())
def test_pairs_are_each_example_with_the_next_one_like_it(values: list[int], draw: st.DataObject) -> None:
    count = draw.draw(st.integers(1, len(values) - 1))
    labels = draw.draw(st.lists(st.integers(0, 1), min_size=len(values), max_size=len(values)))
    found = exact_twins(of([[value] for value in values], labels, count))
    pairs = []
    for value in set(values):
        rows = [row for row, other in enumerate(values) if other == value]
        pairs += pairwise(rows)
    assert found is not None
    assert found.training == sum(last < count for _, last in pairs)
    assert found.validation == sum(first >= count for first, _ in pairs)
    assert found.training + found.validation + found.across == len(pairs)
    assert found.conflicts == sum(labels[first] != labels[last] for first, last in pairs)


def test_near_twins_differ_a_little_and_are_found_across_parts() -> None:
    x = np.random.default_rng(0).normal(size=(300, 64)).astype(np.float32)
    x[250] = x[3] + 0.001
    x[299] = x[298]
    found = near_twins(of(x, np.arange(300) % 2, 200))
    assert found is not None and found.rows == [(3, 250)]
    assert (found.training, found.validation, found.across, found.conflicts) == (0, 0, 1, 1)


def test_few_numbers_are_near_by_chance_and_not_looked_at() -> None:
    assert near_twins(of(np.zeros((9, 2)), np.arange(9) % 2, 5)) is None


def test_a_column_tells_its_values_gaps_and_what_is_far_out() -> None:
    x = np.arange(100, dtype=np.float32)[:, None]
    x[99] = 10_000
    data = of(x, 3 * x, 80, None)
    gaps = np.array([[2], [1]])
    column = Column("x", *data.first_input.parts, features=("size",), missing=gaps)
    (found,) = features_of(column, data.first_target)
    assert (found.name, found.lowest, found.highest, found.gaps, found.far_out) == ("size", 0, 10_000, 3, 1)
    assert found.correlation == pytest.approx(1)


def test_correlations_are_those_of_numpy_and_of_two_classes() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 50))
    y += x
    assert pearson(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1])
    classes = (y > 0).astype(int)
    assert ratio(x, classes) == pytest.approx(abs(np.corrcoef(x, classes)[0, 1]))
    assert pearson(x, np.ones(50)) is None and ratio(np.ones(50), classes) is None and ratio(x, np.ones(50)) is None


@pytest.mark.parametrize("shape", [(4,), (6, 4), (3, 5, 5)])
def test_normalization_is_that_of_the_training_part(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).normal(3, 2, (60, *shape)).astype(np.float32)
    axes = (0, 2, 3) if len(shape) == 3 else tuple(range(len(shape)))
    mean, std = values[:40].mean(axes, keepdims=True)[0], values[:40].std(axes, keepdims=True)[0]
    found = span_of(Column("x", values[:40], values[40:], mean=mean, std=std))
    after = (values - mean) / std
    assert (found.lowest, found.highest) == (values.min(), values.max())
    assert found.normalized == pytest.approx((after.min(), after.max()), rel=1e-5)


def test_sequences_are_as_long_as_what_stands_before_their_zeros() -> None:
    tokens = np.array([[5, 0, 7, 0, 0], [1, 2, 3, 4, 5], [0, 0, 0, 0, 0], [9, 0, 0, 0, 0]])
    assert span_of(Column("x", tokens[:2], tokens[2:])).lengths == (0, 2, 5)


def test_data_in_the_order_of_its_classes_is_told(tmp_path: Path) -> None:
    def ordered(labels: list[str]) -> bool:
        path = tmp_path / "t.csv"
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["x", "y"], *([number, label] for number, label in enumerate(labels))])
        return seen(DATASETS["csv"](path=str(path)).load(), "").ordered_by_class

    assert ordered(["a"] * 9 + ["b"] * 9 + ["c"] * 9) and not ordered(["a", "b", "c"] * 9)


NEAR = [np.full(9, 2.0**63), 2.0**63 + 2048.0 * np.arange(2), np.array([0.1, np.nextafter(0.1, 1)]), np.zeros(4),
        np.array([0, 5e-324]), np.array([-3e38, 3e38])]  # fmt: skip


@pytest.mark.parametrize("values", NEAR, ids=str)
def test_numbers_however_near_or_far_are_counted_in_ranges(values: Any) -> None:
    counts, edges = binned(values)
    assert counts.sum() == len(values) and len(counts) == len(edges) - 1 == BINS
    assert np.isfinite(edges).all() and (np.diff(edges) >= 0).all()


@settings(max_examples=40)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=40))
def test_of_usual_numbers_the_ranges_are_those_of_numpy(values: list[int]) -> None:
    counts, edges = binned(np.array(values, np.float64))
    expected = np.histogram(values, BINS)
    np.testing.assert_allclose(edges, expected[1], atol=1e-9)
    assert counts.sum() == expected[0].sum()


def test_a_column_of_very_large_numbers_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,a,y\n" + "".join(f"{2**63 + row},{row},{'ab'[row % 2]}\n" for row in range(40)))
    found = as_json(seen(DATASETS["csv"](path=str(tmp_path / "a.csv")).load(), ""))  # type: ignore[call-arg]
    assert [sum(column["counts"]) for column in found["columns"]] == [40, 40]
