"""How much room the level wires between two rows of cards need."""

from __future__ import annotations

from models.layout import GAP
from models.layout.levels import PITCH, gap_for, level_wires


def test_few_wires_fit_into_the_usual_gap() -> None:
    assert gap_for([]) == gap_for([(0, 1)]) == gap_for([(0, 1), (2, 3)]) == GAP


def test_wires_above_each_other_widen_the_gap() -> None:
    three, four = gap_for([(0, 2), (1, 3), (0.5, 1)]), gap_for([(0, 2)] * 4)
    assert GAP < three < four == three + PITCH


def test_a_straight_wire_runs_nowhere_level() -> None:
    assert level_wires({"a": ["b"], "b": []}, {"a": 0, "b": 1}, {"a": 0, "b": 0}, [(0, 2)]) == {}


def test_a_skip_runs_level_below_its_source_and_above_its_target() -> None:
    followers = {"a": ["b", "c"], "b": ["c"], "c": []}
    found = level_wires(followers, {"a": 0, "b": 1, "c": 2}, dict.fromkeys("abc", 0), [(0, 3)])
    assert found == {0: {"a": (0, 0.5)}, 1: {"a": (0, 0.5)}}


def test_a_branch_runs_level_above_its_target_where_its_own_lane_is_free() -> None:
    followers = {"a": ["b", "x"], "b": ["c"], "c": ["d"], "x": ["d"], "d": []}
    rank, lane = {"a": 0, "b": 1, "x": 1, "c": 2, "d": 3}, {"a": 0, "b": 0, "c": 0, "d": 0, "x": 1}
    assert level_wires(followers, rank, lane, [(0, 4)]) == {0: {"a": (0, 1)}, 2: {"x": (0, 1)}}
    late = level_wires({"a": ["b", "x"], "b": ["c"], "c": [], "x": []}, rank | {"x": 2}, lane, [(0, 4)])
    assert late == {0: {"a": (0, 1)}}


def test_a_fold_runs_out_of_its_column_and_into_the_next() -> None:
    found = level_wires({"a": ["b"], "b": []}, {"a": 0, "b": 1}, {"a": 0, "b": 0}, [(0, 1), (1, 2)])
    assert found[0]["a"][0] < 0 and found[0]["a"][1] > 100
