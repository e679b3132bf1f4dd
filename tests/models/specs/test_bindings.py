"""Names by names, as documents hold them and as people type them."""

from __future__ import annotations

import pytest

from models.specs.bindings import Bindings
from models.specs.fields import FieldError

FIELD = Bindings()
PAIRS = (("input1", "image"), ("input2", "width, height"))


def test_they_are_typed_as_pairs_and_kept_in_order() -> None:
    assert FIELD.parse_text("input1=image, input2 = width, height") == PAIRS
    assert FIELD.parse(dict(PAIRS)) == FIELD.parse(PAIRS) == PAIRS
    assert list(FIELD.to_json(PAIRS).items()) == list(PAIRS)
    assert FIELD.parse_text("") == ()


@pytest.mark.parametrize("text", ["image", "input1=", "=image", "input1=image, input2="])
def test_what_is_no_pair_is_refused(text: str) -> None:
    with pytest.raises(FieldError, match="expected names such as input1=image"):
        FIELD.parse_text(text)


@pytest.mark.parametrize(
    "value", ["text", 3, None, [["a"]], {"a": 3}, {"a": ""}, {"a" * 5000: "b"}, {str(i): "x" for i in range(1001)}]
)
def test_what_holds_no_names_is_refused(value: object) -> None:
    with pytest.raises(FieldError, match="expected names by names"):
        FIELD.parse(value)
