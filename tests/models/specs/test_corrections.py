"""Corrections of examples, as documents hold them and as they are typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.specs.corrections import Correction, Corrections
from models.specs.fields import FieldError

FIELD = Corrections()
WORDS = st.text(max_size=5)
ROWS = st.integers(0, 10**9)
OF_FIRST = st.builds(Correction, ROWS, WORDS, st.none() | WORDS, st.just(""))
ITEMS = OF_FIRST | st.builds(Correction, ROWS, WORDS, WORDS, st.text(min_size=1, max_size=5))


@given(st.lists(ITEMS, max_size=9, unique_by=lambda item: item.key))
def test_they_come_back_in_ascending_order(items: list[Correction]) -> None:
    found = FIELD.parse(tuple(items))
    assert found == tuple(sorted(items, key=lambda item: (item.row, item.target)))
    assert FIELD.parse(FIELD.to_json(found)) == found == FIELD.parse_text(FIELD.as_text(FIELD.to_json(found)))


def test_nothing_is_nothing() -> None:
    assert FIELD.parse({}) == FIELD.parse_text("") == ()


@pytest.mark.parametrize(
    "value",
    ["text", 3, ["17"], {"x": ["8", "3"]}, {"-1": ["8", "3"]}, {"1": ["8"]}, {"1": [8, "3"]}, {"1": ["8", 3]},
     {"1" * 20: ["8", "3"]}, {"1": "83"}, {"1@": ["8", "3"]}, {"1@size": ["8", None]}, {"@size": ["8", "3"]}],
)  # fmt: skip
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(FieldError, match=r"^expected "):
        FIELD.parse(value)


def test_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(FieldError, match="expected corrections such as"):
        FIELD.parse_text("17: 8→3")
