from __future__ import annotations

import ast
from typing import Any

import pytest
from block_networks import gated, opened

from models.codegen.module import generate
from models.sources.recognizing.base import Base, bases
from models.sources.recognizing.uses import read_use
from models.sources.syntax.outline import Unreadable


@pytest.fixture(scope="module")
def base() -> Base:
    document = opened(gated())
    return bases(document, generate(document.network, document.analysis, "Net"))["Net"]


def read(source: str, base: Base) -> dict[str, Any]:
    return read_use(ast.parse(source, mode="eval").body, base, {})


PLAIN = {"width": 8, "stride": 1, "repeat": 1, "first": {}}


@pytest.mark.parametrize(
    ("source", "differs"),
    [
        ("Gated(in_channels=8)", {}),
        ("Gated(8, 16)", {"width": 16}),
        ("Gated(in_channels=8, stride=2, width=4)", {"width": 4, "stride": 2}),
        ("nn.Sequential(Gated(in_channels=8), Gated(in_channels=8))", {"repeat": 2}),
        ("nn.Sequential(*(Gated(in_channels=8) for _ in range(5)))", {"repeat": 5}),
        ("nn.Sequential(*[Gated(in_channels=8) for _ in range(5)])", {"repeat": 5}),
        ("nn.Sequential(Gated(8, stride=2), *(Gated(8) for _ in range(2)))", {"repeat": 3, "first": {"stride": 2}}),
    ],
)
def test_a_use_is_read_with_its_settings(source: str, differs: dict[str, Any], base: Base) -> None:
    assert read(source, base) == PLAIN | differs


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("Gated(in_channels=8, color=3)", "has no setting ‘color’"),
        ("nn.Sequential()", "one or more"),
        ("nn.Sequential(Gated(8), Excite(8))", "several kinds"),
        ("nn.Sequential(Gated(8), Gated(8, 4), Gated(8, 2))", "Only the first"),
        ("nn.Sequential(Other(8))", "knows no block ‘Other(8)’"),
        ("nn.Sequential(*blocks)", "knows no block"),
        ("nn.Sequential(*(Gated(8) for _ in blocks))", "repeats blocks as"),
        ("Gated(in_channels=8, width=wide)", "‘wide’ is nothing"),
    ],
)
def test_what_is_no_use_is_said(source: str, message: str, base: Base) -> None:
    with pytest.raises(Unreadable, match=message.replace("(", r"\(").replace(")", r"\)")):
        read(source, base)
