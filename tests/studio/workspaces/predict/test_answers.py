"""Answers at length: a mask is a picture with the share of each class."""

from __future__ import annotations

import numpy as np

from models.scoring.predictions import CLASSES, Answering
from studio.workspaces.predict.answers import Answers
from widgets.predictions.answer import hue_of


def test_a_mask_comes_as_classes_of_pixels_with_their_shares() -> None:
    chances = np.full((1, 2, 8), 0.25, np.float32)
    chances[0, 0, :6] = chances[0, 1, 6:] = 0.75
    answers = Answers(["a.png"], [chances], [Answering("mask", CLASSES, ("sky", "sea"), (2, 4))])
    (part,) = answers.parts(0)
    assert part.words == "A mask of 2×4" and part.mask is not None
    assert part.mask.tolist() == [[0, 0, 0, 0], [0, 0, 1, 1]]
    assert [(chance.name, chance.share, chance.is_answer) for chance in part.chances] == [
        ("sky", 0.75, True),
        ("sea", 0.25, False),
    ]
    assert [chance.hue for chance in part.chances] == [hue_of(0), hue_of(1)], "by the class, not by how large it is"


def test_every_class_of_a_mask_stands_in_its_legend_by_its_own_color() -> None:
    chances = np.zeros((1, 12, 12), np.float32)
    for pixel in range(12):
        chances[0, 11 - pixel, pixel] = 1
    answers = Answers(["a.png"], [chances], [Answering("mask", CLASSES, ("sky", "sea"), (3, 4))])
    (part,) = answers.parts(0)
    assert {chance.name: chance.hue for chance in part.chances} == {
        name: hue_of(place) for place, name in enumerate(["sky", "sea", *map(str, range(2, 12))])
    }


def test_words_have_no_picture() -> None:
    answers = Answers(["a"], [np.eye(2, dtype=np.float32)[None]], [Answering("tags", CLASSES, ("noun", "verb"), (2,))])
    (part,) = answers.parts(0)
    assert part.words == "noun verb" and part.mask is None
