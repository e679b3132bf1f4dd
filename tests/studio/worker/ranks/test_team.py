"""How batches and sums are parted among processes, and put together again."""

from __future__ import annotations

import json

import pytest
import torch
from documents import cnn, mlp
from hypothesis import given
from hypothesis import strategies as st

from studio.worker.ranks.place import Place
from studio.worker.ranks.team import Ranks, Team, sum_of
from studio.worker.training.metrics import Row, Sums

CPU = torch.device("cpu")


def team(count: int, *, normalizes: bool = False) -> list[Ranks]:
    document = cnn() if normalizes else mlp()
    return [Ranks(Place(rank, count, rank, count), CPU, document) for rank in range(count)]


@given(st.integers(2, 9), st.integers(1, 60))
def test_every_example_of_a_batch_is_counted_once_and_weighs_the_same(count: int, size: int) -> None:
    ranks, rows = team(count), torch.arange(size)
    assert torch.cat([rank.counted(rows) for rank in ranks]).tolist() == rows.tolist()
    weights = torch.zeros(size, dtype=torch.float64)
    state = torch.get_rng_state()
    for rank in ranks:
        rank.begin(0, size, 0)
        part = rank.part(rows)
        assert len(part) > 0
        weights[part] += rank.share / len(part)
    torch.set_rng_state(state)
    assert weights.numpy() == pytest.approx(1 / size)


@given(st.integers(2, 9), st.integers(1, 300))
def test_validation_is_parted_into_blocks_of_which_none_is_longer_than_the_first(count: int, size: int) -> None:
    blocks = [range(*rank.block(size)) for rank in team(count)]
    assert [row for block in blocks for row in block] == list(range(size))
    assert max(map(len, blocks)) == len(blocks[0])


def test_a_process_by_itself_takes_everything() -> None:
    alone, rows = Team(), torch.arange(5)
    assert alone.part(rows) is rows and alone.block(5) == (0, 5) and alone.counts() and alone.leads


def test_dropout_differs_between_processes_and_follows_from_the_step() -> None:
    first, second, third = team(3)
    drawn = {}
    for rank in (second, third):
        for step in (0, 1, 2):
            rank.begin(step, 9, 7)
            drawn[rank.place.rank, step] = torch.rand(4).tolist()
    assert len({json.dumps(value) for value in drawn.values()}) == 6
    second.begin(1, 9, 7)
    assert torch.rand(4).tolist() == drawn[1, 1]
    state = torch.get_rng_state()
    first.begin(1, 9, 7)
    assert torch.equal(torch.get_rng_state(), state)


def test_augmentation_is_drawn_alike_or_goes_on_in_the_first_where_batches_are_accumulated() -> None:
    for document, seeds in ((mlp(), 1), (mlp(accumulate=2), 3)):
        ranks = [Ranks(Place(rank, 3, rank, 3), CPU, document) for rank in range(3)]
        generators = [torch.Generator().manual_seed(7) for _ in range(3)]
        for rank, generator in zip(ranks, generators, strict=True):
            rank.begin(4, 9, 7, generator)
        assert len({generator.initial_seed() for generator in generators}) == seeds
        assert torch.equal(generators[0].get_state(), torch.Generator().manual_seed(7).get_state())
        rows = [rank.rows_of(10) for rank in ranks]
        assert rows == ([(0, 3), (3, 6), (6, 10)] if seeds == 1 else [None, None, None])
        assert ranks[2].rows_of(2) == ((0, 2) if seeds == 1 else None)
    assert Team().rows_of(10) is None


numbers = st.floats(-1e6, 1e6)
rows = st.builds(
    Row,
    st.lists(numbers, min_size=2, max_size=2),
    st.integers(1, 9),
    st.tuples(st.tuples(st.integers(1, 9), st.lists(st.lists(numbers, min_size=1, max_size=1), min_size=1, max_size=1)))
    .map(list)
    .filter(bool),
)


@given(st.lists(st.lists(rows, max_size=4), min_size=1, max_size=4))
def test_sums_of_parts_are_the_sums_of_the_whole(parts: list[list[Row]]) -> None:
    whole, separate = Sums(), []
    for part in parts:
        separate.append(Sums())
        for row in part:
            whole.add([row])
            separate[-1].add([row])
    found = sum_of([Sums.from_json(json.loads(json.dumps(part.to_json()))) for part in separate])
    assert found.examples == whole.examples
    if whole.examples:
        assert found.losses == pytest.approx(whole.losses, rel=1e-9, abs=1e-3)
        assert found.tallies[0] is not None and whole.tallies[0] is not None
        assert found.tallies[0][0] == whole.tallies[0][0]
