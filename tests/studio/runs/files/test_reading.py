"""What is read of a run folder is sound, whichever way it is written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runs.files.reading import DEEPEST, LARGEST, plain_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES, st.booleans())
def test_what_is_sound_is_read_as_it_was_written(value: object, ascii: bool) -> None:
    assert plain_json(json.dumps(value, ensure_ascii=ascii).encode()) == value


@pytest.mark.parametrize("text", ["1e999", "-1e999", '{"a": [1e400]}', "1" + "0" * 400, "NaN", "[Infinity]"])
def test_numbers_beyond_all_bounds_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"too large|no JSON"):
        plain_json(text.encode())


def test_integers_beyond_those_of_seeds_are_floats() -> None:
    assert plain_json(str(LARGEST - 1).encode()) == LARGEST - 1 and type(plain_json(str(LARGEST).encode())) is float


def test_halves_of_letters_are_replaced_and_depth_is_bounded() -> None:
    assert plain_json(b'"\\ud800"') == "?"
    assert plain_json(b"[" * DEEPEST + b"]" * DEEPEST)
    with pytest.raises(ValueError, match="too deep"):
        plain_json(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1))
