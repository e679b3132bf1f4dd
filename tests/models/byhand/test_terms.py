"""The algebra of terms: what they come to, their slopes, and that both are written as they are computed."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from worked import result

from models.byhand import notation
from models.byhand.functions import Call, exp, greatest, least, ln, mean, root, sigmoid, softmax, tanh
from models.byhand.notation import latex, latex_of, number, text
from models.byhand.terms import ONE, Known, Leaf, Minus, Term, Truth, added, constant, times, total

X, Y = 0.7, -1.3
numbers = st.floats(-2, 2).map(lambda value: round(value, 3))


def leaves(x: float, y: float) -> tuple[Leaf, Leaf]:
    return Leaf("x", x, "x"), Leaf("y", y, "y")


def grown(children: st.SearchStrategy[Callable[..., Term]]) -> st.SearchStrategy[Callable[..., Term]]:
    """Terms over x and y, as functions of both, so that they can be made at other places."""
    pairs = st.tuples(children, children)
    return st.one_of(
        pairs.map(lambda both: lambda x, y: both[0](x, y) + both[1](x, y)),
        pairs.map(lambda both: lambda x, y: both[0](x, y) - both[1](x, y)),
        pairs.map(lambda both: lambda x, y: both[0](x, y) * both[1](x, y)),
        pairs.map(lambda both: lambda x, y: both[0](x, y) / (1.5 + both[1](x, y) ** 2)),
        children.map(lambda one: lambda x, y: -one(x, y)),
        children.map(lambda one: lambda x, y: tanh(one(x, y))),
        children.map(lambda one: lambda x, y: sigmoid(one(x, y))),
        children.map(lambda one: lambda x, y: exp(-(one(x, y) ** 2))),
        children.map(lambda one: lambda x, y: ln(1 + one(x, y) ** 2)),
        children.map(lambda one: lambda x, y: root(1 + one(x, y) ** 2)),
        children.map(lambda one: lambda x, y: Call("Φ", one(x, y))),
    )


terms = st.recursive(
    st.one_of(
        st.just(lambda x, y: x), st.just(lambda x, y: y), numbers.map(lambda value: lambda x, y: constant(value))
    ),
    grown,
    max_leaves=8,
)


@given(terms, numbers, numbers)
def test_what_is_written_is_what_it_comes_to(make: Callable[..., Term], x: float, y: float) -> None:
    term = make(*leaves(x, y))
    assume(math.isfinite(term.value) and abs(term.value) < 1e6)
    digits, notation.DIGITS = notation.DIGITS, 17
    try:
        assert result(text(term, put_in=True)) == pytest.approx(term.value, rel=1e-9, abs=1e-9)
    finally:
        notation.DIGITS = digits


@given(terms, numbers, numbers)
def test_slopes_are_those_of_small_steps_in_both_forms(make: Callable[..., Term], x: float, y: float) -> None:
    h, term = 1e-5, make(*leaves(x, y))
    assume(abs(term.value) < 1e3)
    measured = (make(*leaves(x + h, y)).value - make(*leaves(x - h, y)).value) / (2 * h)
    assume(abs(measured) < 1e3)
    assert term.slopes().get("x", 0.0) == pytest.approx(measured, rel=1e-4, abs=1e-4)
    written = term.slope("x")
    assert (written.value if written else 0.0) == pytest.approx(term.slopes().get("x", 0.0), rel=1e-9, abs=1e-12)
    assert (written is None) == ("x" not in term.hangs_on())


@given(terms, numbers, numbers)
def test_latex_closes_what_it_opens(make: Callable[..., Term], x: float, y: float) -> None:
    term = make(*leaves(x, y))
    for put_in in (False, True):
        found = latex(term, put_in)
        assert found.count("{") == found.count("}") and found.count("(") == found.count(")")
        assert found.isascii() and "  " not in found


@pytest.mark.parametrize(
    ("make", "by_x"),
    [
        (lambda x, y: greatest(0, x), 1.0),
        (lambda x, y: greatest(0, y), None),
        (lambda x, y: least(x, 6), 1.0),
        (lambda x, y: greatest(x, y), 1.0),
        (lambda x, y: Call("abs", -x), 1.0),
        (lambda x, y: Truth("", x, " > 0", 1.0) * x, 1.0),
        (lambda x, y: x / 4, 0.25),
        (lambda x, y: mean([x, y, x]), 2 / 3),
    ],
)
def test_bends_pass_the_slope_on_one_side_alone(make: Callable[..., Term], by_x: float | None) -> None:
    assert make(*leaves(X, Y)).slopes().get("x", 0.0) == pytest.approx(by_x or 0.0)


def test_of_equal_numbers_the_first_passes_the_slope_as_in_torch() -> None:
    x, y = leaves(1.0, 1.0)
    assert greatest(x, y).slopes() == {"x": 1.0, "y": 0.0}
    assert greatest(0, Leaf("z", 0.0, "z")).slopes() == {"z": 0.0}


def test_softmax_shares_its_slopes_among_the_scores() -> None:
    scores = [Leaf(f"x{k}", value, f"x{k}") for k, value in enumerate((0.2, 1.1, -0.4))]
    powers = [math.exp(score.value) for score in scores]
    answers = [Leaf(f"y{k}", power / sum(powers)) for k, power in enumerate(powers)]
    found = softmax(scores, 1, answers)
    assert found.value == pytest.approx(answers[1].value)
    assert found.slopes()["x1"] == pytest.approx(answers[1].value * (1 - answers[1].value))
    assert found.slopes()["x0"] == pytest.approx(-answers[1].value * answers[0].value)
    assert sum(found.slopes().values()) == pytest.approx(0)
    written = found.slope("x0")
    assert written is not None and text(written, put_in=False) == "−y1·y0"
    assert softmax(scores, 1, answers, sign=-1).slopes()["x1"] < 0


def test_products_and_sums_are_flat_and_say_no_one() -> None:
    x, y = leaves(X, Y)
    assert text(times(ONE, x, times(y, x)), put_in=False) == "x·y·x"
    assert text(total([x, total([y, x])]), put_in=False) == "x + y + x"
    assert times() is ONE and total([]).value == 0
    assert text(times(x, Minus(y)), put_in=False) == "−x·y"
    assert text(times(x, 1 / y), put_in=False) == "x/y"


@pytest.mark.parametrize(
    ("make", "names", "put_in"),
    [
        (lambda x, y: x - y, "x − y", "0.7 − (−1.3)"),
        (lambda x, y: x * (y + 1), "x·(y + 1)", "0.7·((−1.3) + 1)"),
        (lambda x, y: (x + 1) / (y * x), "(x + 1)/(y·x)", "(0.7 + 1)/((−1.3)·0.7)"),
        (lambda x, y: (x - y) ** 2, "(x − y)^2", "(0.7 − (−1.3))^2"),
        (lambda x, y: Call("abs", y), "|y|", "|−1.3|"),
        (lambda x, y: -(x + y) - x, "−(x + y) − x", "−(0.7 + (−1.3)) − 0.7"),
        (lambda x, y: Known(x, ((x, y),)), "x", "0.7"),
        (lambda x, y: Truth("|", x, "| > 2", 0.0), "[|x| > 2]", "0"),
    ],
)
def test_brackets_stand_where_they_are_needed(make: Callable[..., Term], names: str, put_in: str) -> None:
    term = make(*leaves(X, Y))
    assert (text(term, put_in=False), text(term, put_in=True)) == (names, put_in)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1.0, "1"),
        (-0.147786, "−0.147786"),
        (1 / 3, "0.333333"),
        (1e-9, "10^(−9)"),
        (-1e-9, "−10^(−9)"),
        (1.1e-9, "1.1·10^(−9)"),
        (-2.5e12, "−2.5·10^(12)"),
        (0, "0"),
        (math.inf, "∞"),
        (math.nan, "NaN"),
    ],
)
def test_numbers_are_read_at_a_glance(value: float, said: str) -> None:
    assert number(value) == said


def test_long_sums_are_cut_with_how_much_is_left_out() -> None:
    found = text(total(constant(place) for place in range(100)), put_in=True)
    assert "(68 more)" in found and found.endswith("99")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fc1₁", r"\mathrm{fc1}_{1}"),
        ("a_b₁,₁₂⁽³⁾", r"\mathrm{a\_b}_{1,12}^{(3)}"),
        ("2·10^(−9)", r"2 \cdot 10^{-9}"),
        ("∂L/∂b₁", r"\partial L/\partial b_{1}"),
        ("σ²", r"\sigma ^{2}"),
        ("m̂", r"\hat{m}"),
    ],
)
def test_names_become_latex(name: str, expected: str) -> None:
    assert latex_of(name) == expected


def test_fractions_and_roots_are_set_as_such_in_latex() -> None:
    x, y = leaves(X, Y)
    assert latex((x - y) / root(y), put_in=False) == r"\frac{x - y}{\sqrt{y}}"
    assert latex((x / y) ** 2, put_in=False) == r"(\frac{x}{y})^{2}"


@pytest.mark.parametrize("make", [lambda: constant(1) / 0, lambda: ln(constant(0)), lambda: exp(constant(1e4))])
def test_what_comes_to_no_number_is_no_error(make: Callable[[], Term]) -> None:
    assert math.isinf(make().value)


def test_a_sum_that_cancels_is_zero_and_one_that_is_small_stays() -> None:
    assert added([0.1, 0.2, -0.3]) == 0.0 and total([Leaf("a", 0.1), Leaf("b", 0.2), -Leaf("c", 0.3)]).value == 0.0
    assert added([1e-15, 2e-15]) == pytest.approx(3e-15) and added([1.0, 1e-9 - 1]) == pytest.approx(1e-9)
    assert added([]) == 0 and added([-1e-12, 0.5e-12]) == -0.5e-12
