"""Masks and images as people and programs read them: in short for eyes, every pixel in files."""

from __future__ import annotations

import ast
import inspect
import sys

import numpy as np
import pytest

from models.scoring import predictions
from models.scoring.predictions import (
    CLASSES,
    SWITCHES,
    Answering,
    cells,
    header,
    image,
    image_span,
    prediction,
    shares_in_words,
    shares_of,
    whole,
)

SHAPE = (1, 2, 3)
GIVEN = Answering("out", "numbers", (), SHAPE)
SWITCHED = Answering("out", "switches", (), SHAPE)
VALUES = np.arange(6, dtype=np.float32) / 6


@pytest.mark.parametrize("form", [CLASSES, SWITCHES])
def test_a_mask_is_told_by_the_shares_of_its_classes_where_eyes_read_it(form: str) -> None:
    how = [Answering("mask", form, ("sky", "sea"), (2, 4))]
    chances = np.full((2, 8), 0.25)
    chances[0, :5] = chances[1, 5:] = 0.75
    record = whole([chances], how)
    assert cells("a.png", record, how, classes=False) == ["a.png", "sky: 62.5 %, sea: 37.5 %", "0.75"]
    assert header(how, classes=False) == ["example", "class", "probability"]
    assert cells("a.png", record, how)[1] == "sky sky sky sky sky sea sea sea", "a file has every pixel"


def test_words_of_a_sequence_stay_words() -> None:
    how = [Answering("tags", CLASSES, ("noun", "verb"), (3,))]
    record = whole([np.array([[0.9, 0.2, 0.9], [0.1, 0.8, 0.1]])], how)
    assert cells("a", record, how, classes=False)[1] == "noun verb noun"


def test_many_classes_of_a_mask_are_counted() -> None:
    mask = [["a", "a", "a", "b", "b", "c"], ["d", "e", "a", "b", "c", "a"]]
    assert [name for name, _ in shares_of(mask)][:2] == ["a", "b"]
    assert sum(share for _, share in shares_of(mask)) == pytest.approx(1)
    assert shares_in_words(mask) == "a: 41.7 %, b: 25.0 %, c: 16.7 %, 2 more"


def test_packages_that_are_taken_away_hold_it_as_it_is() -> None:
    tree = ast.parse(inspect.getsource(predictions))
    taken = {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    taken |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert {name.partition(".")[0] for name in taken} <= {*sys.stdlib_module_names, "numpy"}


@pytest.mark.parametrize(
    ("how", "is_image"),
    [
        (GIVEN, True),
        (SWITCHED, True),
        (Answering("out", "switches", ("no", "yes"), SHAPE), False),
        (Answering("out", "numbers", (), (5, 2, 3)), False),
        (Answering("out", "numbers", (), (3, 1, 4)), False),
        (Answering("out", "numbers", (), (6,)), False),
        (Answering("out", "classes", ("a", "b"), (2, 3)), False),
    ],
)
def test_what_is_an_image(how: Answering, is_image: bool) -> None:
    assert how.is_image == is_image


def test_it_is_told_in_short_to_people_and_in_full_to_programs() -> None:
    record = prediction(VALUES[:, None], GIVEN)
    assert np.array(record["value"]).shape == SHAPE
    assert header([GIVEN], classes=False) == ["example", "image"]
    assert cells("a", record, [GIVEN], classes=False) == ["a", "1×2×3, mean 0.4167"]
    assert len(header([GIVEN])) == len(cells("a", record, [GIVEN])) == 7


def test_of_a_yes_or_no_each_the_probability_is_the_image() -> None:
    chances = np.stack([1 - VALUES, VALUES])
    np.testing.assert_array_equal(image(chances, SWITCHED), VALUES.reshape(SHAPE))
    np.testing.assert_array_equal(image(VALUES[:, None], GIVEN), VALUES.reshape(SHAPE))
    record = prediction(chances, SWITCHED)
    assert cells("a", record, [SWITCHED], classes=False) == ["a", "1×2×3, mean 0.4167"]


@pytest.mark.parametrize(
    ("values", "span"),
    [([0.1, 0.9], (0, 1)), ([-0.3, 1.4], (0, 1)), ([-0.6, 0.5], (-0.6, 0.5)), ([0.0, 200.0], (0, 200))],
)
def test_black_and_white_are_0_and_1_unless_it_goes_far_beyond(values: list[float], span: tuple[float, float]) -> None:
    assert image_span(np.array(values)) == span
