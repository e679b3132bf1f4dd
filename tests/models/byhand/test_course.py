"""Where one is in a walk, and what is known there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.byhand.course import BACKWARD, FORWARD, LOSS, START, UPDATE, Course, Position

COURSE = Course(("input1", "fc1", "relu1"), ("relu1", "fc1", "input1"))
acts = st.lists(st.sampled_from([None, FORWARD, LOSS, BACKWARD, UPDATE]), max_size=12)
TABLES = [
    "value/input1",
    "value/relu1",
    "probability/output1",
    "loss",
    "gradient/fc1",
    "slope/fc1.weight",
    "next/fc1.bias",
]


def test_one_layer_at_a_time_leads_through_a_whole_pass() -> None:
    here, seen = Position(), []
    for _ in range(9):
        here = COURSE.step(here)
        seen.append((here.turn, here.stage, COURSE.current(here)))
    assert seen == [
        (0, FORWARD, "input1"), (0, FORWARD, "fc1"), (0, FORWARD, "relu1"), (0, LOSS, ""),
        (0, BACKWARD, "relu1"), (0, BACKWARD, "fc1"), (0, BACKWARD, "input1"), (0, UPDATE, ""), (1, FORWARD, "input1"),
    ]  # fmt: skip


@given(acts)
def test_every_act_goes_on_and_never_back(made: list[int | None]) -> None:
    here = Position()
    for stage in made:
        there = COURSE.step(here) if stage is None else COURSE.to(stage, here)
        assert there > here
        assert stage is None or there.stage == stage
        assert there.turn - here.turn in (0, 1)
        here = there


@given(acts)
def test_within_a_pass_what_is_known_stays_known(made: list[int | None]) -> None:
    here = Position()
    for stage in made:
        there = COURSE.step(here) if stage is None else COURSE.to(stage, here)
        if there.turn == here.turn:
            assert all(COURSE.shows(table, there) for table in TABLES if COURSE.shows(table, here))
        here = there


@pytest.mark.parametrize(
    ("here", "known"),
    [
        (Position(0, START), []),
        (Position(0, FORWARD, 1), ["value/input1"]),
        (Position(0, FORWARD, 3), TABLES[:2]),
        (Position(0, LOSS), TABLES[:4]),
        (Position(0, BACKWARD, 1), TABLES[:4]),
        (Position(0, BACKWARD, 2), TABLES[:6]),
        (Position(0, UPDATE), TABLES),
    ],
)
def test_each_place_shows_what_was_worked_so_far(here: Position, known: list[str]) -> None:
    assert [table for table in TABLES if COURSE.shows(table, here)] == known
    assert COURSE.shows("weight/fc1.weight", here)
