"""Formulas are put together from terms with roles; equal dimensions are written once."""

from __future__ import annotations

from models.kinds.explain import Fraction, multiply_adds, number, output_sizes, parameters, product, steps
from models.kinds.layer import Step, Weight


def test_numbers_have_thousands_separators() -> None:
    assert number(13050) == "13,050"
    assert steps(13050, " + ", (4, "kernel")) == (Step("13,050"), Step(" + "), Step("4", "kernel"))


def test_products() -> None:
    assert steps(*product((3, 4), "size")) == (Step("3", "size"), Step("·"), Step("4", "size"))
    assert steps(*product(())) == (Step("1"),)


def fraction(size: int) -> Fraction:
    return Fraction(steps((size, "size")), steps(2))


def test_equal_dimensions_are_written_once() -> None:
    (one,) = output_sizes([fraction(8), fraction(8)], (4, 4))
    assert (one.title, one.symbol, one.result) == ("Output height (width is the same)", "H_out", "4")
    (one,) = output_sizes([fraction(8)] * 3, (4, 4, 4))
    assert one.title == "Output depth (height and width are the same)"


def test_different_dimensions_are_written_each() -> None:
    titles = [formula.title for formula in output_sizes([fraction(8), fraction(6)], (4, 3))]
    assert titles == ["Output height", "Output width"]
    titles = [formula.title for formula in output_sizes([fraction(8), fraction(6), fraction(8)], (4, 3, 4))]
    assert titles == ["Output depth (width is the same)", "Output height"]
    (only,) = output_sizes([fraction(8)], (4,))
    assert (only.title, only.symbol) == ("Output length", "L_out")


def test_no_formula_for_no_parameters() -> None:
    assert parameters((), steps(0)) == ()
    assert parameters((Weight("running_mean", (4,), False),), steps(0)) == ()
    (formula,) = parameters((Weight("weight", (4, 3)), Weight("seen", (), False)), steps(4, "·", 3), "Note.")
    assert (formula.title, formula.result, formula.note) == ("Parameters", "12", "Note.")


def test_multiply_adds() -> None:
    (formula,) = multiply_adds(1200, steps(30, "·", 40))
    assert (formula.title, formula.result) == ("Multiply-adds", "1,200")
