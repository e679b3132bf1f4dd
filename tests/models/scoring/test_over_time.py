"""What became of samples over the epochs, against what one counts by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from models.scoring.over_time import (
    LISTS,
    Course,
    among_strangers,
    floats,
    forgotten,
    learned_late,
    never_learned,
    suspects,
)

NAN = float("nan")


def course(losses: list[list[float]], right: list[str] | None = None, strangers: list[float] | None = None) -> Course:
    """Epochs × samples; ``right`` has an x for each right answer."""
    halves = (np.array(losses, np.float32).view(np.uint32) >> 16).astype(np.uint16)
    marks = None if right is None else np.array([[mark == "x" for mark in row] for row in right])
    return Course(np.arange(1, len(losses) + 1), halves, marks, None if strangers is None else np.array(strangers))


FOUR = course(
    [[4, 1, 2, 8], [4, 1, 2, 8], [4, 1, 0.5, 8], [4, 0.25, 0.5, 8]],
    [".x..",
     ".x..",
     ".xx.",
     "x.x."],
    [0.2, 0.0, 0.6, 1.0],
)  # fmt: skip


def test_lists_are_what_one_counts_by_hand() -> None:
    assert FOUR.turns.learned.tolist() == [4, 0, 3, 0] and FOUR.turns.forgotten.tolist() == [0, 1, 0, 0]
    assert learned_late(FOUR).tolist() == [0, 2]
    assert forgotten(FOUR).tolist() == [1]
    assert never_learned(FOUR).tolist() == [3]
    assert among_strangers(FOUR).tolist() == [3, 2]
    assert suspects(FOUR).tolist() == [3, 0, 2, 1]
    assert FOUR.mean_losses.tolist() == [4, 0.8125, 1.25, 8]
    assert FOUR.mean_curve.tolist() == [3.75, 3.75, 3.375, 3.1875]
    assert FOUR.curve(2).tolist() == [2, 2, 0.5, 0.5]


def test_neighbors_raise_a_suspicion_and_are_none_without_them() -> None:
    alike = course([[1, 2, 3]], ["..."], [1.0, NAN, 0.0])
    assert suspects(alike).tolist()[0] == 2 and alike.suspicion.tolist() == [1 / 3 + 0.5, 2 / 3, 1.0]
    assert not len(among_strangers(course([[1, 2]], ["xx"])))


def test_an_epoch_without_a_turn_forgets_nothing() -> None:
    found = course([[1, 1], [NAN, 1], [1, 1]], ["xx", "..", "xx"])
    assert found.turns.forgotten.tolist() == [0, 1] and found.turns.learned.tolist() == [1, 3]
    assert found.mean_losses.tolist() == [1, 1]


def test_losses_that_are_no_numbers_do_not_spoil_the_others() -> None:
    found = course([[np.inf, 1], [NAN, NAN]])
    assert found.mean_losses.tolist() == [np.inf, 1] and suspects(found).tolist() == [0, 1]
    assert found.mean_curve[0] == 1 and np.isnan(found.mean_curve[1])


@given(
    right=arrays.arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 8))),
    seed=st.integers(0, 99),
)
def test_every_sample_is_learned_forgotten_at_the_end_or_never_right(right: np.ndarray, seed: int) -> None:
    losses = np.random.default_rng(seed).random(right.shape).astype(np.float32)
    halves = (losses.view(np.uint32) >> 16).astype(np.uint16)
    found = Course(np.arange(1, len(right) + 1), halves, right)
    learned, gone, ever = found.turns
    assert ((learned > 0) == right[-1]).all() and (ever == right.any(0)).all()
    assert gone.tolist() == (right[:-1] & ~right[1:]).sum(0).tolist()
    assert sorted(suspects(found).tolist()) == list(range(found.count))
    both = {*never_learned(found).tolist(), *learned_late(found).tolist()}
    assert both == {n for n in range(found.count) if right[-1, n] or not right[:, n].any()}
    for _, order, _ in LISTS.values():
        rows = order(found).tolist()
        assert len(set(rows)) == len(rows)
    np.testing.assert_allclose(floats(halves), losses, rtol=0.01)
