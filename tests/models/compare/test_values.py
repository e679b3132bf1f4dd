"""What settings mean, whatever way they are spelled, and how values read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.compare.values import ABSENT, changes, normal, same, value_text
from models.layers import LAYERS
from models.training.settings import TrainingSettings

CONV = LAYERS["Conv2d"].fields
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_everything_is_the_same_as_itself_and_has_a_short_text(value: Any) -> None:
    assert same(value, value) and not same(value, ABSENT)
    assert 0 < len(value_text(value)) <= 60
    assert list(changes({}, {"a": value}, {"a": value})) == []


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ([1], [2], False),
    ],
)
def test_what_counts_as_the_same(one: object, other: object, equal: bool) -> None:
    assert same(one, other) is equal and same(other, one) is equal


@pytest.mark.parametrize(
    ("settings", "meant"),
    [
        ({"stride": 1}, {}),
        ({"kernel_size": [5, 5], "padding": "valid"}, {"kernel_size": 5}),
        ({"stride": "=width"}, {"stride": "=width"}),
        ({"stride": "wide", "later": 1}, {"stride": "wide", "later": 1}),
    ],
)
def test_defaults_and_spelling_mean_nothing(settings: dict[str, Any], meant: dict[str, Any]) -> None:
    assert normal(CONV, settings) == meant


def test_the_settings_of_a_chosen_kind_are_told_one_by_one() -> None:
    before = {"optimizer": {"kind": "SGD", "params": {"lr": 0.1, "momentum": 0.9}}}
    after = {"optimizer": {"kind": "SGD", "params": {"lr": 0.2, "momentum": 0.9}}, "epochs": 20}
    assert list(map(str, changes(TrainingSettings.fields, before, after))) == [
        "optimizer.lr 0.1 → 0.2",
        "epochs 10 → 20",
    ]
    other = {"optimizer": "Adam"}
    assert [change.name for change in changes(TrainingSettings.fields, before, other)] == ["optimizer"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (ABSENT, "–"), (None, "none"), (True, "true"), (0.0, "0"), (0.5, "0.5"), ("", "“”"), ([3, 32, 32], "3×32×32"),
        ({"kind": "SGD", "params": {"lr": 0.1}}, "SGD(lr=0.1)"), ({"kind": "SGD"}, "SGD"),
        (["a", "b"], "a, b"), ([], "nothing"), ([{"kind": "Accuracy"}], "Accuracy"), ("x" * 99, "x" * 59 + "…"),
    ],
)  # fmt: skip
def test_values_read_well(value: object, text: str) -> None:
    assert value_text(value) == text
