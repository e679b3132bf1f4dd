from __future__ import annotations

import ast
from typing import Any

import pytest

from models.sources.syntax.outline import Unreadable
from models.sources.syntax.values import KEPT, Value, Within, same_setting, value_of

BLOCK = Within({"width": 8, "in_channels": 6, "kernel_": 3, "told": 5}, {"width": "width", "in_channels": "in_channels",
                                                                      "kernel_": "kernel"})  # fmt: skip


def read(source: str, within: Within = BLOCK) -> Value:
    return value_of(ast.parse(source, mode="eval").body, within)


@pytest.mark.parametrize(
    ("source", "number"),
    [("3", 3), ("-3", -3), ("1e-3", 1e-3), ("(3, 3)", [3, 3]), ("[1, -1]", [1, -1]), ("None", None), ("True", True),
     ("'same'", "same"), ("2 * 32", 64), ("3 + 4 // 2", 5), ("-(2 + 1)", -3)],
)  # fmt: skip
def test_literals_and_arithmetic_are_values(source: str, number: Any) -> None:
    assert read(source, Within()) == Value(number, number)


@pytest.mark.parametrize(
    ("source", "number", "setting"),
    [
        ("width", 8, "=width"),
        ("width*2", 16, "=width * 2"),
        ("round(width / 2)", 4, "=width / 2"),
        ("max(1, in_channels // 4)", 1, "=max(1, in_channels // 4)"),
        ("kernel_", 3, "=kernel"),
        ("(kernel_, 1)", [3, 1], ["=kernel", 1]),
        ("told", 5, KEPT),
        ("(told, 1)", [5, 1], KEPT),
    ],
)
def test_arguments_of_a_class_are_expressions(source: str, number: Any, setting: Any) -> None:
    assert read(source) == Value(number, setting)


@pytest.mark.parametrize(
    "source",
    ["height", "width ** 2", "f(width)", "width.bit_length()", "__import__('os')", "lambda: 3", "width / 0", "{}"],
)
def test_everything_else_is_refused_and_never_run(source: str) -> None:
    with pytest.raises(Unreadable) as error:
        read(source)
    assert len(error.value.problem.message) <= 90


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("=width*2", "=width * 2", True),
        ("=width * 2", "=2 * width", False),
        (["=width", 1], ["=width", 1], True),
        (3, 3, True),
        (1, True, False),
        ("=width", 8, False),
    ],
)
def test_expressions_are_the_same_however_they_are_spelled(one: Any, other: Any, same: bool) -> None:
    assert same_setting(one, other) is same
