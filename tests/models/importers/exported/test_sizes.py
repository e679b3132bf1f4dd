"""Open sizes of exported programs: expressions over the batch, however they are spelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.importers import ImportFailed
from models.importers.exported.sizes import symbol_in, worked_out
from models.importers.pytorch.trace import BATCH, Size

SYMBOL = "Symbol('s77', positive=True, integer=True)"


@given(st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 50))
def test_both_spellings_are_one_line_over_the_batch(each: int, rest: int, batch: int) -> None:
    spelled = f"Add(Mul(Integer({each}), {SYMBOL}), Integer({rest}))"
    for text in (spelled, f"{each}*s77 + {rest}", f"{each}*s77 - {-rest}"):
        found = worked_out(text, {"s77": BATCH})
        assert found == (Size(each, rest) if each else rest), text
        assert worked_out(text, {"s77": batch}) == each * batch + rest


def test_a_part_of_the_batch_is_one_where_nothing_is_left_over() -> None:
    assert worked_out(f"FloorDiv(Mul(Integer(4), {SYMBOL}), Integer(2))", {"s77": BATCH}) == Size(2)
    assert worked_out(3, {}) == 3 and symbol_in(SYMBOL) == symbol_in("s77") == "s77" and symbol_in("2*s77") == ""


@pytest.mark.parametrize("text", ["s1", "Pow(s77, Integer(2))", "s77*s77", "(", "open('x')", "FloorDiv(s77, 2)"])
def test_what_is_no_multiple_of_the_batch_is_named(text: str) -> None:
    with pytest.raises(ImportFailed, match="no multiple of the batch"):
        worked_out(text, {"s77": BATCH})
