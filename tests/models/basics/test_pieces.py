from __future__ import annotations

import pytest

from models.basics.pieces import Pieces, at_once


def summed(count: int) -> Pieces[int]:
    total = 0
    for number in range(count):
        total += number
        yield
    if count > 9:
        raise ValueError("too many")
    return total


def test_pieces_come_to_what_they_return() -> None:
    assert [at_once(summed(count)) for count in (0, 1, 4)] == [0, 0, 6]


def test_an_error_of_a_piece_is_that_of_the_whole() -> None:
    with pytest.raises(ValueError, match="too many"):
        at_once(summed(10))
