"""Measures as colors: neutral where they are usual, and further away the further they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.basics.heat import NEUTRAL, SCALES, mixed, shade
from widgets.theme import color

GRADIENT = SCALES["gradient"]


@pytest.mark.parametrize(
    ("value", "level"),
    [(0.001, 0), (0.1, 0), (0.03, 0), (1e-7, -1), (0.0, -1), (1e-5, -0.5), (1e3, 1), (10.0, 0.5), (float("inf"), 1),
     (float("nan"), 0)],
)  # fmt: skip
def test_gradients_go_from_vanishing_to_exploding(value: float, level: float) -> None:
    assert GRADIENT.level(value) == pytest.approx(level)


@given(st.floats(allow_nan=False), st.floats(allow_nan=False), st.sampled_from(sorted(SCALES)))
def test_larger_values_are_never_colder(one: float, other: float, name: str) -> None:
    levels = [SCALES[name].level(value) for value in sorted((one, other))]
    assert -1 <= levels[0] <= levels[1] <= 1


def test_shares_are_written_as_percent_and_small_numbers_as_powers() -> None:
    assert [SCALES["silent"].text(value) for value in (0.0, 0.314, 1.0)] == ["0 %", "31 %", "100 %"]
    assert [GRADIENT.text(value) for value in (0.0279, 3e-7, 0.0, 2e10, float("nan"))] == [
        "0.028",
        "3e-7",
        "0",
        "2e+10",
        "",
    ]


@pytest.mark.usefixtures("qtbot")
def test_shades_run_from_one_color_over_neutral_to_another() -> None:
    assert shade(0.0) == color(NEUTRAL)
    assert len({shade(level / 12).name() for level in range(-12, 13)}) == 25
    assert shade(-5.0) == shade(-1.0) and shade(0.01) == shade(0.0)
    assert mixed(color("text1"), color("panel"), 1.0) == color("panel")
