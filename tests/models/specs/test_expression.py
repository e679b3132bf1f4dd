"""Expressions: Python's own arithmetic on exact numbers, and nothing else that Python can do."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.specs.expression import DEEPEST, LARGEST, ExpressionError, UnknownName, is_name, is_number, parse

NAMES: dict[str, object] = {"width": 16, "depth": 3, "rate": 0.1, "in_channels": 64}
OPERATORS = ("+", "-", "*", "/", "//", "%")

atoms = st.one_of(
    st.integers(0, 50).map(str), st.decimals(0, 9, places=2).map(str), st.sampled_from(list(NAMES)),
)  # fmt: skip


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("-{}".format),
        st.tuples(st.sampled_from(("min", "max")), st.lists(inner, min_size=1, max_size=3)).map(
            lambda parts: f"{parts[0]}({', '.join(parts[1])})"
        ),
    )


texts = st.recursive(atoms, combined, max_leaves=12).filter(lambda text: len(text) < 150)


def by_python(text: str) -> Fraction:
    """The same by Python on exact numbers: every number in the text becomes a `Fraction`."""
    import re

    exact = re.sub(r"\b\d+(?:\.\d+)?\b", lambda found: f"Fraction('{found[0]}')", text)
    exact = re.sub(r"\b(min|max)\(", r"\1_(", exact)
    space = {name: Fraction(str(value)) for name, value in NAMES.items()}
    functions = {"min_": lambda *of: min(of), "max_": lambda *of: max(of), "Fraction": Fraction}
    return Fraction(eval(exact, functions | space))


@settings(max_examples=200, deadline=None)
@given(texts)
def test_it_comes_to_what_python_comes_to(text: str) -> None:
    try:
        expected = by_python(text)
    except ZeroDivisionError:
        with pytest.raises(ExpressionError, match="divisor other than 0"):
            parse(f"={text}").value(NAMES)
        return
    try:
        found = parse(f"={text}").value(NAMES)
    except ExpressionError as error:
        assert "of at most" in str(error)  # too deep, or too large on the way
        return
    assert found == (int(expected) if expected.denominator == 1 else float(expected))
    assert isinstance(found, int) == (expected.denominator == 1)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("=7", 7), ("= width * 4 ", 64), ("=0.1 * 30", 3), ("=rate * 30", 3), ("=1 / 3", 1 / 3), ("=-7 // 2", -4),
        ("=-7 % 4", 1), ("=2 - 3 - 4", -5), ("=2 + 3 * 4", 14), ("=(2 + 3) * 4", 20), ("=--2", 2),
        ("=max(1, width // 8, depth)", 3), ("=min(width)", 16), ("=in_channels // 2", 32), ("=8/2/2", 2),
    ],
)  # fmt: skip
def test_values(text: str, value: float) -> None:
    found = parse(text).value(NAMES)
    assert found == value and type(found) is type(value)


def test_the_names_are_known_without_working_it_out() -> None:
    assert parse("=max(width, 2) * in_channels").names == {"width", "in_channels"}
    assert parse("= width*4 ").text == "width*4"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("=", "expected a number or a name, found the end."), ("=2 +", "found the end."), ("=2 3", "an operator"),
        ("=(2", "expected ‘)’, found the end."), ("=()", "a number or a name, found ')'."), ("=min 2", "expected ‘(’"),
        ("=(1, 2)", "expected ‘)’, found ','."), ("=2 ** 3", "found '*'."), ("=1e9", "found '1e9'."), ("=.5", "'.5'"),
        ("=width.real", "'.real'"), ("=__import__('os')", "found \"__import__"), ("=width[0]", "found '[0]'."),
        ("=lambda: 1", "found ':'."), ("=0x10", "found '0x10'."), ("=a if b else c", "an operator, found 'if'."),
        ("=exec(1)", "an operator, found '('."), ("=٣", "a number, a name or a sign"), ("=wïdth", "found 'ïdth'."),
        ("=1_000", "'1_000'"), ("=width = 2", "found '='."), ("==2", "found '=2'."), ("=2; 3", "found ';'."),
    ],
)  # fmt: skip
def test_what_is_no_expression_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        parse(text)
    assert sentence in str(refusal.value) and str(refusal.value).endswith(".") and len(str(refusal.value)) <= 90


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("=wdith * 2", "expected a named number of the network, found ‘wdith’."), ("=1 / (depth - 3)", "other than 0"),
        ("=5 % 0", "divisor"), ("=5 // 0.0", "divisor"), ("=text + 1", "expected a number in text, found 'wide'."),
        ("=yes", "expected a number in yes, found True."), ("=vast", "expected a number in vast, found inf."),
    ],
)  # fmt: skip
def test_what_cannot_be_worked_out_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    names = NAMES | {"text": "wide", "yes": True, "vast": float("inf")}
    with pytest.raises(ExpressionError) as refusal:
        parse(text).value(names)
    assert sentence in str(refusal.value) and len(str(refusal.value)) <= 90


def test_an_unknown_name_is_told_by_itself() -> None:
    with pytest.raises(UnknownName) as refusal:
        parse("=width + missing").value({"width": 1})
    assert refusal.value.name == "missing"


@pytest.mark.parametrize(
    "text",
    [
        "=" + "(" * 90 + "1" + ")" * 90, "=" + "-" * 150 + "1", "=" + "9" * 190, "=1" + "+1" * 500,
        "=" + "*".join(["9999999999"] * 15), "=0." + "0" * 100 + "1", "=" + "min(" * 45 + "1" + ")" * 45,
    ],
)  # fmt: skip
def test_bombs_are_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="at most"):
        parse(text).value({})


def test_the_bounds_are_reached() -> None:
    inner = DEEPEST - 1
    assert parse("=" + "(" * inner + "1" + ")" * inner).value({}) == 1
    assert parse(f"={LARGEST - 1} + 1").value({}) == LARGEST
    with pytest.raises(ExpressionError, match="at most"):
        parse(f"={LARGEST} + 1").value({})


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    try:
        value = parse(f"={text}").value(NAMES)
    except ExpressionError as error:
        assert str(error).endswith(".") and "\n" not in str(error)
    else:
        assert abs(value) <= LARGEST


def test_names_and_values_of_parameters() -> None:
    assert all(is_name(name) for name in ("width", "d_model", "N2", "x"))
    assert not any(is_name(name) for name in ("", "2x", "_x", "a b", "min", "max", "in_channels", "größe", "x" * 31, 3))
    assert all(is_number(value) for value in (0, -3, 0.5, LARGEST))
    assert not any(is_number(value) for value in (True, "3", None, float("nan"), float("inf"), 10**30, [1]))
