"""What was seen of data as tables: totals that add up, pairs with their parts, and classes from the most common on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.data import DATASETS
from studio.data.seen.look import Seen, seen
from studio.workspaces.data.seen.listings import CLASSES, COLUMNS, EXACT, INPUTS, listings
from studio.workspaces.data.seen.looking import divided, picks
from widgets.data.seen.listing import Listing

BUNDLED = [kind.kind for kind in DATASETS.values() if kind.is_bundled]


def tables(found: Seen) -> dict[str, Listing]:
    return {listing.name: listing for listing in listings(found)}


@pytest.mark.parametrize("kind", BUNDLED)
def test_each_data_set_has_tables_whose_lines_are_whole(kind: str) -> None:
    found = seen(DATASETS[kind](test=0.1).load(), "")
    made = tables(found)
    assert INPUTS in made and made[INPUTS].lines
    for listing in made.values():
        assert all(len(line.texts) == len(line.ranks) == len(listing.heads) for line in listing.lines)
        assert not listing.bars or all(len(line.counts) > 1 for line in listing.lines)
        for column in range(len(listing.heads)):  # any of them can be sorted by
            sorted(line.ranks[column] for line in listing.lines)


def test_classes_stand_from_the_most_common_on_and_add_up_over_all_parts(tmp_path: Path) -> None:
    y = np.repeat(["few", "many", "some"], [10, 60, 30])
    np.savez(tmp_path / "a.npz", x=np.random.default_rng(0).normal(size=(100, 3)), y=y)
    found = seen(DATASETS["numpy"](path="a.npz", test=20).load(tmp_path), "")
    listing = tables(found)[CLASSES]
    assert [line.texts[0] for line in listing.lines] == ["many", "some", "few"]
    assert [line.key for line in listing.lines] == ["1", "2", "0"]
    assert listing.note == "3 classes, 100 examples; most “many”, fewest “few”"
    for line in listing.lines:
        total, _, *parts = line.ranks[1:]
        assert total == sum(float(part) for part in parts)
    columns = tables(found)[COLUMNS]
    strengths: list[Any] = [line.ranks[-1] for line in columns.lines]
    assert strengths == sorted(strengths, reverse=True)


def test_pairs_name_their_rows_and_parts_and_lead_to_these_examples() -> None:
    data = DATASETS["iris"]().load()
    found = seen(data, "")
    line = tables(found)[EXACT].lines[0]
    first, second = divided(line.key)
    assert line.texts[1:] == (["training", "validation"][first.part], ["training", "validation"][second.part])
    np.testing.assert_array_equal(*(data.first_input.parts[item.part][item.row] for item in (first, second)))
    offered = {pick.key: pick.examples for pick in picks(found)}
    assert {first, second} <= set(offered["twice"]) and len(offered["far"]) == 60
