"""A dropped .txt is a text, unless its first lines are a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.data import DATASETS, kind_for

PROSE = "It was a dark night, and it rained.\nNobody came; nobody, as it seemed, would come.\n\nThen one did.\n"
TABLES = ("a\tb\n1\t2\n3\t4\n", "a;b;c\n1,5;2;3\n", "width,kind\n" + "1,a\n" * 3_000, "x|y\n1|2\n")


@pytest.mark.parametrize("text", [PROSE, "one line alone\n", PROSE * 300, "wörter\n" * 5])
def test_prose_is_text(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert kind_for(tmp_path / "a.txt") is DATASETS["text"]


@pytest.mark.parametrize("text", TABLES, ids=len)
def test_columns_are_a_table(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(text)
    assert kind_for(tmp_path / "a.txt") is DATASETS["csv"]


def test_what_cannot_be_read_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    for name in ("empty.txt", "gone.txt"):
        assert kind_for(tmp_path / name) is DATASETS["csv"]
