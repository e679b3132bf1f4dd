"""What may be done to the tables of an exercise, and how answers are judged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.byhand.exercise import ByHandError, Exercise
from models.byhand.walk import Pass, Walk
from studio.workspaces.numbers import answers
from studio.workspaces.numbers import tables as acts
from studio.workspaces.numbers.cards import differences

TABLE = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("table", "ours"),
    [
        ("value/input1", True),
        ("value/fc1", False),
        ("weight/fc1.bias", True),
        ("target/output1", True),
        ("loss", False),
    ],
)
def test_batch_targets_and_weights_are_the_users_to_change(table: str, ours: bool) -> None:
    assert acts.is_ours(table, ("input1",)) is ours


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("value/input1", {"inputs": {"input1": [[1, 2], [9, 4]]}}),
        ("target/output1", {"targets": {"output1": [[1, 2], [9, 4]]}}),
        ("weight/fc1.weight", {"weights": {"fc1": {"weight": [[1, 2], [9, 4]]}}}),
    ],
)
def test_a_typed_number_goes_where_its_table_is_kept(table: str, found: dict[str, Any]) -> None:
    assert acts.with_cell(Exercise(), table, TABLE, (1, 0), "9").settings() == found
    assert TABLE[1, 0] == 3, "what is shown is left alone"
    with pytest.raises(ByHandError, match="Expected a number"):
        acts.with_cell(Exercise(), table, TABLE, (1, 0), "nine")


@pytest.mark.parametrize("text", ["2.3468", "2,3468", " 2,3468 ", "+2.3468", "23468e-4"])
def test_a_number_has_a_point_or_a_decimal_comma(text: str) -> None:
    assert acts.typed(text) == 2.3468
    assert acts.typed(f"−{text.strip().lstrip('+')}") == -2.3468


@pytest.mark.parametrize("text", ["2, 5", "2 5", "1,234.5", "1,2,3", "1;2", "2\t5"])
def test_several_numbers_in_a_cell_are_no_number(text: str) -> None:
    with pytest.raises(ByHandError, match="Expected one number, found “"):
        acts.typed(text)


def test_more_pasted_rows_make_a_larger_batch_with_targets_of_its_own() -> None:
    before = Exercise(targets={"output1": [0, 1]})
    same = acts.pasted_into(before, "value/input1", TABLE, (0, 0), "5 6\n7 8")
    more = acts.pasted_into(before, "value/input1", TABLE, (0, 0), "5 6\n7 8\n9 9")
    assert same.inputs == {"input1": [[5, 6], [7, 8]]} and same.targets == before.targets
    assert more.inputs == {"input1": [[5, 6], [7, 8], [9, 9]]} and more.targets == {}


def test_images_are_pasted_a_row_each() -> None:
    images = np.zeros((1, 1, 2, 2))
    found = acts.pasted_into(Exercise(), "value/input1", images, (0, 0, 0, 0), "1 2 3 4")
    assert found.inputs == {"input1": [[[[1, 2], [3, 4]]]]}


def test_what_is_copied_can_be_pasted() -> None:
    text = acts.copied(TABLE)
    assert (
        acts.pasted_into(Exercise(), "weight/fc1.weight", TABLE * 0, (0, 0), text).weights["fc1"]["weight"]
        == TABLE.tolist()
    )


def test_a_matrix_that_is_not_square_cannot_be_transposed_in_place() -> None:
    for table, possible in ((TABLE, True), (TABLE[:1], False)):
        found = {deed.text: deed for deed in acts.deeds(Exercise(), "weight/fc1.weight", table, (0, 0), print)}
        assert found["Transpose"].possible is possible
    assert "Transpose" not in {deed.text for deed in acts.deeds(Exercise(), "value/input1", TABLE, (0, 0), print)}


def test_hiding_and_showing_are_each_others_opposite() -> None:
    put: list[Exercise] = []
    for deed in answers.deeds(Exercise(), "value/fc1", TABLE, (0, 1), 0, lambda exercise, _: put.append(exercise)):
        deed.run()
    assert put[0].hidden == ("value/fc1/0/1",) and len(put[1].hidden) == 4
    words = [deed.text for deed in answers.deeds(put[1], "value/fc1", TABLE, (0, 1), 0, lambda *_: None)]
    assert words == ["Show this number", "Show the whole table"]


def test_a_right_answer_gives_nothing_away_any_more() -> None:
    now = Walk([Pass(values={"fc1": TABLE}, losses=(0.5,))], {})
    asked = Exercise().hide(["value/fc1/0/0", "value/fc1/0/1", "value/gone/0/0"])
    assert answers.gives_away(asked, now, ["value/fc1/0/0"])
    assert not answers.gives_away(asked, now, ["value/fc1/1/1", "value/gone/0/0"])
    answered = asked.answer("value/fc1/0/0", 1.0005).answer("value/fc1/0/1", 5)
    assert not answers.gives_away(answered, now, ["value/fc1/0/0"])
    assert answers.verdicts(answered, now) == [True, False]
    assert answers.fills(answered, "value/fc1", TABLE, 0) == {(0, 0): ("1.0005", "right"), (0, 1): ("5", "wrong")}
    assert answers.fills(answered, "value/fc", TABLE, 0) == {}


def test_differences_are_cell_by_cell_and_another_shape_is_new_as_a_whole() -> None:
    now = {"value/a": TABLE + np.array([[0, 0], [0, 1]]), "value/b": TABLE[:1], "value/c": TABLE}
    found = differences({"value/a": TABLE, "value/b": TABLE}, now)
    assert found["value/a"].tolist() == [[False, False], [False, True]]
    assert found["value/b"].all() and "value/c" not in found


def test_numbers_of_later_passes_are_hidden_by_names_of_their_own() -> None:
    passes = [
        Pass(values={"fc1": TABLE + turn}, after={"fc1.weight": TABLE * turn}, losses=(0.5,)) for turn in range(2)
    ]
    walk = Walk(passes, {})
    put: list[Exercise] = []
    deeds = answers.deeds(Exercise(), "value/fc1", TABLE, (0, 1), 1, lambda exercise, _: put.append(exercise))
    deeds[0].run()
    asked = put[0]
    assert asked.hidden == ("value/fc1/0/1@2",)
    assert answers.fills(asked, "value/fc1", TABLE, 0) == {}
    assert list(answers.fills(asked, "value/fc1", TABLE, 1)) == [(0, 1)]
    assert answers.verdicts(asked.answer("value/fc1/0/1@2", 3.0), walk) == [True]
    assert answers.verdicts(asked.answer("value/fc1/0/1@2", 2.0), walk) == [False]
    later = Exercise().hide(["value/fc1/0/1@9", "value/gone/0/0"])
    assert answers.verdicts(later, walk) == [None], "the ninth pass is not worked yet; the other is no cell"
    assert answers.gives_away(asked, walk, ["value/fc1/0/1@2"]) and not answers.gives_away(asked, walk, ["loss"])


def test_what_is_given_cannot_be_asked() -> None:
    for table in ("target/output1", "mask/drop1"):
        assert answers.deeds(Exercise(), table, TABLE, (0, 0), 0, lambda *_: None) == []


def test_an_exercise_keeps_its_key_whatever_draws_the_weights() -> None:
    now = Pass(values={"input1": TABLE, "fc1": TABLE}, weights={"fc1.weight": TABLE}, losses=(0.5,))
    found = answers.pinned(Exercise().hide(["loss"]), Walk([now], {"output1": TABLE[0]}), ["input1"])
    assert found.settings() == {
        "inputs": {"input1": TABLE.tolist()}, "targets": {"output1": [1, 2]},
        "weights": {"fc1": {"weight": TABLE.tolist()}}, "hidden": ["loss"],
    }  # fmt: skip
