"""Samples in words: tokens as their words where these are known, rows as their columns with values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.workspaces.inspect.looks import look_of, tokens_of
from studio.workspaces.inspect.subject import About, Seen

SEEN = Seen("input1", (7,), True, words=("", "unknown", "the", "night", "was", "dark"))
ABOUT = About((), "classes", ("noun", "verb"), (SEEN,))
TOKENS = np.array([2, 3, 4, 5, 9, 1, 0])


def test_a_sample_is_shown_in_words() -> None:
    assert look_of(TOKENS, ABOUT) == ("the night was dark 9", "unknown ")
    assert look_of(TOKENS, SEEN) == look_of(TOKENS, ABOUT)
    plain = replace(SEEN, words=())
    assert look_of(TOKENS, plain) == ("2 3 4 5 9", "1 0")


def test_a_row_is_shown_by_its_columns_without_the_words_that_all_share() -> None:
    row = Seen("input1", (2,), False, features=("length of the sepal (cm)", "length of the petal (cm)"))
    assert look_of(np.array([5.1, -0.25]), row) == ("sepal (cm)\t5.1", "petal (cm)\t-0.25")
    assert look_of(np.array([5.1, -0.25]), replace(row, features=())) == ("5.1", "-0.25")


def test_each_position_has_its_word_and_its_answer() -> None:
    found = tokens_of(TOKENS, np.zeros(7), np.ones(7), ABOUT)
    assert [token.text for token in found] == ["the", "night", "was", "dark", "9", "unknown", ""]
