"""How numbers and formulas are written."""

from __future__ import annotations

import pytest

from models.byhand.pen import Line, Text, constant, latex, number, symbol, times, total


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (-0.147786, "−0.147786"),
        (1 / 3, "0.333333"),
        (1e-9, "1·10^(−9)"),
        (-2.5e12, "−2.5·10^(12)"),
        (0, "0"),
    ],
)
def test_numbers_are_read_at_a_glance(value: float, text: str) -> None:
    assert number(value) == text


def test_negative_numbers_stand_in_brackets_within_a_term() -> None:
    assert times(constant(-1), constant(2, "x")) == Text("(−1)·x", "(−1)·2")


def test_long_sums_are_cut_with_how_much_is_left_out() -> None:
    found = total(constant(place) for place in range(100))
    assert "(68 more)" in found.numbers and found.numbers.endswith("99")
    assert total([]) == Text("0", "0")


@pytest.mark.parametrize(
    ("place", "rows", "text"),
    [((0, 0), 1, "fc1₁"), ((1, 0), 2, "fc1₁⁽²⁾"), ((0, 0, 11), 1, "fc1₁,₁₂"), ((0,), 1, "fc1")],
)
def test_a_number_of_a_layer_is_named_by_its_place(place: tuple[int, ...], rows: int, text: str) -> None:
    assert symbol("fc1", place, rows) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("W₁₂·fc1₁", r"W_{12} \cdot \mathrm{fc1}_{1}"),
        ("a_b₁,₁₂⁽³⁾", r"\mathrm{a\_b}_{1,12}^{(3)}"),
        ("x/√(σ² + ε)", r"x/\sqrt{\sigma ^{2} + \varepsilon }"),
        ("1·10^(−9)", r"1 \cdot 10^{-9}"),
        ("ln(max(0, −1))", r"\ln (\max (0, -1))"),
        ("∂L/∂b₁", r"\partial L/\partial b_{1}"),
    ],
)
def test_formulas_become_latex(text: str, expected: str) -> None:
    assert latex(text) == expected
    assert latex(text).count("{") == latex(text).count("}")


def test_a_line_says_nothing_twice() -> None:
    assert Line("L", "a + b", "1 + 2", 3.0).text == "L = a + b = 1 + 2 = 3"
    assert Line("L", "a", "2", 2.0).text == "L = a = 2"
