"""Texts in generated source: whatever they hold, they come out as they went in, and nothing of them runs."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.codegen.formatting import WIDTH, literal, split_arguments, statement

TEXTS = st.text(st.sampled_from("ab \"'\\()[]{},=+*\n#é"), max_size=120)


def run(lines: list[str]) -> dict[str, Any]:
    names: dict[str, Any] = {"load": lambda *values: values}
    exec("\n".join(lines), names)
    return names


@given(st.lists(TEXTS, max_size=12), st.booleans())
@example(["x" * 90 + " = (", "ends in a backslash \\" * 4, "a + b * c " * 12], False)
def test_any_texts_survive(texts: list[str], one: bool) -> None:
    value = texts[0] if one and texts else texts
    assert run(statement(0, f"NAMES = {literal(value)}"))["NAMES"] == value


@given(TEXTS)
@example('a long path with " = " and a bracket ( ' * 4)
def test_any_path_survives_in_a_call(text: str) -> None:
    assert run(["if True:", *statement(4, f"found = load({literal(text)})")])["found"] == (text,)


@given(st.lists(TEXTS, min_size=1))
def test_arguments_are_parted_outside_of_texts_alone(texts: list[str]) -> None:
    assert split_arguments(", ".join(map(literal, texts))) == [literal(text) for text in texts]


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ("a", '"a"'),
        ("it's", '"it\'s"'),
        ('a "word"', "'a \"word\"'"),
        (("a",), '("a",)'),
        (["a", 1, (2.5, None)], '["a", 1, (2.5, None)]'),
    ],
)
def test_literals_have_the_quotes_that_ruff_gives_them(value: object, source: str) -> None:
    assert literal(value) == source


def test_brackets_that_call_nothing_stay_one_value() -> None:
    names = " + ".join(["load(1)[0]"] * 12)
    for code, value in (
        (f"found = 2 * ({names})", 24),
        (f"found = 2 * ({names},)", (12, 12)),
        (f"found = load({names})", (12,)),
    ):
        assert run(statement(0, code))["found"] == value


def repetition(settings: int) -> str:
    """Equal layers with so many settings as an argument."""
    return f"*(Layer({', '.join(f'setting{place}={place}' for place in range(settings))}) for _ in range(count - 1))"


def test_what_is_too_long_is_broken_as_ruff_does() -> None:
    names = [f"class index {number}" for number in range(20)]
    lines = [
        *statement(0, f"NAMES = {literal(names)}"),
        *statement(0, f"data = load({literal('/a/path/that/is/quite/long' * 3)})"),
        *(line for count in (2, 4, 9) for line in statement(0, f"stage = Many({repetition(count)})")),
        *statement(0, f"stage = Many(Layer(a=1), {repetition(5)})"),
    ]
    assert all(len(line) <= WIDTH for line in lines)
    text = "\n".join(lines) + "\n"
    command = [sys.executable, "-m", "ruff", "format", "--diff", "--isolated", "-"]
    assert subprocess.run(command, input=text, capture_output=True, text=True, check=False).returncode == 0
