"""Samples in words: tokens as their words where these are known, rows as their columns with values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from studio.workspaces.inspect.looks import look_of, numbers_in_lines, tokens_of, weighty, words_of
from studio.workspaces.inspect.subject import About, Seen

SEEN = Seen("input1", (7,), True, words=("", "unknown", "the", "night", "was", "dark"))
ABOUT = About((), "classes", ("noun", "verb"), (SEEN,))
TOKENS = np.array([2, 3, 4, 5, 9, 1, 0])


def test_a_sample_is_shown_in_words() -> None:
    assert look_of(TOKENS, ABOUT) == ("the night was dark 9", "unknown ")
    assert look_of(TOKENS, SEEN) == look_of(TOKENS, ABOUT)
    padded = replace(SEEN, words=("<padding>", "unknown", "the", "night", "was", "dark"))
    assert look_of(TOKENS, padded) == ("the night was dark 9", "unknown")
    assert look_of(np.zeros(7, int), padded) == ("<padding>",), "a row without a text"
    plain = replace(SEEN, words=())
    assert look_of(TOKENS, plain) == ("2 3 4 5 9", "1 0")


def test_a_row_is_shown_by_its_columns_without_the_words_that_all_share() -> None:
    row = Seen("input1", (2,), False, features=("length of the sepal (cm)", "length of the petal (cm)"))
    assert look_of(np.array([5.1, -0.25]), row) == ("sepal (cm)\t5.1", "petal (cm)\t-0.25")
    assert look_of(np.array([5.1, -0.25]), replace(row, features=())) == ("5.1", "-0.25")


def test_a_text_with_one_answer_has_its_words_and_the_weightiest_are_named() -> None:
    assert [token.text for token in words_of(TOKENS, ABOUT)] == ["the", "night", "was", "dark", "9", "unknown", ""]
    assert all(token.is_right and not token.answer for token in words_of(TOKENS, ABOUT))
    assert weighty(np.array([0.5, -2.0, 1.0]), ("the", "night", "was")) == ("night\t-2", "was\t+1", "the\t+0.5")


def test_a_sequence_of_few_features_is_drawn_as_waves_and_one_of_many_as_a_band(qapp: QApplication) -> None:
    few, many = Seen("input1", (40, 3), span=(-1.0, 1.0)), Seen("input1", (40, 12), span=(-1.0, 1.0))
    steps = np.linspace(0, 12, 40)
    waves = np.stack([np.sin(steps), np.cos(steps), np.full(40, 9.0)], 1)
    drawn = look_of(waves, few)
    assert isinstance(drawn, QImage) and drawn.width() < 2 * drawn.height() and drawn != look_of(waves * 0.2, few)
    assert drawn == look_of(waves.T, few), "steps go to the right, whichever side they are"
    middle = [y for y in range(drawn.height()) if drawn.pixelColor(drawn.width() // 2, y).alpha()]
    assert middle[0] <= 3, "what lies above the span runs along its edge"
    look_of(np.full((40, 1), np.nan), few)
    band = look_of(np.zeros((40, 12)), many)
    assert isinstance(band, QImage) and (band.width(), band.height()) == (40, 12)
    flat = look_of(np.zeros((400, 12)), many)
    assert isinstance(flat, QImage) and flat.width() < 4 * flat.height(), "a thin band is stretched"


def test_several_numbers_are_told_one_by_one_as_far_as_they_can_be_read() -> None:
    given, truth = np.array([[0.5], [2.0]]), np.array([1.0, 2.5])
    assert numbers_in_lines(given, truth) == ["1: 0.5, is 1", "2: 2, is 2.5"]
    assert numbers_in_lines(given[:1], truth[:1]) == [], "one stands above already"
    many = numbers_in_lines(np.zeros(40), np.ones(40))
    assert len(many) == 13 and many[-1] == "and 28 numbers more"


def test_each_position_has_its_word_and_its_answer() -> None:
    found = tokens_of(TOKENS, np.zeros(7), np.ones(7), ABOUT)
    assert [token.text for token in found] == ["the", "night", "was", "dark", "9", "unknown", ""]
