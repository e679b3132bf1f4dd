"""Choosing rows of a table: what each form finds, what it means together, and what is said of nonsense."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.find import Condition, QueryError


class Row(NamedTuple):
    values: dict[str, object]
    words: str


ROWS = {
    "a": Row(
        {"optimizer": "SGD", "optimizer.lr": 0.1, "accuracy": 0.96, "train/loss": 0.2, "starred": True}, "run 1 sgd"
    ),
    "b": Row({"optimizer": "Adam", "optimizer.lr": 0.001, "accuracy": 0.91, "note": ""}, "run 2 adam warm start"),
    "c": Row({"optimizer": "AdamW", "optimizer.lr": 0.02, "epochs": 1000, "starred": False}, "run 3 adamw"),
}
NAMES = ("optimizer", "optimizer.lr", "epochs", "accuracy", "last/accuracy", "train/loss", "starred", "note")


def found(text: str) -> str:
    condition = Condition(text, NAMES)
    return "".join(name for name, row in ROWS.items() if condition(row))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", "abc"),
        ("  ", "abc"),
        ("adam", "bc"),
        ("ADAM run", "bc"),
        ("-adam", "a"),
        ("not adam", "a"),
        ('"warm start"', "b"),
        ("start warm", "b"),
        ("lr > 0.01", "ac"),
        ("lr>0.01", "ac"),
        ("lr > 0.01 and accuracy > 0.95", "a"),
        ("lr > 0.01 AND accuracy > 95%", "a"),
        ("lr >= 0.1 or lr<=0.001", "ab"),
        ("adam or lr > 0.05 and accuracy < 0.5", "bc"),
        ("(adam or lr > 0.05) and accuracy > 0.5", "ab"),
        ("not (adam or lr > 0.05)", ""),
        ("lr = 1e-3", "b"),
        ("lr == 0.001", "b"),
        ("optimizer = adam", "b"),
        ("optimizer:adam", "bc"),
        ("optimizer != Adam", "ac"),
        ("-optimizer:adam", "a"),
        ("epochs = 1k", "c"),
        ("acc > 0.95", "a"),
        ("accuracy != 0.96", "b"),
        ("loss < 1", "a"),
        ("train/loss:", "a"),
        ("note:", ""),
        ("-accuracy:", "c"),
        ("starred = yes", "a"),
        ("starred = false", "c"),
        ("optimizer > 3", ""),
        ("accuracy: and lr > 0.05", "a"),
    ],
)
def test_what_a_condition_finds(text: str, rows: str) -> None:
    assert found(text) == rows


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lr >", "Type what ‘lr’ must be"),
        ("> 3", "expected a word"),
        ("adam or", "found nothing"),
        ("(adam", "not closed"),
        ("adam)", "found ‘)’"),
        ("speed > 3", "no column ‘speed’"),
        ("lr > fast", "expected a number after >"),
        ("not", "found nothing"),
        ("(" * 40 + "a", "at most 30"),
        ("a " * 600, "at most 1,000 letters"),
    ],
)
def test_what_cannot_be_meant_is_told_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(QueryError, match=words.replace("(", r"\(").replace(")", r"\)")) as caught:
        Condition(text, NAMES)
    assert len(str(caught.value)) <= 90


@given(st.text(alphabet='ab lr<>=!:()"-09.%eandornot', max_size=60))
def test_whatever_is_typed_is_a_condition_or_a_sentence(text: str) -> None:
    try:
        condition = Condition(text, NAMES)
    except QueryError as error:
        assert str(error)
        return
    assert all(condition(row) in (True, False) for row in ROWS.values())


@given(
    st.sampled_from(("adam", "lr > 0.01", "accuracy > 0.95", "starred = yes")), st.sampled_from(("run", "lr < 0.05"))
)
def test_conditions_join_as_sets_do(one: str, other: str) -> None:
    first, second = set(found(one)), set(found(other))
    assert set(found(f"{one} and {other}")) == set(found(f"{one} {other}")) == first & second
    assert set(found(f"{one} or {other}")) == first | second
    assert set(found(f"not ({one})")) == set(ROWS) - first
