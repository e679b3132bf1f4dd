"""Parameters of a network under other names: every setting that computes with one follows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_edits import chain, state

from models.document import Document
from models.document.edits import SetParam
from models.document.scopes import RenameParameter, SetParameter
from models.specs.expression import LONGEST, ExpressionError, parse, renamed
from models.specs.fields import FieldError


def computing() -> Document:
    document = chain(
        ("Input", {"shape": ["=width", "=widths + width"]}),
        ("Linear", {"out_features": "=max(width, 2) * in_channels"}),
        ("Zork", {"depth": "=width", "note": "width"}),
        ("Output", {"loss": {"kind": "CrossEntropyLoss", "params": {"label_smoothing": "=1 / width"}}}),
    )
    for name, value in (("width", 4), ("widths", 5)):
        document.apply(SetParameter(name, value))
    return document


def test_all_settings_follow_and_nothing_else() -> None:
    document = computing()
    before, reports = state(document), dict(document.analysis.reports)
    document.apply(RenameParameter("width", "size"))
    params = [node.params for node in document.network]
    assert list(document.network.parameters) == ["size", "widths"]
    assert params[0] == {"shape": ["=size", "=widths + size"]}
    assert params[1] == {"out_features": "=max(size, 2) * in_channels"}
    assert params[3]["loss"]["params"] == {"label_smoothing": "=1 / size"}
    assert params[2] == {"depth": "=width", "note": "width"}  # nobody knows what they mean there
    assert document.analysis.reports == reports
    document.undo()
    assert state(document) == before


@pytest.mark.parametrize("new", ["widths", "2x", "in_channels", "min", "", "width"])
def test_names_that_cannot_be_change_nothing(new: str) -> None:
    document = computing()
    before = state(document)
    with pytest.raises(FieldError):
        document.apply(RenameParameter("width", new))
    assert state(document) == before


def test_what_is_not_there_has_no_other_name() -> None:
    with pytest.raises(FieldError, match="found 'depth'"):
        computing().apply(RenameParameter("depth", "size"))


def test_an_expression_that_would_get_too_long_is_refused_before_anything_changes() -> None:
    document = computing()
    document.apply(SetParam("n1", "out_features", "=" + "+".join(["width"] * 30)))
    before = state(document)
    with pytest.raises(ExpressionError, match=str(LONGEST)):
        document.apply(RenameParameter("width", "a_rather_long_name"))
    assert state(document) == before


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["a", "ab", "b", "min(a, b)", "3", "0.5", "(ab - 1)"]), min_size=1, max_size=8))
def test_the_value_stays_whatever_the_name(parts: list[str]) -> None:
    text, names = "=" + " + ".join(parts), {"a": 2, "ab": 7, "b": 0.25}
    new = renamed(text, "a", "other")
    assert isinstance(new, str)
    assert parse(new).value({"other": 2, "ab": 7, "b": 0.25}) == parse(text).value(names)
    assert renamed(new, "other", "a") == text
