"""What is kept of formulas: any that can be drawn, against what torch's own hooks count."""

from __future__ import annotations

from math import prod

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from saved_tensors import kept_by_torch

from models.kinds.keeping import Kept, kept_of
from models.specs.elementwise import EXTREMES, FUNCTIONS, read_formula, statements

SHAPES = {"x": (4, 3), "y": (4, 1), "z": (1, 3)}
NUMBERS = st.sampled_from(["0.5", "2", "3"])


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A part of parts: a function of one, an extreme of two or three, an operation of two."""
    return st.one_of(
        st.builds("{}({})".format, st.sampled_from(list(FUNCTIONS)), inner),
        st.builds("{}({}, {}, {})".format, st.sampled_from(list(EXTREMES)), inner, inner, st.one_of(inner, NUMBERS)),
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), st.one_of(inner, NUMBERS)),
        st.builds("({} {} {})".format, NUMBERS, st.sampled_from("+-*/"), inner),
        st.builds("abs({}) ** {}".format, inner, st.one_of(inner, NUMBERS)),
        st.builds("2 ** {}".format, inner),
    )


FORMULAS = st.recursive(st.sampled_from(["x", "y", "z"]), joined, max_leaves=6).map("x + {}".format)


@settings(max_examples=80, deadline=None)
@given(FORMULAS)
def test_what_is_kept_of_a_formula_is_what_torch_saves(text: str) -> None:
    formula = read_formula(text)
    kept = kept_of(formula.tree, SHAPES)
    values = {name: torch.rand(shape, requires_grad=True) + 0.5 for name, shape in SHAPES.items()}
    space: dict[str, object] = {"torch": torch, "nn": torch.nn, **values}

    def run() -> list[torch.Tensor]:
        exec("\n".join(statements(formula.tree, {name: name for name in SHAPES}, "result")), space)
        result = space["result"]
        assert isinstance(result, torch.Tensor)
        return [result]

    saved = kept_by_torch(run, ()) // 4
    (result,) = run()
    told = kept.between + sum(prod(SHAPES[name]) for name in kept.names) + kept.result * result.numel()
    assert told == saved


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x + 2 * y", Kept(frozenset(), 0, False)),
        ("x * sigmoid(x)", Kept(frozenset({"x"}), 12, False)),
        ("exp(x)", Kept(frozenset(), 0, True)),
        ("max(x, 0.1 * x)", Kept(frozenset({"x"}), 12, False)),
        ("x / y", Kept(frozenset({"x", "y"}), 0, False)),
    ],
)
def test_each_value_is_kept_once_and_told_by_its_name(text: str, kept: Kept) -> None:
    assert kept_of(read_formula(text).tree, SHAPES) == kept
