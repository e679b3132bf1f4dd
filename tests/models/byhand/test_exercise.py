"""The section "numbers": what is read comes back, follows renamed layers, and is judged within a tolerance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.byhand.batch import made_up, target_of
from models.byhand.exercise import ByHandError, Exercise, renamed, table
from models.document import Document
from models.document.edits import AddNode, Rename, SetSection
from models.network import Node
from models.storage import files

SETTINGS: dict[str, Any] = {
    "inputs": {"input1": [[0.8, 0.3]]},
    "targets": {"output1": [[0, 1]]},
    "weights": {"fc1": {"weight": [[1, 2]], "bias": [0]}},
    "hidden": ["value/fc1/0/0", "slope/fc1.weight/0/1"],
    "answers": {"value/fc1/0/0": 1.4},
    "tolerance": 0.01,
    "title": "kept, though nobody knows it",
}
cells = st.lists(st.sampled_from([f"value/fc1/0/{place}" for place in range(6)]), max_size=5)


def test_what_is_read_comes_back_with_what_nobody_knows() -> None:
    assert Exercise.read(SETTINGS).settings() == SETTINGS
    assert Exercise.read({}).settings() == {}


@pytest.mark.parametrize(
    "broken",
    [
        {"inputs": [1]},
        {"weights": {"fc1": [1]}},
        {"hidden": "all"},
        {"answers": {"loss": "two"}},
        {"answers": {"loss": float("nan")}},
        {"tolerance": True},
    ],
)
def test_entries_of_another_kind_are_refused_with_what_to_do(broken: dict[str, Any]) -> None:
    with pytest.raises(ByHandError, match="Take"):
        Exercise.read(broken)


@given(cells, cells)
def test_what_is_hidden_and_shown_again_is_as_it_was(first: list[str], second: list[str]) -> None:
    before = Exercise().hide(first)
    new = [cell for cell in second if cell not in before.hidden]
    assert before.hide(new).hide(new, hidden=False) == before
    assert set(before.hide(second).hidden) == {*first, *second}


def test_an_answer_goes_with_its_cell() -> None:
    exercise = Exercise.read(SETTINGS)
    assert exercise.hide(["value/fc1/0/0"], hidden=False).answers == {}
    assert exercise.answer("value/fc1/0/0", None).answers == {}


@pytest.mark.parametrize(("truth", "right"), [(1.409, True), (1.45, False), (1.4, True)])
def test_answers_are_right_within_the_tolerance(truth: float, right: bool) -> None:
    assert Exercise.read(SETTINGS).is_right("value/fc1/0/0", truth) is right


def test_the_tolerance_is_relative_above_one_and_no_answer_is_neither_right_nor_wrong() -> None:
    exercise = Exercise(answers={"loss": 1000.5})
    assert exercise.is_right("loss", 1000) is True
    assert exercise.is_right("loss", 998) is False
    assert exercise.is_right("value/fc1/0/0", 1) is None


def test_weights_are_named_by_module_and_own_name() -> None:
    found = Exercise().with_weight("enc1.self_attn.in_proj_bias", [1, 2]).with_weight("fc1.bias", [3])
    assert found.weights == {"enc1": {"self_attn.in_proj_bias": [1, 2]}, "fc1": {"bias": [3]}}


def test_a_renamed_layer_keeps_its_numbers_and_undo_gives_them_back() -> None:
    document = Document()
    document.apply(AddNode(Node("fc1", "Linear")))
    document.apply(SetSection("numbers", SETTINGS))
    document.apply(Rename("fc1", "dense"))
    found = document.content.section("numbers")
    assert found["weights"] == {"dense": SETTINGS["weights"]["fc1"]}
    assert found["hidden"] == ["value/dense/0/0", "slope/dense.weight/0/1"]
    assert found["answers"] == {"value/dense/0/0": 1.4}
    document.undo()
    assert document.content.section("numbers") == SETTINGS


def test_renaming_there_and_back_changes_nothing() -> None:
    assert renamed(renamed(SETTINGS, "fc1", "dense"), "dense", "fc1") == SETTINGS


def test_the_section_is_saved_and_raises_no_version() -> None:
    document = Document()
    document.apply(SetSection("numbers", SETTINGS))
    value = files.to_json(document)
    assert value["netloom"] == 1 and value["numbers"] == SETTINGS
    again, problems = files.from_json(value)
    assert not problems and again.content.section("numbers") == SETTINGS


def test_a_table_of_another_shape_is_refused_with_both() -> None:
    with pytest.raises(ByHandError, match="fc1 should be 2×2, but 3 was given"):
        table([1, 2, 3], (2, 2), "fc1")
    with pytest.raises(ByHandError, match="no table"):
        table([[1], [2, 3]], (2, 2), "fc1")
    with pytest.raises(ByHandError, match="no finite number"):
        table([float("inf")], (1,), "fc1")


def test_a_batch_that_nobody_gave_has_different_numbers() -> None:
    assert made_up((1, 4), whole=False).tolist() == [[0.1, 0.2, 0.3, 0.4]]
    assert made_up((1, 3), whole=True).tolist() == [[0, 1, 0]]


@pytest.mark.parametrize(
    ("kind", "given", "output", "found", "is_class"),
    [
        ("classes", [1], (1, 2), [1], True),
        ("classes", [[0, 1]], (1, 2), [[0, 1]], False),
        ("classes", None, (2, 3), [0, 0], True),
        ("numbers", [5, 6], (2, 1), [[5], [6]], False),
        ("binary", [[1, 0]], (1, 2), [[1, 0]], False),
    ],
)
def test_targets_are_classes_shares_or_numbers(
    kind: str, given: Any, output: tuple[int, ...], found: Any, is_class: bool
) -> None:
    exercise = Exercise(targets={} if given is None else {"output1": given})
    values, classes = target_of("output1", kind, output, exercise)
    np.testing.assert_array_equal(values, found)
    assert classes is is_class


def test_a_class_that_is_not_there_is_refused() -> None:
    with pytest.raises(ByHandError, match="classes from 0 to 1"):
        target_of("output1", "classes", (1, 2), Exercise(targets={"output1": [2]}))
