"""The values of a setting: lists and ranges as people type them, and what is wrong with others."""

from __future__ import annotations

import json

import pytest
from documents import cnn
from hypothesis import given
from hypothesis import strategies as st

from studio.experiments.axis import Axis, axis_from
from studio.experiments.dotted import SettingError, setting_of

DOCUMENT = cnn()


def axis(name: str, text: str) -> Axis:
    return axis_from(setting_of(DOCUMENT, name), text)


@pytest.mark.parametrize(
    ("name", "text", "points"),
    [
        ("training.optimizer.lr", "0.1, 0.01,0.1", (0.1, 0.01)),
        ("training.optimizer.lr", "0.001..0.1:log:3", (0.001, 0.01, 0.1)),
        ("training.optimizer.lr", "0..1", (0.0, 0.25, 0.5, 0.75, 1.0)),
        ("conv1.out_channels", "8..16:3", (8, 12, 16)),
        ("conv1.out_channels", "1 .. 3 : linear : 9", (1, 2, 3)),
        ("conv1.kernel_size", "3, [3, 5], 3×3", (3, [3, 5])),
        ("training.optimizer", "SGD, Adam", ({"kind": "SGD", "params": {}}, {"kind": "Adam", "params": {}})),
        ("relu1.bypass", "yes, no", (True, False)),
    ],
)  # fmt: skip
def test_lists_and_ranges(name: str, text: str, points: tuple[object, ...]) -> None:
    found = axis(name, text)
    assert found.points() == points
    assert Axis.from_json(json.loads(json.dumps(found.to_json()))).points() == points
    assert axis(name, found.as_text()).points() == points
    assert found.ends() == (points if found.values else (points[0], points[-1]))


@pytest.mark.parametrize(
    ("name", "text", "clue"),
    [
        ("training.optimizer.lr", "", "found nothing"),
        ("training.optimizer.lr", "0.1, fast, slow", "fast.*slow"),
        ("training.optimizer.lr", "1..0.1", "from the smaller"),
        ("training.optimizer.lr", "0..1:log", "above 0"),
        ("training.optimizer.lr", "0.1..1:1", "2 to 1,000"),
        ("training.optimizer.lr", "-1..1", "from 0"),
        ("conv1.out_channels", "0..8", "1 or more"),
        ("conv1.out_channels", "1.5..8", "integer"),
        ("training.optimizer", "SGD, Magic", "no optimizer ‘Magic’"),
        ("training.device", "cpu..cuda", "expected one of"),
    ],
)  # fmt: skip
def test_what_is_no_axis_says_why(name: str, text: str, clue: str) -> None:
    with pytest.raises(SettingError, match=clue):
        axis(name, text)


@given(st.floats(0, 1), st.booleans(), st.booleans())
def test_a_range_is_never_left(share: float, log: bool, whole: bool) -> None:
    for low, high in ((1, 7), (1.0, 1e6), (0.001, 0.5)):
        found = Axis("x", (), low, high, 5, log, whole).at(share)
        assert low <= found <= high or (whole and round(low) <= found <= round(high))


def test_a_file_that_holds_no_axis_is_refused() -> None:
    for content in ({"name": "x", "low": 2, "high": 1, "steps": 3}, {"name": "x"}):
        with pytest.raises((ValueError, KeyError)):
            Axis.from_json(content)
