"""Batches in which several examples of a class come together."""

from __future__ import annotations

from collections import Counter

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.worker.training.losses.drawing import grouped

Counts = st.lists(st.integers(0, 12), min_size=1, max_size=6).filter(any)


def batches(counts: list[int], size: int, each: int, seed: int = 0, *, skips: bool = False) -> list[list[int]]:
    labels = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    order = torch.Generator().manual_seed(seed)
    return [rows.tolist() for rows in grouped(labels, size, each, order, "cpu", skips)]


@settings(max_examples=30)
@given(Counts, st.integers(1, 20), st.integers(1, 6), st.booleans())
def test_an_epoch_has_as_many_draws_as_examples_in_batches_of_the_size(
    counts: list[int], size: int, each: int, skips: bool
) -> None:
    found, total = batches(counts, size, each, skips=skips), sum(counts)
    sizes = [size] * (total // size) + [total % size] * (total % size > 0)
    assert [len(rows) for rows in found] == (sizes[:-1] if skips and sizes[-1] == 1 else sizes)
    assert all(0 <= row < total for rows in found for row in rows)
    assert found == batches(counts, size, each, skips=skips)


@settings(max_examples=30)
@given(Counts.filter(lambda counts: all(count >= 4 for count in counts)), st.integers(1, 4), st.integers(0, 9))
def test_a_batch_holds_as_many_of_each_of_its_classes_and_none_twice(counts: list[int], each: int, seed: int) -> None:
    size = each * max(1, len(counts) // 2)
    labels = [number for number, count in enumerate(counts) for _ in range(count)]
    for rows in batches(counts, size, each, seed):
        if len(rows) == size:
            assert set(Counter(labels[row] for row in rows).values()) == {each} and len(set(rows)) == len(rows)


def test_the_examples_of_a_class_have_turns() -> None:
    (first, second) = batches([4, 4], 4, 2)
    assert sorted(first + second) == list(range(8))
