"""Lining up several cards: what they share then, what stays, and that none lies on another."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from widgets.canvas.editing.aligning import aligned, distributed, stacked

SIDES = ("left", "center", "right", "top", "middle", "bottom")
whole = st.integers(-100, 100).map(lambda value: value * 8.0)
cards = st.lists(st.tuples(whole, whole, st.sampled_from([32.0, 54.0])), min_size=2, max_size=8).map(
    lambda found: {f"c{number}": QRectF(x, y, 296, height) for number, (x, y, height) in enumerate(found)}
)
THREE = {"a": QRectF(0, 0, 296, 54), "b": QRectF(40, 100, 296, 32), "c": QRectF(400, 300, 296, 54)}


def placed(areas: dict[str, QRectF], places: dict[str, tuple[float, float]]) -> list[QRectF]:
    return [QRectF(*places[id], area.width(), area.height()) for id, area in areas.items()]


def overlap(areas: list[QRectF]) -> bool:
    return any(one.intersects(other) for place, one in enumerate(areas) for other in areas[:place])


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        ("left", {"a": (0, 0), "b": (0, 100), "c": (0, 300)}),
        ("center", {"a": (200, 0), "b": (200, 100), "c": (200, 300)}),
        ("right", {"a": (400, 0), "b": (400, 100), "c": (400, 300)}),
        ("top", {"a": (0, 0), "b": (332, 0), "c": (664, 0)}),
        ("middle", {"a": (0, 150), "b": (332, 161), "c": (664, 150)}),
        ("bottom", {"a": (0, 300), "b": (332, 322), "c": (664, 300)}),
    ],
)
def test_cards_line_up_along_a_side(side, expected):
    assert aligned(THREE, side) == expected


def test_gaps_are_made_equal_between_the_first_and_the_last():
    assert distributed(THREE, "down") == {"a": (0, 0), "b": (40, 161), "c": (400, 300)}
    assert stacked(THREE, "down") == {"a": (0, 0), "b": (40, 72), "c": (400, 122)}
    assert stacked(THREE, "across") == {"a": (0, 0), "b": (332, 100), "c": (664, 300)}


def test_with_no_room_for_equal_gaps_there_is_the_usual_one():
    near = {"a": QRectF(0, 0, 296, 54), "b": QRectF(0, 10, 296, 54), "c": QRectF(0, 20, 296, 54)}
    assert distributed(near, "down") == {"a": (0, 0), "b": (0, 72), "c": (0, 144)}


@given(cards, st.sampled_from(SIDES))
def test_none_lies_on_another_and_doing_it_again_changes_nothing(areas, side):
    places = aligned(areas, side)
    after = placed(areas, places)
    assert not overlap(after)
    again = aligned(dict(zip(areas, after, strict=True)), side)
    assert again == places


@given(cards, st.sampled_from(["down", "across"]))
def test_equal_gaps_are_equal(areas, way):
    for arranged in (stacked, distributed):
        after = placed(areas, arranged(areas, way))
        ends = sorted((area.top(), area.bottom()) if way == "down" else (area.left(), area.right()) for area in after)
        gaps = [second[0] - first[1] for first, second in pairwise(ends)]
        assert max(gaps) - min(gaps) <= 2, "whole pixels"
        assert min(gaps) >= -0.5
