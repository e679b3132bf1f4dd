"""The sentences on an ensemble: what is gained, and where nothing is."""

from __future__ import annotations

import numpy as np

from models.scoring.ensembles import ClassEnsemble, NumberEnsemble
from models.scoring.verdicts import of_ensemble, of_pruning, of_whole_blocks

SURE, UNSURE = [0.9, 0.1], [0.4, 0.6]


def facts_of(chances: list[list[list[float]]]) -> dict[str, object]:
    found = ClassEnsemble(len(chances))
    found.add(np.array(chances), np.zeros(len(chances[0]), int))
    return found.facts() | {"members": ["a"] * len(chances)}


def test_members_that_err_apart_gain() -> None:
    said = of_ensemble(facts_of([[UNSURE, SURE, SURE], [SURE, UNSURE, SURE], [SURE, SURE, UNSURE]]))
    assert (
        said[0] == "Together 100.00%, 33.33 points better than a member on average, 33.33 points better than the best."
    )
    assert said[1] == "Two members differ in 66.7% of the answers."


def test_members_that_are_alike_gain_nothing() -> None:
    said = of_ensemble(facts_of([[UNSURE, SURE], [UNSURE, SURE]]))
    assert said[0] == "Together 50.00%, no better than a member on average, no better than the best."
    assert said[1].endswith("averaging changes nothing.")
    assert said[2].startswith("Entropy of the average: 47% of its maximum where right, 97% where wrong.")


def test_out_of_bag_is_told_where_there_is_any() -> None:
    bag = {"accuracies": [0.5], "accuracy": 0.8, "covered": 70, "examples": 100}
    assert of_ensemble(facts_of([[SURE]]) | {"out_of_bag": bag})[-1] == (
        "Out-of-bag error 20.00%, over 70 of 100 training examples."
    )
    assert "Out-of-bag" not in of_ensemble(facts_of([[SURE]]) | {"out_of_bag": bag | {"accuracy": None}})[-1]


def test_numbers_tell_their_error_and_how_far_members_lie_apart() -> None:
    found = NumberEnsemble(2)
    found.add(np.array([[[1.0]], [[-1.0]]]), np.zeros((1, 1)))
    assert of_ensemble(found.facts()) == [
        "Together RMSE 0, 100.0% below the members’ mean of 1; the best has 1.",
        "Members lie 1 from their average (root mean square).",
    ]


def test_pruning_tells_where_it_falls_by_a_point() -> None:
    levels, losses = [0, 50, 90, 99], [0.1, 0.1, 0.2, 2.0]
    assert (
        of_pruning(levels, [0.98, 0.98, 0.96, 0.2], losses)
        == "Unpruned 98.00%. It first falls by one point at 70% pruned."
    )
    assert (
        of_pruning([0, 10, 20], [0.5, 0.2, 0.4], losses[:3])
        == "Unpruned 50.00%. It falls by more than one point already at 10% pruned."
    )
    assert of_pruning(levels, [0.9, 0.9, 0.9, 0.9], losses).endswith("Up to 99% pruned it never falls by one point.")
    assert of_pruning(levels, None, losses) == "Unpruned loss 0.1. It is a tenth above that from 90% pruned on."
    assert of_pruning(levels[:2], None, losses[:2]).endswith("It stays so up to 50% pruned.")


def test_blocks_that_keep_their_filters_are_named_up_to_three() -> None:
    said = "Filters within blocks stay ({}); prune all weights or by layer to reach them."
    assert of_whole_blocks(["stage1"]) == said.format("stage1")
    assert of_whole_blocks([f"stage{n}" for n in range(1, 6)]) == said.format("stage1, stage2, stage3 and 2 more")
