"""A dropped .txt is a text, unless its first lines are a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.data import DATASETS, kind_for

PROSE = "It was a dark night, and it rained.\nNobody came; nobody, as it seemed, would come.\n\nThen one did.\n"
TABLES = ("a\tb\n1\t2\n3\t4\n", "a;b;c\n1,5;2;3\n", "width,kind\n" + "1,a\n" * 3_000, "x|y\n1|2\n")
BLANKS = ("a b y\n" + "1.5 2 no\n" * 9, "  1.5   2.0 yes\n" * 9, "5.1   3.5  1\n-4.9  3.0  0\n" * 4)
PROSE_IN_STEP = ("one two\nand four\nor six\n", "chapter 1\nchapter 2 begins\n", "year 1984\n")


@pytest.mark.parametrize("text", [PROSE, "one line alone\n", PROSE * 300, "wörter\n" * 5, *PROSE_IN_STEP])
def test_prose_is_text(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert kind_for(tmp_path / "a.txt") is DATASETS["text"]


@pytest.mark.parametrize("text", [*TABLES, *BLANKS], ids=len)
def test_columns_are_a_table(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(text)
    assert kind_for(tmp_path / "a.txt") is DATASETS["csv"]


def test_what_cannot_be_read_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    for name in ("empty.txt", "gone.txt"):
        assert kind_for(tmp_path / name) is DATASETS["csv"]


@pytest.mark.parametrize("text", BLANKS, ids=len)
def test_numbers_that_blanks_part_are_read(text: str, tmp_path: Path) -> None:
    first, *lines = text.splitlines()
    lines = [line.replace("yes", f"y{row % 2}").replace("no", f"n{row % 2}") for row, line in enumerate(lines)]
    (tmp_path / "a.data").write_text("\n".join([first, *lines]))
    data = DATASETS["csv"](path=str(tmp_path / "a.data"), duplicates="keep").facts()  # type: ignore[call-arg]
    assert data.shape == (2,)
