"""Corrections that go with their data, and those that are of other data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from documents import two_ended

from models.specs.corrections import Correction
from studio.data import DataError, dataset_from
from studio.data.corrections import corrected, counts_of, in_words


def test_an_edit_keeps_the_class_of_the_data_and_takes_itself_back() -> None:
    settings: dict[str, object] = {"source": "iris"}
    once = corrected(settings, [Correction(120, "setosa", "virginica"), Correction(7, "setosa", None)])
    assert once == {"source": "iris", "corrections": {"7": ["setosa", None], "120": ["setosa", "virginica"]}}
    twice = corrected(once, [Correction(120, "virginica", "versicolor")])
    assert twice["corrections"] == {"7": ["setosa", None], "120": ["setosa", "versicolor"]}
    assert corrected(twice, [Correction(120, "versicolor", "setosa"), Correction(7, "setosa", "setosa")]) == settings


def test_they_are_counted_in_words() -> None:
    items = [Correction(1, "a", "b"), Correction(2, "a", None), Correction(3, "a", None)]
    assert counts_of(items) == (1, 2)
    assert in_words(items) == "1 label corrected, 2 samples left out"
    assert in_words(items[:1]) == "1 label corrected" and in_words(()) == ""


@pytest.mark.parametrize(
    ("corrections", "sentence"),
    [
        ({"150": ["setosa", "virginica"]}, "row 150 is corrected, but there are 150"),
        ({"0": ["virginica", "setosa"]}, "row 0 is “setosa” there, not “virginica”"),
        ({"0": ["setosa", "rose"]}, "row 0 is to be “rose”, which is no class of it"),
    ],
)
def test_corrections_of_other_data_are_refused_with_a_mend(corrections: dict[str, object], sentence: str) -> None:
    dataset, _ = dataset_from({"source": "iris", "corrections": corrections})
    with pytest.raises(DataError, match=f"of other data: {sentence}. Remove them.") as caught:
        dataset.load()
    assert caught.value.mend == {"corrections": {}}


def test_numbers_can_be_left_out_but_not_relabeled() -> None:
    left_out = dataset_from({"source": "diabetes", "corrections": {"3": ["", None]}})[0].load()
    assert left_out.rows is not None and 3 not in np.concatenate(left_out.rows)
    with pytest.raises(DataError, match="its targets are no classes"):
        dataset_from({"source": "diabetes", "corrections": {"3": ["", "a"]}})[0].load()


def test_of_several_targets_the_first_is_corrected(tmp_path: Path) -> None:
    settings = two_ended(tmp_path).data
    plain = dataset_from(settings)[0].load()
    data = dataset_from({**settings, "corrections": {"4": ["1", "2"], "5": ["2", None]}})[0]
    assert data.facts().examples == 119
    found = data.load()
    assert found.rows is not None and plain.rows is not None
    for part in (0, 1):
        kept = plain.rows[part] != 5
        assert found.rows[part].tolist() == plain.rows[part][kept].tolist()
        np.testing.assert_array_equal(found.target("price").parts[part], plain.target("price").parts[part][kept])
        np.testing.assert_array_equal(found.input("size").parts[part], plain.input("size").parts[part][kept])
        expected = plain.target("kind").parts[part][kept].copy()
        expected[found.rows[part] == 4] = 2
        np.testing.assert_array_equal(found.target("kind").parts[part], expected)
    names: dict[str, object] = {}
    exec(data.script_source(), names)
    x, y, _, y_validation, _, _ = names["load_data"]()  # type: ignore[operator]
    np.testing.assert_array_equal(y["kind"], found.target("kind").train)
    np.testing.assert_array_equal(y_validation["kind"], found.target("kind").validation)
    np.testing.assert_array_equal(x["size"], found.input("size").train)


def test_another_target_is_corrected_by_its_name(tmp_path: Path) -> None:
    both = two_ended(tmp_path).data
    again = {**both, "targets": {"other": "price", "kind": "label"}, "corrections": {"4@label": ["1", "2"]}}
    data = dataset_from(again)[0]
    found, plain = data.load(), dataset_from({**again, "corrections": {}})[0].load()
    assert found.rows is not None
    for part in (0, 1):
        expected = plain.target("kind").parts[part].copy()
        expected[found.rows[part] == 4] = 2
        np.testing.assert_array_equal(found.target("kind").parts[part], expected)
        np.testing.assert_array_equal(found.target("other").parts[part], plain.target("other").parts[part])
    names: dict[str, object] = {}
    exec(data.script_source(), names)
    _, y, _, y_validation, _, _ = names["load_data"]()  # type: ignore[operator]
    np.testing.assert_array_equal(y["kind"], found.target("kind").train)
    np.testing.assert_array_equal(y_validation["kind"], found.target("kind").validation)
    for key, why in (("4@color", "a target “color”"), ("4@price", "no classes")):
        wrong = dataset_from({**again, "corrections": {key: ["1", "2"]}})[0]
        for look in (wrong.facts, wrong.load):
            with pytest.raises(DataError, match=why):
                look()


def test_who_is_left_out_for_one_target_comes_back_with_a_class_of_another() -> None:
    out = corrected({}, [Correction(7, "", None)])
    assert out == {"corrections": {"7": ["", None]}}
    both = corrected(out, [Correction(7, "red", "blue", "color"), Correction(11, "a", "b")])
    assert both == {"corrections": {"7@color": ["red", "blue"], "11": ["a", "b"]}}
