"""Values as text: nothing that a user sets can become code."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basics.text import brief, by_part, call, counted, literal, natural, times, told_apart

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@given(VALUES)
def test_a_literal_is_the_value_and_nothing_else(value: object) -> None:
    assert ast.literal_eval(literal(value)) == value


@given(st.lists(st.integers(0, 9), min_size=1, max_size=3).map(tuple))
def test_equal_sizes_are_written_once(value: tuple[int, ...]) -> None:
    assert ast.literal_eval(literal(value)) == (value[0] if len(set(value)) == 1 else value)


@pytest.mark.parametrize(
    ("value", "text"),
    [("same", '"same"'), ('a"b', "'a\"b'"), ((3, 3), "3"), ((3,), "3"), ((3, 1), "(3, 1)"),
     ([4, 4], "[4, 4]"), (1e-5, "1e-05")],
)  # fmt: skip
def test_literals_as_people_write_them(value: object, text: str) -> None:
    assert literal(value) == text


@given(st.text(), st.dictionaries(st.sampled_from(["p", "dim", "mode"]), VALUES))
def test_a_call_stays_one_call_whatever_its_arguments_hold(argument: str, settings: dict[str, object]) -> None:
    tree = ast.parse(call("nn.Thing", argument, **settings), mode="eval")
    assert isinstance(tree.body, ast.Call)
    assert ast.unparse(tree.body.func) == "nn.Thing"
    assert [ast.literal_eval(item) for item in tree.body.args] == [argument]
    assert {item.arg: ast.literal_eval(item.value) for item in tree.body.keywords} == settings


def test_shapes_for_people() -> None:
    assert times((3, 32, 32)) == "3×32×32"
    assert times(()) == "1"
    assert brief((3, 32, 32)) == "3×32×32"
    assert brief((10**9,) * 8) == "1000000000×1000000000×1…"[:23] + "…"
    assert len(brief((10**9,) * 8)) == 24


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 features"), (1, "1 feature"), (2, "2 features"), (2048, "2,048 features")]
)
def test_one_is_no_plural(count: int, text: str) -> None:
    assert counted(count, "feature") == text
    assert counted(1, "class", "classes") == "1 class" and counted(2, "class", "classes") == "2 classes"


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["Species setosa", "Species virginica"], ["setosa", "virginica"]),
        (["class_01", "class_02"], ["01", "02"]),
        (["Iris of the Alps", "Iris of the coast"], ["Alps", "coast"]),
        (["setosa", "setose"], ["setosa", "setose"]),
        (["tag ", "tag 1"], ["tag ", "tag 1"]),
        (["alone here"], ["alone here"]),
        ([], []),
        (["Species number 3", "Species number 14", "Oak"], ["S. 3", "S. 14", "Oak"]),
        (
            ["Species number 3", "Sort of tree 3", "Sort of tree 4", "Species number 4"],
            ["Sp. 3", "So. 3", "So. 4", "Sp. 4"],
        ),
        (["A: Species no 3", "A: Species no 4", "A: Oak"], ["S. 3", "S. 4", "Oak"]),
        (["Species 3", "Species 4", "Speciesist"], ["Species 3", "Species 4", "Speciesist"]),
        (["Species 3", "Species 4", "S. 3"], ["Sp. 3", "Sp. 4", "S. 3"]),
        (["petal length", "petal width", "sepal length", "sepal width"],) * 2,
    ],
)
def test_names_are_told_apart_by_whole_words(names: list[str], short: list[str]) -> None:
    assert told_apart(names) == short


@given(st.lists(st.text(alphabet="ab _-", min_size=1, max_size=8), unique=True, max_size=6))
def test_names_that_differ_still_do(names: list[str]) -> None:
    short = told_apart(names)
    assert len(set(short)) == len(names)
    assert all(name.endswith(part.rpartition(". ")[2]) for name, part in zip(names, short, strict=True))


@given(st.lists(st.sampled_from(["species", "Species", "sort", "long word", "s.", "1", "2"]), min_size=1, max_size=4))
def test_names_of_many_words_stay_apart_and_never_grow(words: list[str]) -> None:
    names = sorted({" ".join(words[:end] + words[start:]) for end in range(3) for start in range(len(words))})
    short = told_apart(names)
    assert len(set(short)) == len(names)
    assert all(len(part) <= len(name) for name, part in zip(names, short, strict=True))


def test_texts_are_ordered_as_people_count() -> None:
    names = ["10.png", "2.png", "b", "a1", "a10", "a2", "", "1"]
    assert sorted(names, key=natural) == ["", "1", "2.png", "10.png", "a1", "a2", "a10", "b"]


@given(st.lists(st.integers(0, 10**30), max_size=5))
def test_numbers_in_texts_are_ordered_as_numbers(numbers: list[int]) -> None:
    assert sorted((f"a{number}b" for number in numbers), key=natural) == [f"a{number}b" for number in sorted(numbers)]


def test_many_names_are_told_by_their_parts() -> None:
    assert by_part(["fc1.bias", "stage.0.bias", "fc1.weight", "token"]) == "fc1 (2), stage (1), token (1)"
    assert by_part(f"stage.{number}.bias" for number in range(1_200)) == "stage (1,200)" and by_part([]) == ""
