"""Formulas over tensors: what is read is what torch works out, and nothing that is typed becomes code."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from models.specs.elementwise import EXTREMES, FUNCTIONS, NAMES, FormulaText, read_formula, source, statements, value
from models.specs.expression import ExpressionError
from models.specs.fields import FieldError

numbers = st.sampled_from(["1", "2", "0.5", "3"])
leaves = st.one_of(st.sampled_from(NAMES), numbers)


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, st.sampled_from("+-*/"), inner).map(" ".join)
    return st.one_of(
        pairs,
        pairs.map("({})".format),
        inner.map("-({})".format),
        inner.map("({}) ** 2".format),
        st.tuples(st.sampled_from([*FUNCTIONS]), inner).map(lambda pair: f"{pair[0]}({pair[1]})"),
        st.tuples(st.sampled_from([*EXTREMES]), inner, inner).map(lambda three: f"{three[0]}({three[1]}, {three[2]})"),
    )


@settings(max_examples=50, deadline=None)
@given(st.recursive(leaves, grown, max_leaves=8), st.lists(st.floats(-2, 2), min_size=3, max_size=3))
def test_the_code_comes_to_what_the_formula_comes_to(text: str, at: list[float]) -> None:
    names = dict(zip(NAMES, at, strict=True))
    try:
        tree = read_formula(f"x * 0 + ({text})").tree
        expected = value(tree, names)
    except (ExpressionError, ArithmeticError, ValueError):
        return  # a division by 0, a root of what is below 0: torch has NaN or an infinity there
    tensors = {name: torch.tensor(number, dtype=torch.float64) for name, number in names.items()}
    code = source(tree, {name: name for name in NAMES})
    found = eval(code, {"torch": torch, "nn": nn, **tensors})
    assert float(found) == pytest.approx(expected, rel=1e-6, abs=1e-9), code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x * sigmoid(x)", "a * torch.sigmoid(a)"),
        ("x*(y-(z-1))", "a * (b - (c - 1))"),
        ("-x ** 2", "-(a**2)"),
        ("(-x) ** -2", "(-a) ** -2"),
        ("max(x, 0.1 * x, -1)", "torch.maximum(a, 0.1 * a).clamp(min=-1.0)"),
        ("min(1, x + 1, 2)", "(a + 1).clamp(max=1.0)"),
        ("x / (2 * 4) + exp(0)", "a / 8 + 1"),
    ],
)
def test_code_is_written_as_people_write_it(text: str, code: str) -> None:
    assert source(read_formula(text).tree, {"x": "a", "y": "b", "z": "c"}) == code


@pytest.mark.parametrize(
    ("text", "clue"),
    [
        ("", "expected a number or a name"), ("2 + 3", "a formula with x"), ("x +", "the end"),
        ("x * w", "found ‘w’"), ("x // 2", "found"), ("x % 2", "found"), ("x / 0", "a divisor other than 0"),
        ("x + log(0 - 1)", "come to a number"), ("sigmoid(x, y)", "expected 1 in sigmoid(), found 2"),
        ("max(x)", "expected 2 in max(), found 1"), ("x.shape", "found"), ("__import__('os')", "found"),
        ("x[0]", "found"), ("x * * 2", "found"), ("x + exp(1000)", "come to a number"), ("x + (-1) ** 0.5", "number"),
        (f"x + {'(' * 50}1{')' * 50}", "at most 30 levels"), ("x" + "+x" * 200, "at most 200 letters"),
    ],
)  # fmt: skip
def test_what_is_no_formula_is_said_to_be_none(text: str, clue: str) -> None:
    with pytest.raises(FieldError) as refused:
        FormulaText("x", help="").parse(text)
    assert clue in str(refused.value)


@settings(max_examples=30, deadline=None)
@given(st.recursive(leaves, grown, max_leaves=25), st.sampled_from(["y", "a_name_" * 9]))
def test_long_formulas_become_short_statements_of_the_same_value(text: str, target: str) -> None:
    try:
        tree = read_formula(f"x * 0 + ({text})").tree
    except ExpressionError:
        return
    variables = {name: f"a_layer_with_a_rather_long_name_{name}" for name in NAMES}
    lines = statements(tree, variables, target)
    assert all(len(line) <= 80 for line in lines) or len(target) > 40
    space = {variable: torch.tensor(place + 0.5) for place, variable in enumerate(variables.values())}
    exec("\n".join(lines), {"torch": torch, "nn": nn}, space)
    whole = eval(source(tree, variables), {"torch": torch, "nn": nn}, space)
    assert torch.equal(space[target], whole) or bool(whole.isnan())


def test_the_largest_of_many_fits_its_lines_too() -> None:
    tree = read_formula(f"max({', '.join(['x', 'y'] * 30)})").tree
    assert all(len(line) <= 80 for line in statements(tree, {"x": "x", "y": "y"}, "y"))


def test_values_follow_the_textbook() -> None:
    swish = read_formula("x * sigmoid(x)").tree
    assert value(swish, {"x": 2.0}) == pytest.approx(2 / (1 + math.exp(-2)))
