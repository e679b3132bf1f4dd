"""Synthetic sentences: words and tags as their descriptions say, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from studio.data import DATASETS


def written(name: str, **changes: object) -> tuple[np.ndarray, np.ndarray]:
    raw = DATASETS[name](**{"samples": 300, **changes}).read_arrays(None, None)
    return raw.inputs["x"].values, raw.targets["y"].values


@pytest.mark.parametrize("name", ["reviews", "word_tags"])
def test_facts_hold_and_seeds_count(name: str) -> None:
    x, y = written(name)
    facts = DATASETS[name]().facts()
    assert x.shape == (300, *facts.shape) and y.shape == (300, *facts.target_shape)
    assert (int(x.min()), int(x.max())) == facts.token_range
    assert facts.classes and set(np.unique(y)) == set(range(len(facts.classes)))
    np.testing.assert_array_equal(x, written(name)[0])
    assert not np.array_equal(x, written(name, words_seed=1)[0])


def test_most_opinions_of_a_review_are_its_class() -> None:
    x, y = written("reviews")
    positive, negative = (x < 10).sum(1), ((x >= 10) & (x < 20)).sum(1)
    assert (positive + negative == 7).all()
    assert ((positive > negative) == (y == 1)).all() and abs(2 * int(y.sum()) - 300) <= 1


def test_tags_depend_on_the_word_before() -> None:
    x, y = written("word_tags")
    for words, tags in zip(x.tolist(), y.tolist(), strict=True):
        before = [0, *words[:-1]]
        assert tags == [w // 10 if b // 10 % 2 == 0 else 11 - w // 10 for w, b in zip(words, before, strict=True)]
