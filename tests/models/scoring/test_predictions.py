"""Masks as people and programs read them: shares for eyes, every pixel in files."""

from __future__ import annotations

import ast
import inspect
import sys

import numpy as np
import pytest

from models.scoring import predictions
from models.scoring.predictions import CLASSES, SWITCHES, Answering, cells, header, shares_in_words, shares_of, whole


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
